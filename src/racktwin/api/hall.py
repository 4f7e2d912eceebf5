"""The hall of a run: its racks in rows, and numbers of each rack in every bucket of a course."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from racktwin.model.cooling import CoolingPlant
from racktwin.results.dimensions import scenario_tables

from .courses import bucket_means
from .hall_heat import gpu_draw_w, gpu_temperature_k
from .open_runs import OpenRun
from .problems import ApiError
from .span import Course

Measure = Literal["power", "busy", "temperature", "setting", "down"]
Grid = npt.NDArray[np.float64]
ABOUT: dict[Measure, tuple[str, str]] = {
    "power": ("W", "mean draw of the rack"),
    "busy": ("1", "GPUs that jobs hold, of all GPUs of the rack"),
    "temperature": (
        "K",
        "GPUs at work: coolant supply + their mean draw * resistance of the cold plate; liquid-cooled racks only",
    ),
    "setting": ("", "how far the rack is capped; 0: not"),
    "down": ("1", "compute nodes that take no work, of all of the rack"),
}


def racks_of(opened: OpenRun) -> list[dict[str, Any]]:
    """The rows of ``scenario_racks``; ApiError 409 where the scenario has no hall."""
    if opened.run.scenario.hall is None:
        raise ApiError(409, f"run {opened.name!r} has no hall", "see docs/fleet.md")
    rows: list[dict[str, Any]] = scenario_tables(opened.run.scenario)["scenario_racks"].to_pylist()
    return rows


def plant_of(opened: OpenRun) -> CoolingPlant | None:
    """The hall's cooling plant, if it has one."""
    hall = opened.run.scenario.hall
    return None if hall is None else hall.cooling_plant


def column(racks: list[dict[str, Any]], name: str) -> Grid:
    """A column of the racks as numbers (racks, 1)."""
    return np.array([float(rack[name]) for rack in racks])[:, None]


def grid(opened: OpenRun, course: Course, measure: Measure) -> Grid:
    """``measure`` of each rack in each bucket (racks, points); NaN where there is none."""
    racks = racks_of(opened)
    nodes, gpus = column(racks, "compute_nodes"), np.maximum(column(racks, "gpus"), 1.0)
    match measure:
        case "power":
            return _of_racks(opened, course, "rack_power", "draw_w", len(racks))
        case "setting":
            return _of_racks(opened, course, "rack_power", "setting", len(racks))
        case "busy":
            return _of_racks(opened, course, "placements", "placements.gpus", len(racks)) / gpus
        case "down":
            return _of_racks(opened, course, "outages", "1.0", len(racks)) / nodes
        case "temperature":
            return _temperatures(opened, course, racks)


def _of_racks(opened: OpenRun, course: Course, table: str, value: str, racks: int) -> Grid:
    source = f"SELECT place AS subject, start_s, end_s, {value} AS value FROM {table} JOIN scenario_racks USING (rack)"
    return bucket_means(opened, course, source, racks)


def _temperatures(opened: OpenRun, course: Course, racks: list[dict[str, Any]]) -> Grid:
    plant = plant_of(opened)
    if plant is None:
        return np.full((len(racks), course.points), np.nan)
    drawn = _of_racks(opened, course, "rack_power", "draw_w", len(racks))
    busy = _of_racks(opened, course, "placements", "placements.gpus", len(racks))
    coolant = bucket_means(opened, course, "SELECT 0 AS subject, start_s, end_s, supply_k AS value FROM cooling", 1)
    warm = temperatures_k(racks, drawn, busy, coolant, float(plant.cold_plate.resistance_k_per_w))
    return np.where(drawn > 0.0, warm, np.nan)


def temperatures_k(racks: list[dict[str, Any]], drawn_w: Grid, busy: Grid, coolant_k: Grid, resistance: float) -> Grid:
    """GPU temperature (racks, n), K; NaN for a rack that no liquid cools."""
    shape = {name: column(racks, name) for name in ("gpus", "host_w", "host_factor", "idle_gpu_w")}
    warm = gpu_temperature_k(gpu_draw_w(drawn_w, busy, **shape), coolant_k, resistance)
    return np.where((column(racks, "liquid_fraction") > 0) & (shape["gpus"] > 0), warm, np.nan)
