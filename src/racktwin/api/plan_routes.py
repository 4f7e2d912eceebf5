"""Schedules of the planner beside what was simulated, and beside what really happened once it has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from .answers import Opened, plain, runs_of
from .open_runs import OpenRun
from .problems import ApiError, errors
from .span import Part
from .studies import Study, studies_of

router = APIRouter(prefix="/api/runs/{run}/schedule", tags=["schedule"], responses=errors(404, 409))
_TABLE = "schedule"
_COLUMNS = ("order", "part", "piece", "operation", "work_center", "work_unit", "due_s")
Key = tuple[str, int, str]


@router.get("/plans")
def read_plans(request: Request, opened: Opened) -> dict[str, Any]:
    """The schedules of this scenario in the workspace (``racktwin plan schedule``), and what each came to."""
    found = [{"name": study.name, "answer": study.about.get("answer")} for study in _plans(request, opened)]
    answered: dict[str, Any] = plain({"run": opened.name, "plans": found})
    return answered


@router.get("/planned")
def read_planned(
    request: Request,
    opened: Opened,
    part: Part,
    plan: Annotated[str, Query(max_length=200, description="name of a plan")],
    actual: Annotated[str, Query(max_length=200, description="a run of what really happened, if there is one")] = "",
) -> dict[str, Any]:
    """Each planned visit, when it was simulated to be (first visits of one replication), and when it was.

    Pieces are matched by their part and their number among the pieces of that part in the order book, in the order of
    release, as the planner numbers them.
    """
    study = next((one for one in _plans(request, opened) if one.name == plan), None)
    if study is None:
        raise ApiError(404, f"there is no plan {plan[:80]!r} of this scenario", "racktwin plan schedule SCENARIO")
    try:
        visits = _visits(study)
    except (OSError, ValueError, KeyError):
        raise ApiError(409, f"the plan {plan[:80]!r} cannot be read", "plan again with this version") from None
    simulated = _first_visits(opened, part)
    happened = _happened(runs_of(request).get(actual)) if actual else {}
    rows = []
    for key, visit in visits.items():
        begun_s, ended_s = simulated.get(key, (None, None))
        actual_start_s, actual_end_s = happened.get(key, (None, None))
        rows.append(
            {
                **visit,
                "simulated_start_s": begun_s,
                "simulated_end_s": ended_s,
                "actual_start_s": actual_start_s,
                "actual_end_s": actual_end_s,
            }
        )
    answered: dict[str, Any] = plain({"replication": part, "plan": plan, "actual": actual, "visits": rows})
    return answered


def _plans(request: Request, opened: OpenRun) -> list[Study]:
    root: Path = request.app.state.workspace.root
    return list(studies_of(root, opened.run.manifest.scenario_name, _TABLE))


def _visits(study: Study) -> dict[Key, dict[str, Any]]:
    """The plan's phases brought together to visits: from the start of the first to the end of the last."""
    visits: dict[Key, dict[str, Any]] = {}
    for row in study.table(_TABLE).to_pylist():
        key = (row["part"], row["piece"], row["operation"])
        visit = visits.setdefault(
            key,
            {
                **{name: row[name] for name in _COLUMNS},
                "planned_start_s": row["start_s"],
                "planned_end_s": row["end_s"],
            },
        )
        visit["planned_start_s"] = min(visit["planned_start_s"], row["start_s"])
        visit["planned_end_s"] = max(visit["planned_end_s"], row["end_s"])
    return visits


def _first_visits(opened: OpenRun, part: int) -> dict[Key, tuple[float, float]]:
    rows = opened.rows(
        """
        SELECT CAST(w.part AS VARCHAR), w.piece, CAST(o.operation AS VARCHAR), min(o.start_s), min(o.end_s)
        FROM operations o JOIN (
            SELECT serial_number, part,
                row_number() OVER (PARTITION BY part ORDER BY release_s, order_number, serial_number) - 1 AS piece
            FROM work_orders WHERE source = 'order_book'
                OR (source <> 'component' AND NOT EXISTS (SELECT 1 FROM work_orders WHERE source = 'order_book'))
        ) w USING (serial_number) WHERE o.visit = 1 GROUP BY ALL
        """,
        None,
        part,
    )
    return {(made, piece, operation): (start_s, end_s) for made, piece, operation, start_s, end_s in rows}


def _happened(opened: OpenRun) -> dict[Key, tuple[float, float]]:
    return _first_visits(opened, opened.replication(None))
