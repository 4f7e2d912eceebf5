"""What a simulated replication of a network cost, entry by entry, in the terms of the design programme.

Pieces are charged as they are received (price, freight, insurance and duty of that day), stock for every tick it lies,
lateness for every tick it lasts; what is left at the end has the programme's end value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from racktwin.economics.stock_summary import CHARGES, given_at_once
from racktwin.engines.supply.replicate import OPENING
from racktwin.model import Scenario
from racktwin.model.requirements import mean_demand_per_s
from racktwin.model.stock import Source

from .design_problem import DesignProblem
from .network_flows import NetworkFlows, making_usd
from .stages import Floats


@dataclass(frozen=True)
class Ledger:
    """US$ by entry; pieces of each demand not served by the end, and the share of each served in its own tick."""

    usd: Mapping[str, float]
    unmet_pieces: Floats
    fill_rate: Floats

    @property
    def total_usd(self) -> float:
        """All entries."""
        return sum(self.usd.values())


class Ledgers:
    """Ledgers of one simulated network: ``scenario`` has the stocks of ``network``, ``problem`` its end values."""

    def __init__(self, network: NetworkFlows, problem: DesignProblem, scenario: Scenario) -> None:
        assert scenario.network is not None
        self.network, self.problem, self.net = network, problem, scenario.network
        self.tick_s = float(self.net.tick_s)
        rates = mean_demand_per_s(scenario)
        self.rates = np.array([rates[name] for name in self.net.stocks])
        self.number = {name: k for k, name in enumerate(self.net.stocks)}
        self.inputs = [self._inputs_of(k) for k in range(len(self.rates))]
        self.drawn = [self._drawn(d) for d in range(len(network.flows.demands))]

    def of(self, tables: Mapping[str, pa.Table]) -> Ledger:
        """The ledger of a replication's tables."""
        levels = self._levels(tables["stock_levels"])
        owed_s = np.divide(
            levels["backorders"],
            self.rates[:, None],
            where=self.rates[:, None] > 0,
            out=np.zeros_like(levels["backorders"]),
        )
        flows = self.network.flows
        owed = np.array([flows.demand_per_s[d] * owed_s[k].max(axis=0) for d, k in enumerate(self.drawn)])
        unmet = owed[:, -1] + self._lost(levels["lost"].sum(axis=1))
        late_usd = self.problem.backlog_usd / self.problem.period_s * self.tick_s
        stocks = len(self.rates)
        usd = {
            **self._received(tables["part_receipts"]),
            "ordering": self._ordering(tables["supply_orders"]),
            "holding": float((levels["on_hand"].sum(axis=1) * self.tick_s) @ flows.holding_usd_per_s[:stocks]),
            "lateness": float(late_usd @ owed.sum(axis=1)),
            "lost": float(flows.loss_usd @ unmet),
            "left at the end": -self._left(levels, owed_s[:, -1]),
        }
        return Ledger(usd, unmet, self._fill_rate(levels))

    def _levels(self, table: pa.Table) -> dict[str, Floats]:
        """Columns by stock and tick."""
        place = np.array([self.number[name] for name in table["stock"].cast(pa.string()).to_pylist()])
        order = np.argsort(place, kind="stable")
        names = ("on_hand", "backorders", "on_order", "demand", "lost")
        return {name: table[name].to_numpy()[order].reshape(len(self.rates), -1) for name in names}

    def _received(self, table: pa.Table) -> dict[str, float]:
        """Charges of receipts, making, and the capital that pieces tied up on their lanes."""
        charges = {name: table[name].to_numpy() for name in CHARGES}
        usd = {name.removesuffix("_usd"): float(column.sum()) for name, column in charges.items()}
        making = transit = 0.0
        columns = [table[name].cast(pa.string()).to_pylist() for name in ("stock", "source", "lane")]
        pieces = table["quantity"].to_numpy()
        for stock, by, lane, count, price_usd in zip(
            *columns, pieces.tolist(), charges["price_usd"].tolist(), strict=True
        ):
            if by == OPENING:
                continue
            source = self._source(stock, by)
            if source.supply is not None:
                making += count * making_usd(self.net, self.net.supplies[source.supply])
            if lane:
                value_usd = price_usd or count * float(self.network.value_usd[self.number[source.stock or stock]])
                transit += value_usd * float(self.net.carrying_rate_per_s) * self.net.lanes[lane].lead_time.mean_s
        return {**usd, "making": making, "capital in transit": transit}

    def _source(self, stock: str, by: str) -> Source:
        return next(source for source in self.net.stocks[stock].sources if by in (source.supply, source.stock))

    def _ordering(self, table: pa.Table) -> float:
        usd = 0.0
        for stock, by in zip(*(table[name].cast(pa.string()).to_pylist() for name in ("stock", "source")), strict=True):
            supply = self._source(stock, by).supply
            usd += float(self.net.supplies[supply].order_cost_usd) if supply is not None else 0.0
        return usd

    def _lost(self, lost: Floats) -> Floats:
        """Pieces of each demand that were not backordered, by stock shared by rate."""
        found = np.zeros(len(self.drawn))
        impatient = {d: k for d, k in enumerate(self.drawn) if self._is_impatient(d)}
        per_s = self.network.flows.demand_per_s
        for d, (k,) in impatient.items():
            together = sum(per_s[other] for other, place in impatient.items() if place == [k])
            found[d] = lost[k] * per_s[d] / together
        return found

    def _is_impatient(self, demand: int) -> bool:
        name = self.network.flows.demands[demand]
        return name in self.net.demand and not self.net.demand[name].backorder

    def _left(self, levels: Mapping[str, Floats], owed_s: Floats) -> float:
        """The end value of what is on hand, and of what our own stocks have handed over and is not there yet."""
        worth = self.problem.salvage_usd
        usd = float(levels["on_hand"][:, -1] @ worth[: len(self.rates)])
        for k, inputs in enumerate(self.inputs):
            if inputs:
                waits = self.rates[k] * max(owed_s[other] for other in inputs)
                usd += max(0.0, levels["on_order"][k, -1] - waits) * sum(
                    n * worth[other] for other, n in inputs.items()
                )
        return usd

    def _inputs_of(self, stock: int) -> dict[int, float]:
        """Pieces of our own stocks in one of this; none where any source is bought."""
        flows = self.network.flows
        for way in np.flatnonzero(flows.fills == stock).tolist():
            rows = flows.takes[:, 0] == way
            if not rows.any():
                return {}
            found = dict(zip(flows.takes[rows, 1].tolist(), flows.pieces[rows].tolist(), strict=True))
        return found

    def _drawn(self, demand: int) -> list[int]:
        """The stocks a demand takes from: its own, or what the line makes its product of."""
        flows, stock = self.network.flows, int(self.network.flows.demand_stock[demand])
        if stock < len(self.rates):
            return [stock]
        return [int(k) for k in flows.takes[np.isin(flows.takes[:, 0], np.flatnonzero(flows.fills == stock)), 1]]

    def _fill_rate(self, levels: Mapping[str, Floats]) -> Floats:
        """The share given in its own tick (of a product: that of its scarcest part); 1 where nothing is asked for."""
        asked = levels["demand"].sum(axis=1)
        at_once = given_at_once(levels["demand"], levels["backorders"], levels["lost"]).sum(axis=1)
        share = np.divide(at_once, asked, where=asked > 0, out=np.ones_like(asked))
        return np.array([float(share[k].min()) for k in self.drawn])
