"""What a receipt costs: price, freight, insurance and duty on the day it arrives, under the run's disruptions."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import NamedTuple

from racktwin.model import Scenario
from racktwin.model.customs import Import, duty_usd
from racktwin.model.stock import Source, Stock
from racktwin.model.terms import country_of, freight_usd, price_usd, unit_value_usd

from .disruptions import Conditions, Factors


class Charge(NamedTuple):
    """US$ for the pieces of one receipt; ``is_ours`` is False for consigned parts, which the customer pays for."""

    price_usd: float
    freight_usd: float
    insurance_usd: float
    duty_usd: float
    is_ours: bool


class Charges:
    """The charges of receipts, from the model's own terms and customs."""

    def __init__(self, scenario: Scenario, conditions: Conditions) -> None:
        assert scenario.network is not None
        self.scenario = scenario
        self.net = scenario.network
        self.conditions = conditions
        self.values: dict[tuple[str, dt.date], float] = {}

    @cached_property
    def _product_hts(self) -> dict[tuple[str, str], str | None]:
        """The code of the product that a part goes into at a site, by (part, site): for foreign-trade zones."""
        found: dict[tuple[str, str], str | None] = {}
        for supply in self.net.supplies.values():
            if supply.prices is None:
                for part in self.scenario.parts[supply.part].bill_of_materials:
                    found[part, supply.site] = self.scenario.parts[supply.part].hts
        return found

    def of(self, stock: Stock, source: Source, lane_name: str | None, pieces: float, tick: int, came: float) -> Charge:
        """What ``pieces`` from a source cost that arrive at a stock in ``tick`` by a lane.

        All is of that day: the price in force then, times what disruptions make of it then, whenever it was ordered.
        The price per piece is that of all that ``came`` from the source on the day. Freight and insurance are those of
        the lane that carried the pieces, as one shipment.
        """
        date = self.scenario.start.date() + dt.timedelta(seconds=tick * float(self.net.tick_s))
        part = self.scenario.parts[stock.part]
        supply = self.net.supplies[source.supply] if source.supply is not None else None
        price, is_ours = 0.0, True
        if supply is not None:
            factor = self.factor(self.conditions.prices, source.supply or "", tick)
            price = price_usd(self.net, supply, came, date) * factor
            is_ours = supply.terms != "consignment"
        if lane_name is None:
            return Charge(price * pieces, 0.0, 0.0, 0.0, is_ours)
        lane = self.net.lanes[lane_name]
        into, left = self.net.sites[lane.destination], self.net.sites[lane.origin]
        value = price or self._value(stock.part, date)
        duty = 0.0
        if into.country != left.country:
            origin = left.country if supply is None else country_of(self.net, supply)
            content = {} if supply is None else {country: float(share) for country, share in supply.content.items()}
            product_hts = self._product_hts.get((stock.part, stock.site))
            goods = Import(part.hts, value, origin, into, date, content, product_hts)
            rates = {name: float(rate[tick]) for name, rate in self.conditions.duty_rates.items() if rate[tick] >= 0.0}
            duty = duty_usd(self.net.duty_rules, goods, rates)
        return Charge(
            price * pieces,
            freight_usd(self.net, lane_name, part, pieces) * pieces,
            value * float(lane.insurance) * pieces,
            duty * pieces,
            is_ours,
        )

    def _value(self, part: str, date: dt.date) -> float:
        if (part, date) not in self.values:
            self.values[part, date] = unit_value_usd(self.scenario, part, date)
        return self.values[part, date]

    def factor(self, kind: dict[str, Factors], name: str, tick: int) -> float:
        """What a disruption multiplies by now."""
        return float(kind[name][tick]) if name in kind else 1.0
