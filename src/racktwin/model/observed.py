"""What is seen in the plant at an instant: where a run starts instead of an empty plant."""

from __future__ import annotations

from pydantic import Field

from .entity import Entity, Name
from .instant import Instant
from .quantity import Duration, PositiveWholeNumber, Quantity, WholeNumber


class WorkInProgress(Entity):
    """One piece in the plant, at an operation of its part's routing.

    With ``work_unit`` it is inside that unit of the operation's work center, in ``phase`` (the first) for ``elapsed``
    of work, with ``remaining`` work if that is known. Without, it waits there, for ``waiting`` so far, and takes its
    kit from stock unless it is ``kitted``. ``defects`` are those known. Pieces of an operation are listed in the
    order of their queue. ``demand`` names the demand it was ordered by, ``order`` is your own name for it.
    """

    part: Name
    operation: Name
    work_unit: WholeNumber | None = None
    phase: Name | None = None
    elapsed_s: Duration = Field(default=Quantity(0.0, "s"), alias="elapsed")
    remaining_s: Duration | None = Field(default=None, alias="remaining")
    waiting_s: Duration = Field(default=Quantity(0.0, "s"), alias="waiting")
    kitted: bool = False
    order: str = ""
    demand: Name | None = None
    priority: int = 0
    release: Instant | None = None
    due: Instant | None = None
    defects: tuple[Name, ...] = ()


class Down(Entity):
    """A work unit that is down, ``until`` a time that is expected, or ``down_for`` so long that its repair law says."""

    work_center: Name
    work_unit: WholeNumber
    until: Instant | None = None
    down_for_s: Duration | None = Field(default=None, alias="down_for")


class Away(Entity):
    """People of a group who are not there until a time."""

    operator_group: Name
    people: PositiveWholeNumber
    until: Instant


class Observed(Entity):
    """The plant as it is seen ``at`` an instant; the run starts then.

    ``stock`` is what is on hand; parts not named have their ``initial_stock``. ``orders_released`` is how many entries
    of the order book, by release, are no longer to come; without it those released before. ``since_last_order`` is how
    long ago the last order of a demand came.
    """

    at: Instant = Quantity(0.0, "s")
    work_in_progress: tuple[WorkInProgress, ...] = ()
    down: tuple[Down, ...] = ()
    absent: tuple[Away, ...] = ()
    stock: dict[Name, WholeNumber] = {}
    orders_released: WholeNumber | None = None
    since_last_order: dict[Name, Duration] = {}
