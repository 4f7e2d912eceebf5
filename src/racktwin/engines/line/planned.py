"""A schedule to follow: who goes next at a work center, and not before when, by piece and operation.

Work centers that follow the plan take of their queue whoever is planned to start first. Pieces and operations that the
plan does not know (rework, spares) come behind those it knows. Parts are counted as the order book releases them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from racktwin.model import Scenario

from . import tables
from .builder import Builder


@dataclass(frozen=True)
class PlannedStarts:
    """``starts_s[part][n, k]``: the n-th ordered piece starts the k-th operation of its routing; NaN if not planned.

    ``work_centers`` follow the plan; the others keep their dispatch rule. ``is_held``: nothing starts before its time,
    even if it could.
    """

    starts_s: Mapping[str, npt.NDArray[np.float64]]
    work_centers: frozenset[str]
    is_held: bool = False


def add_plan(builder: Builder, plan: PlannedStarts) -> None:
    """The rows of the plan; parts know their first, centers that they follow it."""
    scenario: Scenario = builder.scenario
    for part, starts_s in plan.starts_s.items():
        row = builder.rows["parts"][list(scenario.parts).index(part)]
        row.update(first_plan=len(builder.rows["plans"]), n_planned=starts_s.shape[0], n_steps=starts_s.shape[1])
        row["first_step"] = _first_row(builder, part)
        for start_s in starts_s.ravel():
            is_known = not np.isnan(start_s)
            builder.add(
                "plans",
                start_s=float(start_s) if is_known else np.inf,
                not_before_s=float(start_s) if is_known and plan.is_held else 0.0,
            )
    for name in plan.work_centers:
        builder.rows["centers"][list(scenario.work_centers).index(name)]["dispatch"] = tables.PLANNED


def _first_row(builder: Builder, part: str) -> int:
    """The row of the first operation of the part's routing, rework or not."""
    first = int(builder.rows["parts"][list(builder.scenario.parts).index(part)]["first_operation"])
    operations = builder.scenario.routings[builder.scenario.parts[part].routing or ""].operations
    return first - next(number for number, operation in enumerate(operations) if not operation.rework)
