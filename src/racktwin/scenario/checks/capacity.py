"""Expected load against capacity, from the orders' rate and mean durations; rework and waiting come on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from racktwin.model import Phase, Scenario, WorkCenter
from racktwin.model.requirements import prebuilt_share
from racktwin.scenario.document import Steps

from .finding import Finding, error, oddity
from .look import Step, operations, parts_by_routing, phases
from .people import Attendance, attendance_of
from .power import bounds, idle_load_w, reserved_w

MOST_WORK_UNITS = 100_000
MOST_PIECES_AT_ONCE = 100_000


def gang_exceeds_units(plant: Scenario) -> Iterator[Finding]:
    """A gang that never finds enough work units, or partners."""
    makers = parts_by_routing(plant)
    for steps, routing, _, operation in operations(plant):
        center = plant.work_centers.get(operation.work_center)
        if operation.gang is None or center is None:
            continue
        gang, units = int(operation.gang), sum(group.count for group in center.groups)
        where = (*steps, "gang")
        if gang > units:
            message = f"a gang of {gang} at {operation.work_center}, which has {units} work units"
            yield error(where, message, "add work units, or make the gang smaller")
        for name, demand in plant.demand.items():
            if demand.product in makers[routing] and demand.max_wip is not None and demand.max_wip < gang:
                message = f"a gang of {gang}, but max_wip of {name} lets only {int(demand.max_wip)} in at a time"
                yield oddity(where, message, f"raise demand.{name}.max_wip to {gang} or more")


def too_large(plant: Scenario) -> Iterator[Finding]:
    """More work units, or more pieces at once, than a simulation can hold; most likely a slip of the pen."""
    units = {name: sum(group.count for group in center.groups) for name, center in plant.work_centers.items()}
    if sum(units.values()) > MOST_WORK_UNITS:
        most = max(units, key=lambda name: units[name])
        message = f"{sum(units.values()):,} work units in all; at most {MOST_WORK_UNITS:,}"
        yield error(("work_centers", most, "work_units"), message, "check the number")
    at_once: list[tuple[Steps, int]] = [
        (("demand", name, "quantity"), demand.quantity) for name, demand in plant.demand.items()
    ]
    at_once += [
        (("demand", name, "max_wip"), demand.max_wip or 0)
        for name, demand in plant.demand.items()
        if demand.interarrival is None
    ]
    at_once += [(("order_book", index, "quantity"), order.quantity) for index, order in enumerate(plant.order_book)]
    for steps, pieces in at_once:
        if pieces > MOST_PIECES_AT_ONCE:
            message = f"{int(pieces):,} pieces at once; at most {MOST_PIECES_AT_ONCE:,}"
            yield error(steps, message, "check the number, or spread the order over time")


def overloaded(plant: Scenario) -> Iterator[Finding]:
    """A work center, a skill, a feed or a loop that is asked for more than it can ever do."""
    rates = pieces_per_s(plant)
    if any(rates.values()):
        attendance = attendance_of(plant)
        visits = [(step, rate) for step in operations(plant) if (rate := _visits_per_s(plant, step, rates)) > 0]
        yield from _overloaded_centers(plant, visits, attendance)
        yield from _overloaded_people(plant, visits, attendance)
        yield from _overloaded_limits(plant, rates)


def pieces_per_s(plant: Scenario) -> dict[str, float]:
    """How many pieces of each part the orders ask for per second, pre-built ones left out over the horizon's mean.

    Demand held only by ``max_wip`` is left out.
    """
    return _explode(plant)[0]


def brought_per_s(plant: Scenario) -> dict[str, float]:
    """How many pieces of each part the orders ask for per second that the plant does not make: bought, or pre-built."""
    return _explode(plant)[1]


def _explode(plant: Scenario) -> tuple[dict[str, float], dict[str, float]]:
    """Pieces per second of each part, pre-built ones left out; and those that are bought or pre-built."""
    ordered: dict[str, float] = defaultdict(float)
    for demand in plant.demand.values():
        if demand.interarrival is not None and demand.interarrival.mean_s > 0:
            ordered[demand.product] += demand.quantity / demand.interarrival.mean_s
    for order in plant.order_book:
        ordered[order.product] += order.quantity / plant.horizon_s
    total: dict[str, float] = defaultdict(float)
    brought: dict[str, float] = defaultdict(float)
    for _ in plant.parts:  # a bill with more levels than parts is a cycle, which is an error of its own
        below: dict[str, float] = defaultdict(float)
        for name, rate in ordered.items():
            total[name] += rate
            if name in plant.parts:
                for child, pieces in plant.parts[name].bill_of_materials.items():
                    is_made = child in plant.parts and plant.parts[child].routing is not None
                    share = prebuilt_share(plant, child) if is_made else 0.0
                    below[child] += rate * pieces * (1.0 - share)
                    brought[child] += rate * pieces * (share if is_made else 1.0)
        ordered = below
    return dict(total), dict(brought)


def _visits_per_s(plant: Scenario, step: Step, rates: dict[str, float]) -> float:
    if step.operation.rework:
        return 0.0
    return sum(rates.get(name, 0.0) for name in parts_by_routing(plant)[step.routing])


def _pieces(center: WorkCenter | None) -> int:
    """How many parts a work unit takes at once."""
    return int(center.batch.size) if center and center.batch else 1


def _mean_s(phase: Phase) -> float:
    return 0.0 if phase.duration == "by_defect" else phase.duration.mean_s


def _overloaded_centers(plant: Scenario, visits: list[tuple[Step, float]], attendance: Attendance) -> Iterator[Finding]:
    """Attended work needs the work center open; unattended work goes on."""
    busy: dict[str, float] = defaultdict(float)
    attended: dict[str, float] = defaultdict(float)
    for step, rate in visits:
        if step.operation.alternatives or step.operation.learning:  # what they take depends on the run
            continue
        for _, phase in phases(step):
            busy[step.operation.work_center] += rate * _mean_s(phase)
            if phase.operators:
                attended[step.operation.work_center] += rate * _mean_s(phase)
    for name, center in plant.work_centers.items():
        units = sum(group.count * group.speed for group in center.groups) * _pieces(center)
        open_share = attendance.open_share(center.calendar)
        up = 1.0
        if center.failures and (between_s := center.failures.time_between.mean_s) > 0:
            up = between_s / (between_s + center.failures.repair_time.mean_s)
        shares = [busy[name] / (units * up)]
        if open_share > 0:
            shares.append(attended[name] / (units * up * open_share))
        if max(shares) > 1:
            yield oddity(("work_centers", name), *_too_much(max(shares), "its work units", "add work units or hours"))


def _overloaded_people(plant: Scenario, visits: list[tuple[Step, float]], attendance: Attendance) -> Iterator[Finding]:
    """Each skill by itself, and people who share skills together."""
    load_s: dict[str, float] = defaultdict(float)
    for step, rate in visits:
        center = plant.work_centers.get(step.operation.work_center)
        for _, phase in phases(step) if center and not step.operation.learning else ():
            for skill, people in phase.operators.items():
                load_s[skill] += rate * _mean_s(phase) * people * attendance.until_s / _pieces(center)
    capacity_s = {name: attendance.person_seconds(name) for name in plant.operator_groups}
    told: set[str] = set()
    for skill, needed_s in load_s.items():
        able = [name for name, group in plant.operator_groups.items() if skill in group.skills]
        available_s = sum(capacity_s[name] for name in able)
        if available_s > 0 and needed_s > available_s:
            told.update(able)
            what = f"the people with the skill {skill!r}"
            yield oddity(("operator_groups", able[0]), *_too_much(needed_s / available_s, what, "add people or shifts"))
    for name, group in plant.operator_groups.items():
        alone = [skill for skill in group.skills if _only_in(plant, skill, name)]
        needed_s = sum(load_s[skill] for skill in alone)
        if name not in told and capacity_s[name] > 0 and needed_s > capacity_s[name]:
            words = _too_much(needed_s / capacity_s[name], "its people", "add people or shifts")
            yield oddity(("operator_groups", name), *words)


def _only_in(plant: Scenario, skill: str, name: str) -> bool:
    return all(skill not in group.skills for other, group in plant.operator_groups.items() if other != name)


def _overloaded_limits(plant: Scenario, rates: dict[str, float]) -> Iterator[Finding]:
    """What is reserved on average of each feed and loop, against its limit."""
    idle_w = idle_load_w(plant)
    load: dict[tuple[str, str], float] = defaultdict(float)
    limit: dict[tuple[str, str], float] = {}
    for step in operations(plant):
        center = plant.work_centers.get(step.operation.work_center)
        if step.operation.rework or center is None:
            continue
        units = sum(group.count for group in center.groups)
        for name, part in parts_by_routing(plant)[step.routing].items():
            watts = rates.get(name, 0.0) * _reserved_j(plant, step, name)
            for group in center.groups:
                for bound in bounds(plant, group, part):
                    load[bound.kind, bound.name] += watts * bound.load * group.count / units
                    limit[bound.kind, bound.name] = bound.limit
    for (kind, name), needed in load.items():
        share = (needed + idle_w[kind, name]) / limit[kind, name] if limit[kind, name] else 0.0
        if share > 1:
            key = "feeds" if kind == "feeds" else "cooling_loops"
            what = "its flow_limit" if kind == "flow" else "its limit"
            yield oddity((key, name), *_too_much(share, what, "raise the limit, or lower draw or duration"))


def _reserved_j(plant: Scenario, step: Step, part: str) -> float:
    """What one visit reserves of a feed at the bay, J; capped phases at their lowest cap."""
    each = []
    for _, phase in phases(step):
        watts = reserved_w(phase, plant.parts[part], lowest=True) or 0.0
        each.append((watts, _mean_s(phase)))
    if plant.admission.rule == "peak":
        return max(watts for watts, _ in each) * sum(mean_s for _, mean_s in each)
    return sum(watts * mean_s for watts, mean_s in each)


def _too_much(share: float, what: str, remedy: str) -> tuple[str, str]:
    return f"the expected load is {share:.0%} of what {what} can do, rework and waiting aside", remedy
