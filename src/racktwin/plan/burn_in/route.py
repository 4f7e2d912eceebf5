"""A product's whole way through its operations: what each takes, gives and finds, and where a failure leads back to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from racktwin.model import Operation, Scenario

from .from_scenario import draw_w, mean_s, origins, soak_of


@dataclass(frozen=True)
class Place:
    """One operation of the route.

    ``hours`` on the clock and ``kwh`` a pass, ``stress_h`` it gives, ``finds`` the probability per kind that it finds a
    patent defect, ``p_false`` that it fails a good product. ``retest`` names the operation that a failure leads back
    to, ``debug_h`` how long the debug before takes; both empty where nothing is tested.
    """

    name: str
    hours: float
    kwh: float
    stress_h: float
    finds: Mapping[str, float] = field(default_factory=dict)
    p_false: float = 0.0
    retest: str = ""
    debug_h: float = 0.0
    usd: float = 0.0

    @property
    def is_test(self) -> bool:
        return bool(self.retest)


@dataclass(frozen=True)
class Kind:
    """A defect kind: Weibull law in hours of stress where latent; how long a repair takes, how likely it holds."""

    shape: float | None = None
    scale_h: float = 1.0
    p_repaired: float = 1.0
    repair_h: float = 0.0

    def survival(self, stress_h: float) -> float:
        """The probability that a latent defect is latent still after so much stress; 0 for kinds patent at once."""
        if self.shape is None:
            return 0.0
        return math.exp(-((stress_h / self.scale_h) ** self.shape)) if stress_h > 0 else 1.0


@dataclass(frozen=True)
class Source:
    """``count`` defects of a kind a product that are there from the operation ``at`` on (the end, if it is "").

    ``earlier`` are the stress hours and the probability to be found of what came before, for trays and servers.
    """

    kind: str
    count: float
    at: str
    earlier: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Route:
    """Places in the order of work, kinds, sources, the product's price; ``soak`` is the place whose hours are decided.

    ``soak_fixed`` are (hours, kWh, stress hours) of that place besides the soak itself, ``soak_kw`` its draw and
    ``stress_per_h`` what an uncapped hour of it gives.
    """

    places: tuple[Place, ...]
    kinds: Mapping[str, Kind]
    sources: tuple[Source, ...]
    soak: str
    soak_fixed: tuple[float, float, float]
    soak_kw: float
    stress_per_h: float
    price_usd: float

    def names(self) -> list[str]:
        return [place.name for place in self.places]


def route_of(scenario: Scenario, part: str, operation: str) -> Route:
    """The main route of the product ``part`` whose soak is in ``operation``; durations are means."""
    steps = scenario.routings[scenario.parts[part].routing or ""].operations
    main = [step for step in steps if not step.rework]
    places = tuple(_place(scenario, part, step, steps) for step in main)
    sources = tuple(
        Source(kind, count, main[start].operation if start < len(main) else "", tuple(earlier))
        for kind, count, earlier, start in origins(scenario, part)
    )
    step = next(step for step in main if step.operation == operation)
    soak = soak_of(step)
    rest = [phase for phase in step.phases if phase is not soak]
    return Route(
        places,
        {name: _kind(scenario, name) for name in sorted({source.kind for source in sources})},
        tuple(_merged(sources)),
        operation,
        (
            sum(mean_s(phase) for phase in rest) / 3600.0,
            sum(mean_s(phase) * draw_w(scenario, part, phase) for phase in rest) / 3.6e6,
            sum(mean_s(phase) * float(phase.stress) for phase in rest) / 3600.0,
        ),
        draw_w(scenario, part, soak) / 1e3,
        float(soak.stress),
        float(scenario.parts[part].price_usd or 0.0),
    )


def _place(scenario: Scenario, part: str, step: Operation, steps: tuple[Operation, ...]) -> Place:
    hours = sum(mean_s(phase) for phase in step.phases) / 3600.0
    kwh = sum(mean_s(phase) * draw_w(scenario, part, phase) for phase in step.phases) / 3.6e6
    stress_h = sum(mean_s(phase) * float(phase.stress) for phase in step.phases) / 3600.0
    if step.on_fail is None or not (step.detects or step.p_false_failure):
        return Place(step.operation, hours, kwh, stress_h)
    debug = next(other for other in steps if other.operation == step.on_fail.debug)
    finds = {kind: float(p) for kind, p in step.detects.items()}
    debug_h = sum(mean_s(phase) for phase in debug.phases) / 3600.0
    return Place(
        *(step.operation, hours, kwh, stress_h, finds, float(step.p_false_failure), step.on_fail.retest_from, debug_h)
    )


def _kind(scenario: Scenario, name: str) -> Kind:
    row = scenario.defect_kinds[name]
    shape, scale_h = None, 1.0
    if row.latent and row.time_to_failure is not None:
        shape, scale_h = float(row.time_to_failure.shape), float(row.time_to_failure.scale_s) / 3600.0
    repair_h = 0.0 if row.repair_time is None else float(row.repair_time.mean_s) / 3600.0
    return Kind(shape, scale_h, float(row.p_repaired), repair_h)


def _merged(sources: tuple[Source, ...]) -> Iterator[Source]:
    """Those of one kind, place and past together."""
    counts: dict[tuple[str, str, tuple[tuple[float, float], ...]], float] = {}
    for one in sources:
        key = (one.kind, one.at, one.earlier)
        counts[key] = counts.get(key, 0.0) + one.count
    for (kind, at, earlier), count in counts.items():
        if count > 0:
            yield Source(kind, count, at, earlier)
