"""``racktwin new``: a commented starter scenario to change into one's own plant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("scenario.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False,
) -> None:
    """Write a commented starter scenario."""
    from racktwin.results.manifest import write_atomically
    from racktwin.scenario import starter_text

    from .terminal import note

    if path.is_dir():
        path = path / "scenario.yaml"
    if path.exists() and not force:
        note(f"{path} exists; name another file, or overwrite it with --force")
        raise typer.Exit(2)
    write_atomically(path, starter_text().encode())
    note(f"{path} written. Next: racktwin check {path}")
