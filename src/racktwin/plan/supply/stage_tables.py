"""The stages of a guaranteed-service network as record tables for the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .stages import NO_LIMIT, Floats, Ints, StageNetwork

Records = np.recarray[Any, Any]

STAGE = np.dtype(
    [
        ("periods", "i8"),
        ("at", "i8"),  # first row of its runs in the tables by periods
        ("service_low", "i8"),
        ("service_high", "i8"),
        ("inbound_low", "i8"),
        ("inbound_high", "i8"),
        ("parent", "i8"),
        ("feeds_parent", "i8"),
        ("service", "i8"),
        ("inbound", "i8"),
        ("floor", "i8"),  # what suppliers outside the network take
        ("quote_most", "i8"),
        ("waits", "i8"),
        ("first_out", "i8"),
        ("outs", "i8"),
    ]
)
ARC = np.dtype([("upstream", "i8"), ("downstream", "i8"), ("price_at", "i8"), ("count", "i8"), ("is_kept", "i8")])
"""``is_kept``: an arc of the spanning forest. The others are priced: one price per period of service time."""
VALUE = np.dtype(
    [
        ("cost", "f8"),  # of covering this many net periods
        ("by_service", "f8"),
        ("by_inbound", "f8"),
        ("service_price", "f8"),
        ("inbound_price", "f8"),
        ("partner", "i8"),  # the other of (service, inbound) that goes best with this one
        ("reached", "i8"),  # the best value within what the parent allows
    ]
)


class Tables(NamedTuple):
    """Rows of ``stages`` by stage; ``order``: children before parents, ``forward``: suppliers before consumers;

    ``values``: a run per stage, by periods; ``arcs`` by upstream stage.
    """

    stages: Records
    arcs: Records
    order: Ints
    forward: Ints
    values: Records
    prices: Floats
    best_service: Ints
    trial: Ints


def compile_stages(network: StageNetwork) -> Tables:
    """Tables for the network with a spanning forest of its arcs."""
    inbound = network.longest_inbound
    most = inbound + network.periods
    stages = np.recarray(network.size, STAGE)
    stages.view("u1")[:] = 0
    stages.periods = network.periods
    stages.at = np.concatenate(([0], np.cumsum(most + 1)))[:-1]
    limited = network.longest_service != NO_LIMIT
    stages.quote_most = np.where(limited, np.minimum(most, network.longest_service), most)
    stages.floor = network.least_inbound
    arcs = _arcs(network, stages)
    stages.outs = np.bincount(arcs.upstream, minlength=network.size)
    stages.first_out = np.concatenate(([0], np.cumsum(stages.outs)))[:-1]
    order = keep_forest(stages, arcs, np.arange(len(arcs)))
    price_arcs(stages, arcs)
    prices = np.zeros(max(1, int(stages.quote_most[arcs.upstream].sum())))
    rows = np.zeros((2, network.size), np.int64)
    tables = Tables(stages, arcs, order, network.order, _values(network, most), prices, rows[0], rows[1])
    Limits.widest(network).enter(tables)
    return tables


def price_arcs(stages: Records, arcs: Records) -> None:
    """Give each arc left out its run of prices."""
    arcs["count"] = np.where(arcs.is_kept, 0, stages.quote_most[arcs.upstream])
    arcs.price_at = np.concatenate(([0], np.cumsum(arcs["count"])))[:-1]


def _arcs(network: StageNetwork, stages: Records) -> Records:
    arcs = np.recarray(len(network.arcs), ARC)
    arcs.view("u1")[:] = 0
    arcs.upstream, arcs.downstream = network.arcs[np.argsort(network.arcs[:, 0], kind="stable")].T
    return arcs


@dataclass
class Limits:
    """The times allowed, a part of the search."""

    service_low: Ints
    service_high: Ints
    inbound_low: Ints
    inbound_high: Ints

    @classmethod
    def widest(cls, network: StageNetwork) -> Limits:
        """What every placement keeps."""
        inbound = network.longest_inbound
        most = inbound + network.periods
        limit = np.where(network.longest_service == NO_LIMIT, most, np.minimum(most, network.longest_service))
        return cls(np.zeros(network.size, np.int64), limit, network.least_inbound.copy(), inbound.copy())

    def copy(self) -> Limits:
        """An independent copy."""
        return Limits(*(array.copy() for array in vars(self).values()))

    def enter(self, tables: Tables) -> None:
        """Make the kernel keep these limits."""
        for name, array in vars(self).items():
            tables.stages[name] = array

    def propagate(self, stages: Records, arcs: Records) -> bool:
        """Narrow until nothing follows any more; False if nothing is left."""
        up, down, periods = arcs.upstream, arcs.downstream, stages.periods
        while True:
            before = [array.copy() for array in vars(self).values()]
            self.service_high = np.minimum(self.service_high, self.inbound_high + periods)
            np.minimum.at(self.service_high, up, self.inbound_high[down])
            latest = stages.floor.copy()
            np.maximum.at(latest, down, self.service_high[up])
            self.inbound_high = np.minimum(self.inbound_high, np.maximum(latest, self.inbound_low))
            self.inbound_low = np.maximum(self.inbound_low, self.service_low - periods)
            np.maximum.at(self.inbound_low, down, self.service_low[up])
            if np.any(self.service_low > self.service_high) or np.any(self.inbound_low > self.inbound_high):
                return False
            if all(np.array_equal(a, b) for a, b in zip(before, vars(self).values(), strict=True)):
                return True


def _values(network: StageNetwork, most: Ints) -> Records:
    values = np.recarray(int((most + 1).sum()), VALUE)
    values.view("u1")[:] = 0
    net = np.concatenate([np.arange(count + 1, dtype=np.float64) for count in most])
    factor = network.holding_usd * network.safety_factor * network.demand_deviation
    values.cost = np.repeat(factor, most + 1) * np.sqrt(net)
    return values


def keep_forest(stages: Records, arcs: Records, ranking: Ints) -> Ints:
    """Keep arcs in the order of ``ranking`` unless they close a circle; returns children before parents.

    Sets ``parent``, ``feeds_parent`` and ``is_kept``.
    """
    beside: list[list[tuple[int, int]]] = [[] for _ in range(len(stages))]
    leader = list(range(len(stages)))
    ends = list(zip(arcs.upstream.tolist(), arcs.downstream.tolist(), strict=True))
    kept = np.zeros(len(arcs), np.int64)
    for number in ranking.tolist():
        i, j = ends[number]
        a, b = _lead(leader, i), _lead(leader, j)
        if a != b:
            leader[a] = b
            kept[number] = 1
            beside[i].append((j, 0))
            beside[j].append((i, 1))
    arcs.is_kept = kept
    return _children_first(stages, beside)


def _lead(leader: list[int], k: int) -> int:
    while leader[k] != k:
        leader[k] = leader[leader[k]]
        k = leader[k]
    return k


def _children_first(stages: Records, beside: list[list[tuple[int, int]]]) -> Ints:
    parent, feeds = [-1] * len(stages), [0] * len(stages)
    found = [False] * len(stages)
    order: list[int] = []
    for root in range(len(stages)):
        if found[root]:
            continue
        found[root] = True
        reached = [root]
        for k in reached:
            for other, feeds_k in beside[k]:
                if not found[other]:
                    found[other] = True
                    parent[other], feeds[other] = k, feeds_k
                    reached.append(other)
        order += reached
    stages.parent, stages.feeds_parent = parent, feeds
    return np.array(order[::-1], np.int64)
