"""Where everything is at one instant of a run: in stock, under way, on order, late, and when each rack ships.

Receipts are matched to orders first in, first out, by stock and source; an order is late when it arrives after its
mean lead time. A simulated run knows what will happen, so every date is the one it has in that replication.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow.compute as pc

from racktwin.errors import RunError
from racktwin.model.network import Network
from racktwin.results import RunFolder

from .network_flows import network_of
from .waiting import WaitingRack, waiting_racks

_LATE = 1.0
"""Seconds: less is rounding."""


@dataclass(frozen=True)
class StockNow:
    """A stock at the instant, pieces."""

    stock: str
    part: str
    site: str
    on_hand: float
    in_transit: float
    on_order: float
    backorders: float


@dataclass(frozen=True)
class OpenOrder:
    """An order or what is left of it: ``arrives_s`` is infinite where that lies beyond the horizon.

    ``late_s``: how much later than its mean lead time it arrives, or at least does by the horizon; 0 if not at all.
    ``waiting``: the products whose wait for the part its arrival ends.
    """

    stock: str
    part: str
    source: str
    pieces: float
    ordered_s: float
    expected_s: float
    arrives_s: float
    late_s: float = 0.0
    waiting: tuple[WaitingRack, ...] = ()


@dataclass(frozen=True)
class RackNow:
    """A product released and not yet shipped."""

    serial: str
    part: str
    released_s: float
    ships_s: float


@dataclass(frozen=True)
class Whereabouts:
    """All of it at ``at_s`` in one replication; orders the latest first, racks by the date they ship."""

    at_s: float
    stocks: tuple[StockNow, ...]
    orders: tuple[OpenOrder, ...]
    racks: tuple[RackNow, ...]


def whereabouts(run: RunFolder, at_s: float, replication: int = 0) -> Whereabouts:
    """What the run's tables say of the instant. RunError if the run has no network or no such instant."""
    net = network_of(run.scenario)
    horizon_s = float(run.scenario.horizon_s)
    if not 0 <= at_s <= horizon_s:
        raise RunError(f"{at_s:g} s lies outside the run\n    → give a time up to its horizon")
    rows = {name: _rows(run, name, replication) for name in ("stock_levels", "supply_orders", "part_receipts")}
    waiting: dict[tuple[str, float], list[WaitingRack]] = defaultdict(list)
    for rack in waiting_racks(run, replication):
        waiting[rack.stock, round(rack.until_s, 3)].append(rack)
    orders = [
        replace(order, waiting=tuple(waiting.get((order.stock, round(order.arrives_s, 3)), ())))
        for order in _open(net, rows["supply_orders"], rows["part_receipts"], at_s, horizon_s)
    ]
    orders.sort(key=lambda one: (-one.late_s, one.arrives_s))
    return Whereabouts(
        at_s, tuple(_stocks(rows["stock_levels"], at_s)), tuple(orders), tuple(_racks(run, at_s, replication))
    )


def _rows(run: RunFolder, table: str, replication: int) -> list[dict[str, Any]]:
    found = run.table(table)
    rows: list[dict[str, Any]] = found.filter(pc.equal(found["replication"], replication)).to_pylist()
    return rows


def _stocks(levels: list[dict[str, Any]], at_s: float) -> Iterator[StockNow]:
    last: dict[str, dict[str, Any]] = {}
    for row in levels:
        if row["time_s"] <= at_s or row["stock"] not in last:
            last[row["stock"]] = row
    for name, row in last.items():
        numbers = (float(row[key]) for key in ("on_hand", "in_transit", "on_order", "backorders"))
        yield StockNow(name, row["part"], row["site"], *numbers)


def _open(
    net: Network, orders: list[dict[str, Any]], receipts: list[dict[str, Any]], at_s: float, horizon_s: float
) -> Iterator[OpenOrder]:
    arriving: dict[tuple[str, str], deque[list[float]]] = defaultdict(deque)
    for row in sorted(receipts, key=lambda one: float(one["at_s"])):
        arriving[row["stock"], row["source"]].append([float(row["at_s"]), float(row["quantity"])])
    for row in sorted(orders, key=lambda one: float(one["at_s"])):
        ordered_s, pieces = float(row["at_s"]), float(row["quantity"])
        lead_s = _lead_s(net, row["stock"], row["source"])
        for arrives_s, part in _take(arriving[row["stock"], row["source"]], pieces):
            if ordered_s < at_s <= arrives_s:  # levels are those before anything happens at this instant
                expected_s = ordered_s + lead_s
                late_s = min(arrives_s, horizon_s) - expected_s
                about = (row["stock"], row["part"], row["source"], part, ordered_s, expected_s, arrives_s)
                yield OpenOrder(*about, late_s if late_s > _LATE else 0.0)


def _take(queue: deque[list[float]], pieces: float) -> Iterator[tuple[float, float]]:
    """(when, how many) of the next ``pieces`` to arrive; what never does comes at infinity."""
    while pieces > 1e-9:
        if not queue:
            yield float("inf"), pieces
            return
        taken = min(pieces, queue[0][1])
        yield queue[0][0], taken
        pieces -= taken
        queue[0][1] -= taken
        if queue[0][1] <= 1e-9:
            queue.popleft()


def _lead_s(net: Network, stock: str, source: str) -> float:
    """The mean time from order to arrival by the first of the stock's sources of that name."""
    for one in net.stocks[stock].sources:
        if source in (one.supply, one.stock):
            made_s = net.supplies[one.supply].lead_time.mean_s if one.supply is not None else 0.0
            return float(made_s + (net.lanes[one.lane].lead_time.mean_s if one.lane is not None else 0.0))
    return 0.0


def _racks(run: RunFolder, at_s: float, replication: int) -> list[RackNow]:
    if not run.scenario.has_line:
        return []
    return sorted(
        (
            RackNow(str(row["serial_number"]), row["part"], float(row["release_s"]), float(row["shipped_s"]))
            for row in _rows(run, "shipments", replication)
            if row["release_s"] <= at_s < row["shipped_s"]
        ),
        key=lambda one: one.ships_s,
    )
