"""The folder of a plan: schedule, loads, what was asked and what it came to; and of its stress test."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from racktwin.errors import RunError
from racktwin.plan.record import write_study
from racktwin.results.manifest import racktwin_version
from racktwin.scenario import ScenarioFile

from .plan import SCHEDULE, Plan, load_curves, schedule_table


def require_free(folder: Path) -> None:
    """RunError if anything is in the folder, before an hour is spent on what goes there."""
    if folder.exists() and any(folder.iterdir()):
        raise RunError(f"{folder} exists and is not empty\n    → choose another folder with --out, or remove this one")


def write_plan(folder: Path, file: ScenarioFile, plan: Plan, tables: Mapping[str, Sequence[Any]]) -> None:
    """Write the plan into the new or empty ``folder``; ``tables`` holds rows (dataclasses) of a stress test by name."""
    extra = {name: pa.Table.from_pylist([_plain(asdict(row)) for row in rows]) for name, rows in tables.items() if rows}
    write_study(
        folder,
        {SCHEDULE: schedule_table(plan), "loads": load_table(plan), **extra},
        {
            "racktwin_version": racktwin_version(),
            "scenario_name": file.scenario.name,
            "kind": "schedule",
            "options": asdict(plan.floor.options),
            "answer": summary(plan),
            "document": file.document,
        },
    )


def summary(plan: Plan) -> dict[str, Any]:
    """What the plan came to: status, and per target value, bound and gap."""
    answer = plan.answer
    return {
        "status": answer.status,
        "wall_s": answer.wall_s,
        "first_s": answer.first_s,
        "targets": [
            {"target": r.target, "value": r.value, "bound": finite(r.bound), "gap": r.gap, "is_optimal": r.is_optimal}
            for r in answer.reached
        ],
        "tick_s": plan.floor.options.tick_s,
    }


def load_table(plan: Plan) -> pa.Table:
    """Per limit what is reserved from each instant on."""
    rows = [
        {"name": c.name, "quantity": c.quantity, "from_s": float(t), "load": float(x), "limit": c.limit}
        for c in load_curves(plan)
        for t, x in zip(c.from_s, c.load, strict=True)
    ]
    fields = [("name", pa.string()), ("quantity", pa.string())]
    return pa.Table.from_pylist(
        rows, schema=pa.schema([*fields, *((name, pa.float64()) for name in ("from_s", "load", "limit"))])
    )


def finite(value: float) -> float | None:
    """The value, or None where there is none."""
    return value if math.isfinite(value) else None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: (None if isinstance(value, float) and math.isnan(value) else value) for key, value in row.items()}
