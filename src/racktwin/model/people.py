"""Who does attended work: operator groups with skills, crews on calendars, wages."""

from __future__ import annotations

from pydantic import Field

from .entity import Entity, Name
from .quantity import MoneyPerTime, WholeNumber


class Crew(Entity):
    """A number of people who work by one calendar."""

    calendar: Name
    headcount: WholeNumber


class OperatorGroup(Entity):
    """People who can stand in for each other: each has every skill of the group.

    Attended work pauses when its people go on break or home and is taken up by the next who are free; meanwhile it
    draws what it drew. Work that needs more people than are free holds up later work for the same skill.
    """

    skills: tuple[Name, ...] = Field(min_length=1)
    crews: tuple[Crew, ...] = Field(min_length=1)
    wage_usd_per_s: MoneyPerTime | None = Field(default=None, alias="wage")
