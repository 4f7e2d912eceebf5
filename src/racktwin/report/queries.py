"""What charts need beyond KPIs, asked of a run's tables: load-duration curves and flow over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from .clock import DAY_S, Clock

Floats = npt.NDArray[np.float64]

_LEVELS = 200
_MOST_DAYS = 400


@dataclass(frozen=True)
class DurationCurve:
    """A limit's load-duration curve: for ``time_share`` of the watched time at least ``load_share`` of it is drawn."""

    name: str
    quantity: str
    time_share: tuple[float, ...]
    load_share: tuple[float, ...]

    @property
    def mean_share(self) -> float:
        """The mean load as a share of the limit: the area under the curve."""
        return float(np.trapezoid(self.load_share, self.time_share))


def duration_curves(connection: duckdb.DuckDBPyConnection, clock: Clock) -> list[DurationCurve]:
    """The load-duration curve of every limit over all replications, in steps of a two-hundredth of the limit."""
    rows = connection.execute(
        """
        SELECT name, quantity, CAST(ceil(draw / "limit" * $levels) AS BIGINT) AS level,
               sum(least(end_s, $horizon) - greatest(start_s, $warm_up)) AS time_s
        FROM limits WHERE end_s > $warm_up AND start_s < $horizon AND "limit" > 0
        GROUP BY ALL ORDER BY name, quantity, level DESC
        """,
        {"levels": _LEVELS, "warm_up": clock.warm_up_s, "horizon": clock.horizon_s},
    ).fetchall()
    levels: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for name, quantity, level, time_s in rows:
        levels.setdefault((name, quantity), []).append((level, time_s))
    return [_curve(name, quantity, steps) for (name, quantity), steps in levels.items()]


def _curve(name: str, quantity: str, steps: list[tuple[int, float]]) -> DurationCurve:
    """``steps`` are (level, time spent in it), highest level first."""
    times = np.cumsum([0.0, *(time_s for _, time_s in steps)])
    loads = [level / _LEVELS for level, _ in steps]
    time_share = [share for share in (times / times[-1]).tolist() for _ in (0, 1)][1:-1]
    load_share = [load for load in loads for _ in (0, 1)]
    return DurationCurve(name, quantity, tuple(time_share), tuple(load_share))


@dataclass(frozen=True)
class Course:
    """Something over time: the mean over replications and the band that holds nine tenths of them."""

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Flow:
    """Products at each ``time_s``: released, shipped and in progress."""

    time_s: Floats
    released: Course
    shipped: Course
    in_progress: Course


def flow(connection: duckdb.DuckDBPyConnection, clock: Clock, replications: Sequence[int]) -> Flow:
    """Cumulative releases and shipments of products, and products in progress, from the start to the horizon."""
    step_s = DAY_S * max(1, math.ceil(clock.horizon_s / DAY_S / _MOST_DAYS))
    if clock.horizon_s < 10 * DAY_S:
        step_s = clock.horizon_s / 100
    steps = math.ceil(clock.horizon_s / step_s)
    released, ended, shipped = (
        _cumulative(connection, column, condition, step_s, steps, replications)
        for column, condition in (("release_s", "true"), ("end_s", "true"), ("end_s", "fate = 'shipped'"))
    )
    time_s = np.minimum(np.arange(steps + 1) * step_s, clock.horizon_s)
    return Flow(time_s, _course(released), _course(shipped), _course(released - ended))


def _cumulative(
    connection: duckdb.DuckDBPyConnection,
    column: str,
    condition: str,
    step_s: float,
    steps: int,
    replications: Sequence[int],
) -> Floats:
    """How many products' ``column`` lies at or before each step: shape (replications, steps + 1)."""
    counts = np.zeros((len(replications), steps + 1))
    row_of = {replication: row for row, replication in enumerate(replications)}
    rows = connection.execute(
        f"""
        SELECT replication, CAST(ceil({column} / $step) AS BIGINT) AS step, count(*) FROM work_orders
        WHERE source <> 'component' AND {condition} AND isfinite({column}) GROUP BY ALL
        """,
        {"step": step_s},
    ).fetchall()
    for replication, step, count in rows:
        if step <= steps:
            counts[row_of[replication], max(step, 0)] += count
    return np.asarray(np.cumsum(counts, axis=1))


def _course(samples: Floats) -> Course:
    low, high = np.quantile(samples, [0.05, 0.95], axis=0)
    return Course(samples.mean(axis=0), low, high)
