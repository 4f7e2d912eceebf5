"""Where work is done: work centers, their work units, buffers and breakdowns."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .distribution import DurationDistribution
from .entity import Entity, Name
from .quantity import Count, Length, PositiveWholeNumber, Power, Quantity, WholeNumber


class Failures(Entity):
    """Breakdowns of each work unit.

    ``clock`` says which time ages the unit: ``busy`` (productive time, SEMI E10's MTBFp) or ``calendar``.
    The part being worked on stays in the unit; its phase then resumes where it stopped, or restarts.
    """

    time_between: DurationDistribution
    repair_time: DurationDistribution
    clock: Literal["busy", "calendar"] = "busy"
    repair_skill: Name | None = None
    repair_operators: PositiveWholeNumber = Count(1)
    after_repair: Literal["resume", "restart"] = "resume"


class Position(Entity):
    """Where a work center stands on the plan."""

    x_m: Length = Field(alias="x")
    y_m: Length = Field(alias="y")


class WorkUnitGroup(Entity):
    """Work units of one work center that hang on the same feed and cooling loops."""

    name: Name
    count: PositiveWholeNumber
    feed: Name | None = None
    cooling_loops: tuple[Name, ...] = ()


Dispatch = Literal["fifo", "priority", "edd", "spt"]


class WorkCenter(Entity):
    """Equal work units that share one queue.

    ``work_units`` is a number, or a list of groups where units differ in feed or loop. ``input_buffer`` bounds how
    many may wait before the work center; when it is full the upstream unit stays blocked. Rework and debug loops
    may exceed it, since they would otherwise gridlock. ``idle_draw`` is what a unit draws whatever it does.
    """

    work_units: PositiveWholeNumber | Annotated[tuple[WorkUnitGroup, ...], Field(min_length=1)]
    feed: Name | None = None
    cooling_loops: tuple[Name, ...] = ()
    idle_draw_w: Power = Field(default=Quantity(0.0, "W"), alias="idle_draw")
    calendar: Name = "always"
    input_buffer: WholeNumber | None = None
    dispatch: Dispatch = "fifo"
    failures: Failures | None = None
    position: Position | None = None

    @property
    def groups(self) -> tuple[WorkUnitGroup, ...]:
        """The work units as groups; a group without feed or loops inherits the work center's."""
        if not isinstance(self.work_units, tuple):
            return (
                WorkUnitGroup.model_construct(
                    name="", count=self.work_units, feed=self.feed, cooling_loops=self.cooling_loops
                ),
            )
        return tuple(
            group.model_copy(
                update={
                    "feed": group.feed or self.feed,
                    "cooling_loops": group.cooling_loops or self.cooling_loops,
                }
            )
            for group in self.work_units
        )
