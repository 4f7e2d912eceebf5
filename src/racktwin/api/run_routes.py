"""Runs: the list, one of them, the scenario it holds, its report, and several side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from racktwin.errors import RacktwinError
from racktwin.results.manifest import Manifest

from .answers import Opened, answer, runs_of
from .open_runs import OpenRun
from .problems import ApiError, errors
from .workspace import Workspace
from .yaml_text import as_yaml

router = APIRouter(prefix="/api", tags=["runs"])
_REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)


class RunOut(BaseModel):
    """A run as the list shows it."""

    name: str = Field(examples=["georgetown"])
    scenario: str = Field(examples=["georgetown"])
    title: str
    status: Literal["running", "finished", "interrupted", "failed", "damaged"]
    seed: int
    replications_done: int
    replications_planned: int
    started_utc: dt.datetime | None
    finished_utc: dt.datetime | None
    horizon_s: float
    warm_up_s: float
    rows: int = Field(description="rows of all tables")
    has_kpis: bool
    has_report: bool


class RunsOut(BaseModel):
    """A page of the runs that fit the search."""

    runs: list[RunOut]
    total: int


class RunDetailOut(RunOut):
    """A run with what it was made from and with."""

    racktwin_version: str
    versions: dict[str, str]
    source_files: list[dict[str, str]]
    tables: dict[str, int]
    derived: list[str]
    replications: list[int]
    start: str = Field(description="simulated wall-clock time of the start, in the plant's time zone")
    time_zone: str


class DocumentOut(BaseModel):
    """The whole scenario of a run as one YAML text."""

    text: str
    document: dict[str, Any]


@router.get("/runs", responses=errors(), response_model=RunsOut)
def list_runs(
    request: Request,
    search: Annotated[str, Query(max_length=100, description="part of a name, scenario, title or status")] = "",
    sort: Annotated[Literal["-started", "started", "name", "-name", "scenario", "status"], Query()] = "-started",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The runs of the workspace, the newest first."""
    workspace: Workspace = request.app.state.workspace
    found = [_listed(workspace, name) for name in workspace.run_names()]
    words = search.lower().split()
    kept = [run for run in found if all(word in _haystack(run) for word in words)]
    kept.sort(key=_sort_key(sort.removeprefix("-")), reverse=sort.startswith("-"))
    return {"runs": kept[offset : offset + limit], "total": len(kept)}


@router.get("/runs/{run}", responses=errors(404, 409), response_model=RunDetailOut)
def read_run(opened: Opened) -> dict[str, Any]:
    """One run: how it went, what was made from which files."""
    opened.owner.warm(opened)
    manifest = opened.run.manifest
    return {
        **_summary(opened.name, manifest, opened.run.report_path.is_file()),
        "racktwin_version": manifest.racktwin_version,
        "versions": manifest.versions,
        "source_files": [{"path": file.path, "sha256": file.sha256} for file in manifest.source_files],
        "tables": manifest.row_counts,
        "derived": sorted(opened.run.extras),
        "replications": list(opened.run.replications),
        "start": str(manifest.document.get("start", "")),
        "time_zone": str(manifest.document.get("time_zone", "UTC")),
    }


@router.get("/runs/{run}/document", responses=errors(404, 409), response_model=DocumentOut)
def read_document(request: Request, opened: Opened) -> Response:
    """The scenario as it was run, includes merged and overrides applied: as YAML to start from, and as JSON."""
    document = opened.run.manifest.document
    return answer(request, opened, lambda: {"text": as_yaml(document), "document": document})


@router.get(
    "/runs/{run}/report",
    responses={**errors(404, 409), 200: {"content": {"text/html": {}}}},
    response_class=Response,
)
def read_report(opened: Opened) -> Response:
    """The run's own HTML report, shut off from this site: it may come from somebody else."""
    path = opened.run.report_path
    if not path.is_file() or path.is_symlink():
        raise ApiError(404, f"run {opened.name!r} has no report", f"racktwin report {opened.name}")
    headers = {"content-security-policy": _REPORT_POLICY}
    return Response(path.read_bytes(), media_type="text/html; charset=utf-8", headers=headers)


@router.get("/compare", responses=errors(404, 409))
def compare_runs(
    request: Request,
    run: Annotated[list[str], Query(min_length=2, max_length=6, description="two or more; the first is the base")],
) -> Response:
    """KPI by KPI, each run less the first, with the 95 % interval of the difference.

    Runs of the same replications are paired, so that the chance they share does not count.
    """
    opened = [runs_of(request).get(name) for name in run]
    versions = "-".join(one.version for one in opened[1:])
    return answer(request, opened[0], lambda: _compared(opened), also=versions)


def _compared(opened: Sequence[OpenRun]) -> dict[str, Any]:
    from racktwin.kpi import difference

    from .kpi_routes import definitions, kpi_table

    base, *others = [kpi_table(one) for one in opened]
    compared = []
    for one, kpis in zip(opened[1:], others, strict=True):
        found = [{**asdict(item), "significant": item.significant} for item in difference(base, kpis)]
        compared.append({"run": one.name, "differences": found})
    return {"base": opened[0].name, "runs": compared, "kpis": definitions()}


@router.get("/palette", responses=errors())
def read_palette() -> dict[str, Any]:
    """Colours by meaning for light and dark pages, and the colour of each SEMI E10 state: those of the report."""
    from racktwin.report.palette import COLOURS, E10_COLOURS

    return {"colours": COLOURS, "states": E10_COLOURS}


def _listed(workspace: Workspace, name: str) -> dict[str, Any]:
    try:
        manifest = workspace.manifest(name)
        return _summary(name, manifest, (workspace.run_path(name) / "report.html").is_file())
    except (RacktwinError, ApiError, OSError):
        return {
            "name": name,
            "scenario": "",
            "title": "its manifest cannot be read",
            "status": "damaged",
            "seed": 0,
            "replications_done": 0,
            "replications_planned": 0,
            "started_utc": None,
            "finished_utc": None,
            "horizon_s": 0.0,
            "warm_up_s": 0.0,
            "rows": 0,
            "has_kpis": False,
            "has_report": False,
        }


def _summary(name: str, manifest: Manifest, has_report: bool) -> dict[str, Any]:
    return {
        "name": name,
        "scenario": manifest.scenario_name,
        "title": manifest.scenario_title,
        "status": manifest.status,
        "seed": manifest.seed,
        "replications_done": len(manifest.replications_done),
        "replications_planned": manifest.replications_planned,
        "started_utc": manifest.started_utc,
        "finished_utc": manifest.finished_utc,
        "horizon_s": manifest.horizon_s,
        "warm_up_s": manifest.warm_up_s,
        "rows": sum(manifest.row_counts.values()),
        "has_kpis": any(record.path == "extra/kpis.parquet" for record in manifest.written),
        "has_report": has_report,
    }


def _haystack(run: dict[str, Any]) -> str:
    return f"{run['name']} {run['scenario']} {run['title']} {run['status']}".lower()


def _sort_key(word: str) -> Any:
    if word == "started":
        never = dt.datetime.min.replace(tzinfo=dt.UTC)
        return lambda run: (run["started_utc"] or never, run["name"])
    return lambda run: (run[word], run["name"])
