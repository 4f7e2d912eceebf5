"""The fleet over time: GPUs by what they do, power, price and PUE on one axis; and the frontier of power policies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from .answers import Opened, answer, plain
from .courses import axis_of, bucket_means, code
from .hall import plant_of, racks_of
from .open_runs import OpenRun
from .problems import errors
from .span import Course, Coursed
from .studies import studies_of, told_by

router = APIRouter(prefix="/api/runs/{run}/fleet", tags=["hall"], responses=errors(404, 409))


@router.get("/course")
def read_course(request: Request, opened: Opened, course: Coursed) -> Response:
    """GPUs held by class of jobs and out of use, jobs waiting, watts drawn, reserved and for cooling, PUE, price."""
    return answer(request, opened, lambda: _course(opened, course))


def _course(opened: OpenRun, course: Course) -> dict[str, Any]:
    racks = racks_of(opened)
    classes = list(opened.run.scenario.fleet.job_classes)
    held = (
        f"SELECT {code('job_class', classes)} AS subject, p.start_s, p.end_s, p.gpus AS value "
        "FROM placements p JOIN (SELECT job, job_class FROM gpu_jobs) USING (job)"
    )

    def mean(value: str, table: str) -> Any:
        return bucket_means(opened, course, f"SELECT 0 AS subject, start_s, end_s, {value} AS value FROM {table}", 1)[0]

    cooling_w, pue = _cooling(opened, course)
    return {
        **axis_of(course),
        "gpus": sum(rack["gpus"] for rack in racks),
        "classes": [
            {"job_class": name, "gpus": gpus}
            for name, gpus in zip(classes, bucket_means(opened, course, held, max(1, len(classes))), strict=False)
        ],
        "down_gpus": mean("gpus / compute_nodes", "outages JOIN scenario_racks USING (rack)"),
        "waiting": mean("waiting", "hall_queue"),
        "draw_w": mean("draw_w", "rack_power"),
        "reserved_w": mean("reserved_w", "rack_power"),
        "provisioned_w": _provisioned_w(opened),
        "nameplate_w": sum(rack["nameplate_w"] for rack in racks),
        "cooling_w": cooling_w,
        "pue": pue,
        "price_usd_per_mwh": _price(opened, course),
    }


def _cooling(opened: OpenRun, course: Course) -> tuple[Any, Any]:
    """Watts of the cooling plant, and (racks + plant) / racks; None where the hall has no plant."""
    if plant_of(opened) is None:
        return None, None
    parts = ("it_w", "pump_w + fan_w + chiller_w")
    select = "SELECT {} AS subject, start_s, end_s, {} AS value FROM cooling"
    source = " UNION ALL ".join(select.format(number, value) for number, value in enumerate(parts))
    it_w, plant_w = bucket_means(opened, course, source, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return plant_w, np.where(it_w > 0, (it_w + plant_w) / it_w, np.nan)


def _provisioned_w(opened: OpenRun) -> float:
    ((found,),) = opened.rows("SELECT any_value(provisioned_w) FROM scenario_hall")
    return float(found or 0.0)


def _price(opened: OpenRun, course: Course) -> Any:
    """What the run counted for energy; None where its hall has no price."""
    if opened.run.scenario.hall is None or opened.run.scenario.hall.price is None:
        return None
    source = "SELECT 0 AS subject, start_s, end_s, price_usd_per_j * 3.6e9 AS value FROM hall_hours"
    return bucket_means(opened, course, source, 1)[0]


@router.get("/frontier")
def read_frontier(request: Request, opened: Opened) -> dict[str, Any]:
    """Comparisons of power policies of this scenario in the workspace (``racktwin fleet compare --study``)."""
    root: Path = request.app.state.workspace.root
    found = told_by(
        studies_of(root, opened.run.manifest.scenario_name, "policies"),
        "policies",
        lambda study, rows: {"name": study.name, "replications": study.about.get("replications"), "policies": rows},
    )
    answered: dict[str, Any] = plain({"run": opened.name, "studies": found})
    return answered
