"""Who makes or sells a part, and on which terms: a supply is one part from one site."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .distribution import DurationDistribution, Fixed
from .duty import Country
from .entity import Entity, Name
from .instant import Date
from .lane import Capacity
from .quantity import (
    Count,
    Duration,
    Fraction,
    Money,
    PositiveDuration,
    PositiveWholeNumber,
    Price,
    Probability,
    Quantity,
)


class PriceStep(Entity):
    """The price of a piece in orders of ``from_quantity`` or more, from ``starts`` on (none: always).

    A plain number is in the supply's ``currency``.
    """

    price: Price
    from_quantity: PositiveWholeNumber = Count(1)
    starts: Date | None = None


class Supply(Entity):
    """A ``part`` that ``site`` makes or sells.

    With ``prices`` it is bought: what stands behind it is not modelled. Without, it is made from the part's bill of
    materials, taken from stock at the same site, with ``labor_time`` at the site's wage and ``conversion_cost``.
    ``lead_time`` is from the order (made: from having all material) until it can leave the site. A share ``yield`` of
    what is started comes out. ``minimum_order`` and ``lot_size`` bind every order.

    ``qualified: false`` is an alternate: it delivers from ``qualification_time`` after the start, if opened for
    ``opening_cost``; with ``redesign`` that is the work to make the product take it. ``terms: consignment``: the
    customer owns the part; it costs him, not us, and ties up none of our capital; ``buy_sell``: we buy it and sell it
    on. ``content`` says which share of the value comes from which country (the rest from ``origin``, by default the
    site's country). ``payment_after`` is when the bill is due.
    """

    part: Name
    site: Name
    prices: Annotated[tuple[PriceStep, ...], Field(min_length=1)] | None = None
    currency: Name | None = None
    lead_time: DurationDistribution = Fixed.model_construct(value_s=Quantity(0.0, "s"))
    capacity: Capacity | None = None
    fraction_good: Fraction = Field(default=Quantity(1.0, "1"), alias="yield")
    minimum_order: PositiveWholeNumber = Count(1)
    lot_size: PositiveWholeNumber = Count(1)
    order_cost_usd: Money = Field(default=Quantity(0.0, "USD"), alias="order_cost")
    labor_time_s: Duration = Field(default=Quantity(0.0, "s"), alias="labor_time")
    conversion_cost_usd: Money = Field(default=Quantity(0.0, "USD"), alias="conversion_cost")
    origin: Country | None = None
    content: dict[Country, Probability] = {}
    terms: Literal["buy_sell", "consignment"] = "buy_sell"
    payment_after_s: Duration = Field(default=Quantity(0.0, "s"), alias="payment_after")
    qualified: bool = True
    qualification_time_s: PositiveDuration | None = Field(default=None, alias="qualification_time")
    opening_cost_usd: Money = Field(default=Quantity(0.0, "USD"), alias="opening_cost")
    redesign: bool = False
