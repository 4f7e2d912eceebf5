"""The supply network: sites, supplies, lanes, stocks, demand at customers, customs, and what can go wrong."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .disruption import Disruption
from .duty import Country, DutyRule
from .entity import Entity, Name
from .instant import Date
from .lane import Lane
from .pieces import Pieces
from .quantity import (
    Duration,
    Latitude,
    Longitude,
    Money,
    MoneyPerTime,
    NonNegative,
    PositiveDuration,
    Probability,
    Quantity,
    RatePerTime,
    Ratio,
)
from .stock import Stock
from .supply import Supply


class GeographicPosition(Entity):
    """Where a site is, in degrees: north and east positive."""

    latitude: Latitude
    longitude: Longitude


class Site(Entity):
    """A place of the network: a supplier, plant, hub or customer.

    Nothing leaves or arrives outside its ``calendar``. ``wage`` and ``overhead`` (a multiple of labour) price what is
    made here. ``end_uses`` are shares of what is imported here that go to a use which duty rules know.
    ``fixed_cost`` is what the site costs while it is open; one that is not ``open`` may be opened by network design for
    ``opening_cost``.
    """

    kind: Literal["supplier", "plant", "hub", "customer"]
    country: Country
    calendar: Name = "always"
    foreign_trade_zone: bool = False
    wage_usd_per_s: MoneyPerTime = Field(default=Quantity(0.0, "USD/s"), alias="wage")
    overhead: NonNegative = Quantity(0.0, "1")
    end_uses: dict[Name, Probability] = {}
    position: GeographicPosition | None = None
    is_open: bool = Field(default=True, alias="open")
    fixed_cost_usd_per_s: MoneyPerTime = Field(default=Quantity(0.0, "USD/s"), alias="fixed_cost")
    opening_cost_usd: Money = Field(default=Quantity(0.0, "USD"), alias="opening_cost")


class ExchangeRate(Entity):
    """What one piece of a currency is worth, from a date on."""

    starts: Date
    usd: Ratio


class CustomerDemand(Entity):
    """Pieces of a part asked for at a stock, ``every`` so often from ``first`` on.

    What cannot be given at once is backordered at ``backorder_cost`` per piece and time, or lost at ``lost_sale_cost``
    (``backorder: false``). A higher ``priority`` is served first where the stock allocates by priority.
    """

    stock: Name
    quantity: Pieces
    every_s: PositiveDuration = Field(alias="every")
    first_s: Duration = Field(default=Quantity(0.0, "s"), alias="first")
    priority: int = 0
    backorder: bool = True
    backorder_cost_usd_per_s: MoneyPerTime = Field(default=Quantity(0.0, "USD/s"), alias="backorder_cost")
    lost_sale_cost_usd: Money = Field(default=Quantity(0.0, "USD"), alias="lost_sale_cost")


class LineSite(Entity):
    """Which site is the scenario's line, and when it needs its parts: ``needed_after`` an order's release.

    The line's bought parts that are held in a stock at this site come by that stock's receipts, and are asked for as
    the master schedule says: the scenario's demand and order book, exploded by the bills of materials.
    ``replacements`` is the share planned on top for what repair and scrap will take.
    """

    site: Name
    needed_after_s: Duration = Field(default=Quantity(0.0, "s"), alias="needed_after")
    replacements: Probability = Quantity(0.0, "1")


class Network(Entity):
    """Where parts come from, by which way, at what cost, and how stock is kept.

    Time passes in steps of ``tick``. ``carrying_rate`` is what capital in stock and in transit costs per year.
    ``disrupted_by`` names the disruptions that happen in a run.
    """

    tick_s: PositiveDuration = Field(default=Quantity(86400.0, "s", "1 d"), alias="tick")
    carrying_rate_per_s: RatePerTime = Field(default=Quantity(0.0, "1/s"), alias="carrying_rate")
    currencies: dict[Name, Annotated[tuple[ExchangeRate, ...], Field(min_length=1)]] = {}
    sites: dict[Name, Site] = Field(min_length=1)
    supplies: dict[Name, Supply] = Field(min_length=1)
    lanes: dict[Name, Lane] = {}
    stocks: dict[Name, Stock] = {}
    demand: dict[Name, CustomerDemand] = {}
    line: LineSite | None = None
    duty_rules: dict[Name, DutyRule] = {}
    disruptions: dict[Name, Disruption] = {}
    disrupted_by: tuple[Name, ...] = ()
