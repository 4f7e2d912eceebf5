"""Where to hold safety stock: service times of least cost, exact on forests, with a proven bound elsewhere.

Forests: dynamic programming of Graves and Willems (2000). Any other acyclic network: branch and bound on the times of
arcs that close a circle, each node bounded by the priced forest (:mod:`.stage_kernel`); the general problem is
NP-hard (Lesnaia, MIT 2004), so a limit on nodes can end the search, and the gap is always told.
"""

from __future__ import annotations

import heapq
import itertools
import time
from dataclasses import dataclass

import numpy as np

from .stage_descent import descend
from .stage_kernel import improve, solve_forest, spread
from .stage_tables import Limits, Tables, compile_stages
from .stages import Floats, Ints, StageNetwork

_PROVEN = 1e-9
_FIRST, _ROOT, _NODE = (2000, 20), (20_000, 200), (300, 20)
"""Subgradient rounds, and how many without progress before the step is halved."""


@dataclass(frozen=True)
class Placement:
    """What each stage quotes (``service``) and waits (``inbound``), in periods, and what it holds.

    ``cost_usd`` per period is of safety stock only: pipeline stock does not depend on the placement. No placement
    costs less than ``bound_usd``.
    """

    network: StageNetwork
    service: Ints
    inbound: Ints
    cost_usd: float
    bound_usd: float
    nodes: int

    @property
    def net_periods(self) -> Ints:
        """Periods of demand each stage covers from stock."""
        return self.inbound + self.network.periods - self.service

    @property
    def safety_stock(self) -> Floats:
        """Pieces held at each stage beyond mean demand."""
        return self.network.safety_stock(self.net_periods)

    @property
    def stage_cost_usd(self) -> Floats:
        """Per period, by stage."""
        cost: Floats = self.network.holding_usd * self.safety_stock
        return cost

    @property
    def gap(self) -> float:
        """How much dearer than the bound, as a share of the cost; 0 where optimal."""
        return max(0.0, self.cost_usd - self.bound_usd) / self.cost_usd if self.cost_usd > 0 else 0.0


def place_stock(network: StageNetwork, *, node_limit: int = 20_000, time_limit_s: float = 60.0) -> Placement:
    """Service times that cost least. RacktwinError if a stage cannot keep the longest service time asked of it.

    ``node_limit`` and ``time_limit_s`` matter only where the network is no forest.
    """
    tables = compile_stages(network)
    if np.all(tables.arcs.is_kept):
        cost = float(solve_forest(tables))
        return _placement(network, tables.stages.service, cost, 1)
    search = _Search(network, tables)
    search.run(node_limit, time.monotonic() + time_limit_s)
    return _placement(network, tables.best_service, search.lower, search.nodes)


def _placement(network: StageNetwork, service: Ints, bound: float, nodes: int) -> Placement:
    """From service times alone: nobody waits longer than it must, or quotes more than it waits and works."""
    inbound, chosen = network.least_inbound.copy(), np.array(service, np.int64)
    for k in network.order.tolist():
        chosen[k] = min(chosen[k], inbound[k] + network.periods[k])
        for j in network.consumers[k]:
            inbound[j] = max(inbound[j], chosen[k])
    net = inbound + network.periods - chosen
    cost = float(network.holding_usd @ network.safety_stock(net))
    return Placement(network, chosen, inbound, cost, min(bound, cost), nodes)


class _Search:
    """Best bound first. ``lower`` holds for all placements, ``upper`` is the cost of ``tables.best_service``."""

    def __init__(self, network: StageNetwork, tables: Tables) -> None:
        self.network = network
        self.tables = tables
        self.upper = np.inf
        self.lower = -np.inf
        self.nodes = 0
        self._open: list[tuple[float, int, Limits, Floats]] = []
        self._ticket = itertools.count()

    def run(self, node_limit: int, deadline_s: float) -> None:
        """Until proven optimal, or a limit is reached."""
        root = Limits.widest(self.network)
        self._look(root, np.zeros_like(self.tables.prices), -np.inf, _FIRST)
        self._descend()
        if self._open:
            _, _, limits, prices = heapq.heappop(self._open)
            self._look(limits, prices, -np.inf, _ROOT)
            self._descend()
        while self._open and self.nodes < node_limit and time.monotonic() < deadline_s:
            bound, _, limits, prices = heapq.heappop(self._open)
            if self._is_beaten(bound):
                self._open.clear()
                break
            for part in self._split(limits, prices):
                self._look(part, prices, bound, _NODE)
        self.lower = min([self.upper, *(bound for bound, *_ in self._open)])

    def _descend(self) -> None:
        service, cost = descend(self.network, self.tables.best_service, self.upper)
        if cost < self.upper:
            self.upper = cost
            self.tables.best_service[:] = service

    def _is_beaten(self, bound: float) -> bool:
        return bound >= self.upper * (1.0 - _PROVEN)

    def _look(self, limits: Limits, prices: Floats, known: float, effort: tuple[int, int]) -> None:
        """Bound a part; keep it if it may hold something better."""
        if not limits.propagate(self.tables.stages, self.tables.arcs):
            return
        self.nodes += 1
        self._enter(limits, prices)
        bound, self.upper = improve(self.tables, self.upper, *effort)
        bound = max(float(bound), known)
        if not self._is_beaten(bound):
            heapq.heappush(self._open, (bound, next(self._ticket), limits, self.tables.prices.copy()))

    def _enter(self, limits: Limits, prices: Floats) -> None:
        limits.enter(self.tables)
        self.tables.prices[:] = prices
        spread(self.tables)

    def _split(self, limits: Limits, prices: Floats) -> list[Limits]:
        """Two parts that together hold every placement of ``limits``, without the priced forest's if it is none."""
        self._enter(limits, prices)
        solve_forest(self.tables)
        stages, arcs = self.tables.stages, self.tables.arcs
        excess = stages.service[arcs.upstream] - stages.inbound[arcs.downstream]
        worst = int(np.argmax(np.where(arcs.is_kept, -1, excess)))
        if excess[worst] > 0:
            up, down = int(arcs[worst].upstream), int(arcs[worst].downstream)
            value = int(stages.inbound[down]) + 1 + int(excess[worst] - 1) // 2
        else:
            up, down, value = self._widest(limits)
            if up < 0:
                return []
        few, many = limits.copy(), limits.copy()
        few.service_high[up] = value - 1
        many.service_low[up] = value
        if down >= 0:
            many.inbound_low[down] = max(many.inbound_low[down], value)
        return [few, many]

    def _widest(self, limits: Limits) -> tuple[int, int, int]:
        """The relaxed optimum is a placement, yet its prices leave a gap: halve the widest range."""
        width = limits.service_high - limits.service_low
        up = int(np.argmax(width))
        return (up, -1, int(limits.service_low[up] + (width[up] + 1) // 2)) if width[up] > 0 else (-1, -1, 0)
