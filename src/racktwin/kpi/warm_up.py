"""When does a run stop feeling its empty start? MSER-5 and Welch's moving average over a run's own series.

MSER (White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69, 1997; Franklin
and White, "Stationarity tests and MSER-5", WSC 2008) cuts where the squared standard error of what is left is least.
Welch's plot (in Law, Simulation Modeling and Analysis) averages over replications, then over a moving window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

    from racktwin.results import RunFolder

Floats = npt.NDArray[np.float64]

BATCH = 5
"""The 5 of MSER-5: values averaged before the search."""

LEAST_BATCHES = 20
"""A series with fewer batches tells nothing."""

_BATCH_LENGTHS_S = (7 * 86400.0, 86400.0, 3600.0, 60.0)
_WEEK_S = 7 * 86400.0


@dataclass(frozen=True)
class Truncation:
    """Where to cut a series: before value number ``index``. ``is_told`` is False where the series is too short.

    A cut beyond half of the series means that the start still shows in most of it.
    """

    index: int
    n: int
    is_told: bool


@dataclass(frozen=True)
class WarmUp:
    """One series of a run, averaged over replications, with its cut.

    ``time_s`` is where each value ends, ``mean`` the mean over replications, ``moving`` Welch's moving average of it.
    ``warm_up_s`` is the time of the cut, NaN where the run is too short to tell.
    """

    series: str
    unit: str
    time_s: Floats
    mean: Floats
    moving: Floats
    warm_up_s: float

    @property
    def is_told(self) -> bool:
        """Whether the run is long enough to tell."""
        return bool(np.isfinite(self.warm_up_s))


def mser5(series: npt.ArrayLike) -> Truncation:
    """The cut of a series by MSER over batches of 5; the last five are no candidates, since their error is chance."""
    values = np.asarray(series, np.float64)
    batches = len(values) // BATCH
    if batches < LEAST_BATCHES:
        return Truncation(0, len(values), False)
    means = values[: batches * BATCH].reshape(batches, BATCH).mean(axis=1)
    cut = int(np.argmin(_squared_errors(means)[: batches - BATCH]))
    return Truncation(cut * BATCH, len(values), cut <= batches / 2)


def _squared_errors(values: Floats) -> Floats:
    """For each cut d, the squared standard error of the mean of ``values[d:]`` (divided by n, as MSER has it)."""
    centred = values - values.mean()
    left = np.arange(len(values), 0, -1)
    sums = np.cumsum(centred[::-1])[::-1]
    squares = np.cumsum(centred[::-1] ** 2)[::-1]
    return np.asarray(np.maximum(squares - sums**2 / left, 0.0) / left**2)


def welch(series: npt.ArrayLike, window: int) -> Floats:
    """Welch's moving average: over ``2 * window + 1`` values, over fewer (symmetric) near the ends."""
    values = np.asarray(series, np.float64)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    place = np.arange(len(values))
    reach = np.minimum(np.minimum(place, len(values) - 1 - place), window)
    return np.asarray((sums[place + reach + 1] - sums[place - reach]) / (2 * reach + 1))


def warm_up(run: RunFolder) -> list[WarmUp]:
    """Throughput, work in progress and cycle time of the whole plant from time zero, each with its cut.

    The scenario's own warm-up plays no part. Needs at least one replication.
    """
    return list(_all_series(run))


def observed_series(run: RunFolder, replication: int = 0) -> dict[str, Floats]:
    """The same series of one replication, after the scenario's warm-up: what batch means are taken of.

    By whole weeks (days, hours) where there are enough: half a week would tell of weekends and not of chance.
    """
    edges_s = _edges_s(run.observed_s)[::BATCH] + run.manifest.warm_up_s
    shipped_s, cycle_s = _shipments(run, replication)
    return {
        "throughput": np.histogram(shipped_s, edges_s)[0] * _WEEK_S / np.diff(edges_s),
        "wip": _mean_wip(_orders(run, replication), edges_s),
        "cycle_time": cycle_s[shipped_s >= run.manifest.warm_up_s],
    }


def _all_series(run: RunFolder) -> Iterator[WarmUp]:
    edges_s = _edges_s(run.manifest.horizon_s)
    shipments = [_shipments(run, replication) for replication in run.replications]
    shipped = np.array([np.histogram(shipped_s, edges_s)[0] for shipped_s, _ in shipments], np.float64)
    yield _over_time("throughput", "1/week", edges_s, shipped.mean(axis=0) * _WEEK_S / np.diff(edges_s))
    wip = [_mean_wip(_orders(run, replication), edges_s) for replication in run.replications]
    yield _over_time("wip", "1", edges_s, np.mean(wip, axis=0))
    yield _cycle_times(shipments)


def _edges_s(horizon_s: float) -> Floats:
    """Edges of equal intervals, five to a week (or day, hour, minute) where the horizon holds at least twenty of them.

    A batch of MSER-5 is then a whole week, and the rhythm of shifts and weekends is no trend.
    """
    fitting = (length for length in _BATCH_LENGTHS_S if horizon_s >= LEAST_BATCHES * length)
    step_s = next(fitting, horizon_s / LEAST_BATCHES) / BATCH
    return np.asarray(np.arange(int(horizon_s / step_s * (1 + 1e-12)) + 1) * step_s)


def _over_time(name: str, unit: str, edges_s: Floats, mean: Floats) -> WarmUp:
    cut = mser5(mean)
    return _series(name, unit, edges_s[1:], mean, float(edges_s[cut.index]) if cut.is_told else float("nan"))


def _cycle_times(shipments: list[tuple[Floats, Floats]]) -> WarmUp:
    """The i-th product shipped, averaged over replications, as far as all replications have one."""
    n = min(len(shipped_s) for shipped_s, _ in shipments)
    shipped_s, cycle_s = (np.mean([pair[side][:n] for pair in shipments], axis=0) for side in (0, 1))
    cut = mser5(cycle_s)
    before_s = float(shipped_s[cut.index - 1]) if cut.index else 0.0
    return _series("cycle_time", "s", shipped_s, cycle_s, before_s if cut.is_told else float("nan"))


def _series(name: str, unit: str, time_s: Floats, mean: Floats, warm_up_s: float) -> WarmUp:
    return WarmUp(name, unit, time_s, mean, welch(mean, max(1, len(mean) // 40)), warm_up_s)


def _shipments(run: RunFolder, replication: int) -> tuple[Floats, Floats]:
    """(time shipped, cycle time) of every product, in order of shipping, s."""
    rows = run.table("shipments", ["release_s", "shipped_s"], replication)
    shipped_s = rows["shipped_s"].to_numpy()
    order = np.argsort(shipped_s, kind="stable")
    return shipped_s[order], (shipped_s - rows["release_s"].to_numpy())[order]


def _orders(run: RunFolder, replication: int) -> pa.Table:
    import pyarrow.compute as pc

    rows = run.table("work_orders", ["source", "release_s", "end_s"], replication)
    return rows.filter(pc.not_equal(rows["source"].cast("string"), "component"))


def _mean_wip(orders: pa.Table, edges_s: Floats) -> Floats:
    """Time average of the products in progress in each interval."""
    end_s = orders["end_s"].to_numpy()
    piece_s = _time_since(orders["release_s"].to_numpy(), edges_s) - _time_since(end_s[~np.isnan(end_s)], edges_s)
    return np.asarray(np.diff(piece_s) / np.diff(edges_s))


def _time_since(instants_s: Floats, now_s: Floats) -> Floats:
    """For each of ``now_s``, the summed time since all earlier instants, s."""
    ordered = np.sort(instants_s)
    count = np.searchsorted(ordered, now_s)
    return np.asarray(count * now_s - np.concatenate([[0.0], np.cumsum(ordered)])[count])
