"""``racktwin serve``: the web app over the runs and scenarios of a folder."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from racktwin.errors import RacktwinError

from .terminal import note


def serve(
    workspace: Annotated[
        Path, typer.Argument(help="Folder with runs (or runs/) and scenario files; a run folder serves its neighbours.")
    ] = Path(),
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond this machine a token is needed.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any free one.")] = 8451,
    token: Annotated[
        str, typer.Option(envvar="RACKTWIN_TOKEN", help="What clients must know.", show_default="made up where needed")
    ] = "",
    host_names: Annotated[
        list[str] | None, typer.Option("--host-name", help="A name by which clients call this server; repeat.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=16, help="Runs simulated at the same time.")] = 1,
    open_: Annotated[bool, typer.Option("--open", help="Open the browser.")] = False,
) -> None:
    """Open the web app over the runs and scenarios of a folder.

    It listens on this machine only unless --host says otherwise. Runs started in the browser go to runs/ below the
    folder. Ctrl-C ends it; a run that goes on then keeps the replications that are done, and can be resumed.
    """
    try:
        import uvicorn

        from racktwin.api import Settings, create_app
        from racktwin.api.settings import is_loopback
        from racktwin.results.memory import do_without_pandas, keep_memory_small
    except ImportError as error:
        raise RacktwinError(
            f"the web app needs packages that are not installed: {error.name}\n    → pip install 'racktwin[web]'"
        ) from error
    keep_memory_small()
    do_without_pandas()
    folder = _workspace(workspace)
    if not token and not is_loopback(host):
        token = secrets.token_urlsafe(24)
    settings = Settings(folder, host, port, token, tuple(host_names or ()), most_jobs=jobs)
    config = uvicorn.Config(
        create_app(settings), host=host, port=port, log_level="warning", server_header=False,
        timeout_keep_alive=10, timeout_graceful_shutdown=2, h11_max_incomplete_event_size=32_768, limit_concurrency=400,
    )  # fmt: skip
    try:
        socket = config.bind_socket()
    except SystemExit:
        raise RacktwinError(f"{host}:{port} cannot be listened on\n    → --port 0 takes any free port") from None
    bound = socket.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{bound}/" + (f"login?token={token}" if token else "")
    print(f"racktwin serves {folder} at {address}", flush=True)
    note("Ctrl-C ends it")
    if open_:
        typer.launch(address)
    uvicorn.Server(config).run(sockets=[socket])


def _workspace(folder: Path) -> Path:
    """``folder``, or what is around it if it is a run; RacktwinError if there is no such folder."""
    if not folder.is_dir():
        raise RacktwinError(f"{folder}: no such folder\n    → name a folder that holds runs and scenario files")
    found = folder.resolve()
    if not (found / "manifest.json").is_file():
        return found
    return found.parent.parent if found.parent.name == "runs" else found.parent
