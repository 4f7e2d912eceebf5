"""Why demand is not met even if nothing happens: which demand, how much of it, and what stands in its way.

Demands are elastic in the programmes (a piece not delivered has its price), so nothing is infeasible; what is lost in
the future without disruptions is what cannot, or is not worth to, be met.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from racktwin.model.requirements import mean_demand_per_s

from .network_flows import NetworkFlows, way_name
from .resilience import scarce_limits
from .stages import Floats

_DAY_S = 86400.0
_WEEK_S = 7 * _DAY_S


@dataclass(frozen=True)
class Unmet:
    """A demand, the pieces of it that are lost in the horizon, and why, each reason with what would mend it."""

    demand: str
    pieces: float
    reasons: tuple[str, ...]


def unmet_demand(network: NetworkFlows, lost_pieces: Floats, horizon_s: float) -> tuple[Unmet, ...]:
    """Every demand of which pieces are lost while nothing happens; ``lost_pieces`` by demand, over ``horizon_s``."""
    flows = network.flows
    found = []
    for d, name in enumerate(flows.demands):
        if lost_pieces[d] > 1e-6 * max(1.0, flows.demand_per_s[d] * horizon_s):
            reasons = tuple(_reasons(network, d, horizon_s))
            found.append(Unmet(name, float(lost_pieces[d]), reasons or ("no single limit stands out",)))
    return tuple(found)


def _reasons(network: NetworkFlows, demand: int, horizon_s: float) -> Iterator[str]:
    above = _upstream(network, int(network.flows.demand_stock[demand]))
    yield from _closed(network, above)
    yield from _capacity(network, above)
    yield from _lead_time(network, demand)
    yield from _minimum_order(network, above, horizon_s)
    yield from _not_worth_it(network, demand)


def _upstream(network: NetworkFlows, stock: int) -> set[int]:
    """The stock and all it is made of."""
    found, open_ones = {stock}, [stock]
    while open_ones:
        ways = np.flatnonzero(network.flows.fills == open_ones.pop())
        inputs = network.flows.takes[np.isin(network.flows.takes[:, 0], ways), 1].tolist()
        open_ones += [k for k in inputs if k not in found]
        found |= set(inputs)
    return found


def _closed(network: NetworkFlows, above: set[int]) -> Iterator[str]:
    """Stocks that nothing qualified fills."""
    flows, rates = network.flows, mean_demand_per_s(network.scenario)
    for k in sorted(above):
        ways = np.flatnonzero(flows.fills == k)
        options = [network.origins[way].option for way in ways]
        if not len(ways) or any(option is None for option in options):
            continue
        names = ", ".join(sorted({str(option) for option in options}))
        wait_s = min(_qualification_s(network, str(option)) for option in options)
        covered_s = flows.on_hand[k] / max(rates.get(flows.stocks[k], 0.0), 1e-300)
        if covered_s < wait_s:
            yield (
                f"{flows.stocks[k]} comes only by what must be qualified first ({names}: {wait_s / _WEEK_S:.3g} weeks "
                f"at the least), and stock lasts {covered_s / _DAY_S:,.1f} days: hold more, or add a qualified one"
            )


def _qualification_s(network: NetworkFlows, option: str) -> float:
    thing = network.net.supplies.get(option) or network.net.lanes.get(option)
    return 0.0 if thing is None else float(thing.qualification_time_s or 0.0)


def _capacity(network: NetworkFlows, above: set[int]) -> Iterator[str]:
    """Capacities of supplies and lanes of which more would serve more of it."""
    flows = network.flows
    for number, gain in scarce_limits(flows).items():
        ways = flows.uses[flows.uses[:, 1] == number, 0]
        if not {int(k) for k in flows.fills[ways]} & above:
            continue
        name = flows.limits[number]
        what = f"lane {name} carries" if name in network.net.lanes else f"{name} gives"
        yield (
            f"{what} {flows.limit_per_s[number] * _WEEK_S:,.4g} pieces a week at most, and each more would serve "
            f"{gain:.3g}: raise its capacity, or add another"
        )


def _lead_time(network: NetworkFlows, demand: int) -> Iterator[str]:
    """Whether demand begins before the first pieces can be there."""
    flows = network.flows
    stock = int(flows.demand_stock[demand])
    covered_s = flows.on_hand[stock] / max(flows.demand_per_s[demand], 1e-300)
    first_s, by = _first_s(network, stock)
    if covered_s + 1.0 < first_s < np.inf:
        yield (
            f"the first pieces come {first_s / _DAY_S:,.1f} days after the start (slowest: {by}), and stock lasts "
            f"{covered_s / _DAY_S:,.1f}: hold more at the start, or find a faster way"
        )


def _first_s(network: NetworkFlows, stock: int) -> tuple[float, str]:
    """When the fastest way brings first pieces to a stock, and the slowest step of it; now where some are under way.

    A way that takes from other stocks can begin at once where they hold some.
    """
    flows = network.flows
    best = (float("inf"), "")
    for way in np.flatnonzero(flows.fills == stock).tolist():
        if flows.in_transit[way] > 0:
            return 0.0, ""
        own_s, inputs = float(flows.lead_time_s[way]), flows.takes[flows.takes[:, 0] == way, 1].tolist()
        waits = [_first_s(network, k) for k in inputs if flows.on_hand[k] <= 0]
        longest_s, by = max(waits, default=(0.0, ""))
        slowest = by if longest_s > own_s else way_name(network.origins[way])
        best = min(best, (own_s + longest_s, slowest))
    return best


def _minimum_order(network: NetworkFlows, above: set[int], horizon_s: float) -> Iterator[str]:
    """Supplies whose least order is more than all that is asked for."""
    flows, rates = network.flows, mean_demand_per_s(network.scenario)
    for way, origin in enumerate(network.origins):
        supply = network.net.supplies.get(origin.supply or "")
        k = int(flows.fills[way])
        if supply is None or k not in above or origin.option is not None:
            continue
        asked = rates.get(origin.stock, 0.0) * horizon_s
        if float(supply.minimum_order) > asked + 1e-9:
            yield (
                f"{origin.supply} sells {int(supply.minimum_order):,} pieces at least, and {asked:,.4g} are asked for "
                "in all the time: lower minimum_order, or find a smaller supplier"
            )


def _not_worth_it(network: NetworkFlows, demand: int) -> Iterator[str]:
    """Whether a piece costs more than its loss."""
    flows = network.flows
    stock = int(flows.demand_stock[demand])
    costs = network.value_usd[stock]
    for way in np.flatnonzero(flows.fills == stock) if stock >= len(network.net.stocks) else ():
        rows = flows.takes[:, 0] == way
        costs = float(flows.pieces[rows] @ network.value_usd[flows.takes[rows, 1]])
    if costs > flows.loss_usd[demand]:
        yield (
            f"a piece costs US${costs:,.0f} and its loss only US${flows.loss_usd[demand]:,.0f}: give the demand a "
            "lost_sale_cost, or the part a price"
        )
