"""A product's soak, weaknesses and courses as a scenario describes them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from racktwin.errors import RacktwinError
from racktwin.model import Operation, Phase, Scenario
from racktwin.model.quantity import Quantity

from .cost import Course, Product, Weakness
from .robust import Ranges


def product_of(scenario: Scenario, part: str, operation: str) -> Product:
    """The product ``part`` with the soak at ``operation``: the capped or else the longest phase under stress there.

    Raises RacktwinError where there is no such operation, no stress, or no latent defect to precipitate.
    """
    if part not in scenario.parts or scenario.parts[part].routing is None:
        made = [name for name, row in scenario.parts.items() if row.routing is not None]
        raise RacktwinError(f"{part!r} is not made here\n    → choose from {', '.join(made)}")
    route = [step for step in scenario.routings[scenario.parts[part].routing or ""].operations if not step.rework]
    names = [step.operation for step in route]
    if operation not in names:
        raise RacktwinError(f"{part} has no operation {operation!r}\n    → choose from {', '.join(names)}")
    place = names.index(operation)
    soak = soak_of(route[place])
    row = scenario.parts[part]
    draw_kw = draw_w(scenario, part, soak) / 1e3
    weaknesses = tuple(_merged(_weaknesses(scenario, part, place, soak)))
    if not weaknesses:
        raise RacktwinError(f"nothing latent is in {part}\n    → give defect kinds with latent: true to its parts")
    retest = _retest(scenario, part, route, place, soak)
    caps: tuple[tuple[float, float], ...] = ()
    if soak.cap is not None:
        points = scenario.cap_tables[soak.cap.table].points
        levels = [float(cap) for cap, _ in points]
        speeds = [float(speed) for _, speed in points]
        caps = tuple(
            (level, float(np.interp(level, levels, speeds)))
            for level in sorted({*levels, *map(float, soak.cap.levels)})
        )
    return Product(
        part,
        float(row.price_usd or 0.0),
        draw_kw,
        mean_s(soak) / 3600.0,
        float(soak.stress),
        sum(mean_s(phase) for phase in route[place].phases if phase is not soak) / 3600.0,
        *retest,
        caps,
        weaknesses,
    )


def ranges_of(scenario: Scenario) -> Ranges:
    """Per latent kind the range of shape and scale (h) that the scenario gives, where it gives any."""
    found: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {}
    for name, kind in scenario.defect_kinds.items():
        if kind.time_to_failure is not None:
            shape, (low_s, high_s) = _range(kind.time_to_failure.shape), _range(kind.time_to_failure.scale_s)
            if shape[0] < shape[1] or low_s < high_s:
                found[name] = shape, (low_s / 3600.0, high_s / 3600.0)
    return found


def _range(value: Quantity) -> tuple[float, float]:
    low, high = value.provenance.low, value.provenance.high
    return float(value if low is None else low), float(value if high is None else high)


def soak_of(step: Operation) -> Phase:
    stressed = [phase for phase in step.phases if phase.stress > 0]
    if not stressed:
        raise RacktwinError(f"{step.operation} has no phase under stress\n    → choose the operation that soaks")
    return max(stressed, key=lambda phase: (phase.cap is not None, mean_s(phase)))


def mean_s(phase: Phase) -> float:
    return 0.0 if isinstance(phase.duration, str) else float(phase.duration.mean_s)


def draw_w(scenario: Scenario, part: str, phase: Phase) -> float:
    draw = phase.draw
    return float(draw) * float(scenario.parts[part].rated_power_w or 0.0) if draw.unit == "1" else float(draw)


def _retest(scenario: Scenario, part: str, route: list[Operation], place: int, soak: Phase) -> tuple[float, float]:
    """(hours, kWh) between ``retest_from`` and the soak's end, without the soak itself."""
    on_fail = route[place].on_fail
    first = place if on_fail is None else [step.operation for step in route].index(on_fail.retest_from)
    again = [phase for step in route[first : place + 1] for phase in step.phases if phase is not soak]
    hours = sum(mean_s(phase) for phase in again) / 3600.0
    kwh = sum(draw_w(scenario, part, phase) * mean_s(phase) for phase in again) / 3.6e6
    return hours, kwh


def _weaknesses(scenario: Scenario, part: str, place: int, soak: Phase) -> Iterator[Weakness]:
    """What is latent in one piece of the product: what its parts bring and operations leave, with where it began."""
    for kind, count, earlier, start in origins(scenario, part):
        law = scenario.defect_kinds[kind].time_to_failure
        if law is None:
            continue
        steps = _main(scenario, part)[start:]
        stress = [*(own for own, _ in earlier), *(_stress_h(step, kind, soak)[0] for step in steps)]
        found = [*(p for _, p in earlier), *(_stress_h(step, kind, soak)[1] for step in steps)]
        at = len(earlier) + place - start
        if at < len(earlier):  # left after the soak
            at = -1
        course = Course(tuple(stress), tuple(found), at)
        yield Weakness(kind, count, float(law.shape), float(law.scale_s) / 3600.0, course)


def _main(scenario: Scenario, part: str) -> list[Operation]:
    return [step for step in scenario.routings[scenario.parts[part].routing or ""].operations if not step.rework]


def _stress_h(step: Operation, kind: str, soak: Phase | None = None) -> tuple[float, float]:
    stress_s = sum(mean_s(phase) * float(phase.stress) for phase in step.phases if phase is not soak)
    return stress_s / 3600.0, float(step.detects.get(kind, 0.0))


Earlier = list[tuple[float, float]]


def origins(scenario: Scenario, part: str) -> Iterator[tuple[str, float, Earlier, int]]:
    """(kind, expected count, course before this part, first own operation) of all that is latent in one piece."""
    from racktwin.engines.line.compile_route import consumption

    main = _main(scenario, part)
    consumed = consumption(scenario, part)
    operations = scenario.routings[scenario.parts[part].routing or ""].operations
    kits = [kit for step, kit in zip(operations, consumed, strict=True) if not step.rework]
    for number, (step, kit) in enumerate(zip(main, kits, strict=True)):
        for kind, p in step.defects.items():
            if p > 0:
                yield kind, float(p), [], number + 1
        for component, pieces in kit.items():
            row = scenario.parts[component]
            if row.routing is None:
                for kind, p in row.defects.items():
                    yield kind, float(p) * pieces, [], number
                continue
            own = _main(scenario, component)
            for kind, count, earlier, start in origins(scenario, component):
                later = [_stress_h(inner, kind) for inner in own[start:]]
                yield kind, count * pieces, [*earlier, *later], number


def _merged(weaknesses: Iterator[Weakness]) -> Iterator[Weakness]:
    """Those of one kind and course together."""
    counts: dict[tuple[str, float, float, Course], float] = {}
    for one in weaknesses:
        key = (one.kind, one.shape, one.scale_h, one.course)
        counts[key] = counts.get(key, 0.0) + one.count
    for (kind, shape, scale_h, course), count in counts.items():
        yield Weakness(kind, count, shape, scale_h, course)


def soak_path(scenario: Scenario, part: str, operation: str) -> str:
    """The path of the soak in the scenario, for overrides."""
    routing = scenario.parts[part].routing or ""
    step = next(step for step in scenario.routings[routing].operations if step.operation == operation)
    return f"routings.{routing}.operations.{operation}.phases.{soak_of(step).name}"
