"""Landed cost of a part at a site: every layer from the price of its parts to the capital in stock, with who pays it.

A part that is bought costs its price; one that is made costs its parts where it is made, labour, overhead and yield.
A lane adds freight, insurance, the capital in transit and, across a border, duty (``model.customs``: the very rules the
simulation applies). A stock adds the capital in it. Where the scenario declares a stock, its sources are followed by
their shares; elsewhere the cheapest way is taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from racktwin.errors import Problem, ScenarioError
from racktwin.model import Scenario
from racktwin.model.customs import Import, duty_lines
from racktwin.model.network import Network
from racktwin.model.requirements import mean_demand_per_s
from racktwin.model.supply import Supply
from racktwin.model.terms import carbon_kg, country_of, freight_usd, price_usd

from .mean_stock import lot_of, mean_stock_pieces

LAYERS = {
    "material": "bought parts, at their price",
    "labor": "hours at the site's wage",
    "overhead": "the site's overhead on labour",
    "conversion": "machines, energy and test, by the piece",
    "yield_loss": "what is lost with pieces that are not good",
    "ordering": "the cost of an order, over its pieces",
    "freight": "moving it",
    "insurance": "insuring it on the way",
    "duty": "customs, by rule",
    "capital_in_process": "capital while it is made",
    "capital_in_transit": "capital while it is under way",
    "capital_in_stock": "capital in the mean stock",
    "supplier_credit": "capital saved as bills are paid later",
}
"""The layers in the order in which they are shown, each with what it is."""


@dataclass(frozen=True)
class CostLine:
    """One contribution per piece of the product: its layer, the part and site it is for, and by what."""

    layer: str
    part: str
    site: str
    by: str
    usd: float
    payer: str = "us"


@dataclass(frozen=True)
class LandedCost:
    """The cost of one piece of ``part`` at ``site`` on ``date``, made at ``made_at``."""

    part: str
    site: str
    made_at: str
    date: dt.date
    lines: tuple[CostLine, ...]
    carbon_kg: float
    lead_time_s: float

    @property
    def total_usd(self) -> float:
        """What all pay together."""
        return sum(line.usd for line in self.lines)

    def by_layer(self, payer: str | None = None) -> dict[str, float]:
        """US$ per layer, of all or one payer (``us``, ``customer``), in the order of :data:`LAYERS`."""
        totals = dict.fromkeys(LAYERS, 0.0)
        for line in self.lines:
            if payer is None or line.payer == payer:
                totals[line.layer] += line.usd
        return totals


def makers(scenario: Scenario, part: str) -> tuple[str, ...]:
    """The sites that make or sell a part, in the scenario's order."""
    net = _network(scenario)
    return tuple(dict.fromkeys(supply.site for supply in net.supplies.values() if supply.part == part))


def landed_cost(
    scenario: Scenario, part: str, site: str, made_at: str | None = None, date: dt.date | None = None
) -> LandedCost:
    """The landed cost of a piece of ``part`` at ``site`` on ``date`` (the scenario's start), made at ``made_at``.

    Without ``made_at`` the declared sources are followed, or the cheapest way is taken. Raises ScenarioError if a name
    is unknown or no way leads there.
    """
    net = _network(scenario)
    for name, known, kind in ((part, scenario.parts, "part"), (site, net.sites, "site"), (made_at, net.sites, "site")):
        if name is not None and name not in known:
            raise _refusal(f"unknown {kind} {name!r}", f"known {kind}s: {', '.join(known)}")
    day = date or scenario.start.date()
    calculation = _Calculation(scenario, net, day, part, made_at, net.sites[site].country)
    arrived = calculation.at(part, site, None, ())
    if arrived is None:
        what = f"{part} made at {made_at}" if made_at else part
        can = ", ".join(makers(scenario, part)) or "nobody"
        raise _refusal(f"no way brings {what} to {site}", f"{can} can make it; add lanes, or supplies of its parts")
    return LandedCost(part, site, arrived.made_at, day, arrived.lines, arrived.carbon_kg, arrived.lead_time_s)


@dataclass(frozen=True)
class _Arrived:
    """A piece where it is: what it cost so far, its origin and content, and how long it took."""

    lines: tuple[CostLine, ...]
    origin: str
    made_at: str
    payer: str
    content: dict[str, float] = field(default_factory=dict)
    carbon_kg: float = 0.0
    lead_time_s: float = 0.0

    @cached_property
    def value_usd(self) -> float:
        return sum(line.usd for line in self.lines)

    @cached_property
    def capital_usd(self) -> float:
        """What of its value is our money."""
        return sum(line.usd for line in self.lines if line.payer == "us")

    def plus(self, lines: list[CostLine], carbon: float = 0.0, lead_time_s: float = 0.0) -> _Arrived:
        kept = tuple(line for line in lines if line.usd != 0.0)
        return replace(
            self,
            lines=(*self.lines, *kept),
            carbon_kg=self.carbon_kg + carbon,
            lead_time_s=self.lead_time_s + lead_time_s,
        )


@dataclass
class _Calculation:
    scenario: Scenario
    net: Network
    date: dt.date
    product: str
    made_at: str | None
    sold_in: str

    @cached_property
    def _stock_at(self) -> dict[tuple[str, str], str]:
        return {(stock.part, stock.site): name for name, stock in self.net.stocks.items()}

    @cached_property
    def _rates(self) -> dict[str, float]:
        return mean_demand_per_s(self.scenario)

    def at(self, part: str, site: str, product_hts: str | None, seen: tuple[str, ...]) -> _Arrived | None:
        """A piece of ``part`` at ``site``, or None if no way leads there. ``seen`` are sites it cannot come from."""
        name = self._stock_at.get((part, site))
        free = part == self.product and self.made_at is not None
        declared = None if name is None or free else self._from_stock(name, product_hts)
        arrived = declared or self._cheapest(part, site, product_hts, (*seen, site))
        if arrived is None or name is None or arrived.payer != "us":
            return arrived
        return arrived.plus([self._capital_in_stock(name, arrived)])

    def _capital_in_stock(self, name: str, arrived: _Arrived) -> CostLine:
        stock = self.net.stocks[name]
        pieces_per_s = self._rates[name]
        held_s = mean_stock_pieces(self.net, stock, pieces_per_s) / pieces_per_s if pieces_per_s > 0 else 0.0
        rate_per_s = self.net.carrying_rate_per_s if stock.holding_rate_per_s is None else stock.holding_rate_per_s
        return CostLine("capital_in_stock", stock.part, stock.site, name, arrived.capital_usd * rate_per_s * held_s)

    def _from_stock(self, name: str, product_hts: str | None) -> _Arrived | None:
        stock = self.net.stocks[name]
        ways: list[tuple[float, _Arrived]] = []
        for source in stock.sources:
            if source.role != "base":
                continue
            if source.stock is not None:
                way = self.at(stock.part, self.net.stocks[source.stock].site, product_hts, ())
            else:
                way = self._from_supply(source.supply or "", lot_of(stock))
            if way is not None and source.lane is not None:
                way = self._by_lane(way, stock.part, source.lane, lot_of(stock), product_hts)
            if way is None:
                return None
            ways.append((float(source.share), way))
        return _blend(ways)

    def _cheapest(self, part: str, site: str, product_hts: str | None, seen: tuple[str, ...]) -> _Arrived | None:
        ways = [*self._made_here(part, site), *self._brought(part, site, product_hts, seen)]
        return min(ways, key=lambda way: way.value_usd, default=None)

    def _made_here(self, part: str, site: str) -> Iterator[_Arrived]:
        if part == self.product and self.made_at not in (None, site):
            return
        here = {
            name: supply for name, supply in self.net.supplies.items() if (supply.part, supply.site) == (part, site)
        }
        for name, supply in here.items():
            if supply.qualified or not any(other.qualified for other in here.values()):
                way = self._from_supply(name, 1.0)
                if way is not None:
                    yield way

    def _brought(self, part: str, site: str, product_hts: str | None, seen: tuple[str, ...]) -> Iterator[_Arrived]:
        for name, lane in self.net.lanes.items():
            carries = not lane.parts or part in lane.parts
            if lane.destination != site or lane.origin in seen or not carries or not lane.qualified:
                continue
            way = self.at(part, lane.origin, product_hts, seen)
            if way is not None:
                here = self._stock_at.get((part, site))
                shipment = lot_of(self.net.stocks[here]) if here is not None else 1.0
                yield self._by_lane(way, part, name, shipment, product_hts)

    def _from_supply(self, name: str, ordered: float) -> _Arrived | None:
        supply = self.net.supplies[name]
        payer = "customer" if supply.terms == "consignment" else "us"
        lot = max(float(supply.minimum_order), float(supply.lot_size), ordered)
        ordering = self._line("ordering", supply, name, float(supply.order_cost_usd) / lot, payer)
        lead_s = supply.lead_time.mean_s
        if supply.prices is not None:
            usd = price_usd(self.net, supply, lot, self.date)
            lines = [self._line("material", supply, name, usd, payer), ordering]
            if payer == "us":
                credit = -usd * self.net.carrying_rate_per_s * supply.payment_after_s
                lines.append(self._line("supplier_credit", supply, name, credit, payer))
            start = _Arrived((), country_of(self.net, supply), supply.site, payer, dict(supply.content))
            return start.plus(lines, 0.0, lead_s)
        made = self._made(name, supply, payer)
        return None if made is None else made.plus([ordering], 0.0, lead_s)

    def _made(self, name: str, supply: Supply, payer: str) -> _Arrived | None:
        site = self.net.sites[supply.site]
        lines: list[CostLine] = []
        carbon, longest_s = 0.0, 0.0
        content: dict[str, float] = {}
        for part, count in self.scenario.parts[supply.part].bill_of_materials.items():
            piece = self.at(part, supply.site, self.scenario.parts[supply.part].hts, ())
            if piece is None:
                return None
            lines += [replace(line, usd=line.usd * int(count)) for line in piece.lines]
            carbon += piece.carbon_kg * int(count)
            longest_s = max(longest_s, piece.lead_time_s)
            _add_content(content, piece, int(count) * piece.value_usd)
        labor = float(supply.labor_time_s) * float(site.wage_usd_per_s)
        lines += [
            self._line("labor", supply, name, labor, payer),
            self._line("overhead", supply, name, labor * float(site.overhead), payer),
            self._line("conversion", supply, name, float(supply.conversion_cost_usd), payer),
        ]
        lost = 1.0 / float(supply.fraction_good) - 1.0
        for who in ("us", "customer"):
            usd = lost * sum(line.usd for line in lines if line.payer == who)
            lines.append(self._line("yield_loss", supply, name, usd, who))
        capital = sum(line.usd for line in lines if line.payer == "us")
        waiting = capital * self.net.carrying_rate_per_s * supply.lead_time.mean_s
        lines.append(self._line("capital_in_process", supply, name, waiting, "us"))
        shares = {country: float(share) for country, share in supply.content.items()} or _shares(
            content, sum(line.usd for line in lines), country_of(self.net, supply)
        )
        start = _Arrived((), country_of(self.net, supply), supply.site, payer, shares)
        return start.plus(lines, carbon / float(supply.fraction_good), longest_s)

    def _by_lane(self, way: _Arrived, part: str, name: str, shipment: float, product_hts: str | None) -> _Arrived:
        lane = self.net.lanes[name]
        entity = self.scenario.parts[part]
        into = self.net.sites[lane.destination]

        def line(layer: str, usd: float, by: str = name) -> CostLine:
            return CostLine(layer, part, lane.destination, by, usd, way.payer)

        lines = [
            line("freight", freight_usd(self.net, name, entity, shipment)),
            line("insurance", way.value_usd * float(lane.insurance)),
        ]
        leaves_again = into.foreign_trade_zone and self.sold_in != into.country
        if into.country != self.net.sites[lane.origin].country and not leaves_again:
            goods = Import(entity.hts, way.value_usd, way.origin, into, self.date, way.content, product_hts)
            lines += [line("duty", due.usd, due.rule) for due in duty_lines(self.net.duty_rules, goods)]
        if way.payer == "us":
            transit = way.capital_usd * self.net.carrying_rate_per_s * lane.lead_time.mean_s
            lines.append(line("capital_in_transit", transit))
        return way.plus(lines, carbon_kg(self.net, name, entity, self.date), lane.lead_time.mean_s)

    def _line(self, layer: str, supply: Supply, name: str, usd: float, payer: str) -> CostLine:
        return CostLine(layer, supply.part, supply.site, name, usd, payer)


def _blend(ways: list[tuple[float, _Arrived]]) -> _Arrived:
    """Pieces from several sources, mixed by their shares."""
    if len(ways) == 1:
        return ways[0][1]
    content: dict[str, float] = {}
    for share, way in ways:
        _add_content(content, way, share * way.value_usd)
    main = max(ways, key=lambda pair: pair[0])[1]
    return _Arrived(
        tuple(replace(line, usd=line.usd * share) for share, way in ways for line in way.lines),
        main.origin,
        main.made_at,
        main.payer,
        _shares(content, sum(content.values()), main.origin),
        sum(share * way.carbon_kg for share, way in ways),
        sum(share * way.lead_time_s for share, way in ways),
    )


def _add_content(content: dict[str, float], piece: _Arrived, usd: float) -> None:
    """Add the value ``usd`` of a piece to the value from each country."""
    for country, share in piece.content.items():
        content[country] = content.get(country, 0.0) + usd * share
    rest = max(0.0, 1.0 - sum(piece.content.values()))
    content[piece.origin] = content.get(piece.origin, 0.0) + usd * rest


def _shares(content: dict[str, float], total_usd: float, origin: str) -> dict[str, float]:
    """Value by country as shares of the total; what is not from elsewhere is of ``origin``."""
    if total_usd <= 0.0:
        return {}
    shares = {country: usd / total_usd for country, usd in content.items() if country != origin}
    return {**shares, origin: max(0.0, 1.0 - sum(shares.values()))}


def _network(scenario: Scenario) -> Network:
    if scenario.network is None:
        raise _refusal("the scenario has no supply network", "add a section 'network'; docs/supply.md shows one")
    return scenario.network


def _refusal(message: str, remedy: str) -> ScenarioError:
    return ScenarioError([Problem("network", 0, "", message, remedy)])
