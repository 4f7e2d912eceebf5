"""Who can be there: calendars with hours, groups large enough, people and work centers open at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from racktwin.model import Scenario
from racktwin.scenario.document import Steps
from racktwin.sim.calendars import Interval, headcount_steps, open_intervals

from .finding import Finding, error, oddity
from .look import Step, operations, phases, skills
from .work import zone_of

_LONGEST_LOOK_S = 5 * 365 * 86400.0


class Attendance:
    """When calendars are open and how many people of each group are present, over the horizon (or five years of it)."""

    def __init__(self, plant: Scenario) -> None:
        self.plant = plant
        self.until_s = min(float(plant.horizon_s), _LONGEST_LOOK_S)
        zone = zone_of(plant) or ZoneInfo("UTC")
        names = [*plant.calendars, "always"]
        self.open = {
            name: open_intervals(plant.calendar(name), plant.start, zone, self.until_s) for name in dict.fromkeys(names)
        }
        self.present = {
            name: headcount_steps(
                [(int(crew.headcount), self.open[crew.calendar]) for crew in group.crews if crew.calendar in self.open]
            )
            for name, group in plant.operator_groups.items()
        }
        self._most = {name: max(people for _, people in steps) for name, steps in self.present.items()}
        self._crowded: dict[tuple[str, int], list[Interval]] = {}

    def most(self, group: str) -> int:
        """The most people of a group ever present at once."""
        return self._most[group]

    def person_seconds(self, group: str) -> float:
        """What a group can work altogether, s."""
        ends = [time_s for time_s, _ in self.present[group][1:]] + [self.until_s]
        pairs = zip(self.present[group], ends, strict=True)
        return sum(people * (end_s - begin_s) for (begin_s, people), end_s in pairs)

    def open_share(self, calendar: str) -> float:
        """The share of the time a calendar is open."""
        return sum(end - begin for begin, end in self.open.get(calendar, ())) / self.until_s

    def enough_during(self, group: str, people: int, hours: list[Interval]) -> bool:
        """Whether so many of a group are ever present while ``hours`` are open."""
        if (group, people) not in self._crowded:
            self._crowded[group, people] = self._when_present(group, people)
        return _overlap(self._crowded[group, people], hours)

    def _when_present(self, group: str, people: int) -> list[Interval]:
        ends = [time_s for time_s, _ in self.present[group][1:]] + [self.until_s]
        return [
            (begin_s, end_s)
            for (begin_s, present), end_s in zip(self.present[group], ends, strict=True)
            if present >= people
        ]


_KEPT: list[Attendance] = []


def attendance_of(plant: Scenario) -> Attendance:
    """The attendance of a plant, kept until another is asked for: several rules look at the same one in turn."""
    kept = next(iter(_KEPT), None)
    if kept is None or kept.plant is not plant:
        kept = Attendance(plant)
        _KEPT[:] = [kept]
    return kept


def _overlap(first: list[Interval], second: list[Interval]) -> bool:
    """Whether two sorted lists of disjoint intervals have a moment in common."""
    at = 0
    for begin, end in first:
        while at < len(second) and second[at][1] <= begin:
            at += 1
        if at < len(second) and second[at][0] < end:
            return True
    return False


def calendar_without_hours(plant: Scenario) -> Iterator[Finding]:
    """A calendar that never opens within the horizon."""
    attendance = attendance_of(plant)
    for name in plant.calendars:
        if not attendance.open[name]:
            message = f"the calendar {name} has no hours within the horizon"
            yield oddity(("calendars", name), message, "add shifts: [{days: mon-fri, start: '06:00', end: '14:30'}]")


def step_beyond_calendars(plant: Scenario) -> Iterator[Finding]:
    """A routing no calendar can finish: too few people ever, a work center that never opens; or never both at once."""
    attendance = attendance_of(plant)
    for step in operations(plant):
        center = plant.work_centers.get(step.operation.work_center)
        hours = attendance.open.get(center.calendar) if center else None
        if center and hours == []:
            message = f"{step.operation.work_center} is never open, so {step.routing} is never finished"
            yield error((*step.steps, "work_center"), message, f"give the calendar {center.calendar} hours")
        for steps, skill, people in _needs(step):
            yield from _too_few(plant, attendance, steps, skill, people)
            if hours:
                yield from _never_together(plant, attendance, steps, skill, people, step, hours)


def repair_beyond_calendars(plant: Scenario) -> Iterator[Finding]:
    """A repair, upkeep, a set-up or a vehicle that needs more people than ever come."""
    attendance = attendance_of(plant)
    for name, center in plant.work_centers.items():
        if center.failures and center.failures.repair_skill:
            steps = ("work_centers", name, "failures", "repair_skill")
            people = int(center.failures.repair_operators)
            yield from _too_few(plant, attendance, steps, center.failures.repair_skill, people)
        for index, plan in enumerate(center.upkeep):
            if plan.skill:
                way: Steps = ("work_centers", name, "upkeep", index, "skill")
                yield from _too_few(plant, attendance, way, plan.skill, int(plan.operators))
        for key, crew in (("setups", center.setups), ("vehicle", center.vehicle)):
            for skill, needed in crew.operators.items() if crew else ():
                way = ("work_centers", name, key, "operators", skill)
                yield from _too_few(plant, attendance, way, skill, int(needed))


def _needs(step: Step) -> Iterator[tuple[Steps, str, int]]:
    for steps, phase in phases(step):
        for skill, people in phase.operators.items():
            yield (*steps, "operators", skill), skill, int(people)


def _too_few(plant: Scenario, attendance: Attendance, steps: Steps, skill: str, people: int) -> Iterator[Finding]:
    if skill not in skills(plant):
        return
    most = max(attendance.most(name) for name, group in plant.operator_groups.items() if skill in group.skills)
    if most < people:
        present = f"at most {most} are" if most else "nobody is"
        message = f"needs {people} people with the skill {skill!r} at once; {present} ever present in one group"
        yield error(steps, message, "raise the headcount, add shifts to its calendar, or ask for fewer people")


def _never_together(
    plant: Scenario, attendance: Attendance, steps: Steps, skill: str, people: int, step: Step, hours: list[Interval]
) -> Iterator[Finding]:
    able = [
        name
        for name, group in plant.operator_groups.items()
        if skill in group.skills and attendance.most(name) >= people
    ]
    if able and not any(attendance.enough_during(name, people, hours) for name in able):
        center = step.operation.work_center
        message = f"no {people} with the skill {skill!r} are ever present while {center} is open: no one can do this"
        yield oddity(steps, message, "let the calendars of the people and of the work center overlap")
