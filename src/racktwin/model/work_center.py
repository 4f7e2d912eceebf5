"""Where work is done: work centers, their work units, buffers and breakdowns."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .distribution import DurationDistribution, Fixed
from .entity import Entity, Name
from .quantity import (
    Count,
    Duration,
    Length,
    Mass,
    PositiveDuration,
    PositiveWholeNumber,
    Power,
    Quantity,
    Ratio,
    Speed,
    WholeNumber,
)


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


class Upkeep(Entity):
    """Planned time in which a work unit does no production: maintenance, a worn tool changed, engineering trials.

    Due every ``every`` of the ``clock``'s time: ``calendar``, or ``busy`` (productive time, as tools wear), or after
    ``every_parts`` parts. A unit in use finishes its operation first. With ``staggered`` the units of a work center
    come due one after the other and not all at once. A breakdown that falls into the time is mended in it.
    """

    name: Name
    every_s: PositiveDuration | None = Field(default=None, alias="every")
    clock: Literal["calendar", "busy"] = "calendar"
    every_parts: PositiveWholeNumber | None = None
    duration: DurationDistribution
    skill: Name | None = None
    operators: PositiveWholeNumber = Count(1)
    kind: Literal["maintenance", "engineering"] = "maintenance"
    staggered: bool = True

    @model_validator(mode="after")
    def _has_one_interval(self) -> Upkeep:
        if (self.every_s is None) == (self.every_parts is None):
            raise PydanticCustomError(
                "upkeep",
                "{message}",
                {"message": "upkeep is due by time or by parts", "remedy": "give either 'every' or 'every_parts'"},
            )
        return self


class SetupChange(Entity):
    """The set-up from one family to another, where it differs from the work center's usual one."""

    before: Name
    after: Name
    duration: DurationDistribution


class Setups(Entity):
    """Set-ups of a work unit from one family of operations to the next (an operation names its ``setup`` family).

    ``duration`` is the usual set-up, also the very first; ``changes`` are the pairs that take longer or shorter. A
    set-up is SEMI E10 scheduled downtime; ``operators`` do it, and it draws nothing.
    """

    duration: DurationDistribution
    operators: dict[Name, PositiveWholeNumber] = Field(default={}, max_length=4)
    changes: tuple[SetupChange, ...] = ()


class Batch(Entity):
    """A work unit takes up to ``size`` parts of one operation at once: an oven, a multi-tray test rack.

    It starts with at least ``minimum`` of them, or with fewer once the first has waited for ``max_wait``. They share
    one duration and one crew; each draws its own power and has its own verdict.
    """

    size: PositiveWholeNumber
    minimum: PositiveWholeNumber = Count(1)
    max_wait_s: Duration | None = Field(default=None, alias="max_wait")


class Vehicle(Entity):
    """Makes a work center's units vehicles, which move parts whose ``transport`` names the work center.

    A trip is empty travel from where the vehicle stands, ``handling`` (loading and unloading together), and travel
    with the part; distances are rectangular, between the positions of the work centers. ``operators`` drive.
    """

    speed_m_per_s: Speed = Field(alias="speed")
    handling: DurationDistribution = Field(default_factory=lambda: Fixed(value=Quantity(0.0, "s")))
    operators: dict[Name, PositiveWholeNumber] = Field(default={}, max_length=4)
    max_mass_kg: Mass | None = Field(default=None, alias="max_mass")


class Position(Entity):
    """Where a work center stands on the plan."""

    x_m: Length = Field(alias="x")
    y_m: Length = Field(alias="y")


class WorkUnitGroup(Entity):
    """Work units of one work center that hang on the same feed and cooling loops, and are equally fast.

    At ``speed`` 2 all phases take half as long; stress counts by the hour all the same.
    """

    name: Name
    count: PositiveWholeNumber
    feed: Name | None = None
    cooling_loops: tuple[Name, ...] = ()
    speed: Ratio = Quantity(1.0, "1")


Dispatch = Literal["fifo", "priority", "edd", "spt", "critical_ratio", "least_setup"]
UnitChoice = Literal["first", "fastest", "headroom"]


class WorkCenter(Entity):
    """Equal work units that share one queue.

    ``work_units`` is a number, or a list of groups where units differ in feed or loop. ``input_buffer`` bounds how
    many may wait before the work center; when it is full the upstream unit stays blocked. Rework and debug loops
    may exceed it, since they would otherwise gridlock. ``idle_draw`` is what a unit draws whatever it does.

    ``dispatch`` says which part goes next: ``critical_ratio`` the one with the least time to its due date per hour of
    work left, ``least_setup`` the one whose set-up is shortest now. ``unit_choice`` says which group of free units it
    gets: the ``first`` listed, the ``fastest``, or the one whose feed has most ``headroom``.
    """

    work_units: PositiveWholeNumber | Annotated[tuple[WorkUnitGroup, ...], Field(min_length=1)]
    feed: Name | None = None
    cooling_loops: tuple[Name, ...] = ()
    idle_draw_w: Power = Field(default=Quantity(0.0, "W"), alias="idle_draw")
    calendar: Name = "always"
    input_buffer: WholeNumber | None = None
    dispatch: Dispatch = "fifo"
    unit_choice: UnitChoice = "first"
    failures: Failures | None = None
    upkeep: tuple[Upkeep, ...] = ()
    setups: Setups | None = None
    batch: Batch | None = None
    vehicle: Vehicle | None = None
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
