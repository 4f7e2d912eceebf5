"""Where stock is kept and how it is replenished: stocks with their sources, policies and rules under shortage."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .entity import Entity, Name
from .quantity import (
    Count,
    Duration,
    Fraction,
    NonNegative,
    PositiveDuration,
    PositiveWholeNumber,
    Probability,
    Quantity,
    RatePerTime,
    WholeNumber,
)


class BaseStock(Entity):
    """Order up to ``level`` at every review. ``echelon``: the position counts all stock downstream as well."""

    rule: Literal["base_stock"]
    level: WholeNumber
    echelon: bool = False


class ReorderUpTo(Entity):
    """(s,S): at a position of ``reorder_point`` or less, order up to ``order_up_to``."""

    rule: Literal["s_S"]
    reorder_point: WholeNumber
    order_up_to: WholeNumber

    @model_validator(mode="after")
    def _ordered(self) -> ReorderUpTo:
        if self.order_up_to < self.reorder_point:
            message = f"order_up_to {self.order_up_to} is below reorder_point {self.reorder_point}"
            raise PydanticCustomError("policy", "{message}", {"message": message, "remedy": "s ≤ S"})
        return self


class ReorderQuantity(Entity):
    """(r,Q): at a position of ``reorder_point`` or less, order as many times ``order_quantity`` as lift it above."""

    rule: Literal["r_Q"]
    reorder_point: WholeNumber
    order_quantity: PositiveWholeNumber


class FixedOrders(Entity):
    """Order ``order_quantity`` at every review, whatever the stock: a standing order."""

    rule: Literal["fixed_quantity"]
    order_quantity: WholeNumber


class Mrp(Entity):
    """Material requirements planning: net the forecast over ``look_ahead`` against stock and orders, lot by lot.

    The forecast is what will be asked for (the line's master schedule, exploded; the demand's mean otherwise), each
    future review period's amount wrong by a factor with coefficient of variation ``forecast_error`` that shrinks with
    the square root of how near it is. ``lot_sizing``: ``lot_for_lot``, or the needs of ``periods_of_supply`` review
    periods in one order. ``planned_lead_time`` (none: the mean of source and lane) is what the plan counts on.
    """

    rule: Literal["mrp"]
    safety_stock: WholeNumber = Count(0)
    look_ahead_s: PositiveDuration = Field(alias="look_ahead")
    lot_sizing: Literal["lot_for_lot", "periods_of_supply"] = "lot_for_lot"
    periods_of_supply: PositiveWholeNumber = Count(1)
    forecast_error: NonNegative = Quantity(0.0, "1")
    planned_lead_time_s: Duration | None = Field(default=None, alias="planned_lead_time")


Policy: TypeAlias = Annotated[
    BaseStock | ReorderUpTo | ReorderQuantity | FixedOrders | Mrp, Field(discriminator="rule")
]
"""How much is ordered, and when."""


class Source(Entity):
    """Where a stock is replenished from: the ``supply`` of a site, or the ``stock`` of another; by which ``lane``.

    No lane means at the same site. ``share`` splits orders over the base sources. ``role: top_up`` is the fast source
    of dual sourcing: at each review it lifts what will be there within its own lead time to ``top_up_level``.
    ``expedite_lane`` carries a shipment instead when the destination holds less than ``expedite_below``.
    """

    supply: Name | None = None
    stock: Name | None = None
    lane: Name | None = None
    share: Fraction = Quantity(1.0, "1")
    role: Literal["base", "top_up"] = "base"
    top_up_level: WholeNumber | None = None
    expedite_lane: Name | None = None
    expedite_below: WholeNumber = Count(1)


class Stock(Entity):
    """Pieces of one ``part`` at one ``site``.

    Under shortage ``allocation`` says who gets what there is: ``fifo`` the oldest order first, ``priority`` the highest
    first, ``proportional`` by what is owed, ``fair`` equal pieces. What cannot be given is backordered, or lost where
    the demand says so. ``review_every`` is the policy's review period (none: every tick, which is continuous review to
    within a tick). ``holding_rate`` (none: the network's carrying rate) is per year on the piece's value.
    """

    part: Name
    site: Name
    sources: tuple[Source, ...] = Field(min_length=1)
    policy: Policy
    initial: WholeNumber | None = None
    review_every_s: PositiveDuration | None = Field(default=None, alias="review_every")
    allocation: Literal["fifo", "priority", "proportional", "fair"] = "fifo"
    service_target: Probability | None = None
    holding_rate_per_s: RatePerTime | None = Field(default=None, alias="holding_rate")
