"""The active-period method instant by instant: slow, and with none of the ideas of racktwin.kpi.bottleneck."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from racktwin.model import Scenario

Row = dict[str, Any]
Period = tuple[float, float]

_IDLE = ("standby", "non_scheduled")


def sweep(scenario: Scenario, rows: dict[str, list[Row]]) -> dict[str, dict[str, float | None]]:
    """By subject: shares ``bottleneck``, ``sole``, ``shifting``, ``active``, and ``mean_active_s``."""
    window = float(scenario.warm_up_s), float(scenario.horizon_s)
    return verdicts(_candidates(scenario, rows, window), window[1] - window[0])


def _candidates(scenario: Scenario, rows: dict[str, list[Row]], window: tuple[float, float]) -> dict[str, list[Period]]:
    def periods(chosen: list[Row], at_once: int = 1) -> list[Period]:
        return active_periods([(row["start_s"], row["end_s"]) for row in chosen], at_once, window)

    def select(table: str, column: str, name: str, test: Callable[[Row], bool]) -> list[Row]:
        return [row for row in rows[table] if row[column] == name and test(row)]

    found = {}
    for name, center in scenario.work_centers.items():
        busy = select("states", "work_center", name, lambda row: row["state"] not in _IDLE)
        found[f"work_center:{name}"] = periods(busy, sum(group.count for group in center.groups))
    for name in scenario.operator_groups:
        short = select("labour", "operator_group", name, lambda row: row["busy"] >= row["present"] and row["waiting"])
        found[f"operator_group:{name}"] = periods(short)
    for name in scenario.feeds:
        full = select("limits", "name", name, lambda row: row["quantity"] == "power" and row["waiting"] > 0)
        found[f"feed:{name}"] = periods(full)
    for name in scenario.cooling_loops:
        full = select("limits", "name", name, lambda row: row["quantity"] != "power" and row["waiting"] > 0)
        found[f"cooling_loop:{name}"] = periods(full)
    return found


def active_periods(intervals: list[Period], at_once: int, window: tuple[float, float]) -> list[Period]:
    """Where at least ``at_once`` intervals hold, looked at between every two neighbouring instants."""
    cut = [(max(start, window[0]), min(end, window[1])) for start, end in intervals]
    instants = sorted({instant for start, end in cut if end > start for instant in (start, end)})
    found: list[Period] = []
    for start, end in pairwise(instants):
        if sum(a <= start and end <= b for a, b in cut) >= at_once:
            if found and found[-1][1] == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
    return found


def verdicts(candidates: dict[str, list[Period]], observed_s: float) -> dict[str, dict[str, float | None]]:
    """The shares of each candidate, from who reigns between every two neighbouring instants."""
    instants = sorted({instant for periods in candidates.values() for period in periods for instant in period})
    slices = list(pairwise(instants))
    winners = [_longest(candidates, part) for part in slices]
    handovers = {pair for pair in pairwise(winners) if None not in pair and pair[0] != pair[1]}
    totals: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for part, winner in zip(slices, winners, strict=True):
        shifting = {
            one for pair in handovers if all(one and _covers(one[1], part) for one in pair) for one in pair if one
        }
        for name, _ in shifting:
            totals[name]["shifting"] += part[1] - part[0]
        if winner:
            totals[winner[0]]["bottleneck"] += part[1] - part[0]
            totals[winner[0]]["sole"] += 0.0 if winner in shifting else part[1] - part[0]
    return {name: _shares(totals[name], periods, observed_s) for name, periods in candidates.items()}


def _covers(period: Period, part: Period) -> bool:
    return period[0] <= part[0] and part[1] <= period[1]


def _longest(candidates: dict[str, list[Period]], part: Period) -> tuple[str, Period] | None:
    """Of what is active all through ``part`` the longest; of equals the earliest, then the first named."""
    active = [(name, period) for name, periods in candidates.items() for period in periods if _covers(period, part)]
    return max(active, key=lambda found: (found[1][1] - found[1][0], -found[1][0]), default=None)


def _shares(totals: dict[str, float], periods: list[Period], observed_s: float) -> dict[str, float | None]:
    lengths = [end - start for start, end in periods]
    return {
        **{name: totals.get(name, 0.0) / observed_s for name in ("bottleneck", "sole", "shifting")},
        "active": math.fsum(lengths) / observed_s,
        "mean_active_s": math.fsum(lengths) / len(lengths) if lengths else None,
    }
