"""The supply network: sources lead somewhere, parts come from somewhere, demand can be met."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from racktwin.model import Scenario
from racktwin.model.network import Network
from racktwin.model.pieces import law_of
from racktwin.model.requirements import line_stocks
from racktwin.model.stock import Source, Stock
from racktwin.model.supply import Supply
from racktwin.scenario.document import Steps

from .capacity import brought_per_s
from .cycles import cycles_among
from .finding import Finding, Rule, error, oddity


def source_leads_somewhere(plant: Scenario) -> Iterator[Finding]:
    """Each source names one supply or stock of the same part, and a lane from there to here where the sites differ."""
    for net in networks(plant):
        for name, stock in net.stocks.items():
            for index, source in enumerate(stock.sources):
                yield from _of_source(net, ("network", "stocks", name, "sources", index), stock, source)


def _of_source(net: Network, steps: Steps, stock: Stock, source: Source) -> Iterator[Finding]:
    if (source.supply is None) == (source.stock is None):
        yield error(steps, "a source is either a supply or a stock", "name one of 'supply' and 'stock'")
        return
    origin = net.supplies.get(source.supply or "") or net.stocks.get(source.stock or "")
    if origin is None:
        return
    if origin.part != stock.part:
        message = f"this stock holds {stock.part}, its source has {origin.part}"
        yield error(steps, message, "name a source of the same part")
    if source.role == "top_up" and source.top_up_level is None:
        yield error(steps, "a top-up source needs its level", "add for example top_up_level: 20")
    if source.lane is None and origin.site != stock.site:
        ways = [
            name for name, lane in net.lanes.items() if (lane.origin, lane.destination) == (origin.site, stock.site)
        ]
        remedy = f"lane: {' or '.join(ways)}" if ways else "declare one in network.lanes, and name it here"
        yield error(steps, f"no lane leads from {origin.site} to {stock.site}", remedy)
    for key, lane_name in (("lane", source.lane), ("expedite_lane", source.expedite_lane)):
        lane = net.lanes.get(lane_name or "")
        if lane is None or lane.origin == lane.destination or not {lane.origin, lane.destination} <= set(net.sites):
            continue
        if (lane.origin, lane.destination) != (origin.site, stock.site):
            message = (
                f"{lane_name} leads from {lane.origin} to {lane.destination}, not from {origin.site} to {stock.site}"
            )
            yield error((*steps, key), message, "name a lane between these sites")
        elif lane.parts and stock.part not in lane.parts:
            yield error(
                (*steps, key), f"{lane_name} does not carry {stock.part}", f"add it to network.lanes.{lane_name}.parts"
            )


def lane_between_two_sites(plant: Scenario) -> Iterator[Finding]:
    """A lane that ends where it begins."""
    for net in networks(plant):
        for name, lane in net.lanes.items():
            if lane.origin == lane.destination:
                yield error(("network", "lanes", name, "to"), "a lane that ends where it begins", "name another site")


def sourcing_in_a_circle(plant: Scenario) -> Iterator[Finding]:
    """Stocks that are replenished from each other, or from what is made of them."""
    for net in networks(plant):
        at = {(stock.part, stock.site): name for name, stock in net.stocks.items()}

        def upstream(name: str, net: Network = net, at: dict[tuple[str, str], str] = at) -> list[str]:
            found: list[str] = []
            for source in net.stocks[name].sources:
                supply = net.supplies.get(source.supply or "")
                if source.stock is not None and source.stock in net.stocks:
                    found.append(source.stock)
                if supply is not None and supply.prices is None and supply.part in plant.parts:
                    bill = plant.parts[supply.part].bill_of_materials
                    found += [at[part, supply.site] for part in bill if (part, supply.site) in at]
            return found

        for cycle in cycles_among(net.stocks, upstream):
            message = f"stocks are replenished in a circle: {' ← '.join(cycle)}"
            yield error(("network", "stocks", cycle[0], "sources"), message, "let one of them come from a supply")


def part_nobody_makes(plant: Scenario) -> Iterator[Finding]:
    """What is made needs its bill of materials in stock at the same site; and what is needed, somebody to supply it."""
    for net in networks(plant):
        supplied = {supply.part for supply in net.supplies.values()}
        stocked = {(stock.part, stock.site) for stock in net.stocks.values()}
        for name, supply in net.supplies.items():
            if supply.prices is not None or supply.part not in plant.parts:
                continue
            steps: Steps = ("network", "supplies", name)
            bill = plant.parts[supply.part].bill_of_materials
            if not bill:
                message = f"{supply.part} has neither a price here nor a bill of materials: nobody makes it"
                yield error(steps, message, "add prices (it is bought), or parts.PART.bill_of_materials (it is made)")
            missing = [part for part in bill if part not in supplied]
            for part in missing:
                remedy = f"add a supply of {part} to network.supplies"
                yield error(steps, f"nobody makes {part}, which {supply.part} is made of", remedy)
            used = any(source.supply == name for stock in net.stocks.values() for source in stock.sources)
            for part in bill:
                if used and part not in missing and (part, supply.site) not in stocked:
                    remedy = f"add a stock of {part} at {supply.site} to network.stocks"
                    yield error(steps, f"{supply.site} makes {supply.part} but keeps no {part}", remedy)


def one_stock_of_a_part_at_a_site(plant: Scenario) -> Iterator[Finding]:
    """Two stocks of one part at one site."""
    for net in networks(plant):
        first: dict[tuple[str, str], str] = {}
        for name, stock in net.stocks.items():
            other = first.setdefault((stock.part, stock.site), name)
            if other != name:
                message = f"a second stock of {stock.part} at {stock.site}, beside {other}"
                yield error(("network", "stocks", name), message, "merge the two: a stock may have several sources")


def line_parts_by_one_way(plant: Scenario) -> Iterator[Finding]:
    """A part the network brings to the line has no receipts of its own, and is not made there."""
    for net in networks(plant):
        brought = network_parts(plant)
        received = {receipt.part for receipt in plant.part_receipts}
        for name, stock in net.stocks.items():
            part = plant.parts.get(stock.part)
            if stock.part not in brought or part is None:
                continue
            if stock.part in received:
                message = f"{stock.part} comes by the network and by part_receipts"
                yield error(("network", "stocks", name), message, "keep one of the two")
            if part.initial_stock is not None:
                message = (
                    f"{stock.part} starts with the stock the network says; parts.{stock.part}.initial_stock is not used"
                )
                remedy = f"leave it out, and write network.stocks.{name}.initial"
                yield error(("parts", stock.part, "initial_stock"), message, remedy)


def network_parts(plant: Scenario) -> set[str]:
    """The parts, bought or pre-built, that the network's receipts bring to the scenario's line."""
    return set(line_stocks(plant))


def demand_beyond_capacity(plant: Scenario) -> Iterator[Finding]:
    """More is asked for, on average, than all qualified sources of a part can make.

    Where a stock of the part is kept, those that a stock names as its sources; elsewhere all. It is only odd
    where alternates that no stock names could make the rest: network design may open them.
    """
    for net in networks(plant):
        used = {source.supply for stock in net.stocks.values() for source in stock.sources}
        for part, pieces_per_s in _mean_demand_per_s(plant, net).items():
            known = {name: supply for name, supply in net.supplies.items() if supply.part == part}
            makers = [supply for name, supply in known.items() if name in used] or list(known.values())
            can = _most_per_s(makers, float(plant.horizon_s))
            if makers and pieces_per_s > can * (1.0 + 1e-9):
                week = 7 * 86400.0
                message = (
                    f"mean demand of {pieces_per_s * week:,.4g} pieces of {part} a week is more than the "
                    f"{can * week:,.4g} its supplies can make"
                )
                name = next(name for name, supply in known.items() if supply is makers[0])
                steps: Steps = ("network", "supplies", name, "capacity")
                if pieces_per_s <= _most_per_s(known.values(), float(plant.horizon_s)):
                    others = ", ".join(other for other in known if other not in used)
                    yield oddity(steps, message, f"name {others} as a source, or ask 'racktwin supply design'")
                else:
                    yield error(steps, message, "raise their capacity, add a supply, or lower the demand")


def _most_per_s(makers: Iterable[Supply], horizon_s: float) -> float:
    return sum(
        float("inf") if supply.capacity is None else supply.capacity.pieces_per_s * supply.fraction_good
        for supply in makers
        if supply.qualified or float(supply.qualification_time_s or horizon_s) < horizon_s
    )


def _mean_demand_per_s(plant: Scenario, net: Network) -> dict[str, float]:
    """The mean rate at which each part is asked for by customers and the line, directly or inside what is made."""
    asked: dict[str, float] = defaultdict(float)
    made = {supply.part for supply in net.supplies.values() if supply.prices is None}

    def add(part: str, pieces_per_s: float, above: tuple[str, ...]) -> None:
        asked[part] += pieces_per_s
        if part in made and part in plant.parts and part not in above:
            for below, count in plant.parts[part].bill_of_materials.items():
                add(below, pieces_per_s * count, (*above, part))

    for demand in net.demand.values():
        if demand.stock in net.stocks:
            add(net.stocks[demand.stock].part, law_of(demand.quantity).mean / demand.every_s, ())
    by_line = brought_per_s(plant) if net.line is not None else {}
    for part in sorted(network_parts(plant)):
        add(part, by_line.get(part, 0.0), ())
    return asked


def networks(plant: Scenario) -> Iterator[Network]:
    """The scenario's network, if it has one."""
    if plant.network is not None:
        yield plant.network


RULES: tuple[Rule, ...] = (
    source_leads_somewhere,
    lane_between_two_sites,
    sourcing_in_a_circle,
    part_nobody_makes,
    one_stock_of_a_part_at_a_site,
    line_parts_by_one_way,
    demand_beyond_capacity,
)
"""The rules of this module, in the order in which their findings are told."""
