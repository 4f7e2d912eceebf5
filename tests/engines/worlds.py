"""Small worlds of the line engine: a scenario in a few lines, and what to look at in its tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from racktwin.model import Scenario
from racktwin.run import simulate_tables

HOUR_S = 3600.0


def tables(**keys: Any) -> dict[str, pa.Table]:
    """The tables of one replication of a world of 20 days."""
    document = {"racktwin": 1, "name": "world", "start": "2027-01-04T00:00", "horizon": "20 d", **keys}
    return simulate_tables(Scenario.model_validate(document), 1, 1)[0]


def step(name: str, center: str, duration: str, **keys: Any) -> dict[str, Any]:
    """An operation of one unattended phase."""
    return {"operation": name, "work_center": center, "duration": duration, **keys}


def one_step(*parts: str, center: str = "bench", duration: str = "1 h", **keys: Any) -> dict[str, Any]:
    """Parts, each made by one operation of its own name at one work center."""
    return {
        "parts": {part: {"routing": part} for part in parts},
        "routings": {part: {"operations": [step(part, center, duration, **keys)]} for part in parts},
    }


def starts_h(run: dict[str, pa.Table]) -> dict[str, list[float]]:
    """When each part's operations started, in hours."""
    starts: dict[str, list[float]] = {}
    for row in run["operations"].to_pylist():
        starts.setdefault(row["part"], []).append(round(row["start_s"] / HOUR_S, 6))
    return starts


def ends_h(run: dict[str, pa.Table], operation: str) -> list[float]:
    """When each visit to the operation ended, in hours."""
    return [round(row["end_s"] / HOUR_S, 6) for row in run["operations"].to_pylist() if row["operation"] == operation]


def intervals_h(run: dict[str, pa.Table], reason: str) -> list[tuple[float, float]]:
    """The intervals in which a work unit was in a state for the reason, in hours."""
    return [
        (round(row["start_s"] / HOUR_S, 6), round(row["end_s"] / HOUR_S, 6))
        for row in run["states"].to_pylist()
        if row["reason"] == reason
    ]
