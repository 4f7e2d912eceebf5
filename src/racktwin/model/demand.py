"""What is ordered and what arrives: work orders, generated demand, part receipts."""

from __future__ import annotations

from pydantic import Field

from .distribution import DurationDistribution
from .entity import Entity, Name
from .instant import Instant
from .quantity import Count, Duration, PositiveDuration, PositiveWholeNumber, Probability, Quantity, WholeNumber


class WorkOrder(Entity):
    """An order of the order book. A ``hot`` lot goes before all others in every queue, whatever its rule."""

    product: Name
    quantity: PositiveWholeNumber = Count(1)
    release: Instant = Quantity(0.0, "s")
    due: Instant | None = None
    priority: int = 0
    hot: bool = False
    customer: str = ""


class Demand(Entity):
    """Orders generated over the whole horizon.

    ``interarrival`` spaces the orders; without it there is always one more order, released as ``max_wip`` allows.
    ``max_wip`` holds orders back while that many pieces of this demand are in progress (CONWIP); without
    ``interarrival`` they come one by one, whatever ``quantity``. A higher ``priority`` goes first; ``hot`` lots go
    before all others. ``rope`` holds orders back while the drum has more work than that before it (drum-buffer-rope;
    the scenario's ``drum`` names the work center).
    """

    product: Name
    interarrival: DurationDistribution | None = None
    quantity: PositiveWholeNumber = Count(1)
    first_s: Duration | None = Field(default=None, alias="first")
    due_in: DurationDistribution | None = None
    priority: int = 0
    max_wip: PositiveWholeNumber | None = None
    rope_s: PositiveDuration | None = Field(default=None, alias="rope")
    hot: bool = False
    customer: str = ""


class PartReceipt(Entity):
    """Pieces of a bought part that arrive at an instant.

    Pieces of a named ``lot`` can be traced to what they went into. ``defects`` are the probabilities of this lot, for
    the kinds in which it differs from its part.
    """

    part: Name
    quantity: WholeNumber
    at: Instant
    lot: str = ""
    defects: dict[Name, Probability] = {}
