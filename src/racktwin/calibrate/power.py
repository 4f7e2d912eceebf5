"""From measured points to power tables: what a job draws on a GPU, and what a power cap makes of draw and speed.

Two things are kept apart, because the measurements say so (docs/design/fleet_power.md): a workload's *natural draw*,
which differs between workloads, and the *curve* of draw and speed, each as a share of uncapped, over the cap as a share
of the natural draw, which hardly does.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from .partial_pooling import COVERAGE, Expected, expected_of, two_sided_t

KNOTS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.7, 2.0)
"""Where curves are given, as the cap's share of the natural draw; beyond the last a cap does nothing."""

FEWEST = 3
"""A knot needs this many workloads."""

_NEAR = 0.15
"""An interval is made from points whose cap is this near to the knot."""

Floats = npt.NDArray[np.float64]
Share = Literal["draw", "speed"]


@dataclass(frozen=True)
class Point:
    """A workload measured under one cap: ``draw_w`` of a GPU or ``node_w`` of its node; ``speed`` in any unit.

    Of the H200's inference, ``speed`` is relative to the uncapped run. NaN where not measured. ``repeat`` tells apart
    runs of one workload, which count as one. ``used``: whether tables are made from it.
    """

    source: str
    gpu_model: str
    job_class: str
    workload: str
    repeat: str = ""
    cap_w: float = float("nan")
    draw_w: float = float("nan")
    node_w: float = float("nan")
    speed: float = float("nan")
    peak_ratio: float = float("nan")
    span_s: float = float("nan")
    used: bool = True

    def cells(self) -> list[str]:
        """As a CSV row; :func:`point_of` reads it back."""
        return [
            "" if value != value else f"{value:.8g}" if isinstance(value, float) else str(value)
            for value in astuple(self)
        ]


POINT_COLUMNS = tuple(field.name for field in fields(Point))


def point_of(row: Mapping[str, str]) -> Point:
    """The point in a CSV row."""
    numbers = {field.name: float(row[field.name] or "nan") for field in fields(Point) if field.type == "float"}
    names = {name: row[name] for name in ("source", "gpu_model", "job_class", "workload", "repeat")}
    return Point(**names, **numbers, used=row["used"] == "True")  # type: ignore[arg-type]


@dataclass(frozen=True)
class CapCurve:
    """One workload's measured curve: ``x`` the cap by the natural draw, increasing; shares of uncapped."""

    job_class: str
    workload: str
    natural_w: float
    x: Floats
    draw: Floats
    speed: Floats

    @property
    def network(self) -> str:
        """The network it trains, whatever data set, batch size and optimiser: networks are what is new in new work."""
        return self.workload.split("/")[1].replace("-", "_")


def cap_curves(points: Iterable[Point], gpu_model: str) -> list[CapCurve]:
    """The workloads of a GPU model that were measured under several caps; the highest cap is taken as none."""
    by_workload: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for point in points:
        if point.used and point.gpu_model == gpu_model and point.draw_w == point.draw_w:
            by_workload[point.job_class, point.workload].append(point)
    return [
        _cap_curve(job_class, workload, sorted(measured, key=lambda point: point.cap_w))
        for (job_class, workload), measured in by_workload.items()
        if len(measured) > 1
    ]


def _cap_curve(job_class: str, workload: str, measured: list[Point]) -> CapCurve:
    top = measured[-1]
    columns = (
        np.array([point.cap_w / top.draw_w for point in measured]),
        np.array([point.draw_w / top.draw_w for point in measured]),
        np.array([point.speed / top.speed for point in measured]),
    )
    return CapCurve(job_class, workload, top.draw_w, *columns)


@dataclass(frozen=True)
class Curve:
    """A class's curve: for each of ``x`` the expected share and its interval."""

    x: tuple[float, ...]
    draw: tuple[Expected, ...]
    speed: tuple[Expected, ...]

    def at(self, x: float, share: Share) -> tuple[float, float, float]:
        """Expected share, low and high at ``x``, linear between knots; beyond the last knot all of it."""
        rows: Sequence[Expected] = self.draw if share == "draw" else self.speed
        found = (float(np.interp(x, self.x, [getattr(row, end) for row in rows])) for end in ("value", "low", "high"))
        value, low, high = found
        return value, low, high


def class_curve(curves: Sequence[CapCurve], job_class: str, misses: Sequence[Floats]) -> Curve:
    """What to expect of one more workload of ``job_class``, leaning on the other classes where it has few.

    ``misses``: of :func:`network_misses`, which set the intervals: they are meant for a network that nobody measured.
    """
    middle = _middle(curves, job_class)
    draw, speed = (
        tuple(_widened(share, knot, misses, column) for knot, share in zip(middle.x, shares, strict=True))
        for column, shares in ((1, middle.draw), (2, middle.speed))
    )
    return Curve(middle.x, draw, speed)


def network_misses(by_gpu: Iterable[Sequence[CapCurve]]) -> list[Floats]:
    """How far off each network is when it is predicted from the other networks of its GPU model, a table a network.

    Rows: x, at most the last knot; measured less expected draw; measured less expected speed. A network's misses on
    all GPU models are in one table, since they are not independent.
    """
    found: dict[str, list[Floats]] = defaultdict(list)
    for curves in by_gpu:
        for network in {curve.network: None for curve in curves}:
            found[network].append(_misses(curves, network))
    return [table for tables in found.values() if len(table := np.concatenate(tables))]


def _middle(curves: Sequence[CapCurve], job_class: str) -> Curve:
    """The expected shares at each knot that has enough workloads."""
    knots, draw, speed = [], [], []
    for x in KNOTS:
        groups: dict[Share, dict[str, list[float]]] = {"draw": defaultdict(list), "speed": defaultdict(list)}
        for curve in curves:
            if x < curve.x[0] - 0.01:
                continue
            groups["draw"][curve.job_class].append(float(np.interp(x, curve.x, curve.draw)))
            groups["speed"][curve.job_class].append(float(np.interp(x, curve.x, curve.speed)))
        if sum(map(len, groups["draw"].values())) >= FEWEST:
            knots.append(x)
            draw.append(expected_of(groups["draw"], job_class))
            speed.append(expected_of(groups["speed"], job_class))
    return Curve(tuple(knots), _rising(draw), _rising(speed))


def _misses(curves: Sequence[CapCurve], network: str) -> Floats:
    others = [curve for curve in curves if curve.network != network]
    found = []
    expected: dict[str, Curve] = {}
    for curve in curves:
        if curve.network != network:
            continue
        if curve.job_class not in expected:
            expected[curve.job_class] = _middle(others, curve.job_class)
        middle = expected[curve.job_class]
        for x, draw, speed in zip(curve.x[:-1], curve.draw[:-1], curve.speed[:-1], strict=True):
            if middle.x and x >= middle.x[0] - 0.01:
                row = (min(float(x), KNOTS[-1]), draw - middle.at(x, "draw")[0], speed - middle.at(x, "speed")[0])
                found.append(row)
    return np.array(found).reshape(-1, 3)


def _widened(share: Expected, knot: float, misses: Sequence[Floats], column: int) -> Expected:
    """With the interval of one more network at ``knot``: half of it is the larger of two bounds.

    The worst network's :data:`COVERAGE` quantile of misses: a jackknife, which holds for a network exchangeable with
    these n in n of n + 1 cases whatever the law. Student's t over the networks' mean squares: it holds
    :data:`COVERAGE` if networks differ by a normal law.
    """
    near = [_near_knot(of_network, knot)[:, column] for of_network in misses]
    worst = max(float(np.quantile(np.abs(of_network), COVERAGE)) for of_network in near)
    mean_square = float(np.mean([np.mean(of_network**2) for of_network in near]))
    reach = max(worst, two_sided_t(len(near)) * mean_square**0.5)
    return Expected(share.value, share.value - reach, share.value + reach, share.n)


def _near_knot(of_network: Floats, knot: float) -> Floats:
    """A network's misses near the knot; of one that has none there, those that are nearest."""
    distance = np.abs(of_network[:, 0] - knot)
    return of_network[distance <= max(_NEAR, float(distance.min()) + 1e-9)]


def _rising(shares: list[Expected]) -> tuple[Expected, ...]:
    """Never falling, never above all of it."""
    values = np.minimum(np.maximum.accumulate(np.array([share.value for share in shares])), 1.0)
    return tuple(Expected(float(v), float(v), float(v), share.n) for v, share in zip(values, shares, strict=True))


def natural_draws(points: Iterable[Point], host: HostLoad) -> dict[str, dict[str, list[float]]]:
    """Natural draws of a GPU, W, by GPU model and class, one a workload: measured, or the node's less its host's."""
    points = [point for point in points if point.used]
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    uncapped: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for point in points:
        if point.node_w == point.node_w and point.cap_w != point.cap_w:
            uncapped[point.gpu_model, point.job_class, point.workload].append(host.gpu_w(point.node_w))
    for (gpu, job_class, _), draws in uncapped.items():
        found[gpu][job_class].append(float(np.mean(draws)))
    for gpu in {point.gpu_model: None for point in points}:
        for curve in cap_curves(points, gpu):
            found[gpu][curve.job_class].append(curve.natural_w)
    return found


@dataclass(frozen=True)
class HostLoad:
    """What a node of 8 GPUs draws at the wall: ``fixed_w`` and ``factor`` times what its GPUs draw.

    The factor holds what grows with the GPUs: fans, voltage regulators, power supplies.
    """

    fixed_w: float
    factor: float
    fixed_reach_w: float
    factor_reach: float
    gpus: int = 8

    def gpu_w(self, node_w: float) -> float:
        """What each GPU draws when the node draws ``node_w``."""
        return (node_w - self.fixed_w) / (self.factor * self.gpus)

    def node_w(self, gpu_w: float) -> float:
        """What the node draws when each GPU draws ``gpu_w``."""
        return self.fixed_w + self.factor * self.gpus * gpu_w


def host_load(points: Iterable[Point]) -> HostLoad:
    """From nodes under known caps, which their GPUs are taken to draw: a line through node power over GPU power.

    The reaches are half the 90 % confidence intervals of the line's coefficients.
    """
    from scipy import stats

    capped = [point for point in points if point.used and point.node_w == point.node_w and point.cap_w == point.cap_w]
    caps = np.array([point.cap_w for point in capped]) * HostLoad.gpus
    nodes = np.array([point.node_w for point in capped])
    line = stats.linregress(caps, nodes)
    t = float(stats.t.ppf(0.95, len(capped) - 2))
    return HostLoad(float(line.intercept), float(line.slope), t * float(line.intercept_stderr), t * float(line.stderr))


def exponents(points: Iterable[Point], natural_w: float) -> dict[str, list[float]]:
    """By class, the exponent e of speed = (cap / natural draw)^e, one a workload with a relative speed and one cap."""
    by_workload: dict[tuple[str, str], list[float]] = defaultdict(list)
    for point in points:
        if point.used and point.source == "mlperf_inference" and point.cap_w == point.cap_w:
            exponent = float(np.log(point.speed) / np.log(point.cap_w / natural_w))
            by_workload[point.job_class, point.workload].append(exponent)
    found: dict[str, list[float]] = defaultdict(list)
    for (job_class, _), of_workload in by_workload.items():
        found[job_class].append(float(np.mean(of_workload)))
    return found


def power_law_curve(exponent: Expected) -> Curve:
    """speed = x^e up to x = 1, and the cap itself as draw."""
    knots = [x for x in KNOTS if x <= 1.0]
    speed = tuple(Expected(x**exponent.value, x**exponent.high, x**exponent.low, exponent.n) for x in knots)
    draw = tuple(Expected(x, x, x, exponent.n) for x in knots)
    return Curve(tuple(knots), draw, speed)


def between(first: Curve, second: Curve) -> Curve:
    """Half-way between two curves, with an interval that holds those of both."""
    knots = tuple(x for x in KNOTS if x >= max(first.x[0], second.x[0]))

    def rows(share: Share) -> tuple[Expected, ...]:
        pairs = [(first.at(x, share), second.at(x, share)) for x in knots]
        return tuple(Expected((a[0] + b[0]) / 2, min(a[1], b[1]), max(a[2], b[2]), 0) for a, b in pairs)

    return Curve(knots, rows("draw"), rows("speed"))


def read_points(path: Path) -> list[Point]:
    """The points in a CSV file, whose ``#`` lines are comments."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [point_of(row) for row in csv.DictReader(lines)]
