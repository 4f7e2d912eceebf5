"""One replication of a network: compile, run the kernel, and give its rows the names of the scenario."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from racktwin.errors import SimulationError
from racktwin.model import Scenario
from racktwin.model.stock import Source, Stock
from racktwin.results.schema import TABLES
from racktwin.results.tables import arrow_schema
from racktwin.sim.calendars import open_intervals

from . import kernel
from .charges import Charges
from .compile import CompiledSupply, compile_supply

OPENING = "opening_stock"
"""The source of what a stock holds at the start."""


def replicate_supply(scenario: Scenario, replication: int, seed: int) -> dict[str, pa.Table]:
    """Simulate one replication of the network: ``part_receipts``, ``supply_orders`` and ``stock_levels``.

    Raises SimulationError if pieces were lost or made on the way.
    """
    compiled = compile_supply(scenario, seed, replication)
    start = compiled.supply.nodes.level.copy()
    with np.errstate(over="ignore"):  # Philox multiplies modulo 2^64; uncompiled, numpy would warn of it
        kernel.run(compiled.supply)
    _check(compiled, start)
    return _Rows(scenario, compiled, replication, start).tables()


def _check(compiled: CompiledSupply, start: Any) -> None:
    """What a stock had and received is there, or was given, or is owed."""
    net = compiled.supply
    horizon = int(net.clock[0].horizon)
    received = np.zeros(len(net.nodes))
    rows = net.receipt_rows[: net.clock[0].receipt_rows]
    np.add.at(received, net.ways["node"][rows["way"]], rows["pieces"])
    history = net.stock_rows.reshape(len(net.nodes), horizon)
    asked, lost = history["asked"].sum(axis=1), history["lost"].sum(axis=1)
    off = np.abs(start + received - asked + lost - net.nodes.level)
    off[net.nodes.kind != 0] = 0.0
    if off.max(initial=0.0) > 1e-6 * (1.0 + asked.max(initial=0.0)):
        raise SimulationError("a stock of the network does not balance; please report this scenario")


class _Rows:
    def __init__(self, scenario: Scenario, compiled: CompiledSupply, replication: int, start: Any) -> None:
        assert scenario.network is not None
        self.net = scenario.network
        self.scenario = scenario
        self.compiled = compiled
        self.replication = replication
        self.start = start
        self.stocks = list(self.net.stocks)
        self.opening = {site: self._opening(site) for site in self.net.sites}

    def tables(self) -> dict[str, pa.Table]:
        """The tables in their schema."""
        supply = self.compiled.supply
        clock = supply.clock[0]
        return {
            "part_receipts": self._receipts(supply.receipt_rows[: clock.receipt_rows]),
            "supply_orders": self._orders(supply.order_rows[: clock.order_rows]),
            "stock_levels": self._levels(),
        }

    def _way(self, row: int) -> tuple[str, Stock, Source]:
        """The stock that a way replenishes, with its name, and the way's source."""
        name, index = self.compiled.ways[row].rsplit("/", 1)
        stock = self.net.stocks[name]
        return name, stock, stock.sources[int(index)]

    def _receipts(self, rows: Any) -> pa.Table:
        found = [
            (stock.part, round(pieces), 0.0, name, stock.site, OPENING, "", 0.0, 0.0, 0.0, 0.0, True)
            for name, stock in self.net.stocks.items()
            if (pieces := float(self.start[self.compiled.nodes[name]])) > 0.0
        ]
        charges = Charges(self.scenario, self.compiled.conditions)
        ways = [self._way(row) for row in range(len(self.compiled.ways))]
        columns = (rows.tick.tolist(), rows.way.tolist(), rows.pieces.tolist(), rows.fast.tolist())
        for tick, row, pieces, fast in zip(*columns, strict=True):
            name, stock, source = ways[row]
            at_s = tick * float(self.net.tick_s) + float(self.opening[stock.site][tick])
            by = source.supply or source.stock or ""
            whole = min(pieces, float(round(fast)))
            for lane, carried in ((source.lane, pieces - whole), (source.expedite_lane, whole)):
                if carried > 0.0:
                    charge = charges.of(stock, source, lane, carried, tick, pieces)
                    found.append((stock.part, round(carried), at_s, name, stock.site, by, lane or "", *charge))
        return _table("part_receipts", self.replication, found)

    def _orders(self, rows: Any) -> pa.Table:
        ways = [self._way(row) for row in range(len(self.compiled.ways))]
        found = []
        for tick, row, pieces in zip(rows.tick.tolist(), rows.way.tolist(), rows.pieces.tolist(), strict=True):
            name, stock, source = ways[row]
            at_s = tick * float(self.net.tick_s)
            found.append((stock.part, round(pieces), at_s, name, stock.site, source.supply or source.stock or ""))
        return _table("supply_orders", self.replication, found)

    def _levels(self) -> pa.Table:
        supply = self.compiled.supply
        horizon = int(supply.clock[0].horizon)
        history = supply.stock_rows.reshape(len(supply.nodes), horizon)
        rows = np.concatenate([history[self.compiled.nodes[stock]] for stock in self.stocks])
        repeated = np.repeat(np.arange(len(self.stocks)), horizon)
        stocks = [self.net.stocks[name] for name in self.stocks]
        columns = [
            _coded([stock.part for stock in stocks], repeated),
            _coded(self.stocks, repeated),
            _coded([stock.site for stock in stocks], repeated),
            np.tile((np.arange(horizon) + 1.0) * float(self.net.tick_s), len(self.stocks)),
            np.maximum(rows["level"], 0.0),
            np.maximum(-rows["level"], 0.0),
            *(rows[name].copy() for name in ("on_order", "under_way", "asked", "given", "lost")),
        ]
        return _columns("stock_levels", self.replication, columns)

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


def _table(name: str, replication: int, rows: list[tuple[Any, ...]]) -> pa.Table:
    """A table of rows without the replication's number, ascending in time."""
    time = [column.name for column in TABLES[name].columns].index("at_s") - 1
    rows = sorted(rows, key=lambda row: row[time])
    return _columns(name, replication, [list(values) for values in zip(*rows, strict=True)] if rows else [])


def _columns(name: str, replication: int, columns: list[Any]) -> pa.Table:
    schema = arrow_schema(TABLES[name])
    if not columns:
        return schema.empty_table()
    arrays = [pa.array(np.full(len(columns[0]), replication, dtype=np.int64))]
    for field, values in zip(list(schema)[1:], columns, strict=True):
        if pa.types.is_dictionary(field.type) and not isinstance(values, pa.DictionaryArray):
            arrays.append(pa.array(values, pa.string()).dictionary_encode())
        else:
            arrays.append(values if isinstance(values, pa.DictionaryArray) else pa.array(values, field.type))
    return pa.table(arrays, names=schema.names)
