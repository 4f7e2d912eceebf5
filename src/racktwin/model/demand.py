"""What is ordered and what arrives: work orders, generated demand, part receipts."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from .distribution import DurationDistribution
from .entity import Entity, Name
from .quantity import Count, Duration, PositiveWholeNumber, Quantity, WholeNumber


def _read_instant(raw: Any) -> Any:
    """A date or time as such (local time of the scenario), or a duration after the scenario's start."""
    if isinstance(raw, dt.date | dt.datetime):
        return raw
    if isinstance(raw, str):
        try:
            return dt.datetime.fromisoformat(raw)
        except ValueError:
            return raw
    return raw


Instant = Annotated[
    dt.datetime | dt.date | Duration,
    BeforeValidator(_read_instant, json_schema_input_type=str),
]
"""``2027-03-01``, ``2027-03-01T06:00`` in the scenario's local time, or ``12 d`` after its start."""


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
    ``max_wip`` holds orders back while that many pieces of the product are in progress (CONWIP). A higher
    ``priority`` goes first.
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
