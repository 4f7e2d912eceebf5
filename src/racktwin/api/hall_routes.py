"""The data hall: rows and racks, what each does over time and at a moment, the feed tree, one rack, the jobs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from .answers import Opened, answer
from .hall import ABOUT, Measure, grid, racks_of
from .hall_moment import moment_of, rack_of
from .open_runs import OpenRun
from .problems import errors
from .span import Coursed, Moment, Part

router = APIRouter(prefix="/api/runs/{run}/hall", tags=["hall"], responses=errors(404, 409))
_DIGITS = 5
_LAST_S = 1e-3
"""At the horizon itself nothing goes on any more; what is shown is the moment before."""
Sort = Literal[
    "job", "-job", "job_class", "-job_class", "gpus", "-gpus", "submit_s", "-submit_s", "start_s", "-start_s",
    "end_s", "-end_s", "busy_s", "-busy_s", "energy_j", "-energy_j", "wait_s", "-wait_s",
]  # fmt: skip
State = Literal["all", "at_work", "waiting", "ended", "to_come"]
_STATES: dict[State, str] = {
    "all": "true",
    "waiting": "submit_s <= $at AND NOT coalesce(start_s <= $at, false) AND NOT coalesce(end_s <= $at, false)",
    "at_work": "coalesce(start_s <= $at, false) AND NOT coalesce(end_s <= $at, false)",
    "ended": "coalesce(end_s <= $at, false)",
    "to_come": "submit_s > $at",
}


@router.get("")
def read_hall(request: Request, opened: Opened, part: Part) -> Response:
    """Racks in their rows, feeds and loops with what hangs on what, classes of jobs; and which numbers there are."""

    def hall() -> dict[str, Any]:
        scenario, manifest = opened.run.scenario, opened.run.manifest
        racks = racks_of(opened)
        assert scenario.hall is not None
        rows = scenario.hall.racks
        plant = scenario.hall.cooling_plant
        return {
            "run": opened.name,
            "replication": part,
            "start": str(manifest.document.get("start", "")),
            "horizon_s": manifest.horizon_s,
            "warm_up_s": manifest.warm_up_s,
            "rows": [
                {"name": name, "feeds": row.feeds, "cooling_loops": row.cooling_loops, "budget_w": row.budget_w}
                for name, row in rows.items()
            ],
            "racks": racks,
            "feeds": [
                {"name": n, "parent": f.parent, "limit_w": float(f.limit_w)}
                for n, f in scenario.feeds.items()
                if n in scenario.hall_feeds
            ],
            "loops": [
                {"name": n, "parent": loop.parent, "medium": loop.medium, "limit_w": float(loop.heat_limit_w)}
                for n, loop in scenario.cooling_loops.items()
                if n in scenario.hall_loops
            ],
            "job_classes": list(scenario.fleet.job_classes),
            "hottest_k": None if plant is None else float(plant.cold_plate.hottest_k),
            "measures": {
                name: {"unit": unit, "about": about}
                for name, (unit, about) in ABOUT.items()
                if plant is not None or name != "temperature"
            },
        }

    return answer(request, opened, hall)


@router.get("/grid")
def read_grid(
    request: Request,
    opened: Opened,
    course: Coursed,
    measure: Annotated[Measure, Query(description="power, busy, temperature, setting or down")] = "power",
) -> Response:
    """A heat map: ``values[rack][bucket]``, racks in the order of ``/hall``; null where there is nothing to tell."""

    def heat() -> dict[str, Any]:
        found = grid(opened, course, measure)
        unit, about = ABOUT[measure]
        edges = course.buckets.edges
        return {
            "replication": course.window.part,
            "edges_s": edges,
            "time_s": (edges[:-1] + edges[1:]) / 2,
            "measure": measure,
            "unit": unit,
            "about": about,
            "racks": [rack["rack"] for rack in racks_of(opened)],
            "values": [np.array([float(f"{value:.{_DIGITS}g}") for value in row]) for row in found],
        }

    return answer(request, opened, heat)


@router.get("/moment")
def read_moment(request: Request, opened: Opened, part: Part, at_s: Moment = None) -> Response:
    """What each rack, feed and loop does at one moment, exactly; and how many jobs are at work and wait."""
    at = _at(opened, at_s)
    return answer(request, opened, lambda: moment_of(opened, part, at))


@router.get("/rack")
def read_rack(
    request: Request,
    opened: Opened,
    part: Part,
    rack: Annotated[str, Query(max_length=200, description="its name", examples=["row-0"])],
    at_s: Moment = None,
) -> Response:
    """One rack at one moment, node by node: who holds which GPUs, what is down; and what the rack did around it."""
    at = _at(opened, at_s)
    return answer(request, opened, lambda: rack_of(opened, part, rack, at))


@router.get("/jobs")
def read_jobs(
    request: Request,
    opened: Opened,
    part: Part,
    at_s: Moment = None,
    state: Annotated[State, Query(description="at that moment")] = "at_work",
    search: Annotated[str, Query(max_length=100, description="part of a name, class, user or fate")] = "",
    sort: Annotated[Sort, Query()] = "submit_s",
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> Response:
    """A page of the jobs that are at work, wait, have ended or are to come at one moment."""
    at = _at(opened, at_s)
    order = f"{sort.removeprefix('-')} {'DESC' if sort.startswith('-') else 'ASC'} NULLS LAST"

    def jobs() -> dict[str, Any]:
        words = "lower(concat_ws(' ', job, job_class, \"user\", fate))"
        where = f"({_STATES[state]}) AND contains({words}, $search)"
        values = {"at": at, "search": search.lower(), "limit": limit, "offset": offset}
        page = opened.arrow(
            f"""
            WITH j AS (
                SELECT * EXCLUDE (replication, start_s, end_s), nullif(start_s, 'nan'::DOUBLE) AS start_s,
                    nullif(end_s, 'nan'::DOUBLE) AS end_s FROM gpu_jobs
            ), kept AS (
                SELECT job, job_class, "user", gpus, priority, submit_s, start_s, end_s, duration_s, work_s, lost_s,
                    busy_s, wait_power_s, attempts, energy_j, fate, start_s - submit_s AS wait_s
                FROM j WHERE {where}
            ), page AS (SELECT * FROM kept ORDER BY {order}, job LIMIT $limit OFFSET $offset)
            SELECT page.*, p.racks, p.held, n.total FROM (SELECT count(*) AS total FROM kept) n
            LEFT JOIN page ON true LEFT JOIN (
                SELECT job, list_sort(list_distinct(list(rack))) AS racks, sum(gpus) AS held FROM placements
                WHERE start_s <= $at AND end_s > $at AND job IN (SELECT job FROM page) GROUP BY job
            ) p ON p.job = page.job ORDER BY {order}, page.job
            """,
            values,
            part,
        ).to_pylist()
        total = page[0]["total"]  # a row without a job past the last page
        listed = [{key: value for key, value in row.items() if key != "total"} for row in page if row["job"]]
        return {"replication": part, "at_s": at, "total": total, "offset": offset, "limit": limit, "jobs": listed}

    return answer(request, opened, jobs)


@router.get("/job")
def read_job(
    request: Request, opened: Opened, part: Part, job: Annotated[str, Query(max_length=200, examples=["training_1"])]
) -> Response:
    """Where one job was: each interval in which it held GPUs of a compute node."""

    def held() -> dict[str, Any]:
        rows = opened.arrow(
            "SELECT attempt, rack, compute_node, gpus, start_s, end_s, outcome FROM placements WHERE job = ? "
            "ORDER BY start_s, rack, compute_node LIMIT 5000",
            [job],
            part,
        )
        return {"replication": part, "job": job, "placements": rows.to_pylist()}

    return answer(request, opened, held)


def _at(opened: OpenRun, at_s: float | None) -> float:
    manifest = opened.run.manifest
    return min(manifest.warm_up_s if at_s is None else at_s, manifest.horizon_s - _LAST_S)
