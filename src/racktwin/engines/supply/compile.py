"""From the scenario's network to the tables of :mod:`.tables`: the one place where entities become rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

from racktwin.model import DurationDistribution, Scenario
from racktwin.model.distribution import Fixed
from racktwin.model.lane import Lane
from racktwin.model.network import CustomerDemand, Network
from racktwin.model.pieces import FixedPieces, NormalPieces, PoissonPieces, SeriesPieces, UniformPieces, law_of
from racktwin.model.stock import BaseStock, FixedOrders, Mrp, ReorderQuantity, ReorderUpTo, Source, Stock
from racktwin.model.supply import Supply as SupplyOfSite
from racktwin.scenario.laws import law_row
from racktwin.sim.rng import stream_key

from . import tables
from .builder import ArcRow, Builder, NodeRow, Row, WayRow
from .disruptions import Conditions, conditions_of
from .schedule import Series, cover_ticks, forecasts, line_needs, review_ticks
from .tables import Supply

_ALLOCATIONS = {
    "fifo": tables.FIFO,
    "priority": tables.PRIORITY,
    "proportional": tables.PROPORTIONAL,
    "fair": tables.FAIR,
}


@dataclass(frozen=True)
class CompiledSupply:
    """A network ready to run: its tables, and what their rows are called."""

    supply: Supply
    nodes: dict[str, int]
    ways: tuple[str, ...]
    conditions: Conditions


def compile_supply(scenario: Scenario, seed: int, replication: int) -> CompiledSupply:
    """The tables of the scenario's network in one replication. The scenario must have passed ``scenario.checks``."""
    net = scenario.network
    assert net is not None
    horizon = max(1, math.ceil(float(scenario.horizon_s) / float(net.tick_s)))
    slack = max((_looks_ahead(scenario, stock) for stock in net.stocks.values()), default=0)
    builder = Builder(horizon, float(net.tick_s), slack=slack + 1)
    needs = line_needs(scenario, seed, replication, builder.ticks)
    expected = forecasts(scenario, needs, builder.ticks)
    conditions = conditions_of(scenario, seed, replication, builder.ticks)
    compilation = _Compilation(scenario, net, builder, conditions)
    compilation.add_subjects()
    compilation.add_supplies()
    for name, stock in net.stocks.items():
        compilation.add_stock(name, stock, expected[name])
    for name, demand in net.demand.items():
        compilation.add_demand(name, demand)
    for name, series in needs.items():
        compilation.add_line(name, series)
    supply, ways, nodes = builder.finish()
    for name in net.stocks:
        supply.nodes[nodes[name]].error_key = stream_key(seed, replication, f"supply/{name}/forecast")
    for (table, column), names in builder.streams.names.items():
        for row, stream in names.items():
            getattr(supply, table)[column][row] = stream_key(seed, replication, stream)
    return CompiledSupply(supply, nodes, ways, conditions)


def _looks_ahead(scenario: Scenario, stock: Stock) -> int:
    """Ticks of the future that a stock's policy asks about, and orders ahead by."""
    assert scenario.network is not None
    if not isinstance(stock.policy, Mrp):
        return 0
    ahead = math.ceil(float(stock.policy.look_ahead_s) / float(scenario.network.tick_s))
    return 2 * max(ahead, cover_ticks(scenario, stock))


class _Compilation:
    def __init__(self, scenario: Scenario, net: Network, builder: Builder, conditions: Conditions) -> None:
        self.scenario = scenario
        self.net = net
        self.builder = builder
        self.conditions = conditions
        self.tick_s = float(net.tick_s)
        self.at = {(stock.part, stock.site): name for name, stock in net.stocks.items()}
        self.place: dict[str, int] = {}
        self.lane: dict[str, int] = {}
        self.capacity: dict[str, int] = {}

    def add_subjects(self) -> None:
        """Rows of conditions for all that is not always as usual."""
        now = self.conditions
        for site, factors in now.open_sites.items():
            self.place[site] = self.builder.subject(factors)
        for lane in self.net.lanes:
            kinds = (now.open_lanes, now.moving_lanes, now.lane_times)
            if any(lane in kind for kind in kinds):
                self.lane[lane] = self.builder.subject(*(kind.get(lane, 1.0) for kind in kinds))
        for supply in self.net.supplies:
            if supply in now.capacities or supply in now.supply_times:
                factors_of = (now.capacities.get(supply, 1.0), now.supply_times.get(supply, 1.0))
                self.capacity[supply] = self.builder.subject(*factors_of)

    def add_supplies(self) -> None:
        """A node for each supply that is bought; what is made is a way of its stock."""
        for name, supply in self.net.supplies.items():
            if supply.prices is not None:
                self.builder.node(
                    _node_of(name),
                    kind=tables.SUPPLY,
                    place=self.place.get(supply.site, -1),
                    per_tick=self._per_tick(name),
                    capacity=self.capacity.get(name, -1),
                    allocation=tables.FIFO,
                )

    def add_stock(self, name: str, stock: Stock, expected: Series) -> None:
        """A node with a way for each of its sources."""
        review = review_ticks(float(stock.review_every_s or 0.0), self.tick_s)
        row: Row = {
            "place": self.place.get(stock.site, -1),
            "review": review,
            "allocation": _ALLOCATIONS[stock.allocation],
            **self._policy(name, stock, expected, review),
        }
        node = self.builder.node(name, **row)
        for index, source in enumerate(stock.sources):
            self._add_way(node, f"{name}/{index}", stock, source)

    def _policy(self, name: str, stock: Stock, expected: Series, review: int) -> Row:
        policy = stock.policy
        match policy:
            case BaseStock():
                kind = tables.ECHELON if policy.echelon else tables.BASE_STOCK
                row: Row = {"policy": kind, "a": float(policy.level), "level": float(policy.level)}
            case ReorderUpTo():
                row = {"policy": tables.S_S, "a": float(policy.reorder_point), "b": float(policy.order_up_to)}
                row["level"] = float(policy.order_up_to)
            case ReorderQuantity():
                row = {"policy": tables.R_Q, "a": float(policy.reorder_point), "b": float(policy.order_quantity)}
                row["level"] = float(policy.reorder_point + policy.order_quantity)
            case FixedOrders():
                row = {"policy": tables.FIXED_QUANTITY, "b": float(policy.order_quantity), "level": 0.0}
            case Mrp():
                row = self._mrp(name, stock, policy, expected, review)
        if stock.initial is not None:
            row["level"] = float(stock.initial)
        return row

    def _mrp(self, name: str, stock: Stock, policy: Mrp, expected: Series, review: int) -> Row:
        look_ahead = math.ceil(float(policy.look_ahead_s) / self.tick_s)
        cover = min(cover_ticks(self.scenario, stock), max(1, look_ahead))
        more = (int(policy.periods_of_supply) - 1) * review if policy.lot_sizing == "periods_of_supply" else 0
        level = float(policy.safety_stock) + math.ceil(float(expected[: cover + 1].sum()))
        return {
            "policy": tables.MRP,
            "a": float(policy.safety_stock),
            "cover": cover,
            "cover_more": more,
            "look_ahead": max(1, look_ahead),
            "forecast": self.builder.forecast(expected),
            "forecast_error": float(policy.forecast_error),
            "level": level,
        }

    def _add_way(self, node: NodeRow, name: str, stock: Stock, source: Source) -> None:
        row: Row = {
            "share": float(source.share),
            "role": tables.TOP_UP if source.role == "top_up" else tables.BASE,
            "level": float(source.top_up_level or 0),
            "reach": round(self._mean_lead_s(source) / self.tick_s),
            "from_tick": self._from_tick(source),
        }
        arcs = []
        if source.stock is not None:
            arcs.append(self._arc(source.stock, None, source))
        else:
            supply_name = source.supply or ""
            supply = self.net.supplies[supply_name]
            row |= {"good": float(supply.fraction_good), "lot": float(supply.lot_size)}
            row["least"] = float(supply.minimum_order)
            if supply.prices is not None:
                arcs.append(self._arc(_node_of(supply_name), supply_name, source))
            else:
                row |= {"is_made": 1, "per_tick": self._per_tick(supply_name), "law": self._law(supply.lead_time)}
                row["capacity"] = self.capacity.get(supply_name, -1)
                for part, count in self.scenario.parts[supply.part].bill_of_materials.items():
                    arcs.append(ArcRow(self.at[part, supply.site], {"count": float(count)}))
        node.ways.append(WayRow(name, row, arcs))

    def _arc(self, upstream: str, supply: str | None, source: Source) -> ArcRow:
        row: Row = {}
        if supply is not None:
            row["supply_law"] = self._law(self.net.supplies[supply].lead_time)
            row["stretch"] = self.capacity[supply] + 1 if supply in self.capacity else -1
        if source.lane is not None:
            row["lane_law"] = self._law(self.net.lanes[source.lane].lead_time)
            row["lane"] = self.lane.get(source.lane, -1)
        if source.expedite_lane is not None:
            row["expedite_law"] = self._law(self.net.lanes[source.expedite_lane].lead_time)
            row["expedite_lane"] = self.lane.get(source.expedite_lane, -1)
            row["expedite_below"] = float(source.expedite_below)
        return ArcRow(upstream, row)

    def _law(self, law: DurationDistribution) -> int:
        if isinstance(law, Fixed) and law.value_s == 0.0:
            return -1
        return self.builder.law(**law_row(law, self.builder.samples))

    def _mean_lead_s(self, source: Source) -> float:
        way_s = self.net.lanes[source.lane].lead_time.mean_s if source.lane is not None else 0.0
        return way_s + (self.net.supplies[source.supply].lead_time.mean_s if source.supply is not None else 0.0)

    def _from_tick(self, source: Source) -> int:
        needed: list[SupplyOfSite | Lane] = []
        needed += [self.net.supplies[source.supply]] if source.supply is not None else []
        needed += [self.net.lanes[source.lane]] if source.lane is not None else []
        waits_s = [float(thing.qualification_time_s or 0.0) for thing in needed if not thing.qualified]
        return math.ceil(max(waits_s, default=0.0) / self.tick_s)

    def _per_tick(self, supply: str) -> float:
        capacity = self.net.supplies[supply].capacity
        return math.inf if capacity is None else capacity.pieces_per_s * self.tick_s

    def add_demand(self, name: str, demand: CustomerDemand) -> None:
        """A customer of a stock."""
        row: Row = {
            "every": review_ticks(float(demand.every_s), self.tick_s),
            "next": round(float(demand.first_s) / self.tick_s),
            "is_backordered": int(demand.backorder),
            "priority": demand.priority,
            "stream": f"supply/demand/{name}",
        }
        if name in self.conditions.demands:
            row["factor"] = self.builder.subject(self.conditions.demands[name])
        match law_of(demand.quantity):
            case FixedPieces() as law:
                row |= {"law": tables.FIXED_PIECES, "a": law.mean}
            case UniformPieces() as law:
                row |= {"law": tables.UNIFORM_PIECES, "a": float(law.low), "b": float(law.high)}
            case PoissonPieces() as law:
                row |= {"law": tables.POISSON_PIECES, "a": law.mean}
            case NormalPieces() as law:
                row |= {"law": tables.NORMAL_PIECES, "a": law.mean, "b": float(law.sd)}
            case SeriesPieces() as law:
                row |= self._series([float(value) for value in law.values])
        self.builder.nodes[demand.stock].demands.append(row)

    def add_line(self, stock: str, series: Series) -> None:
        """The line as a customer that asks for what its master schedule says."""
        self.builder.nodes[stock].demands.append({"is_backordered": 1, **self._series(list(series))})

    def _series(self, values: list[float]) -> Row:
        first, count = self.builder.series(values)
        return {"law": tables.SERIES, "first_sample": first, "n_samples": count}


def _node_of(supply: str) -> str:
    """The node of a supply; no stock has such a name."""
    return f"supply {supply}"
