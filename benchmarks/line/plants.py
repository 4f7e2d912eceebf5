"""The plants that are measured, as plain numbers that every simulator reads: seconds, watts, counts.

This module knows neither racktwin nor its peers, so that each of them can be given the very same plant. A law is a
pair of its name and its parameters: ``("exponential", mean_s)`` or ``("uniform", low_s, high_s)``.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from typing import Any

Law = tuple[Any, ...]
MINUTE_S = 60.0
DAY_S = 86400.0


@dataclass(frozen=True)
class Station:
    """Equal machines that share one first-come-first-served queue; ``buffer`` bounds it (None: no bound)."""

    machines: int = 1
    buffer: int | None = None
    between_failures: Law | None = None  # of busy time
    repair: Law | None = None


@dataclass(frozen=True)
class Step:
    """One operation: an attended phase if ``attended`` is given, then work; a test fails with ``p_fail``.

    A failed part goes through ``debug`` (a station and a law) and comes back to the same step.
    """

    station: str
    work: Law
    attended: Law | None = None
    skill: str = ""
    draw_w: float = 0.0
    p_fail: float = 0.0
    debug_station: str = ""
    debug: Law | None = None


@dataclass(frozen=True)
class Product:
    """Poisson or other arrivals and the route."""

    interarrival: Law
    route: tuple[Step, ...]


@dataclass(frozen=True)
class Plant:
    """A plant and how long it runs. ``crews``: per skill, people present by day (06:00 to 18:00) and by night."""

    name: str
    stations: dict[str, Station]
    products: dict[str, Product]
    horizon_s: float
    crews: dict[str, tuple[int, int]] = field(default_factory=dict)
    feed_w: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As nested dictionaries and lists."""
        return asdict(self)


def mean_s(law: Law) -> float:
    """The mean of a law."""
    return float(law[1] if law[0] == "exponential" else (law[1] + law[2]) / 2.0)


def mm4(parts: int) -> Plant:
    """M/M/4 at 80 % load."""
    product = Product(("exponential", 20 * MINUTE_S), (Step("cell", ("exponential", 64 * MINUTE_S)),))
    return Plant("mm4", {"cell": Station(4)}, {"tray": product}, parts * 20 * MINUTE_S)


def buffered_line(parts: int) -> Plant:
    """Ten machines in a row with ten places before each but the first, that break down while they work."""
    names = [f"machine_{number}" for number in range(10)]
    stations = {
        name: Station(1, 10 if number else None, ("exponential", 8 * 3600.0), ("exponential", 45 * MINUTE_S))
        for number, name in enumerate(names)
    }
    work: Law = ("uniform", 8 * MINUTE_S, 12 * MINUTE_S)
    product = Product(("exponential", 14 * MINUTE_S), tuple(Step(name, work) for name in names))
    return Plant("buffered_line", stations, {"tray": product}, parts * 14 * MINUTE_S)


def reentrant(parts: int) -> Plant:
    """Three products that come back to the same stations, two tests that fail, and debug."""
    exponential = "exponential"

    def step(station: str, minutes: float) -> Step:
        return Step(station, (exponential, minutes * MINUTE_S))

    def test(minutes: float, p_fail: float) -> Step:
        return Step(
            "test",
            (exponential, minutes * MINUTE_S),
            p_fail=p_fail,
            debug_station="debug",
            debug=(exponential, 45 * MINUTE_S),
        )

    routes = {
        "compute": (
            step("kit", 8),
            step("build", 30),
            test(40, 0.15),
            step("build", 20),
            test(60, 0.1),
            step("pack", 6),
        ),
        "switch": (step("kit", 6), step("build", 15), test(30, 0.05), step("kit", 4), step("pack", 6)),
        "storage": (
            step("kit", 10),
            step("build", 25),
            step("kit", 5),
            step("build", 10),
            test(45, 0.2),
            step("pack", 5),
        ),
    }
    gaps = {"compute": 30.0, "switch": 45.0, "storage": 60.0}
    products = {name: Product((exponential, gaps[name] * MINUTE_S), route) for name, route in routes.items()}
    rate_per_s = sum(1.0 / (gap * MINUTE_S) for gap in gaps.values())
    stations = {"kit": Station(1), "build": Station(4), "test": Station(8), "debug": Station(2), "pack": Station(1)}
    return Plant("reentrant", stations, products, parts / rate_per_s)


_MACHINES, _STEPS, _PRODUCTS, _STATIONS = 4, 50, 20, 100


def _routes() -> list[list[str]]:
    """Twenty routes of 50 steps that visit each of 100 stations ten times in all."""
    chance = random.Random(20261124)
    names = [f"station_{number}" for number in range(_STATIONS)]
    routes = []
    for _ in range(_PRODUCTS // 2):
        chance.shuffle(names)
        routes += [names[:_STEPS], names[_STEPS:]]
    return routes


def plant(parts: int) -> Plant:
    """100 stations of four machines, 20 products of 50 steps, every machine busy for 80 % of the time."""
    step_s = 65 * MINUTE_S
    return _plant("plant", parts, lambda name: Step(name, ("exponential", step_s)), step_s / 0.80, {}, None)


def limited_plant(parts: int) -> Plant:
    """The same with attended loading by ten crews in two shifts, and a feed that is short now and then."""
    load_s, run_s = 5 * MINUTE_S, 60 * MINUTE_S
    number = {f"station_{number}": number for number in range(_STATIONS)}

    def step(name: str) -> Step:
        skill = f"skill_{number[name] % 10}"
        return Step(name, ("exponential", run_s), ("exponential", load_s), skill, 10e3)

    crews = {f"skill_{number}": (5, 4) for number in range(10)}
    return _plant("limited_plant", parts, step, (load_s + run_s) / 0.72, crews, 3.0e6)


def _plant(
    name: str, parts: int, step: Any, occupied_s: float, crews: dict[str, tuple[int, int]], feed_w: float | None
) -> Plant:
    """``occupied_s`` over the machines is the time between two parts that gives the load aimed at."""
    gap_s = occupied_s * _STEPS / (_STATIONS * _MACHINES)
    stations = {f"station_{number}": Station(_MACHINES) for number in range(_STATIONS)}
    products = {
        f"product_{number}": Product(("exponential", gap_s * _PRODUCTS), tuple(step(station) for station in route))
        for number, route in enumerate(_routes())
    }
    return Plant(name, stations, products, parts * gap_s, crews, feed_w)


PLANTS = {
    "mm4": mm4,
    "buffered_line": buffered_line,
    "reentrant": reentrant,
    "plant": plant,
    "limited_plant": limited_plant,
}
SIZES = {
    "mm4": (10_000, 100_000, 1_000_000),
    "buffered_line": (1_000, 10_000, 100_000),
    "reentrant": (1_000, 10_000, 100_000),
    "plant": (500, 2_000, 10_000),
    "limited_plant": (500, 2_000, 10_000),
}
"""Parts released, on average, in the three sizes of each plant."""
