"""Networks of stock theory, for the kernel and for stockpyl: one description, two engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from racktwin.engines.supply import kernel
from racktwin.engines.supply.builder import ArcRow, Builder, WayRow
from racktwin.engines.supply.tables import BASE_STOCK, ECHELON, R_Q, S_S, SERIES
from racktwin.sim.distributions import FIXED

_KINDS = {"BS": BASE_STOCK, "EBS": ECHELON, "sS": S_S, "rQ": R_Q}
_PARAMETERS = {
    "BS": ("base_stock_level",),
    "EBS": ("base_stock_level",),
    "sS": ("reorder_point", "order_up_to_level"),
    "rQ": ("reorder_point", "order_quantity"),
}


@dataclass
class Stage:
    """A stage: stockpyl's node. ``policy`` is its type and its two numbers; ``after`` are pairs of stage and pieces."""

    policy: tuple[str, float, float]
    lead: int = 1
    order_lead: int = 0
    after: Sequence[tuple[int, float]] = ()
    initial: float = 0.0
    demand: Sequence[float] = ()
    holding_cost: float = 0.0
    stockout_cost: float = 0.0


@dataclass
class Stages:
    """A network of stages, numbered from 0, each after those that replenish it."""

    stages: list[Stage] = field(default_factory=list)
    periods: int = 100

    def kernel_levels(self) -> np.ndarray[Any, Any]:
        """Inventory level of every stage and period, shape (stages, periods), by our kernel."""
        tables = self.tables()
        with np.errstate(over="ignore"):
            kernel.run(tables)
        return np.asarray(tables.stock_rows["level"]).reshape(len(self.stages), self.periods)

    def tables(self, *, is_recording: bool = True) -> Any:
        """The stages as tables of the kernel."""
        builder = Builder(self.periods, is_whole=False)
        for number, stage in enumerate(self.stages):
            kind, a, b = stage.policy
            node = builder.node(
                f"{number:05d}", policy=_KINDS[kind], a=a, b=b, level=stage.initial, most_lots=1, allocation=0
            )
            law = builder.law(kind=FIXED, a=float(stage.lead)) if stage.lead else -1
            arc = {"lane_law": law, "order_lag": stage.order_lead}
            arcs = [ArcRow(f"{before:05d}", {**arc, "count": count}) for before, count in stage.after]
            node.ways.append(WayRow(f"{number}", {}, arcs or [ArcRow(None, dict(arc))]))
            if len(stage.demand):
                first, count = builder.series(list(stage.demand))
                node.demands.append({"law": SERIES, "first_sample": first, "n_samples": count})
        tables, _, _ = builder.finish()
        tables.clock[0].is_recording = int(is_recording)
        if not is_recording:
            tables = tables._replace(
                **{name: getattr(tables, name)[:1].copy() for name in ("stock_rows", "order_rows", "receipt_rows")}
            )
        return tables

    def stockpyl_network(self) -> Any:
        """The stages as stockpyl's network; stage i makes its product 1000 + i."""
        from stockpyl.demand_source import DemandSource
        from stockpyl.policy import Policy
        from stockpyl.supply_chain_network import SupplyChainNetwork
        from stockpyl.supply_chain_node import SupplyChainNode
        from stockpyl.supply_chain_product import SupplyChainProduct

        network = SupplyChainNetwork()
        nodes = [SupplyChainNode(number) for number in range(len(self.stages))]
        products = [SupplyChainProduct(1000 + number) for number in range(len(self.stages))]
        for number, (stage, node, product) in enumerate(zip(self.stages, nodes, products, strict=True)):
            node.shipment_lead_time = stage.lead
            node.order_lead_time = stage.order_lead
            node.initial_inventory_level = stage.initial
            node.local_holding_cost = stage.holding_cost
            node.stockout_cost = stage.stockout_cost
            if len(stage.demand):
                node.demand_source = DemandSource(type="D", demand_list=list(stage.demand))
            if not stage.after:
                node.supply_type = "U"
            network.add_node(node)
            if self.has_bill:
                node.add_product(product)
                for before, count in stage.after:
                    product.set_bill_of_materials(1000 + before, count)
            for before, _ in stage.after:
                network.add_edge(before, number)
            kind, a, b = stage.policy
            names = _PARAMETERS[kind]
            node.inventory_policy = Policy(type=kind, node=node, **dict(zip(names, (a, b), strict=False)))
        return network

    @property
    def has_bill(self) -> bool:
        """Whether more than one piece goes into another somewhere."""
        return any(count != 1 for stage in self.stages for _, count in stage.after)

    def stockpyl_levels(self) -> np.ndarray[Any, Any]:
        """The same by stockpyl's simulation."""
        from stockpyl.sim import simulation

        network = self.stockpyl_network()
        simulation(network, self.periods, rand_seed=1, progress_bar=False)
        return np.array(
            [
                [float(_only(node.state_vars[t].inventory_level)) for t in range(self.periods)]
                for node in sorted(network.nodes, key=lambda node: node.index)
            ]
        )


def _only(values: Any) -> float:
    return float(next(iter(values.values()))) if isinstance(values, dict) else float(values)
