"""Spacing of orders, from when they came."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .durations import Finding, Note, Settings, fit_duration
from .laws import sample_of
from .observation import Observed, by_key, column
from .plant import Plant


def fit_arrivals(observed: Observed, plant: Plant, settings: Settings) -> Iterator[Finding]:
    """A change or a note for each demand whose orders were seen. The wait for the next order at the end is censored."""
    if observed.orders is None:
        if plant.scenario.demand:
            yield Note("demand", "not fitted: there are no release times (--map released=…)")
        return
    wanted_s = column(observed.orders, "wanted_s").astype(np.float64)
    gaps: dict[str, list[float]] = {}
    cut: dict[str, list[float]] = {}
    for (_, name), rows in by_key(observed.orders, ("replication", "demand")):
        times_s = np.sort(wanted_s[rows])
        gaps.setdefault(name, []).extend(np.diff(times_s).tolist())
        if (left_s := observed.end_s - float(times_s[-1])) > 0:
            cut.setdefault(name, []).append(left_s)
    for name, gaps_s in gaps.items():
        if plant.scenario.demand[name].interarrival is None:
            yield Note(
                f"demand.{name}", "orders are released as max_wip allows: their spacing is a result, not a cause"
            )
            continue
        path = ("demand", name, "interarrival")
        sample = sample_of(gaps_s, cut.get(name, []))
        yield fit_duration(path, plant, sample, observed.name, "gaps between orders", settings)
