"""Start a run, follow it, cancel it, resume it."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from racktwin.scenario import ScenarioFile

from .answers import runs_of
from .jobs import Job, jobs_of
from .problems import ApiError, errors
from .scenario_routes import ScenarioIn, read_posted
from .workspace import Workspace

router = APIRouter(prefix="/api", tags=["runs"])
_MOST_REPLICATIONS = 10_000
JobId = Annotated[str, Path(max_length=64, pattern="^[0-9a-f]+$", examples=["0123456789abcdef"])]


class JobOut(BaseModel):
    """A run that was asked for, and how far it is."""

    id: str
    run: str = Field(description="name of the run it writes", examples=["georgetown-2"])
    kind: Literal["run", "resume"]
    state: Literal["queued", "running", "finished", "interrupted", "failed"]
    created_utc: str
    stage: str = Field(examples=["replications"])
    done: int
    total: int
    message: str


class JobsOut(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobOut]


class StartIn(ScenarioIn):
    """A run to start: a scenario and how to run it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"source": "georgetown", "overrides": ["horizon=12 wk", "warm_up=4 wk"], "replications": 2}]
        },
    )

    name: str = Field("", max_length=80, description="of the run; the scenario's by default")
    replications: int | None = Field(None, ge=1, le=_MOST_REPLICATIONS)
    seed: int | None = Field(None, ge=0, lt=2**63)
    marginals: bool = Field(True, description="find what one more unit of each limit would bring")
    report: bool = Field(True, description="write the HTML report as well")


@router.get("/jobs", response_model=JobsOut, responses=errors())
def list_jobs(request: Request, state: Annotated[str, Query(max_length=20)] = "") -> dict[str, Any]:
    """Runs asked for through this server, the newest first."""
    return {"jobs": [asdict(job) for job in jobs_of(request).list() if not state or job.state == state]}


@router.get("/jobs/{job}", response_model=JobOut, responses=errors(404))
def read_job(request: Request, job: JobId) -> dict[str, Any]:
    """One job."""
    return asdict(jobs_of(request).get(job))


@router.post("/jobs", status_code=202, response_model=JobOut, responses=errors(404, 408, 409, 413, 429))
def start_run(request: Request, wanted: StartIn) -> dict[str, Any]:
    """Start a run of a scenario; its problems, all of them, if it has any."""
    file = read_posted(request, wanted)
    return asdict(start(request, file, wanted.name, wanted.replications, wanted.seed, wanted.marginals, wanted.report))


def start(
    request: Request,
    file: ScenarioFile,
    name: str,
    replications: int | None,
    seed: int | None,
    marginals: bool,
    report: bool,
) -> Job:
    """Queue a run of a checked scenario in a folder of its own."""
    workspace: Workspace = request.app.state.workspace
    path = workspace.new_run_path(name or file.scenario.name)
    task = {
        "document": file.document,
        "files": [asdict(source) for source in file.files],
        "replications": replications,
        "seed": seed,
        "marginals": marginals,
        "report": report,
        "jobs": os.cpu_count() or 1,
    }
    try:
        return jobs_of(request).start("run", path, task)
    except ApiError:
        path.rmdir()
        raise


@router.post("/jobs/{job}/cancel", status_code=202, response_model=JobOut, responses=errors(404, 408, 409, 413))
def cancel_job(request: Request, job: JobId) -> dict[str, Any]:
    """Stop a job; the replications that are done are kept. Asked twice, it ends at once."""
    return asdict(jobs_of(request).cancel(job))


@router.post("/runs/{run}/resume", status_code=202, response_model=JobOut, responses=errors(404, 408, 409, 413, 429))
def resume_run(request: Request, run: Annotated[str, Path(max_length=200)]) -> dict[str, Any]:
    """Go on with a run that was interrupted; its missing replications are those of an unbroken run, byte for byte."""
    opened = runs_of(request).get(run)
    status = opened.run.manifest.status
    if status in ("finished", "running"):
        raise ApiError(409, f"run {run!r} is {status}", "only an interrupted or failed run can be resumed")
    task = {"marginals": True, "report": True, "jobs": os.cpu_count() or 1}
    return asdict(jobs_of(request).start("resume", opened.run.folder, task))


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={**errors(429), 200: {"content": {"text/event-stream": {}}, "description": "`event: job` with a job"}},
)
async def listen(request: Request) -> StreamingResponse:
    """Server-sent events: every change of every job."""
    heard = request.app.state.events.listen()
    return StreamingResponse(heard, media_type="text/event-stream", headers={"cache-control": "no-store"})
