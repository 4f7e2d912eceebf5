"""The scenario's network as stocks and ways: the one place where plans read it.

Ways are the declared sources of each stock, their expedite lanes, and the alternates: supplies and lanes that are not
qualified yet. Line parts are taken together by a product of the line, as its bill of materials says, so that a missing
board stops the rack and not only boards. Unit costs are price, freight, insurance and duty by the scenario's rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from racktwin.economics.mean_stock import lot_of, mean_stock_pieces
from racktwin.errors import Problem, ScenarioError
from racktwin.model import Scenario
from racktwin.model.customs import Import, duty_usd
from racktwin.model.network import Network
from racktwin.model.pieces import law_of
from racktwin.model.requirements import line_pieces, line_stocks, mean_demand_per_s
from racktwin.model.stock import Source, Stock
from racktwin.model.supply import Supply
from racktwin.model.terms import country_of, freight_usd, price_usd

from .flows import FlowNetwork
from .stages import Floats

YEAR_S = 365.0 * 86400.0


@dataclass(frozen=True)
class WayOrigin:
    """What of the scenario a way is made of: names, or None; ``base`` ways carry their share of what is asked for."""

    stock: str
    supply: str | None
    from_stock: str | None
    lane: str | None
    share: float = 0.0
    is_base: bool = False
    option: str | None = None


@dataclass(frozen=True)
class NetworkFlows:
    """``flows`` with, per way, where it comes from, and the value of a piece of each stock in US$."""

    scenario: Scenario
    flows: FlowNetwork
    origins: tuple[WayOrigin, ...]
    value_usd: Floats

    @property
    def net(self) -> Network:
        """The scenario's section."""
        return network_of(self.scenario)


def network_of(scenario: Scenario) -> Network:
    """The network; ScenarioError if the scenario has none."""
    if scenario.network is None:
        remedy = "add a section 'network'; docs/supply.md shows one"
        raise ScenarioError([Problem("network", 0, "", "the scenario has no supply network", remedy)])
    return scenario.network


def network_flows(scenario: Scenario, *, with_alternates: bool = False, date: dt.date | None = None) -> NetworkFlows:
    """The network as arrays, with prices and duties of ``date`` (the scenario's start)."""
    return _Reading(scenario, network_of(scenario), date or scenario.start.date(), with_alternates).read()


@dataclass
class _Reading:
    scenario: Scenario
    net: Network
    date: dt.date
    with_alternates: bool
    ways: list[WayOrigin] = field(default_factory=list)
    takes: list[tuple[int, int]] = field(default_factory=list)
    pieces: list[float] = field(default_factory=list)
    uses: list[tuple[int, str]] = field(default_factory=list)

    def read(self) -> NetworkFlows:
        self.stocks = list(self.net.stocks)
        self.place = {(stock.part, stock.site): k for k, stock in enumerate(self.net.stocks.values())}
        self.rates = mean_demand_per_s(self.scenario)
        for name, stock in self.net.stocks.items():
            for way in self._ways(name, stock):
                self._add(way)
        products = list(self._products())
        for product, _, parts in products:
            self.stocks.append(f"{product} by the line")
            self.ways.append(WayOrigin(self.stocks[-1], None, None, None))
            self.takes += [(len(self.ways) - 1, self.stocks.index(stock)) for stock, _ in parts]
            self.pieces += [count for _, count in parts]
        value = self._values(len(products))
        return NetworkFlows(self.scenario, self._flows(products, value), tuple(self.ways), value)

    def _ways(self, name: str, stock: Stock) -> Iterator[WayOrigin]:
        declared: set[tuple[str | None, str | None]] = set()
        for source in stock.sources:
            for lane in dict.fromkeys((source.lane, source.expedite_lane or source.lane)):
                if (source.supply, lane) in declared and source.stock is None:
                    continue
                declared.add((source.supply, lane))
                option = self._option(stock, source, lane)
                if option is None or self.with_alternates:
                    is_base = lane == source.lane and source.role == "base"
                    yield WayOrigin(name, source.supply, source.stock, lane, float(source.share), is_base, option)
        if self.with_alternates:
            yield from self._alternates(name, stock, declared)

    def _option(self, stock: Stock, source: Source, lane: str | None) -> str | None:
        """What must be opened before the way carries anything: a supply, a lane, or a site at either end."""
        if source.supply is not None and not self.net.supplies[source.supply].qualified:
            return source.supply
        if lane is not None and not self.net.lanes[lane].qualified:
            return lane
        origin = self.net.supplies.get(source.supply or "") or self.net.stocks.get(source.stock or "")
        sites = (stock.site, *([origin.site] if origin is not None else []))
        return next((site for site in sites if not self.net.sites[site].is_open), None)

    def _alternates(self, name: str, stock: Stock, declared: set[tuple[str | None, str | None]]) -> Iterator[WayOrigin]:
        """Supplies of the part that no source of the stock names, by each lane that leads here.

        What is kept at the supply's site in a stock that this one draws on comes by that stock already.
        """
        through = {self.net.stocks[source.stock].site for source in stock.sources if source.stock is not None}
        for supply_name, supply in self.net.supplies.items():
            if supply.part != stock.part or supply.site in through or not self._has_inputs(supply):
                continue
            lanes: list[str | None] = [
                lane_name
                for lane_name, lane in self.net.lanes.items()
                if (lane.origin, lane.destination) == (supply.site, stock.site)
                and (not lane.parts or stock.part in lane.parts)
            ]
            for lane_name in lanes or ([None] if supply.site == stock.site else []):
                if (supply_name, lane_name) not in declared:
                    source = Source.model_construct(supply=supply_name, lane=lane_name)
                    option = self._option(stock, source, lane_name) or f"{supply_name} for {name}"
                    yield WayOrigin(name, supply_name, None, lane_name, option=option)

    def _has_inputs(self, supply: Supply) -> bool:
        """Whether what a supply makes its part of is kept at its site, as far as the network brings it at all."""
        if supply.prices is not None:
            return True
        brought = {other.part for other in self.net.supplies.values()}
        bill = self.scenario.parts[supply.part].bill_of_materials
        return all((part, supply.site) in self.place for part in bill if part in brought)

    def _add(self, way: WayOrigin) -> None:
        number = len(self.ways)
        self.ways.append(way)
        if way.from_stock is not None:
            self.takes.append((number, self.stocks.index(way.from_stock)))
            self.pieces.append(1.0)
        if way.lane is not None and self.net.lanes[way.lane].capacity is not None:
            self.uses.append((number, way.lane))
        if way.supply is None:
            return
        supply = self.net.supplies[way.supply]
        if supply.capacity is not None:
            self.uses.append((number, way.supply))
        if supply.prices is None:
            for part, count in self.scenario.parts[supply.part].bill_of_materials.items():
                if (part, supply.site) in self.place:
                    self.takes.append((number, self.place[part, supply.site]))
                    self.pieces.append(int(count) / float(supply.fraction_good))

    def _products(self) -> Iterator[tuple[str, float, list[tuple[str, float]]]]:
        """Products of the scenario's line with their rate and the stocks they take from."""
        stocks = line_stocks(self.scenario)
        rates: dict[str, float] = {}
        for demand in self.scenario.demand.values():
            if demand.interarrival is not None and demand.interarrival.mean_s > 0:
                per_s = int(demand.quantity) / demand.interarrival.mean_s
                rates[demand.product] = rates.get(demand.product, 0.0) + per_s
        for order in self.scenario.order_book:
            per_s = int(order.quantity) / float(self.scenario.horizon_s)
            rates[order.product] = rates.get(order.product, 0.0) + per_s
        for product, rate in rates.items():
            parts = line_pieces(self.scenario, product)
            taken = [(stocks[part], float(count)) for part, count in parts.items() if part in stocks]
            if taken:
                yield product, rate, taken

    def _flows(self, products: list[tuple[str, float, list[tuple[str, float]]]], value: Floats) -> FlowNetwork:
        limits = list(dict.fromkeys(name for _, name in self.uses))
        lines = len(products)
        demands = list(self.net.demand.items())
        first = len(self.net.stocks)
        rates = [law_of(one.quantity).mean / float(one.every_s) for _, one in demands] + [
            rate for _, rate, _ in products
        ]
        return FlowNetwork(
            tuple(self.stocks),
            np.array([self._on_hand(name) for name in self.net.stocks] + [0.0] * lines),
            tuple(way_name(way) for way in self.ways),
            np.array([self.stocks.index(way.stock) for way in self.ways], np.int64),
            np.array([self._lead_s(way) for way in self.ways]),
            np.array([self._unit_usd(way, value) for way in range(len(self.ways))]),
            np.array([self._in_transit(way) for way in self.ways]),
            np.array(self.takes, np.int64).reshape(-1, 2),
            np.array(self.pieces),
            tuple(limits),
            np.array([self._limit_per_s(name) for name in limits]),
            np.array([(way, limits.index(name)) for way, name in self.uses], np.int64).reshape(-1, 2),
            tuple([name for name, _ in demands] + [product for product, _, _ in products]),
            np.array(
                [self.stocks.index(one.stock) for _, one in demands] + list(range(first, first + lines)), np.int64
            ),
            np.array(rates),
            np.array([self._loss_usd(name) for name, _ in demands] + [self._worth(p) for p, _, _ in products]),
            np.array(
                [value[k] * self._holding_per_s(name) for k, name in enumerate(self.net.stocks)]
                + [float(self.net.carrying_rate_per_s) * self._parts_usd(parts, value) for _, _, parts in products]
            ),
        )

    def _parts_usd(self, parts: list[tuple[str, float]], value: Floats) -> float:
        """What is in a product of the line: made ahead, it ties up as much as its parts would."""
        return sum(count * float(value[self.stocks.index(stock)]) for stock, count in parts)

    def _on_hand(self, name: str) -> float:
        return mean_stock_pieces(self.net, self.net.stocks[name], self.rates[name])

    def _holding_per_s(self, name: str) -> float:
        rate = self.net.stocks[name].holding_rate_per_s
        return float(self.net.carrying_rate_per_s if rate is None else rate)

    def _lead_s(self, way: WayOrigin) -> float:
        made_s = self.net.supplies[way.supply].lead_time.mean_s if way.supply is not None else 0.0
        return float(made_s + (self.net.lanes[way.lane].lead_time.mean_s if way.lane is not None else 0.0))

    def _in_transit(self, way: WayOrigin) -> float:
        """What a base way has on its lane while demand is steady."""
        if way.lane is None or not way.is_base or way.option is not None:
            return 0.0
        return self.rates[way.stock] * way.share * self.net.lanes[way.lane].lead_time.mean_s

    def _limit_per_s(self, name: str) -> float:
        thing = self.net.supplies.get(name) or self.net.lanes[name]
        assert thing.capacity is not None
        return thing.capacity.pieces_per_s

    def _values(self, lines: int) -> Floats:
        """US$ a piece of each stock is worth, from the cheapest way, suppliers first; options count where all are."""
        value = np.zeros(len(self.net.stocks) + lines)
        filling = {name: [w for w, way in enumerate(self.ways) if way.stock == name] for name in self.net.stocks}
        known: set[int] = set()
        for _ in range(len(self.net.stocks) + 1):
            before = value.copy()
            for k, name in enumerate(self.net.stocks):
                ways = [w for w in filling[name] if self.inputs[w].keys() <= known]
                ways = [w for w in ways if self.ways[w].option is None] or ways
                costs = [self._piece_usd(w, value) for w in ways]
                if costs:
                    value[k] = min(costs)
                    known.add(k)
            if (value == before).all():
                break
        return value

    @cached_property
    def inputs(self) -> list[dict[int, float]]:
        """By way, the pieces of each stock that it takes for one of its own."""
        found: list[dict[int, float]] = [{} for _ in self.ways]
        for (way, stock), count in zip(self.takes, self.pieces, strict=True):
            found[way][stock] = found[way].get(stock, 0.0) + count
        return found

    def _piece_usd(self, number: int, value: Floats) -> float:
        taken_usd = sum(count * float(value[stock]) for stock, count in self.inputs[number].items())
        return taken_usd + self._unit_usd(number, value)

    def _unit_usd(self, number: int, value: Floats) -> float:
        """What a piece costs beyond the stocks it takes from: price or making, the lane, customs."""
        way = self.ways[number]
        if way.supply is None and way.from_stock is None:
            return 0.0
        stock = self.net.stocks[way.stock]
        lot = lot_of(stock)
        usd, origin, content = 0.0, self.net.sites[stock.site].country, dict[str, float]()
        if way.supply is not None:
            usd, origin, content = self._made_usd(way.supply, lot)
        else:
            origin = self.net.sites[self.net.stocks[way.from_stock or ""].site].country
        if way.lane is None:
            return usd
        taken_usd = sum(count * float(value[other]) for other, count in self.inputs[number].items())
        return usd + self._lane_usd(way.lane, stock.part, usd + taken_usd, lot, origin, content)

    def _made_usd(self, name: str, lot: float) -> tuple[float, str, dict[str, float]]:
        supply = self.net.supplies[name]
        ordered = max(lot, float(supply.minimum_order), float(supply.lot_size))
        usd = price_usd(self.net, supply, ordered, self.date) + float(supply.order_cost_usd) / ordered
        content = {country: float(share) for country, share in supply.content.items()}
        return usd + making_usd(self.net, supply), country_of(self.net, supply), content

    def _lane_usd(
        self, name: str, part: str, value_usd: float, lot: float, origin: str, content: dict[str, float]
    ) -> float:
        lane, entity = self.net.lanes[name], self.scenario.parts[part]
        usd = freight_usd(self.net, name, entity, lot) + value_usd * float(lane.insurance)
        usd += value_usd * float(self.net.carrying_rate_per_s) * lane.lead_time.mean_s
        into = self.net.sites[lane.destination]
        if into.country != self.net.sites[lane.origin].country:
            goods = Import(entity.hts, value_usd, origin, into, self.date, content)
            usd += duty_usd(self.net.duty_rules, goods)
        return usd

    def _loss_usd(self, name: str) -> float:
        """A piece not delivered: what the demand says, else the price of the part."""
        demand = self.net.demand[name]
        stated = float(demand.lost_sale_cost_usd)
        return stated if stated > 0 else self._worth(self.net.stocks[demand.stock].part)

    def _worth(self, part: str) -> float:
        price = self.scenario.parts[part].price_usd
        return float(price) if price is not None else 0.0


def making_usd(net: Network, supply: Supply) -> float:
    """Labour with its overhead and conversion of a good piece, US$."""
    site = net.sites[supply.site]
    labor_usd = float(supply.labor_time_s) * float(site.wage_usd_per_s) * (1.0 + float(site.overhead))
    return (labor_usd + float(supply.conversion_cost_usd)) / float(supply.fraction_good)


def way_name(way: WayOrigin) -> str:
    """``racks from plant by truck to dallas`` in the scenario's names."""
    if way.supply is None and way.from_stock is None:
        return way.stock
    by = f" by {way.lane}" if way.lane is not None else ""
    return f"{way.stock} from {way.supply or way.from_stock}{by}"
