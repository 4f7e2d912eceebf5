"""Where work is done, as rows: limits and paths, people and skills, work centers with their banks and units."""

from __future__ import annotations

from racktwin.model import WorkUnitGroup
from racktwin.sim.power import AIR_HEAT, LIQUID_FLOW, LIQUID_HEAT, WATTS

from . import tables
from .builder import Builder, Row, skills_of
from .tables import MANY

_DISPATCH = {"fifo": tables.FIFO, "priority": tables.PRIORITY, "edd": tables.EDD, "spt": tables.SPT}


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
    for _ in groups:
        builder.add("crews", present=0)
    for skill in skills_of(builder.scenario):
        holders = [index for index, group in enumerate(groups.values()) if skill in group.skills]
        # those with the fewest other skills first, so that the versatile are left for what only they can do
        holders.sort(key=lambda index: len(list(groups.values())[index].skills))
        first, count = builder.link((holder, 0, 0.0) for holder in holders)
        builder.add("skills", first_crew=first, n_crews=count)
    skills = skills_of(builder.scenario)
    for row, group in zip(builder.rows["crews"], groups.values(), strict=True):
        row["first_skill"], row["n_skills"] = builder.link((skills.index(skill), 0, 0.0) for skill in group.skills)


def add_work_centers(builder: Builder) -> None:
    """Work centers with their banks, units and breakdowns."""
    skills = skills_of(builder.scenario)
    for index, (name, center) in enumerate(builder.scenario.work_centers.items()):
        row: Row = {"buffer": MANY if center.input_buffer is None else int(center.input_buffer)}
        row.update(dispatch=_DISPATCH[center.dispatch], is_open=1, cause=tables.NO_CAUSE)
        row.update(queue_head=-1, queue_tail=-1, blocked_head=-1, blocked_tail=-1, next_dirty=-1, repair_skill=-1)
        row.update(first_bank=len(builder.rows["banks"]), n_banks=len(center.groups))
        row.update(first_unit=len(builder.rows["units"]))
        for group in center.groups:
            _add_bank(builder, index, name, group, float(center.idle_draw_w))
        row["n_units"] = row["n_free"] = len(builder.rows["units"]) - row["first_unit"]
        if center.failures is not None:
            failures = center.failures
            row.update(
                fails=1,
                failure_clock=tables.BUSY_CLOCK if failures.clock == "busy" else tables.CALENDAR_CLOCK,
                between_law=builder.law(failures.time_between),
                repair_law=builder.law(failures.repair_time),
                repair_skill=-1 if failures.repair_skill is None else skills.index(failures.repair_skill),
                repair_operators=int(failures.repair_operators),
                restarts=int(failures.after_repair == "restart"),
            )
        builder.add("centers", **row)


def _add_bank(builder: Builder, center: int, name: str, group: WorkUnitGroup, idle_draw_w: float) -> None:
    first_path, n_paths = _add_paths(builder, group)
    first_unit, count = len(builder.rows["units"]), int(group.count)
    bank = builder.add(
        "banks",
        center=center,
        free_head=first_unit,
        n_free=count,
        first_path=first_path,
        n_paths=n_paths,
        idle_draw_w=idle_draw_w,
        n_units=count,
    )
    for u in range(first_unit, first_unit + count):
        following = u + 1 if u + 1 < first_unit + count else -1
        builder.add(
            "units", center=center, bank=bank, next_free=following, next_blocked=-1, held=-1, state=1, reason=1,
            state_serial=-1, cut_defect=-1, repair_crew=-1,
        )  # fmt: skip
        builder.streams["units"].append(f"line/{name}/{group.name}/{u - first_unit}")
