"""Expected load of a plant by arithmetic alone: no queues, no events, every visit counted at its expected number.

An oracle for the shipped scenario and for the engine: long-run utilisations must come out near these. Orders are
taken at their generated rate; holidays, overtime and breakdowns are left out, so real utilisations lie a little higher.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import exp

from racktwin.model import Calendar, DefectKind, Operation, Part, Phase, Scenario

WEEK_S = 7 * 86400.0


@dataclass
class Loads:
    """Per week: visits by (part, operation), busy hours by work center, person-hours by skill, mean watts by feed."""

    made: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    visits: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    p_fail: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    busy_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    labour_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    draw_w: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    reserved_w: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    escapes: dict[str, float] = field(default_factory=lambda: defaultdict(float))


@dataclass
class Carried:
    """Expected defects of one kind on one piece: patent ones, and latent ones with the stress they have had."""

    patent: float = 0.0
    latent: float = 0.0
    stress_s: float = 0.0


def loads(plant: Scenario) -> Loads:
    """Loads per week of ``plant`` under its generated demand."""
    result = Loads()
    for demand in plant.demand.values():
        assert demand.interarrival is not None
        _count(plant, demand.product, WEEK_S / demand.interarrival.mean_s * demand.quantity, result)
    quality: dict[str, dict[str, Carried]] = {}
    for name in _components_first(plant):
        quality[name] = _walk(plant, name, quality, result)
        result.escapes[name] = sum(carried.latent for carried in quality[name].values())
    return result


def open_s(calendar: Calendar) -> float:
    """Hours a week a calendar is open, breaks left out, s."""
    total = 0.0
    for shift in calendar.shifts:
        length = (shift.end_s - shift.start_s) % 86400 or 86400
        total += len(shift.days) * (length - sum(pause.duration_s for pause in shift.breaks))
    return total


def offered_s(plant: Scenario, work_center: str) -> float:
    """Work-unit seconds a week a work center offers."""
    center = plant.work_centers[work_center]
    return sum(group.count for group in center.groups) * open_s(plant.calendar(center.calendar))


def present_s(plant: Scenario, group: str) -> float:
    """Person-seconds a week an operator group is present."""
    return sum(crew.headcount * open_s(plant.calendar(crew.calendar)) for crew in plant.operator_groups[group].crews)


def _count(plant: Scenario, part: str, per_week: float, result: Loads) -> None:
    if plant.parts[part].routing is None:
        return
    result.made[part] += per_week
    for component, quantity in plant.parts[part].bill_of_materials.items():
        _count(plant, component, per_week * quantity, result)


def _components_first(plant: Scenario) -> list[str]:
    order: list[str] = []

    def visit(name: str) -> None:
        for component in plant.parts[name].bill_of_materials:
            if plant.parts[component].routing is not None and component not in order:
                visit(component)
        if name not in order:
            order.append(name)

    for demand in plant.demand.values():
        visit(demand.product)
    return order


def _walk(plant: Scenario, name: str, quality: dict[str, dict[str, Carried]], result: Loads) -> dict[str, Carried]:
    """One piece of ``name`` through its routing; returns what it still carries at the end."""
    part = plant.parts[name]
    assert part.routing is not None
    operations = plant.routings[part.routing].operations
    main = [operation for operation in operations if not operation.rework]
    rework = {operation.operation: operation for operation in operations if operation.rework}
    position = {operation.operation: index for index, operation in enumerate(main)}
    carried: dict[str, Carried] = defaultdict(Carried)
    visits = [1.0] * len(main)
    shortened = [0.0] * len(main)  # share of a full visit not spent, since a failure cut it short
    for index, operation in enumerate(main):
        _take_in(plant, operation, quality, carried)
        found, cut = _find(plant, operation, carried)
        failures = sum(found.values()) + operation.p_false_failure
        result.p_fail[name, operation.operation] = failures
        if failures == 0.0:
            continue
        assert operation.on_fail is not None
        repeats = failures / (1.0 - operation.p_false_failure)
        for again in range(position[operation.on_fail.retest_from], index + 1):
            visits[again] += repeats
        shortened[index] += cut
        debug = rework[operation.on_fail.debug]
        repair_s = sum(number * _repair_s(plant.defect_kinds[kind]) for kind, number in found.items())
        _add(plant, part, name, debug, failures, repair_s / failures, result)
    for operation, visited, short in zip(main, visits, shortened, strict=True):
        _add(plant, part, name, operation, visited, 0.0, result, short)
    return carried


def _take_in(
    plant: Scenario, operation: Operation, quality: dict[str, dict[str, Carried]], carried: dict[str, Carried]
) -> None:
    for component, quantity in operation.consumes.items():
        for kind, p in plant.parts[component].defects.items():
            _bring(plant.defect_kinds[kind], carried[kind], quantity * p)
        for kind, inside in quality.get(component, {}).items():
            carried[kind].patent += quantity * inside.patent
            carried[kind].latent += quantity * inside.latent
            carried[kind].stress_s = max(carried[kind].stress_s, inside.stress_s)
    for kind, p in operation.defects.items():
        _bring(plant.defect_kinds[kind], carried[kind], p)


def _bring(kind: DefectKind, carried: Carried, number: float) -> None:
    if kind.latent:
        carried.latent += number
    else:
        carried.patent += number


def _find(plant: Scenario, operation: Operation, carried: dict[str, Carried]) -> tuple[dict[str, float], float]:
    """Defects of each kind found in one visit, and the expected share of the visit that is cut off."""
    stress_s = sum(phase.stress * _duration_s(phase, 0.0) for phase in operation.phases)
    found: dict[str, float] = {}
    cut = 0.0
    for name, inside in carried.items():
        kind, p = plant.defect_kinds[name], operation.detects.get(name, 0.0)
        turned = 0.0
        if kind.latent and stress_s > 0:
            assert kind.time_to_failure is not None
            shape, scale_s = kind.time_to_failure.shape, kind.time_to_failure.scale_s
            left = exp((inside.stress_s / scale_s) ** shape - ((inside.stress_s + stress_s) / scale_s) ** shape)
            turned = inside.latent * (1.0 - left)
            inside.latent -= turned
            inside.stress_s += stress_s
            cut += turned * p * 0.6
        found[name] = (inside.patent + turned) * p
        inside.patent = (inside.patent + turned) * (1.0 - p) + found[name] * (1.0 - kind.p_repaired)
    return found, cut


def _repair_s(kind: DefectKind) -> float:
    return 0.0 if kind.repair_time is None else kind.repair_time.mean_s


def _duration_s(phase: Phase, by_defect_s: float) -> float:
    return by_defect_s if phase.duration == "by_defect" else phase.duration.mean_s


def _add(
    plant: Scenario,
    part: Part,
    name: str,
    operation: Operation,
    visits: float,
    by_defect_s: float,
    result: Loads,
    short: float = 0.0,
) -> None:
    per_week = visits * result.made[name]
    result.visits[name, operation.operation] += per_week
    rated_w = part.rated_power_w or 0.0
    draws_w = [phase.draw * (rated_w if phase.draw.unit == "1" else 1.0) for phase in operation.phases]
    peak_w = max(draw_w * phase.peak for draw_w, phase in zip(draws_w, operation.phases, strict=True))
    for draw_w, phase in zip(draws_w, operation.phases, strict=True):
        duration_s = _duration_s(phase, by_defect_s)
        unattended_cut = 0.0 if phase.operators else short * result.made[name]
        phase_s = duration_s * (per_week - unattended_cut)
        result.busy_s[operation.work_center] += phase_s
        for skill, people in phase.operators.items():
            result.labour_s[skill] += people * phase_s
        _load_feeds(plant, operation.work_center, draw_w * phase_s / WEEK_S, peak_w * phase_s / WEEK_S, result)


def _load_feeds(plant: Scenario, work_center: str, mean_w: float, reserved_w: float, result: Loads) -> None:
    groups = plant.work_centers[work_center].groups
    units = sum(group.count for group in groups)
    for group in groups:
        feed, share = group.feed, group.count / units
        while feed is not None:
            result.draw_w[feed] += mean_w * share
            result.reserved_w[feed] += reserved_w * share
            share /= plant.feeds[feed].efficiency
            feed = plant.feeds[feed].parent
