"""From a design to a network that can be simulated: which sources each stock orders from now on, and from how much.

A design opens options and holds pieces; what each way carries follows in each future. A simulated planner does not know
the future: he orders by the scenario's own policies from what the plan uses while nothing happens, and by what it keeps
for other futures as a fast second source (dual index) that is asked once what is coming will not do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.model import Scenario
from racktwin.model.network import Site
from racktwin.model.quantity import Count, Quantity
from racktwin.model.requirements import mean_demand_per_s
from racktwin.model.stock import BaseStock, FixedOrders, Mrp, Policy, ReorderQuantity, ReorderUpTo, Source, Stock

from .design import Design
from .flows import Flags
from .network_flows import NetworkFlows
from .stages import Floats

_LEAST_SHARE = 0.01
"""Of what a stock takes: a way that carries less is no usual source."""


def designed_scenario(network: NetworkFlows, design: Design) -> Scenario:
    """The scenario with the design's sources and stock, over the design's periods, undisturbed.

    Every stock starts with what the design's programme gives it: its mean stock, what is held beside it, and what is on
    order before the start, already there.
    """
    problem, net = design.problem, network.net
    sources = _Sources(network, design)
    stocks = {}
    for k, (name, stock) in enumerate(net.stocks.items()):
        held = math.ceil(float(design.held[k]) - 1e-6)
        ordered = float(problem.network.in_transit[problem.network.fills == k].sum())
        ordered_from = tuple(sources.of(k, stock))
        policy = _raised(stock.policy, held) if ordered_from else _no_orders()
        update = {
            "sources": ordered_from or stock.sources,
            "policy": policy,
            "initial": Count(round(float(problem.network.on_hand[k]) + ordered + held)),
        }
        stocks[name] = stock.model_copy(update=update)
    return network.scenario.model_copy(
        update={
            "horizon_s": Quantity(problem.periods * problem.period_s, "s"),
            "network": net.model_copy(update={"stocks": stocks, "sites": _sites(network, design), "disrupted_by": ()}),
        }
    )


@dataclass(frozen=True)
class _Choice:
    """An open way as a source: its share of what the plan brings while nothing happens, and whether any future uses it.

    ``is_option``: the design may open or shut it, so its share is the plan's and not the scenario's.
    """

    source: Source
    number: int
    share: float
    is_option: bool
    is_used: bool


class _Sources:
    """What each stock orders from, once the design's options are open and the others shut."""

    def __init__(self, network: NetworkFlows, design: Design) -> None:
        self.network = network
        self.rates = mean_demand_per_s(network.scenario)
        self.is_open = _open_ways(design)
        self.usual = design.sent[0].sum(axis=1)
        self.most: Floats = np.max([sent.sum(axis=1) for sent in design.sent], axis=0)

    def of(self, stock_number: int, stock: Stock) -> Iterator[Source]:
        """Sources with shares that add up to one, then the top-ups; none where all ways are shut.

        Sources that the scenario declares keep their proportions to each other; an option has the share that the plan
        gives it. What the plan uses in some futures only is a top-up.
        """
        choices = [*self._declared(stock_number, stock), *self._added(stock_number, stock)]
        shares = _shares(choices)
        for choice, share in zip(choices, shares, strict=True):
            if share > 0:
                yield self._open_lanes(choice.source).model_copy(update={"share": Quantity(share, "1")})
        if not choices:
            return
        for source in stock.sources:
            if source.role == "top_up" and self.is_open[self._number(stock_number, source)]:
                yield self._open_lanes(source)
        usual = [choice for choice, share in zip(choices, shares, strict=True) if share > 0]
        for choice, share in zip(choices, shares, strict=True):
            if share == 0 and choice.is_used and not any(self._is_slower(choice, other) for other in usual):
                yield self._top_up(choice, stock_number)

    def _declared(self, stock_number: int, stock: Stock) -> Iterator[_Choice]:
        for source in stock.sources:
            number = self._number(stock_number, source)
            if source.role == "base" and self.is_open[number]:
                yield self._choice(source, number)

    def _added(self, stock_number: int, stock: Stock) -> Iterator[_Choice]:
        """Alternates that the scenario does not name as sources."""
        named = {(s.supply, s.stock, lane) for s in stock.sources for lane in (s.lane, s.expedite_lane)}
        for number in self._filling(stock_number):
            way = self.network.origins[number]
            if (way.supply, way.from_stock, way.lane) not in named and self.is_open[number]:
                source = Source.model_construct(supply=way.supply, stock=way.from_stock, lane=way.lane)
                yield self._choice(source, number)

    def _choice(self, source: Source, number: int) -> _Choice:
        way = self.network.origins[number]
        together = float(self.usual[self.network.flows.fills == self.network.flows.fills[number]].sum())
        share = float(self.usual[number]) / together if together > 0 else 0.0
        is_used = bool(self.most[number] > _LEAST_SHARE * max(together, 1.0))
        return _Choice(source, number, share, way.option is not None, is_used)

    def _is_slower(self, choice: _Choice, other: _Choice) -> bool:
        """A slower lane from the same supplier: no help once something is short."""
        lead_s = self.network.flows.lead_time_s
        is_same = (choice.source.supply, choice.source.stock) == (other.source.supply, other.source.stock)
        return is_same and bool(lead_s[choice.number] >= lead_s[other.number])

    def _filling(self, stock_number: int) -> list[int]:
        return [int(number) for number in np.flatnonzero(self.network.flows.fills == stock_number)]

    def _number(self, stock_number: int, source: Source) -> int:
        """The way that a declared source is."""
        origins = self.network.origins
        ways = {(origins[k].supply, origins[k].from_stock, origins[k].lane): k for k in self._filling(stock_number)}
        return ways[source.supply, source.stock, source.lane]

    def _open_lanes(self, source: Source) -> Source:
        """The source without an expedite lane that is shut."""
        lane = source.expedite_lane
        ways = zip(self.network.origins, self.is_open, strict=True)
        if lane is None or any(is_open for way, is_open in ways if way.lane == lane and way.supply == source.supply):
            return source
        return source.model_copy(update={"expedite_lane": None})

    def _top_up(self, choice: _Choice, stock_number: int) -> Source:
        """Asked as soon as what is there and coming within its own lead time is less than what will be asked for."""
        origins, lead_s = self.network.origins, self.network.flows.lead_time_s
        usual = [float(lead_s[k]) for k in self._filling(stock_number) if self.is_open[k] and self.usual[k] > 0]
        reach_s = min([float(lead_s[choice.number]), *usual])
        level = Count(math.ceil(self.rates[origins[choice.number].stock] * reach_s))
        return choice.source.model_copy(update={"role": "top_up", "top_up_level": level, "share": Quantity(1.0, "1")})


def _shares(choices: Sequence[_Choice]) -> list[float]:
    """Each choice's share of the orders: 0 where it is less than is worth an order, 1 in all."""
    by_option = sum(choice.share for choice in choices if choice.is_option)
    declared = sum(float(choice.source.share) for choice in choices if not choice.is_option)
    shares = [
        choice.share if choice.is_option else float(choice.source.share) / declared * max(0.0, 1.0 - by_option)
        for choice in choices
    ]
    shares = [share if share >= _LEAST_SHARE else 0.0 for share in shares]
    if choices and not sum(shares):
        shares[0] = 1.0
    return [share / sum(shares) for share in shares]


def _sites(network: NetworkFlows, design: Design) -> dict[str, Site]:
    """The sites, with those open that the design opens."""
    opened = {option.name for option, is_open in zip(design.problem.options, design.is_open, strict=True) if is_open}
    sites = network.net.sites
    return {name: site.model_copy(update={"is_open": site.is_open or name in opened}) for name, site in sites.items()}


def _open_ways(design: Design) -> Flags:
    is_open = np.ones(len(design.problem.network.ways), bool)
    for option, opened in zip(design.problem.options, design.is_open, strict=True):
        is_open[option.ways] &= bool(opened)
    return is_open


def _raised(policy: Policy, held: int) -> Policy:
    """The policy that keeps ``held`` pieces more; a standing order stays as it is."""
    keys: dict[type, tuple[str, ...]] = {
        BaseStock: ("level",),
        ReorderUpTo: ("reorder_point", "order_up_to"),
        ReorderQuantity: ("reorder_point",),
        Mrp: ("safety_stock",),
        FixedOrders: (),
    }
    return policy.model_copy(update={key: Count(getattr(policy, key) + held) for key in keys[type(policy)]})


def _no_orders() -> Policy:
    return FixedOrders.model_construct(rule="fixed_quantity", order_quantity=Count(0))
