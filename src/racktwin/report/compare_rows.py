"""Two runs KPI by KPI: each value, the difference with its interval, and whether it is for the better."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from racktwin.kpi import KPIS, Difference, difference
from racktwin.results import RunFolder

from .evidence import kpi_table

_ROUNDING = 1e-9

Verdict = str
"""``better``, ``worse``, ``different`` (no direction is better) or ``unclear`` (the interval includes zero)."""


@dataclass(frozen=True)
class ComparisonRow:
    """One KPI of one subject in two runs; ``difference`` is B less A, ``half_width`` half its 95 % interval."""

    kpi: str
    title: str
    subject: str
    unit: str
    direction: str
    a: float
    b: float
    difference: float
    half_width: float
    replications: int
    paired: bool
    verdict: Verdict

    @property
    def clear(self) -> bool:
        """Whether the interval excludes zero."""
        return self.verdict != "unclear"


def compare(a: RunFolder, b: RunFolder) -> list[ComparisonRow]:
    """Every KPI and subject that both or either of the runs has a value for, in the order of the KPIs."""
    return [
        _row(found)
        for found in difference(kpi_table(a), kpi_table(b))
        if found.kpi in KPIS and (math.isfinite(found.mean_a) or math.isfinite(found.mean_b))
    ]


def compare_rows(a: RunFolder, b: RunFolder) -> list[dict[str, Any]]:
    """The same as plain data that JSON can hold; what does not exist is None."""
    return [
        {name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in item.items()}
        for item in (asdict(row) for row in compare(a, b))
    ]


def cautions(a: RunFolder, b: RunFolder) -> list[str]:
    """Why the two runs cannot be set side by side without a second thought."""
    found = []
    first, second = a.manifest, b.manifest
    if first.seed != second.seed:
        found.append(
            f"The seeds differ ({first.seed} and {second.seed}): the runs share no luck, so that intervals are wider "
            "than they need be. Run both with one seed."
        )
    if a.replications != b.replications:
        found.append(
            f"The replications differ ({len(a.replications)} and {len(b.replications)} done): differences are not "
            "paired, so that intervals are wider than they need be."
        )
    if (first.horizon_s, first.warm_up_s) != (second.horizon_s, second.warm_up_s):
        found.append("The time watched differs: totals such as products shipped do not compare.")
    for name, run in (("A", a), ("B", b)):
        if run.manifest.status != "finished":
            done, planned = len(run.replications), run.manifest.replications_planned
            found.append(f"{name} was {run.manifest.status} after {done} of {planned} replications.")
    return found


def _row(found: Difference) -> ComparisonRow:
    kpi = KPIS[found.kpi]
    if abs(found.difference) <= _ROUNDING * max(abs(found.mean_a), abs(found.mean_b)):
        found = replace(found, difference=0.0, half_width=0.0)
    return ComparisonRow(
        found.kpi,
        kpi.title,
        found.subject,
        kpi.unit,
        kpi.direction,
        found.mean_a,
        found.mean_b,
        found.difference,
        found.half_width,
        found.n,
        found.paired,
        _verdict(found, kpi.direction),
    )


def _verdict(found: Difference, direction: str) -> Verdict:
    if not found.significant:
        return "unclear"
    if direction == "neither":
        return "different"
    return "better" if (found.difference > 0) == (direction == "higher") else "worse"
