"""A scheduling problem and its solution, in whole ticks: what is to be done, in which ways, with what.

One form for the test floor, for resource-constrained projects and for flexible job shops: an *activity* is a chain of
*phases* in one *mode*; a mode holds resources over the whole activity (a cell) and uses others phase by phase (people,
power, coolant). A phase on a calendar pauses while that is closed, and neither begins nor ends then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Window = tuple[int, int]
"""From the first tick to the tick after the last."""

ResourceKind = Literal["cells", "people", "power", "heat", "flow", "other"]


@dataclass(frozen=True)
class Resource:
    """``capacity`` units at any instant, less what is ``missing`` over windows (start, end, amount)."""

    name: str
    capacity: int
    kind: ResourceKind = "other"
    missing: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True)
class Use:
    """So much of the resource of that number."""

    resource: int
    amount: int


@dataclass(frozen=True)
class Mode:
    """One way to do an activity: ticks of each phase, what each uses, and what is held from first start to last end.

    A phase without work (0 ticks) has none in any mode.
    """

    name: str
    ticks: tuple[int, ...]
    uses: tuple[tuple[Use, ...], ...]
    held: tuple[Use, ...] = ()


@dataclass(frozen=True)
class Activity:
    """One visit of one piece to one operation.

    ``pauses`` names per phase the calendar that it pauses by; ``may_wait`` says per phase whether it may begin later
    than the one before it ends (the first always may); ``opens`` is the calendar by which the activity may begin.
    """

    name: str
    modes: tuple[Mode, ...]
    pauses: tuple[int | None, ...]
    may_wait: tuple[bool, ...]
    opens: int | None = None

    @property
    def n_phases(self) -> int:
        return len(self.pauses)


@dataclass(frozen=True)
class Precedence:
    """``after`` begins no earlier than ``lag`` ticks after ``before`` has ended."""

    before: int
    after: int
    lag: int = 0


@dataclass(frozen=True)
class Material:
    """None of the activities begins before ``earliest``: what they take is not there, or is not released."""

    name: str
    activities: tuple[int, ...]
    earliest: int


@dataclass(frozen=True)
class Order:
    """Activities that are due together: all should end by ``due``.

    ``weight`` is what a tick of tardiness counts. ``is_hard``: later than due is no schedule at all.
    """

    name: str
    activities: tuple[int, ...]
    due: int | None = None
    weight: int = 1
    is_hard: bool = False


@dataclass(frozen=True)
class Problem:
    """``calendars`` are closed windows, in order; activities of a gang share the start and end of every phase."""

    horizon: int
    resources: tuple[Resource, ...]
    activities: tuple[Activity, ...]
    precedences: tuple[Precedence, ...] = ()
    calendars: tuple[tuple[Window, ...], ...] = ()
    gangs: tuple[tuple[int, ...], ...] = ()
    orders: tuple[Order, ...] = ()
    materials: tuple[Material, ...] = ()

    def closed(self, calendar: int | None) -> tuple[Window, ...]:
        """The closed windows of the calendar; none for none."""
        return () if calendar is None else self.calendars[calendar]


@dataclass(frozen=True)
class Placed:
    """Where an activity was put: its mode, and the start and end of each phase."""

    mode: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def start(self) -> int:
        return self.starts[0]

    @property
    def end(self) -> int:
        return self.ends[-1]


Schedule = tuple[Placed, ...]
"""One place per activity, in the problem's order."""


def working_end(start: int, ticks: int, closed: tuple[Window, ...]) -> int:
    """When ``ticks`` of work that begin at ``start`` are done, if work pauses in ``closed`` windows."""
    end = start + ticks
    for opening, closing in closed:
        if closing <= start:
            continue
        if opening >= end:
            break
        end += closing - max(opening, start)
    return end


def tardiness(problem: Problem, schedule: Schedule) -> int:
    """Sum over orders of weight times ticks late."""
    return sum(
        order.weight * max(0, max(schedule[a].end for a in order.activities) - order.due)
        for order in problem.orders
        if order.due is not None and order.activities
    )


def makespan(schedule: Schedule) -> int:
    """The end of the last activity."""
    return max((placed.end for placed in schedule), default=0)
