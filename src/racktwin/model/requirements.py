"""How fast parts are asked for: demand of customers and of the line, exploded over stocks and bills of materials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from .pieces import law_of
from .scenario import Scenario
from .stock import Stock


def mean_demand_per_s(scenario: Scenario) -> dict[str, float]:
    """The mean rate at which each stock of the network is asked for pieces, pieces/s; 0 where nobody asks.

    Base sources pass demand on by their shares, made parts by their bill of materials and yield. The network's
    sourcing must be free of circles (``scenario.checks``).
    """
    net = scenario.network
    rates: dict[str, float] = defaultdict(float)
    if net is None:
        return {}
    at = {(stock.part, stock.site): name for name, stock in net.stocks.items()}

    def ask(name: str, pieces_per_s: float) -> None:
        rates[name] += pieces_per_s
        stock = net.stocks[name]
        for source in stock.sources:
            if source.role != "base":
                continue
            passed = pieces_per_s * float(source.share)
            if source.stock is not None:
                ask(source.stock, passed)
            elif source.supply is not None and net.supplies[source.supply].prices is None:
                supply = net.supplies[source.supply]
                for part, count in scenario.parts[supply.part].bill_of_materials.items():
                    if (part, supply.site) in at:
                        ask(at[part, supply.site], passed * int(count) / float(supply.fraction_good))

    for demand in net.demand.values():
        ask(demand.stock, law_of(demand.quantity).mean / float(demand.every_s))
    for name, pieces_per_s in _of_line(scenario):
        ask(name, pieces_per_s)
    return {name: rates[name] for name in net.stocks}


def line_stocks(scenario: Scenario) -> dict[str, str]:
    """The stocks whose receipts reach the scenario's line, by part: bought, or brought there pre-built."""
    net = scenario.network
    if net is None or net.line is None:
        return {}
    here = {name: stock for name, stock in net.stocks.items() if stock.site == net.line.site}
    return {stock.part: name for name, stock in here.items() if _is_brought(scenario, stock)}


def bought_pieces(scenario: Scenario, product: str, at_s: float | None = None) -> dict[str, float]:
    """Pieces of each part that come by receipts which one piece of a product takes: bought, or pre-built.

    Shares of pre-built parts are those of an order released at ``at_s`` after the start; None: means over the horizon.
    """
    found: dict[str, float] = defaultdict(float)

    def add(part: str, pieces: float) -> None:
        for below, count in scenario.parts[part].bill_of_materials.items():
            brought = 1.0 if scenario.parts[below].routing is None else prebuilt_share(scenario, below, at_s)
            if brought > 0.0:
                found[below] += pieces * int(count) * brought
            if brought < 1.0:
                add(below, pieces * int(count) * (1.0 - brought))

    add(product, 1.0)
    return dict(found)


def prebuilt_share(scenario: Scenario, part: str, at_s: float | None = None) -> float:
    """The share of a part made here that is brought pre-built at ``at_s`` after the start; None: over the horizon."""
    steps = sorted((scenario.instant_s(step.starts), float(step.share)) for step in scenario.parts[part].prebuilt)
    if at_s is not None:
        return next((share for starts_s, share in reversed(steps) if starts_s <= at_s), 0.0)
    horizon_s = float(scenario.horizon_s)
    starts = [min(max(starts_s, 0.0), horizon_s) for starts_s, _ in steps] + [horizon_s]
    lasts = (after - before for before, after in pairwise(starts))
    return sum(share * lasts_s for (_, share), lasts_s in zip(steps, lasts, strict=True)) / horizon_s


def _is_brought(scenario: Scenario, stock: Stock) -> bool:
    part = scenario.parts.get(stock.part)
    return part is not None and (part.routing is None or any(step.share > 0 for step in part.prebuilt))


def line_pieces(scenario: Scenario, product: str) -> dict[str, float]:
    """Pieces of each part that the plan asks for per piece of a product of the line: what goes in, and replacements."""
    net = scenario.network
    more = 1.0 if net is None or net.line is None else 1.0 + float(net.line.replacements)
    return {part: count * more for part, count in bought_pieces(scenario, product).items()}


def _of_line(scenario: Scenario) -> Iterator[tuple[str, float]]:
    stocks = line_stocks(scenario)
    products: list[tuple[str, float]] = [
        (demand.product, int(demand.quantity) / demand.interarrival.mean_s)
        for demand in scenario.demand.values()
        if demand.interarrival is not None and demand.interarrival.mean_s > 0
    ]
    products += [(order.product, int(order.quantity) / float(scenario.horizon_s)) for order in scenario.order_book]
    for product, pieces_per_s in products if stocks else ():
        for part, count in line_pieces(scenario, product).items():
            if part in stocks:
                yield stocks[part], pieces_per_s * count
