"""The application: routes, errors, guard and life cycle put together."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from anyio import to_thread
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.middleware.gzip import GZipMiddleware

from racktwin import __version__

from . import (
    fleet_routes,
    floor_routes,
    hall_routes,
    job_routes,
    kpi_routes,
    pages,
    plan_routes,
    run_routes,
    scenario_routes,
    schedule_routes,
    series_routes,
    supply_routes,
    table_routes,
    what_if,
)
from .events import Events
from .guard import Guard
from .jobs import Jobs
from .open_runs import OpenRuns
from .problems import install
from .settings import Settings
from .workspace import Workspace

_ROUTERS = (
    run_routes.router,
    job_routes.router,
    scenario_routes.router,
    table_routes.router,
    kpi_routes.router,
    series_routes.router,
    floor_routes.router,
    schedule_routes.router,
    plan_routes.router,
    supply_routes.router,
    hall_routes.router,
    fleet_routes.router,
    what_if.router,
    pages.router,
)
_THREADS = 8
_ABOUT = """Runs of the racktwin workspace: start and follow them, read their tables, numbers and pictures.

Errors have one shape: `{"error": {"code", "message", "remedy", "problems"}}`. Changes need the header `X-Racktwin: 1`.
Beyond loopback every request needs the token, as `Authorization: Bearer TOKEN`."""


class HealthOut(BaseModel):
    """That the server is there."""

    racktwin: str


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application over ``settings.workspace``. Its workers end with it."""

    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = _THREADS
        threading.Thread(target=import_module, args=("scipy.special",), daemon=True).start()  # intervals need it
        yield
        app.state.jobs.close()

    app = FastAPI(
        title="racktwin", version=__version__, description=_ABOUT, lifespan=live,
        docs_url=None, redoc_url=None, openapi_url="/api/openapi.json",
    )  # fmt: skip
    workspace, events = Workspace(settings.workspace), Events()
    app.state.settings = settings
    app.state.workspace = workspace
    app.state.events = events
    app.state.runs = OpenRuns(workspace, settings.query_timeout_s)
    app.state.jobs = Jobs(workspace, settings.most_jobs, events.publish)
    install(app)

    @app.get("/api/health", response_model=HealthOut, tags=["server"])
    def health() -> dict[str, str]:
        """That the server is there, and its version; needs no token."""
        return {"racktwin": __version__}

    for router in _ROUTERS:
        app.include_router(router)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Guard, settings=settings)
    return app
