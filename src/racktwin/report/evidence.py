"""What a report reads of a run: its scenario, its clock, its KPI estimates and its tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from racktwin.kpi import KPIS, Estimate, compute, summarize
from racktwin.kpi.shares import SHARES
from racktwin.model import Scenario
from racktwin.results import RunFolder

from .clock import Clock
from .numbers import MISSING, Scale, estimate, interval, percent, scale


def unit_of(kpi: str) -> str:
    """The unit of a KPI's values for :func:`.numbers.scale`; ``share`` for those that read as percentages."""
    return "share" if kpi in SHARES else KPIS[kpi].unit


def title_of(kpi: str) -> str:
    """The title of a KPI within a sentence."""
    title = KPIS[kpi].title
    return title if title.isupper() or title[:2].isupper() else f"{title[0].lower()}{title[1:]}"


@dataclass(frozen=True)
class Evidence:
    """A run as its report sees it. ``estimates`` holds mean and interval by KPI and subject."""

    run: RunFolder
    scenario: Scenario
    clock: Clock
    connection: duckdb.DuckDBPyConnection
    estimates: dict[str, dict[str, Estimate]]

    def of(self, kpi: str, subject: str = "") -> Estimate:
        """The estimate of one KPI for one subject; NaN where the run has none."""
        return self.estimates[kpi].get(subject) or Estimate(kpi, subject, math.nan, math.nan, 0)

    def subjects(self, kpi: str) -> list[str]:
        """The subjects that have a value of the KPI."""
        return [subject for subject, found in self.estimates[kpi].items() if math.isfinite(found.mean)]

    def products(self) -> list[str]:
        """The products, in the scenario's order."""
        known = set(self.estimates["throughput"]) - {""}
        return [part for part in self.scenario.parts if part in known]

    def show(self, kpi: str, subject: str = "", in_scale: Scale | None = None) -> str:
        """``12.3 ± 0.4`` in the KPI's scale, without its unit."""
        found = self.of(kpi, subject)
        shown = in_scale or self.scale(kpi, subject)
        return estimate(shown(found.mean), shown(found.half_width))

    def share(self, kpi: str, subject: str = "") -> str:
        """A share as ``83 %``."""
        return percent(self.of(kpi, subject).mean)

    def interval(self, kpi: str, subject: str = "") -> str:
        """The 95 % interval in the KPI's scale: ``11.9 to 12.7``; empty where there is none."""
        found, shown = self.of(kpi, subject), self.scale(kpi, subject)
        return interval(shown(found.mean), shown(found.half_width), most=100.0 if kpi in SHARES else math.inf)

    def whiskers(self, kpi: str, subjects: list[str]) -> dict[str, Any]:
        """Plotly's error bars of shares in percent, cut at 0 and 100."""
        found = [self.of(kpi, subject) for subject in subjects]
        return {
            "type": "data",
            "symmetric": False,
            "array": [100 * min(item.half_width, 1 - item.mean) for item in found],
            "arrayminus": [100 * min(item.half_width, item.mean) for item in found],
            "color": "$ink",
            "thickness": 1,
        }

    def scale(self, kpi: str, *subjects: str) -> Scale:
        """The scale in which the KPI's values of these subjects (all, if none are named) read well together."""
        values = [self.of(kpi, subject).mean for subject in subjects or self.subjects(kpi)]
        largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
        return scale(unit_of(kpi), largest)

    def definition(self, kpi: str) -> str:
        """What the KPI is, as a sentence."""
        formula = KPIS[kpi].formula
        return f"{formula[0].upper()}{formula[1:]}." if formula else MISSING


def kpi_table(run: RunFolder) -> pa.Table:
    """The KPIs stored with the run, or computed where there are none."""
    return run.extra("kpis") if "kpis" in run.extras else compute(run)


@contextmanager
def gather(run: RunFolder) -> Iterator[Evidence]:
    """The evidence of a run; its connection closes at the end."""
    estimates: dict[str, dict[str, Estimate]] = {name: {} for name in KPIS}
    for found in summarize(kpi_table(run)):
        estimates.setdefault(found.kpi, {})[found.subject] = found
    with run.connect() as connection:
        yield Evidence(run, run.scenario, Clock.of(run.scenario), connection, estimates)
