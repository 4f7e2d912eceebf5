"""How fast parts are asked for: demand of customers and of the line, exploded over stocks and bills of materials."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

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
    """The stocks whose receipts reach the scenario's line, by part: of the parts that it does not make itself."""
    net = scenario.network
    if net is None or net.line is None:
        return {}
    here = {name: stock for name, stock in net.stocks.items() if stock.site == net.line.site}
    return {stock.part: name for name, stock in here.items() if _is_bought(scenario, stock)}


def bought_pieces(scenario: Scenario, product: str) -> dict[str, int]:
    """Pieces of each part that the line does not make itself which one piece of a product takes."""
    found: dict[str, int] = defaultdict(int)

    def add(part: str, pieces: int) -> None:
        for below, count in scenario.parts[part].bill_of_materials.items():
            if scenario.parts[below].routing is None:
                found[below] += pieces * int(count)
            else:
                add(below, pieces * int(count))

    add(product, 1)
    return dict(found)


def _is_bought(scenario: Scenario, stock: Stock) -> bool:
    return stock.part in scenario.parts and scenario.parts[stock.part].routing is None


def _of_line(scenario: Scenario) -> Iterator[tuple[str, float]]:
    stocks = line_stocks(scenario)
    products: list[tuple[str, float]] = [
        (demand.product, int(demand.quantity) / demand.interarrival.mean_s)
        for demand in scenario.demand.values()
        if demand.interarrival is not None and demand.interarrival.mean_s > 0
    ]
    products += [(order.product, int(order.quantity) / float(scenario.horizon_s)) for order in scenario.order_book]
    for product, pieces_per_s in products if stocks else ():
        for part, count in bought_pieces(scenario, product).items():
            if part in stocks:
                yield stocks[part], pieces_per_s * count
