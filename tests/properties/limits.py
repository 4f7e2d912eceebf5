"""Laws of power, coolant and people: no limit is exceeded, loads add up, energy and labour are accounted for."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator

from racktwin.model import Calendar, Operation, Phase, WorkUnitGroup

from .flow import places
from .history import TOLERANCE_S, History, Row, Unit

SLACK = 1.0 + 1e-9


def limits_hold(history: History) -> Iterator[str]:
    """At every instant draw ≤ reserved ≤ limit, over the whole horizon, with the scenario's limit."""
    expected = _limits(history)
    series = _series(history)
    if set(series) != set(expected):
        yield f"limits recorded {sorted(set(series) ^ set(expected))}"
    for key, rows in series.items():
        at_s = 0.0
        for row in rows:
            if row["start_s"] != at_s:
                yield f"{key}: known until {at_s}, next from {row['start_s']}"
            if not -1e-6 <= row["draw"] <= row["reserved"] * SLACK + 1e-6:
                yield f"{key} at {row['start_s']}: draws {row['draw']} of {row['reserved']} reserved"
            if not row["reserved"] <= row["limit"] * SLACK:
                yield f"{key} at {row['start_s']}: {row['reserved']} reserved of {row['limit']}"
            if not math.isclose(row["limit"], _limit_at(history, key, row["start_s"]), rel_tol=1e-12):
                yield f"{key}: limit {row['limit']}"
            if row["waiting"] < 0:
                yield f"{key} at {row['start_s']}: {row['waiting']} wait"
            at_s = row["end_s"]
        if at_s != history.horizon_s:
            yield f"{key}: known until {at_s}"


def _limit_at(history: History, key: tuple[str, str], at_s: float) -> float:
    limit = _limits(history).get(key, math.nan)
    feed = history.scenario.feeds.get(key[0]) if key[1] == "power" else None
    for change in feed.changes if feed else ():
        if isinstance(change.at, float) and change.at <= at_s:
            limit = float(change.limit_w)
    return limit


def _limits(history: History) -> dict[tuple[str, str], float]:
    limits = {(name, "power"): float(feed.limit_w) for name, feed in history.scenario.feeds.items()}
    for name, loop in history.scenario.cooling_loops.items():
        limits[name, "heat"] = float(loop.heat_limit_w)
        if loop.flow_limit_m3_per_s is not None:
            limits[name, "flow"] = float(loop.flow_limit_m3_per_s)
    return limits


def _series(history: History) -> dict[tuple[str, str], list[Row]]:
    series: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in history.rows("limits"):
        series[row["name"], row["quantity"]].append(row)
    return {key: sorted(rows, key=lambda row: (row["start_s"], row["end_s"])) for key, rows in series.items()}


def loads_add_up_the_tree(history: History) -> Iterator[str]:
    """A parent draws what its children draw, over their efficiency; more only where work units hang on it directly."""
    series = _series(history)
    efficiency = {name: float(feed.efficiency) for name, feed in history.scenario.feeds.items()}
    parents = {(name, "power"): feed.parent for name, feed in history.scenario.feeds.items()}
    parents.update({(name, "heat"): loop.parent for name, loop in history.scenario.cooling_loops.items()})
    direct = {place for _, group in _unit_groups(history) for place in (group.feed, *group.cooling_loops)}
    for (name, quantity), rows in series.items():
        below = [key for key in series if key[1] == quantity and parents.get(key) == name]
        if not below or quantity == "flow":
            continue
        for column in ("draw", "reserved"):
            steps = [
                [(row["start_s"], row[column] / efficiency.get(key[0], 1.0)) for row in series[key]] for key in below
            ]
            own = [(row["start_s"], row[column]) for row in rows]
            for at_s in sorted({at_s for step in [own, *steps] for at_s, _ in step}):
                load, passed_on = _at(own, at_s), sum(_at(step, at_s) for step in steps)
                if load < passed_on - 1e-3 or (name not in direct and load > passed_on + 1e-3):
                    yield f"{name} at {at_s}: {column} {load}, its children pass on {passed_on}"


def _at(steps: list[tuple[float, float]], at_s: float) -> float:
    return next((value for start_s, value in reversed(steps) if start_s <= at_s), 0.0)


def _unit_groups(history: History) -> Iterator[tuple[Unit, WorkUnitGroup]]:
    for name, center in history.scenario.work_centers.items():
        groups = [group for group in center.groups for _ in range(group.count)]
        yield from (((name, number), group) for number, group in enumerate(groups))


def draw_w(history: History, part: str, phase: Phase) -> float:
    """The uncapped draw of a phase of a part."""
    rated_w = history.scenario.parts[part].rated_power_w
    return float(phase.draw) * float(rated_w or 0.0) if phase.draw.unit == "1" else float(phase.draw)


def energy_is_draw_times_time(history: History) -> Iterator[str]:
    """A visit of one phase that never paused draws its power, capped, as long as it works."""
    for row in history.work:
        phases = history.operation(row).phases
        if row["cap"] < 1.0 and any(feed.changes for feed in history.scenario.feeds.values()):
            continue  # throttled for a while
        inside_s = row["left_s"] - row["start_s"]
        if len(phases) > 1 or abs(inside_s - row["work_s"] - row["blocked_s"]) > TOLERANCE_S:
            continue
        energy_j = draw_w(history, row["part"], phases[0]) * row["cap"] * row["work_s"]
        if not math.isclose(energy_j, row["energy_j"], rel_tol=1e-6, abs_tol=1.0):
            yield f"{row['serial_number']} at {row['operation']}: {row['energy_j']} J, should be {energy_j}"


def energy_is_the_draw_above_idle(history: History) -> Iterator[str]:
    """∫ draw above idle of a leaf feed is the energy of the visits on it, and of those still open at the horizon."""
    groups = dict(_unit_groups(history))
    for name in history.scenario.feeds:
        if any(feed.parent == name for feed in history.scenario.feeds.values()):
            continue
        units = {unit for unit, group in groups.items() if group.feed == name}
        idle_w = sum(float(history.scenario.work_centers[center].idle_draw_w) for center, _ in units)
        drawn_j = sum(
            (row["draw"] - idle_w) * (row["end_s"] - row["start_s"]) for row in history.rows("limits", name=name)
        )
        told_j = sum(row["energy_j"] for unit in units for row in history.unit_visits.get(unit, []))
        open_j = sum(
            (history.horizon_s - visit.start_s) * _most_w(history, visit.unit[0]) * history.batch(visit.unit[0])
            for visit in history.open_visits
            if visit.unit in units
        )
        slack_j = 1e-6 * max(told_j, 1e3)
        if not told_j - slack_j <= drawn_j <= told_j + open_j + slack_j:
            yield f"{name}: {drawn_j} J drawn, {told_j} J told by visits, at most {open_j} J by those still open"


def _operations_at(history: History, center: str) -> Iterator[tuple[str, Operation]]:
    for part in filter(history.is_made, history.scenario.parts):
        for operation in history.routing(part).operations:
            if center in places(operation):
                yield part, operation


def _most_w(history: History, center: str) -> float:
    return max(
        (draw_w(history, part, phase) for part, one in _operations_at(history, center) for phase in one.phases),
        default=0.0,
    )


def draw_is_that_of_the_work(history: History) -> Iterator[str]:
    """The draw of a feed whose work is simple, rebuilt from states: idle plus the draw of each unit at work.

    Simple: one unattended, uncapped phase in every operation of its work centers, all with one draw per part.
    """
    groups = dict(_unit_groups(history))
    for name in history.scenario.feeds:
        units = [unit for unit, group in groups.items() if group.feed == name]
        draws = {center: _one_draw(history, center) for center, _ in units}
        if not units or any(feed.parent == name for feed in history.scenario.feeds.values()) or None in draws.values():
            continue
        changes: dict[float, float] = defaultdict(float)
        for center, _ in units:
            changes[0.0] += float(history.scenario.work_centers[center].idle_draw_w)
        for unit in units:
            for row in history.unit_states.get(unit, []):
                if row["reason"] == "working":
                    part = history.orders[row["serial_number"]]["part"]
                    power_w = (draws[unit[0]] or {})[part]
                    changes[row["start_s"]] += power_w
                    changes[row["end_s"]] -= power_w
        times = sorted(changes)
        rebuilt = list(zip(times, itertools.accumulate(changes[at_s] for at_s in times), strict=True))
        for row in _series(history)[name, "power"]:
            middle_s = (row["start_s"] + row["end_s"]) / 2.0
            if not math.isclose(_at(rebuilt, middle_s), row["draw"], rel_tol=1e-9, abs_tol=1e-3):
                yield f"{name} at {middle_s}: draws {row['draw']}, the work there {_at(rebuilt, middle_s)}"


def _one_draw(history: History, center: str) -> dict[str, float] | None:
    """The draw of each part at a work center of simple work, or None."""
    if history.scenario.work_centers[center].failures is not None or history.batch(center) > 1:
        return None
    draws: dict[str, float] = {}
    for part, operation in _operations_at(history, center):
        phase = operation.phases[0]
        power_w = draw_w(history, part, phase)
        if len(operation.phases) > 1 or phase.operators or phase.cap or draws.setdefault(part, power_w) != power_w:
            return None
    return draws


def people_work_only_when_present(history: History) -> Iterator[str]:
    """0 ≤ busy ≤ present, over the whole horizon; present is what the calendars say."""
    for name, group in history.scenario.operator_groups.items():
        at_s = 0.0
        for row in sorted(history.rows("labour", operator_group=name), key=lambda row: (row["start_s"], row["end_s"])):
            if row["start_s"] != at_s:
                yield f"{name}: known until {at_s}, next from {row['start_s']}"
            if not 0 <= row["busy"] <= row["present"] or row["waiting"] < 0:
                yield f"{name} at {row['start_s']}: {row['busy']} busy of {row['present']}, {row['waiting']} waiting"
            for look_s in (row["start_s"] + 1e-3, (row["start_s"] + row["end_s"]) / 2.0, row["end_s"] - 1e-3):
                present = sum(
                    crew.headcount
                    for crew in group.crews
                    if is_open(history.scenario.calendar(crew.calendar), look_s, history)
                )
                if row["end_s"] - row["start_s"] > 1e-2 and row["present"] != present:
                    yield f"{name} at {look_s}: {row['present']} present, the calendars say {present}"
            at_s = row["end_s"]
        if at_s != history.horizon_s:
            yield f"{name}: known until {at_s}"


def is_open(calendar: Calendar, at_s: float, history: History) -> bool:
    """Whether a calendar is open at an instant, minute for minute from its shifts (in UTC)."""
    now = history.scenario.start + dt.timedelta(seconds=at_s)
    for day in (now.date(), now.date() - dt.timedelta(days=1)):
        midnight = dt.datetime.combine(day, dt.time(), now.tzinfo)
        after_s = (now - midnight).total_seconds()
        for extra in calendar.overtime:
            if extra.date == day and extra.start_s <= after_s < _end_s(extra.start_s, extra.end_s):
                return True
        for shift in calendar.shifts:
            if day.weekday() not in shift.days or day in calendar.holidays:
                continue
            pauses = [(_from(shift.start_s, pause.start_s), float(pause.duration_s)) for pause in shift.breaks]
            if shift.start_s <= after_s < _end_s(shift.start_s, shift.end_s) and not any(
                start_s <= after_s < start_s + long_s for start_s, long_s in pauses
            ):
                return True
    return False


def _end_s(start_s: int, end_s: int) -> int:
    return end_s if end_s > start_s else end_s + 86400


def _from(start_s: int, clock_s: int) -> int:
    return clock_s if clock_s >= start_s else clock_s + 86400


def labour_is_the_time_attended(history: History) -> Iterator[str]:
    """∫ busy = labour of the visits + that of repairs + that of visits still open at the horizon."""
    busy_s = sum(row["busy"] * (row["end_s"] - row["start_s"]) for row in history.rows("labour"))
    told_s = sum(row["labour_s"] for row in history.rows("operations"))
    for row in history.rows("states", reason="repair"):
        failures = history.scenario.work_centers[row["work_center"]].failures
        if failures is not None and failures.repair_skill is not None:
            told_s += failures.repair_operators * (row["end_s"] - row["start_s"])
    for row in history.rows("states"):
        for plan in history.scenario.work_centers[row["work_center"]].upkeep:
            if row["reason"] in ("maintenance", "trial") and plan.skill is not None:
                told_s += plan.operators * (row["end_s"] - row["start_s"])
    open_s = sum(
        (history.horizon_s - visit.start_s) * _most_people(history, visit.unit[0]) for visit in history.open_visits
    )
    if not told_s - 1e-3 <= busy_s <= told_s + open_s + 1e-3:
        yield f"{busy_s} busy, {told_s} told by visits and repairs, at most {open_s} by those still open"


def _most_people(history: History, center: str) -> int:
    model = history.scenario.work_centers[center]
    crews = [phase.operators for _, one in _operations_at(history, center) for phase in one.phases]
    crews += [other.operators for other in (model.setups, model.vehicle) if other]
    return max((sum(crew.values()) for crew in crews), default=0)
