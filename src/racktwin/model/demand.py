"""What is ordered and what arrives: work orders, generated demand, part receipts."""

from __future__ import annotations

from pydantic import Field

from .distribution import DurationDistribution
from .entity import Entity, Name
from .instant import Instant
from .quantity import Count, Duration, PositiveWholeNumber, Quantity, WholeNumber


class WorkOrder(Entity):
    """An order of the order book."""

    product: Name
    quantity: PositiveWholeNumber = Count(1)
    release: Instant = Quantity(0.0, "s")
    due: Instant | None = None
    priority: int = 0
    customer: str = ""


class Demand(Entity):
    """Orders generated over the whole horizon.

    ``interarrival`` spaces the orders; without it there is always one more order, released as ``max_wip`` allows.
    ``max_wip`` holds orders back while that many pieces of this demand are in progress (CONWIP); without
    ``interarrival`` they come one by one, whatever ``quantity``. A higher ``priority`` goes first.
    """

    product: Name
    interarrival: DurationDistribution | None = None
    quantity: PositiveWholeNumber = Count(1)
    first_s: Duration | None = Field(default=None, alias="first")
    due_in: DurationDistribution | None = None
    priority: int = 0
    max_wip: PositiveWholeNumber | None = None
    customer: str = ""


class PartReceipt(Entity):
    """Pieces of a bought part that arrive at an instant."""

    part: Name
    quantity: WholeNumber
    at: Instant
