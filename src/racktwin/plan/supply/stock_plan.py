"""Safety stock for a scenario's network: its stocks as stages, the cheapest places to hold, policies to simulate.

A stage takes the mean time from order to receipt and its review period, in whole ticks of the network, rounded up; the
shares of its base sources mix them. Variable lead times are not bounded by the method: the simulated fill rate tells
what they cost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from racktwin.economics.mean_stock import replenishment_s
from racktwin.model import Scenario
from racktwin.model.pieces import law_of
from racktwin.model.requirements import line_stocks, mean_demand_per_s

from .guaranteed import Placement, place_stock
from .network_flows import NetworkFlows, network_flows, network_of
from .stages import NO_LIMIT, Floats, Ints, StageNetwork, pooled

DEFAULT_SERVICE = 0.95


@dataclass(frozen=True)
class StockLine:
    """What one stock should do: times in s, pieces, US$ a year, and the base-stock level that makes it so."""

    stock: str
    service_s: float
    waits_s: float
    covers_s: float
    safety_stock: float
    level: int
    holding_usd_per_year: float
    value_usd: float


@dataclass(frozen=True)
class StockPlan:
    """The placement and its lines, in the scenario's order; ``present_usd_per_year`` is what the policies hold now."""

    placement: Placement
    lines: tuple[StockLine, ...]
    present_usd_per_year: float

    @property
    def overrides(self) -> dict[str, Mapping[str, object]]:
        """Policies by path, for ``--set-file``."""
        return {
            f"network.stocks.{line.stock}.policy": {"rule": "base_stock", "level": line.level} for line in self.lines
        }

    @property
    def holding_usd_per_year(self) -> float:
        """Of all safety stock."""
        return sum(line.holding_usd_per_year for line in self.lines)


def plan_stock(scenario: Scenario, *, time_limit_s: float = 60.0) -> StockPlan:
    """Where to hold safety stock at least cost. Ends of the network serve at once, at their ``service_target``."""
    network = network_flows(scenario)
    stages = stages_of(network)
    placement = place_stock(stages, time_limit_s=time_limit_s)
    return StockPlan(placement, _lines(network, placement), _present_usd(network))


def stages_of(network: NetworkFlows) -> StageNetwork:
    """The stages of the network; products of the line take no time and hold nothing, so its parts must be there."""
    flows, net = network.flows, network.net
    tick_s = float(net.tick_s)
    lead_s = [replenishment_s(net, stock) + float(stock.review_every_s or tick_s) for stock in net.stocks.values()]
    virtual = len(flows.stocks) - len(lead_s)
    periods = np.array([math.ceil(t / tick_s - 1e-9) for t in lead_s] + [0] * virtual, np.int64)
    arcs, pieces = _arcs(network)
    mean, deviation = _external(network)
    seen = pooled(len(flows.stocks), arcs, pieces, mean, deviation)
    is_end = np.zeros(len(flows.stocks), bool)
    is_end[flows.demand_stock] = True
    is_end[[flows.stocks.index(name) for name in line_stocks(network.scenario).values()]] = True
    targets = [stock.service_target for stock in net.stocks.values()]
    chosen = [DEFAULT_SERVICE if target is None else float(target) for target in targets] + [DEFAULT_SERVICE] * virtual
    holding = flows.holding_usd_per_s * tick_s
    longest = np.where(is_end, 0, NO_LIMIT)
    return StageNetwork(flows.stocks, periods, holding, *seen, _safety_factor(np.array(chosen)), longest, arcs)


def _arcs(network: NetworkFlows) -> tuple[Ints, Floats]:
    """Who supplies whom by base ways, each pair once; pieces are weighted by the way's share."""
    flows = network.flows
    found: dict[tuple[int, int], float] = {}
    for (way, stock), count in zip(flows.takes.tolist(), flows.pieces.tolist(), strict=True):
        origin = network.origins[way]
        is_line = origin.supply is None and origin.from_stock is None
        if origin.is_base or is_line:
            pair = (stock, int(flows.fills[way]))
            found[pair] = found.get(pair, 0.0) + count * (1.0 if is_line else origin.share)
    return np.array(list(found), np.int64).reshape(-1, 2), np.array(list(found.values()))


def _external(network: NetworkFlows) -> tuple[Floats, Floats]:
    """Mean and deviation of the demand from outside per tick; orders of the line are taken as Poisson."""
    flows, net = network.flows, network.net
    mean, variance = np.zeros(len(flows.stocks)), np.zeros(len(flows.stocks))
    tick_s = float(net.tick_s)
    for name, stock, rate in zip(flows.demands, flows.demand_stock, flows.demand_per_s, strict=True):
        mean[stock] += rate * tick_s
        demand = net.demand.get(name)
        per_tick = (
            rate * tick_s if demand is None else law_of(demand.quantity).variance * tick_s / float(demand.every_s)
        )
        variance[stock] += per_tick
    return mean, np.sqrt(variance)


def _safety_factor(service: Floats) -> Floats:
    from scipy.special import ndtri

    factor: Floats = np.maximum(ndtri(service), 0.0)
    return factor


def _lines(network: NetworkFlows, placement: Placement) -> tuple[StockLine, ...]:
    net, stages = network.net, placement.network
    tick_s = float(net.tick_s)
    year = 365.0 * 86400.0 / tick_s
    lines = []
    for k, name in enumerate(net.stocks):
        safety = float(placement.safety_stock[k])
        covers = int(placement.net_periods[k])
        lines.append(
            StockLine(
                name,
                int(placement.service[k]) * tick_s,
                int(placement.inbound[k]) * tick_s,
                covers * tick_s,
                safety,
                math.ceil(float(stages.demand_mean[k]) * covers + safety - 1e-9),
                safety * float(stages.holding_usd[k]) * year,
                safety * float(network.value_usd[k]),
            )
        )
    return tuple(lines)


def _present_usd(network: NetworkFlows) -> float:
    """What the present policies' stock beyond half a review costs a year, by the textbook's mean."""
    scenario, flows = network.scenario, network.flows
    rates = mean_demand_per_s(scenario)
    net = network_of(scenario)
    total = 0.0
    for k, (name, stock) in enumerate(net.stocks.items()):
        cycle = rates[name] * float(stock.review_every_s or net.tick_s) / 2.0
        total += max(0.0, float(flows.on_hand[k]) - cycle) * float(flows.holding_usd_per_s[k])
    return total * 365.0 * 86400.0
