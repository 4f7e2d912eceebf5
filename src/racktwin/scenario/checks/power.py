"""Feeds, cooling loops and caps: what must fit, and what cannot run all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from racktwin.model import Part, Phase, Scenario, WorkUnitGroup
from racktwin.scenario.document import Steps

from .finding import Finding, error, oddity
from .look import Step, draw_w, feeds_above, kilowatts, loops_above, operations, parts_by_routing, phases

_SLACK = 1 + 1e-9
_IDLE = Part()


class Bound(NamedTuple):
    """A limit on the path of a group of work units. ``load`` is what a watt of the part at the bay takes of it."""

    kind: str
    name: str
    limit: float
    load: float

    @property
    def steps(self) -> Steps:
        return (self.kind, self.name)

    def show(self, amount: float) -> str:
        """``amount`` in the limit's unit."""
        return f"{amount * 60e3:.4g} L/min" if self.kind == "flow" else kilowatts(amount)


def bounds(plant: Scenario, group: WorkUnitGroup, part: Part) -> Iterator[Bound]:
    """Every limit a watt drawn by ``part`` in a work unit of ``group`` counts against."""
    for name, feed, load in feeds_above(plant, group.feed):
        yield Bound("feeds", name, float(feed.limit_w), load)
    for connected in group.cooling_loops:
        liquid = _is_liquid(plant, connected)
        share = part.liquid_fraction if liquid else 1.0 - part.liquid_fraction
        for name in loops_above(plant, connected):
            loop = plant.cooling_loops[name]
            yield Bound("cooling_loops", name, float(loop.heat_limit_w), float(share))
            if liquid and loop.flow_limit_m3_per_s is not None and part.coolant_flow_m3_per_j is not None:
                load = float(share * part.coolant_flow_m3_per_j)
                yield Bound("flow", name, float(loop.flow_limit_m3_per_s), load)


def idle_load_w(plant: Scenario) -> dict[tuple[str, str], float]:
    """What the idle draws of all work units take of each limit, W by (kind, name); their heat goes to the air."""
    load: dict[tuple[str, str], float] = defaultdict(float)
    for center in plant.work_centers.values():
        for group in center.groups:
            for bound in bounds(plant, group, _IDLE):
                load[bound.kind, bound.name] += group.count * center.idle_draw_w * bound.load
    return load


def reserved_w(phase: Phase, part: Part, *, lowest: bool) -> float | None:
    """What a phase reserves, W: uncapped, or at the lowest cap it may run at. None if its draw is unknown."""
    mean_w = draw_w(phase, part)
    cap = min(phase.cap.levels) if phase.cap and lowest else 1.0
    return None if mean_w is None else mean_w * phase.peak * cap


def share_of_unknown_power(plant: Scenario) -> Iterator[Finding]:
    """A draw in % needs the part's rated power."""
    makers = parts_by_routing(plant)
    for step in operations(plant):
        for steps, phase in phases(step):
            for name, part in makers[step.routing].items():
                if phase.draw > 0 and draw_w(phase, part) is None:
                    message = f"the draw is a share of the rated power of {name}, which has none"
                    remedy = f"add parts.{name}.rated_power, or give the draw in kW"
                    yield error((*steps, "draw"), message, remedy)


def idle_exceeds_limit(plant: Scenario) -> Iterator[Finding]:
    """Work units that overload a feed, or the room's air, by doing nothing."""
    for (kind, name), load_w in idle_load_w(plant).items():
        limit_w = float(plant.feeds[name].limit_w if kind == "feeds" else plant.cooling_loops[name].heat_limit_w)
        if load_w > limit_w * _SLACK:
            message = f"the idle draws of its work units ({kilowatts(load_w)}) exceed its limit {kilowatts(limit_w)}"
            where = (kind, name, "limit" if kind == "feeds" else "heat_limit")
            yield error(where, message, "raise the limit, or lower idle_draw")


def phase_exceeds_limit(plant: Scenario) -> Iterator[Finding]:
    """A phase (of a gang or a full batch, all together) that fits no work unit's feed and loops, even alone."""
    idle_w = idle_load_w(plant)
    makers = parts_by_routing(plant)
    for step in operations(plant):
        center = plant.work_centers.get(step.operation.work_center)
        for steps, phase in phases(step) if center else ():
            for name, part in makers[step.routing].items():
                watts = reserved_w(phase, part, lowest=True)
                if watts and center:
                    yield from _unfit(plant, step, steps, name, watts, center.groups, idle_w)


def _unfit(
    plant: Scenario,
    step: Step,
    steps: Steps,
    part: str,
    watts: float,
    groups: tuple[WorkUnitGroup, ...],
    idle_w: dict[tuple[str, str], float],
) -> Iterator[Finding]:
    together = int(step.operation.gang or 1) if len(groups) == 1 else 1
    batch = plant.work_centers[step.operation.work_center].batch
    together *= int(batch.size) if batch else 1
    exceeded = {}
    for group in groups:
        for bound in bounds(plant, group, plant.parts[part]):
            free = bound.limit - idle_w[bound.kind, bound.name]
            if free > 0 and watts * together * bound.load > free * _SLACK:
                exceeded[group.name] = (bound, free)
                break
    if not exceeded:
        return
    bound, free = next(iter(exceeded.values()))
    who = f"{part} reserves" if together == 1 else f"{together} {part} reserve"
    what = "heat of the cooling loop" if bound.kind == "cooling_loops" else bound.kind.removesuffix("s")
    amount = bound.show(watts * together * bound.load)
    message = f"{who} {amount} here, but the {what} {bound.name} has {bound.show(free)}"
    remedy = "raise the limit, lower the draw or peak, or let the phase run capped (cap: {table: ..., levels: [...]})"
    if len(exceeded) == len(groups):
        yield error((*steps, "draw"), message, remedy)
    else:
        message += f" at {', '.join(sorted(exceeded))}: those work units can never be used for it"
        yield oddity((*steps, "draw"), message, remedy)


def cap_outside_table(plant: Scenario) -> Iterator[Finding]:
    """A cap level for which the table has no measured speed."""
    for step in operations(plant):
        for steps, phase in phases(step):
            table = plant.cap_tables.get(phase.cap.table) if phase.cap else None
            if table is None or phase.cap is None:
                continue
            caps = [cap for cap, _ in table.points]
            for index, level in enumerate(phase.cap.levels):
                if not min(caps) <= level <= max(caps):
                    message = f"the cap {level:g} lies outside the table {phase.cap.table}"
                    remedy = f"stay within {min(caps):g} to {max(caps):g}, or measure more points"
                    yield error((*steps, "cap", "levels", index), message, remedy)


def cap_table_out_of_order(plant: Scenario) -> Iterator[Finding]:
    """Caps must rise from point to point, and speeds must not fall."""
    for name, table in plant.cap_tables.items():
        for index, (before, after) in enumerate(pairwise(table.points), start=1):
            if not (before[0] < after[0] and before[1] <= after[1]):
                message = "the points of a cap table must rise: [cap, speed], more power, no less speed"
                yield error(("cap_tables", name, "points", index), message, "sort the points by cap")


def heat_without_liquid(plant: Scenario) -> Iterator[Finding]:
    """Liquid-cooled work at a work center that no liquid loop reaches, or flow that nobody accounts for."""
    makers = parts_by_routing(plant)
    for step in operations(plant):
        center = plant.work_centers.get(step.operation.work_center)
        hot = [name for name, part in makers[step.routing].items() if _draws_to_liquid(step, part)]
        if not hot or center is None:
            continue
        loops = {loop for group in center.groups for loop in group.cooling_loops}
        liquid = [plant.cooling_loops[loop] for loop in loops if _is_liquid(plant, loop)]
        if not liquid:
            message = f"{hot[0]} gives heat to liquid, but {step.operation.work_center} has no liquid cooling loop"
            yield oddity((*step.steps, "work_center"), message, "add cooling_loops to the work center")
        elif any(loop.flow_limit_m3_per_s for loop in liquid):
            for name in hot:
                if plant.parts[name].coolant_flow_m3_per_j is None:
                    message = f"{name} has no coolant_flow, so it takes nothing of the loops' flow_limit"
                    yield oddity(("parts", name), message, "add for example coolant_flow: 1.2 L/min/kW")


def cells_exceed_limit(plant: Scenario) -> Iterator[Finding]:
    """A feed or loop that cannot take all its work units at once: often meant, so only worth knowing."""
    count, load, limit, shown = _all_at_once(plant)
    idle_w = idle_load_w(plant)
    for steps, total in load.items():
        kind, name = str(steps[0]), str(steps[1])
        free = limit[steps] - idle_w[kind, name]
        if total > free * _SLACK:
            fit = int(count[steps] * max(free, 0.0) / total)
            units = f"{count[steps]} work units together" if count[steps] > 1 else "work unit"
            message = (
                f"its {units} can take {shown[steps].show(total)} uncapped; the limit leaves "
                f"{shown[steps].show(max(free, 0.0))}, enough for about {fit or 'none'} at a time"
            )
            key = {"feeds": "limit", "cooling_loops": "heat_limit", "flow": "flow_limit"}[kind]
            where: Steps = ("feeds" if kind == "feeds" else "cooling_loops", name, key)
            yield oddity(where, message, "fine if meant: work will wait for it. Otherwise raise the limit")


def _all_at_once(
    plant: Scenario,
) -> tuple[dict[Steps, int], dict[Steps, float], dict[Steps, float], dict[Steps, Bound]]:
    """For each limit: how many work units draw on it, their highest load together, the limit, and how to show it."""
    count: dict[Steps, int] = {}
    load: dict[Steps, float] = {}
    limit: dict[Steps, float] = {}
    shown: dict[Steps, Bound] = {}
    for center in plant.work_centers:
        for group in plant.work_centers[center].groups:
            highest: dict[Steps, float] = {}
            for part, watts in _work_at(plant, center):
                for bound in bounds(plant, group, part):
                    highest[bound.steps] = max(highest.get(bound.steps, 0.0), watts * bound.load)
                    limit[bound.steps], shown[bound.steps] = bound.limit, bound
            for steps, most in highest.items():
                if most > 0:
                    count[steps] = count.get(steps, 0) + int(group.count)
                    load[steps] = load.get(steps, 0.0) + most * group.count
    return count, load, limit, shown


def _work_at(plant: Scenario, center: str) -> Iterator[tuple[Part, float]]:
    """The parts worked on at a work center, with the most each phase there reserves, uncapped, W."""
    makers = parts_by_routing(plant)
    for step in operations(plant):
        if step.operation.work_center == center:
            for _, phase in phases(step):
                for part in makers[step.routing].values():
                    watts = reserved_w(phase, part, lowest=False)
                    if watts:
                        yield part, watts


def _draws_to_liquid(step: Step, part: Part) -> bool:
    return part.liquid_fraction > 0 and any((draw_w(phase, part) or 0.0) > 0 for _, phase in phases(step))


def _is_liquid(plant: Scenario, loop: str) -> bool:
    return loop in plant.cooling_loops and plant.cooling_loops[loop].medium == "liquid"
