"""Where work is done, as rows: limits and paths, people and skills, work centers with their banks and units."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from racktwin.model import (
    DurationDistribution,
    Operation,
    OperatorGroup,
    Position,
    Setups,
    Upkeep,
    WorkCenter,
    WorkUnitGroup,
)
from racktwin.sim import states
from racktwin.sim.power import AIR_HEAT, LIQUID_FLOW, LIQUID_HEAT, WATTS
from racktwin.sim.states import REPAIR, REPAIR_WAIT, UNSCHEDULED_DOWN

from . import tables
from .builder import Builder, Row, skills_of
from .tables import MANY

_DISPATCH = {
    "fifo": tables.FIFO,
    "priority": tables.PRIORITY,
    "edd": tables.EDD,
    "spt": tables.SPT,
    "critical_ratio": tables.CRITICAL_RATIO,
    "least_setup": tables.LEAST_SETUP,
}
_UNIT_CHOICE = {"first": tables.FIRST, "fastest": tables.FASTEST, "headroom": tables.HEADROOM}
_UPKEEP_STATES = {
    "maintenance": (states.SCHEDULED_DOWN, states.MAINTENANCE, states.MAINTENANCE_WAIT),
    "engineering": (states.ENGINEERING, states.TRIAL, states.TRIAL_WAIT),
}


def add_limits(builder: Builder) -> None:
    """One limit row for each feed, and for each loop's heat and flow."""
    scenario = builder.scenario
    for name, feed in scenario.feeds.items():
        builder.feed_limit[name] = _add_limit(builder, name, "power", feed.limit_w)
    for name, loop in scenario.cooling_loops.items():
        builder.heat_limit[name] = _add_limit(builder, name, "heat", loop.heat_limit_w)
        if loop.flow_limit_m3_per_s is not None:
            builder.flow_limit[name] = _add_limit(builder, name, "flow", loop.flow_limit_m3_per_s)


def _add_limit(builder: Builder, name: str, quantity: str, limit: float) -> int:
    builder.limit_names.append((name, quantity))
    return builder.add("limits", limit=float(limit), is_power=int(quantity == "power"))


def _add_paths(builder: Builder, group: WorkUnitGroup) -> tuple[int, int]:
    """The PATH rows of a bank: its feed and loops, and all above them."""
    scenario = builder.scenario
    first = len(builder.rows["paths"])
    factor, name = 1.0, group.feed
    while name is not None:
        builder.add("paths", limit=builder.feed_limit[name], carries=WATTS, factor=factor)
        factor /= scenario.feeds[name].efficiency
        name = scenario.feeds[name].parent
    for leaf in group.cooling_loops:
        is_liquid = scenario.cooling_loops[leaf].medium == "liquid"
        loop_name: str | None = leaf
        while loop_name is not None:
            heat = LIQUID_HEAT if is_liquid else AIR_HEAT
            builder.add("paths", limit=builder.heat_limit[loop_name], carries=heat, factor=1.0)
            if is_liquid and loop_name in builder.flow_limit:
                builder.add("paths", limit=builder.flow_limit[loop_name], carries=LIQUID_FLOW, factor=1.0)
            loop_name = scenario.cooling_loops[loop_name].parent
    return first, len(builder.rows["paths"]) - first


def add_people(builder: Builder) -> None:
    """Crews and skills."""
    groups = builder.scenario.operator_groups
    for group in groups.values():
        builder.add("crews", present=0, **_walking(builder, group))
    for skill in skills_of(builder.scenario):
        holders = [index for index, group in enumerate(groups.values()) if skill in group.skills]
        # those with the fewest other skills first, so that the versatile are left for what only they can do
        holders.sort(key=lambda index: len(list(groups.values())[index].skills))
        levels = [list(groups.values())[holder].level(skill) for holder in holders]
        first, count = builder.link((holder, 0, level) for holder, level in zip(holders, levels, strict=True))
        builder.add("skills", first_crew=first, n_crews=count)
    skills = skills_of(builder.scenario)
    for row, group in zip(builder.rows["crews"], groups.values(), strict=True):
        row["first_skill"], row["n_skills"] = builder.link((skills.index(skill), 0, 0.0) for skill in group.skills)


def _walking(builder: Builder, group: OperatorGroup) -> Row:
    """The places of people who walk: their base, then each work center."""
    if group.walking_speed_m_per_s is None:
        return {}
    first = len(builder.rows["places"])
    for position in (group.base, *(center.position for center in builder.scenario.work_centers.values())):
        builder.add("places", **_xy(position))
    return {
        "walking_speed_m_per_s": float(group.walking_speed_m_per_s),
        "first_place": first,
        "n_places": len(builder.rows["places"]) - first,
    }


def _xy(position: Position | None) -> Row:
    return {} if position is None else {"x_m": float(position.x_m), "y_m": float(position.y_m)}


def families_of(center: WorkCenter, name: str, builder: Builder) -> list[str]:
    """The set-up families of a work center, in order of first mention."""
    if center.setups is None:
        return []
    operations = [operation for routing in builder.scenario.routings.values() for operation in routing.operations]
    used = [operation.setup for operation in operations if operation.setup and name in work_centers_of(operation)]
    named = [family for change in center.setups.changes for family in (change.before, change.after)]
    return list(dict.fromkeys([*used, *named]))


def work_centers_of(operation: Operation) -> list[str]:
    """Where the operation can be done."""
    return [operation.work_center, *(alternative.work_center for alternative in operation.alternatives)]


def add_work_centers(builder: Builder) -> None:
    """Work centers with their banks, units, breakdowns, upkeep and set-ups."""
    for index, (name, center) in enumerate(builder.scenario.work_centers.items()):
        row: Row = {"buffer": MANY if center.input_buffer is None else min(int(center.input_buffer), MANY)}
        row.update(dispatch=_DISPATCH[center.dispatch], is_open=1, cause=tables.NO_CAUSE)
        row.update(queue_head=-1, queue_tail=-1, blocked_head=-1, blocked_tail=-1, next_dirty=-1, repair=-1)
        row.update(next_asking=-1)
        row.update(unit_choice=_UNIT_CHOICE[center.unit_choice], **_batch(center), **_xy(center.position))
        row["vehicle_speed_m_per_s"] = 0.0 if center.vehicle is None else float(center.vehicle.speed_m_per_s)
        row.update(_setup_rows(builder, name, center))
        row.update(first_bank=len(builder.rows["banks"]), n_banks=len(center.groups))
        row.update(first_unit=len(builder.rows["units"]))
        upkeep = [(plan, _upkeep_service(builder, plan)) for plan in center.upkeep]
        for group in center.groups:
            _add_bank(builder, index, name, group, center, upkeep)
        row["n_units"] = row["n_free"] = len(builder.rows["units"]) - row["first_unit"]
        if center.failures is not None:
            failures = center.failures
            row.update(
                fails=1,
                failure_clock=tables.BUSY_CLOCK if failures.clock == "busy" else tables.CALENDAR_CLOCK,
                between_law=builder.law(failures.time_between),
                repair=_add_service(
                    builder,
                    (states.UNSCHEDULED_DOWN, states.REPAIR, states.REPAIR_WAIT),
                    failures.repair_time,
                    failures.repair_skill,
                    int(failures.repair_operators),
                ),
                restarts=int(failures.after_repair == "restart"),
            )
        builder.add("centers", **row)


def _batch(center: WorkCenter) -> Row:
    if center.batch is None:
        return {"batch": 1, "least_batch": 1}
    wait_s = center.batch.max_wait_s
    return {
        "batch": min(int(center.batch.size), MANY),
        "least_batch": min(int(center.batch.minimum), int(center.batch.size), MANY),
        "batch_wait_s": math.inf if wait_s is None else float(wait_s),
    }


def _setup_rows(builder: Builder, name: str, center: WorkCenter) -> Row:
    """The matrix of set-up phases, from each family (and from none, the last row) to each."""
    families, setups = families_of(center, name, builder), center.setups
    if setups is None or not families:
        return {}
    usual = _add_setup_phase(builder, setups, setups.duration)
    changes = {
        (change.before, change.after): _add_setup_phase(builder, setups, change.duration) for change in setups.changes
    }
    first, _ = builder.link(
        (changes.get((before, after), usual), 0, 0.0) for before in (*families, "") for after in families
    )
    return {"n_families": len(families), "first_setup": first}


def _add_setup_phase(builder: Builder, setups: Setups, duration: DurationDistribution) -> int:
    first_need, n_needs = builder.link(needs_of(builder, setups.operators))
    return builder.add(
        "phases",
        law=builder.law(duration),
        first_need=first_need,
        n_needs=n_needs,
        mean_s=duration.mean_s,
        is_setup=1,
    )


def needs_of(builder: Builder, operators: Mapping[str, int]) -> Iterable[tuple[int, int, float]]:
    """Links to skills with how many people each, the rarest skill first: it chooses its people first."""
    groups, skills = builder.scenario.operator_groups.values(), skills_of(builder.scenario)
    holders = {skill: sum(skill in group.skills for group in groups) for skill in operators}
    return ((skills.index(skill), int(operators[skill]), 0.0) for skill in sorted(operators, key=holders.__getitem__))


def add_outages(builder: Builder) -> None:
    """The last service: a unit is down until a time that is known, and nobody of the plant mends it (changes.py)."""
    builder.add(
        "services", state=UNSCHEDULED_DOWN, reason=REPAIR, wait_reason=REPAIR_WAIT, law=-1, skill=-1, operators=0
    )


def _add_service(
    builder: Builder, codes: tuple[int, int, int], duration: DurationDistribution, skill: str | None, operators: int
) -> int:
    state, reason, wait_reason = codes
    return builder.add(
        "services",
        state=state,
        reason=reason,
        wait_reason=wait_reason,
        law=builder.law(duration),
        skill=-1 if skill is None else skills_of(builder.scenario).index(skill),
        operators=operators,
    )


def _upkeep_service(builder: Builder, plan: Upkeep) -> int:
    return _add_service(builder, _UPKEEP_STATES[plan.kind], plan.duration, plan.skill, int(plan.operators))


def _add_upkeep(builder: Builder, plan: Upkeep, service: int, share: float) -> None:
    """The upkeep of one unit; staggered, its first interval is only a ``share`` of the others."""
    every = float(plan.every_parts or 0) if plan.every_s is None else float(plan.every_s)
    clock = tables.BUSY_CLOCK if plan.clock == "busy" else tables.CALENDAR_CLOCK
    first = every * share if plan.staggered else every
    builder.add(
        "upkeep",
        service=service,
        clock=tables.PARTS_CLOCK if plan.every_s is None else clock,
        every=every,
        left=first,
        due_s=first,
    )


def _add_bank(
    builder: Builder,
    center: int,
    name: str,
    group: WorkUnitGroup,
    model: WorkCenter,
    upkeep: Sequence[tuple[Upkeep, int]],
) -> None:
    first_path, n_paths = _add_paths(builder, group)
    n_units = sum(int(other.count) for other in model.groups)
    offset = len(builder.rows["units"]) - sum(row["center"] == center for row in builder.rows["units"])
    first_unit, count = len(builder.rows["units"]), int(group.count)
    bank = builder.add(
        "banks",
        center=center,
        free_head=first_unit,
        n_free=count,
        first_path=first_path,
        n_paths=n_paths,
        idle_draw_w=float(model.idle_draw_w),
        n_units=count,
        speed=float(group.speed),
    )
    for u in range(first_unit, first_unit + count):
        following = u + 1 if u + 1 < first_unit + count else -1
        builder.add(
            "units", center=center, bank=bank, next_free=following, next_blocked=-1, held=-1, state=1, reason=1,
            state_serial=-1, cut_defect=-1, service_crew=-1, family=-1, service=-1, upkeep=-1, pace=1.0, n_begun=1,
            first_upkeep=len(builder.rows["upkeep"]), n_upkeep=len(upkeep), **_xy(model.position),
        )  # fmt: skip
        for plan, service in upkeep:
            _add_upkeep(builder, plan, service, (u - offset + 1) / n_units)
        builder.streams["units"].append(f"line/{name}/{group.name}/{u - first_unit}")
