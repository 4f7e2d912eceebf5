"""When each thing that may limit the plant is active: the candidates of :mod:`racktwin.kpi.bottleneck`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from racktwin.results import RunFolder

Floats = npt.NDArray[np.float64]
Yes = npt.NDArray[np.bool_]

ACTIVE_STATES = ("productive", "engineering", "scheduled_down", "unscheduled_down")
"""SEMI E10 states in which a work unit is not idle.

Waiting for parts, people or power, blocked or closed (standby, non_scheduled) it is idle: something else limits then.
"""


class Periods(NamedTuple):
    """Disjoint, ascending, non-touching periods, s."""

    start_s: Floats
    end_s: Floats


def active_periods(run: RunFolder, replication: int) -> dict[str, Periods]:
    """Every candidate, as ``kind:name``, with its active periods in the observed window."""
    return {
        **_work_centers(run, replication),
        **_operator_groups(run, replication),
        **_feeds_and_loops(run, replication),
    }


def _work_centers(run: RunFolder, replication: int) -> dict[str, Periods]:
    states = run.table("states", ["work_center", "state", "start_s", "end_s"], replication)
    state, names = _codes(states, "state")
    active = np.isin(state, [code for code, name in enumerate(names) if name in ACTIVE_STATES])
    intervals = _by_name(run, states, "work_center", active)
    units = {name: sum(group.count for group in center.groups) for name, center in run.scenario.work_centers.items()}
    return {f"work_center:{name}": _periods(intervals.get(name), count) for name, count in units.items()}


def _operator_groups(run: RunFolder, replication: int) -> dict[str, Periods]:
    labour = run.table("labour", ["operator_group", "start_s", "end_s", "present", "busy", "waiting"], replication)
    present, busy, waiting = (labour[name].to_numpy() for name in ("present", "busy", "waiting"))
    intervals = _by_name(run, labour, "operator_group", (busy >= present) & (waiting > 0))
    return {f"operator_group:{name}": _periods(intervals.get(name)) for name in run.scenario.operator_groups}


def _feeds_and_loops(run: RunFolder, replication: int) -> dict[str, Periods]:
    limits = run.table("limits", ["name", "quantity", "start_s", "end_s", "waiting"], replication)
    quantity, names = _codes(limits, "quantity")
    waited_for = limits["waiting"].to_numpy() > 0
    of_feed = quantity == (names.index("power") if "power" in names else -1)
    feeds = _by_name(run, limits, "name", waited_for & of_feed)
    loops = _by_name(run, limits, "name", waited_for & ~of_feed)
    plant = run.scenario.of_line
    return {
        **{f"feed:{name}": _periods(feeds.get(name)) for name in plant.feeds},
        **{f"cooling_loop:{name}": _periods(loops.get(name)) for name in plant.cooling_loops},
    }


def _codes(table: pa.Table, column: str) -> tuple[npt.NDArray[np.int16], list[str]]:
    """A text column as small numbers (which sort fast) and the names they stand for."""
    values = table[column].combine_chunks()
    return values.indices.to_numpy().astype(np.int16), values.dictionary.to_pylist()


def _by_name(run: RunFolder, table: pa.Table, column: str, chosen: Yes) -> dict[str, Periods]:
    """The chosen rows' intervals by name, cut to the observed window; they may still touch or overlap."""
    code, names = _codes(table, column)
    rows = np.flatnonzero(chosen)
    rows = rows[np.argsort(code[rows], kind="stable")]
    start_s = np.maximum(table["start_s"].to_numpy()[rows], run.manifest.warm_up_s)
    end_s = np.minimum(table["end_s"].to_numpy()[rows], run.manifest.horizon_s)
    inside = end_s > start_s
    start_s, end_s, code = start_s[inside], end_s[inside], code[rows[inside]]
    bounds = np.searchsorted(code, np.arange(len(names) + 1, dtype=code.dtype))
    parts = [slice(bounds[i], bounds[i + 1]) for i in range(len(names))]
    return {name: Periods(start_s[part], end_s[part]) for name, part in zip(names, parts, strict=True)}


def _periods(intervals: Periods | None, at_once: int = 1) -> Periods:
    """The periods in which at least ``at_once`` of the intervals hold; what touches is one period."""
    if intervals is None:
        return Periods(np.empty(0), np.empty(0))
    time_s = np.concatenate(intervals)
    # A stable sort keeps starts before ends at one instant, so that a work unit which takes its next part at once, or
    # a wait that begins as another ends, does not break the period (tests/kpi/test_active.py).
    order = np.argsort(time_s, kind="stable")
    holding = np.cumsum(np.where(order < len(intervals.start_s), 1, -1)) >= at_once
    change = np.diff(holding.astype(np.int8), prepend=0)
    time_s = time_s[order]
    start_s, end_s = time_s[change > 0], time_s[change < 0]
    real = end_s > start_s
    return Periods(start_s[real], end_s[real])
