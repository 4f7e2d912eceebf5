"""People as resources of a schedule: who can do a phase, when it pauses, and how many are there.

A need for a skill may be met by any group that has it. For every set of groups, the needs that only they can meet must
not exceed their heads (Hall's condition); a need itself is met from one group, as in the line engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from racktwin.engines.line import CompiledLine
from racktwin.engines.line.tables import HEADCOUNT
from racktwin.model import Scenario

from .clockwork import Attendance, attendance, closed_windows, missing_windows
from .problem import Resource, Use, Window

Needs = tuple[tuple[str, int], ...]
"""(skill, people) of a phase, in order of skills."""

_MOST_SETS = 64


@dataclass(frozen=True)
class People:
    """All groups of the scenario over ``horizon`` ticks."""

    scenario: Scenario
    compiled: CompiledLine
    horizon: int
    tick_s: float

    @cached_property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.scenario.operator_groups)

    @cached_property
    def attendances(self) -> tuple[Attendance, ...]:
        line = self.compiled.line
        steps: dict[int, list[tuple[float, int]]] = {index: [] for index in range(len(self.groups))}
        for timeline in line.timelines:
            if timeline.kind == HEADCOUNT:
                for step in line.steps[timeline.next : timeline.end]:
                    steps[int(step.target)].append((float(step.time_s), int(step.amount)))
        return tuple(attendance(steps[index], self.horizon, self.tick_s) for index in range(len(self.groups)))

    def holders(self, skill: str) -> frozenset[int]:
        """The groups that have the skill."""
        groups = self.scenario.operator_groups.values()
        return frozenset(index for index, group in enumerate(groups) if skill in group.skills)

    @cached_property
    def sets(self) -> tuple[frozenset[int], ...]:
        """The sets of groups whose heads are counted: those of one skill, and unions of sets that overlap."""
        skills = {skill for group in self.scenario.operator_groups.values() for skill in group.skills}
        found = sorted({self.holders(skill) for skill in skills}, key=sorted)
        grown = True
        while grown and len(found) < _MOST_SETS:
            unions = {a | b for a, b in combinations(found, 2) if a & b} - set(found)
            grown = bool(unions)
            found += sorted(unions, key=sorted)
        return tuple(found)

    def resources(self) -> tuple[Resource, ...]:
        """One resource per set of groups."""
        resources = []
        for members in self.sets:
            present = np.sum([self.attendances[index].present for index in sorted(members)], axis=0)
            name = " + ".join(self.groups[index] for index in sorted(members))
            most = int(present.max(initial=0))
            resources.append(Resource(name, most, "people", missing_windows(present)))
        return tuple(resources)

    def uses(self, needs: Needs, first: int) -> tuple[Use, ...]:
        """What the needs take of each set, where resource ``first`` is the first set."""
        found = []
        for number, members in enumerate(self.sets):
            amount = sum(people for skill, people in needs if self.holders(skill) <= members)
            if amount:
                found.append(Use(first + number, amount))
        return tuple(found)

    def closed(self, needs: Needs) -> tuple[Window, ...]:
        """When not one group has the people for some need."""
        is_open = np.ones(self.horizon, np.bool_)
        for skill, people in needs:
            enough = [self.attendances[index].present >= people for index in sorted(self.holders(skill))]
            is_open &= np.any(enough, axis=0) if enough else False
        return closed_windows(is_open)

    def stretch(self, needs: Needs) -> float:
        """How much longer attended work takes for the short breaks of those who do it."""
        return max(
            (min(self.attendances[index].stretch for index in self.holders(skill)) for skill, _ in needs), default=1.0
        )
