"""Who does attended work: operator groups with skills, crews on calendars, wages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .entity import Entity, Name
from .quantity import MoneyPerTime, Ratio, Speed, WholeNumber
from .work_center import Position


class Crew(Entity):
    """A number of people who work by one calendar."""

    calendar: Name
    headcount: WholeNumber


class OperatorGroup(Entity):
    """People who can stand in for each other: each has every skill of the group.

    Attended work pauses when its people go on break or home and is taken up by the next who are free; meanwhile it
    draws what it drew. Work that needs more people than are free holds up later work for the same skill.

    ``skills`` is a list, or maps each skill to the group's level in it: at level 1.25 attended work takes 1/1.25 of
    the time; where several groups work together, the slowest sets the pace. With ``walking_speed`` people walk to
    where they are needed, the nearest first, from the work center where they last were or from their ``base``;
    distances are rectangular and work begins when they are there.
    """

    skills: Annotated[tuple[Name, ...], Field(min_length=1)] | Annotated[dict[Name, Ratio], Field(min_length=1)]
    crews: tuple[Crew, ...] = Field(min_length=1)
    wage_usd_per_s: MoneyPerTime | None = Field(default=None, alias="wage")
    walking_speed_m_per_s: Speed | None = Field(default=None, alias="walking_speed")
    base: Position | None = None

    def level(self, skill: str) -> float:
        """How fast the group is at the skill; 1 is normal."""
        return float(self.skills[skill]) if isinstance(self.skills, dict) else 1.0
