"""One replication of a network: compile, run the kernel, and give its rows the names of the scenario."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from racktwin.errors import SimulationError
from racktwin.model import Scenario
from racktwin.results.schema import TABLES
from racktwin.sim.calendars import open_intervals

from . import kernel
from .compile import CompiledSupply, compile_supply


def replicate_supply(scenario: Scenario, replication: int, seed: int) -> dict[str, pa.Table]:
    """Simulate one replication of the network: ``part_receipts``, ``supply_orders`` and ``stock_levels``.

    Raises SimulationError if pieces were lost or made on the way.
    """
    compiled = compile_supply(scenario, seed, replication)
    start = compiled.supply.nodes.level.copy()
    with np.errstate(over="ignore"):  # Philox multiplies modulo 2^64; uncompiled, numpy would warn of it
        kernel.run(compiled.supply)
    _check(compiled, start)
    return _Rows(scenario, compiled, replication).tables()


def _check(compiled: CompiledSupply, start: Any) -> None:
    """What a stock had and received is there, or was given, or is owed."""
    net = compiled.supply
    horizon = int(net.clock[0].horizon)
    received = np.zeros(len(net.nodes))
    rows = net.receipt_rows[: net.clock[0].receipt_rows]
    np.add.at(received, net.ways.node[rows.way], rows.pieces)
    history = net.stock_rows.reshape(len(net.nodes), horizon)
    asked, lost = history["asked"].sum(axis=1), history["lost"].sum(axis=1)
    off = np.abs(start + received - asked + lost - net.nodes.level)
    off[net.nodes.kind != 0] = 0.0
    if off.max(initial=0.0) > 1e-6 * (1.0 + asked.max(initial=0.0)):
        raise SimulationError("a stock of the network does not balance; please report this scenario")


class _Rows:
    def __init__(self, scenario: Scenario, compiled: CompiledSupply, replication: int) -> None:
        assert scenario.network is not None
        self.net = scenario.network
        self.scenario = scenario
        self.compiled = compiled
        self.replication = replication
        self.stocks = list(self.net.stocks)
        self.opening = {site: self._opening(site) for site in self.net.sites}

    def tables(self) -> dict[str, pa.Table]:
        """The tables in their schema."""
        supply = self.compiled.supply
        clock = supply.clock[0]
        return {
            "part_receipts": self._moves("part_receipts", supply.receipt_rows[: clock.receipt_rows], arrives=True),
            "supply_orders": self._moves("supply_orders", supply.order_rows[: clock.order_rows], arrives=False),
            "stock_levels": self._levels(),
        }

    def _moves(self, table: str, rows: Any, *, arrives: bool) -> pa.Table:
        names = [self.compiled.ways[way] for way in rows.way]
        stocks = [name.rsplit("/", 1)[0] for name in names]
        sources = [self._source(name) for name in names]
        tick_s = float(self.net.tick_s)
        at_s = [
            tick * tick_s + (self.opening[self.net.stocks[stock].site][tick] if arrives else 0.0)
            for tick, stock in zip(rows.tick.tolist(), stocks, strict=True)
        ]
        quantity = np.asarray(rows.pieces)
        columns = {
            "part": [self.net.stocks[stock].part for stock in stocks],
            "quantity": np.rint(quantity).astype(np.int64),
            "at_s": np.array(at_s, dtype=np.float64),
            "stock": stocks,
            "site": [self.net.stocks[stock].site for stock in stocks],
            "source": sources,
        }
        return _table(table, self.replication, columns)

    def _source(self, way: str) -> str:
        stock, index = way.rsplit("/", 1)
        source = self.net.stocks[stock].sources[int(index)]
        return source.supply or source.stock or ""

    def _levels(self) -> pa.Table:
        supply = self.compiled.supply
        horizon = int(supply.clock[0].horizon)
        history = supply.stock_rows.reshape(len(supply.nodes), horizon)
        rows = np.concatenate([history[self.compiled.nodes[stock]] for stock in self.stocks])
        repeated = np.repeat(np.arange(len(self.stocks)), horizon)
        stocks = [self.net.stocks[name] for name in self.stocks]
        columns: dict[str, Any] = {
            "part": _coded([stock.part for stock in stocks], repeated),
            "stock": _coded(self.stocks, repeated),
            "site": _coded([stock.site for stock in stocks], repeated),
            "time_s": np.tile((np.arange(horizon) + 1.0) * float(self.net.tick_s), len(self.stocks)),
            "on_hand": np.maximum(rows["level"], 0.0),
            "backorders": np.maximum(-rows["level"], 0.0),
            "on_order": rows["on_order"].copy(),
            "in_transit": rows["under_way"].copy(),
            "demand": rows["asked"].copy(),
            "given": rows["given"].copy(),
            "lost": rows["lost"].copy(),
        }
        return _table("stock_levels", self.replication, columns)

    def _opening(self, site: str) -> Any:
        """When a site opens within each tick, s after the tick's start: goods are received then."""
        horizon = int(self.compiled.supply.clock[0].horizon)
        opening = np.zeros(horizon)
        calendar = self.net.sites[site].calendar
        if calendar == "always" and "always" not in self.scenario.calendars:
            return opening
        tick_s, zone = float(self.net.tick_s), ZoneInfo(self.scenario.time_zone)
        intervals = open_intervals(self.scenario.calendar(calendar), self.scenario.start, zone, horizon * tick_s)
        for begin, _ in reversed(intervals):
            tick = int(begin // tick_s)
            if tick < horizon:
                opening[tick] = begin - tick * tick_s
        for begin, end in intervals:  # open over midnight: received as the tick begins
            opening[int(begin // tick_s) + 1 : int(np.ceil(end / tick_s))] = 0.0
        return opening


def _coded(names: list[str], codes: Any) -> pa.DictionaryArray:
    unique = list(dict.fromkeys(names))
    index = np.array([unique.index(name) for name in names], dtype=np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(index[codes], pa.int32()), pa.array(unique, pa.string()))


def _table(name: str, replication: int, columns: dict[str, Any]) -> pa.Table:
    count = len(columns["part"])
    arrays = {"replication": pa.array(np.full(count, replication, dtype=np.int64))}
    for column in TABLES[name].columns[1:]:
        values = columns[column.name]
        if column.type == "str" and not isinstance(values, pa.DictionaryArray):
            values = pa.array(values, pa.string()).dictionary_encode()
        arrays[column.name] = values if isinstance(values, pa.DictionaryArray) else pa.array(values)
    return pa.table(arrays)
