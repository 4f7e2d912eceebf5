"""Mean stock by the formulas of the textbooks: what a policy holds where demand is steady."""

from __future__ import annotations

from racktwin.model.network import Network
from racktwin.model.stock import BaseStock, FixedOrders, Mrp, ReorderQuantity, ReorderUpTo, Stock


def lot_of(stock: Stock) -> float:
    """How many pieces an order of the policy has, where the policy says so; 1 elsewhere."""
    policy = stock.policy
    if isinstance(policy, ReorderQuantity | FixedOrders):
        return float(max(1, policy.order_quantity))
    if isinstance(policy, ReorderUpTo):
        return float(max(1, policy.order_up_to - policy.reorder_point))
    return 1.0


def replenishment_s(net: Network, stock: Stock) -> float:
    """The mean time from an order to its receipt, over the base sources, s; what upstream stock lacks adds to it."""
    total = 0.0
    for source in stock.sources:
        if source.role == "base":
            way_s = net.lanes[source.lane].lead_time.mean_s if source.lane is not None else 0.0
            made_s = net.supplies[source.supply].lead_time.mean_s if source.supply is not None else 0.0
            total += float(source.share) * (way_s + made_s)
    return total


def mean_stock_pieces(net: Network, stock: Stock, demand_per_s: float) -> float:
    """Pieces on hand on average, for a steady demand: safety stock and half of what an order brings.

    Silver, Pyke, Thomas, "Inventory and Production Management in Supply Chains", 4th ed., ch. 6: a deterministic
    estimate that is never negative; the simulation gives the true mean.
    """
    review_s = float(stock.review_every_s or net.tick_s)
    lead_s = replenishment_s(net, stock)
    per_review = demand_per_s * review_s
    policy = stock.policy
    if isinstance(policy, BaseStock):
        return max(0.0, policy.level - demand_per_s * (lead_s + review_s)) + per_review / 2.0
    if isinstance(policy, ReorderUpTo):
        safety = policy.reorder_point - demand_per_s * (lead_s + review_s / 2.0)
        return max(0.0, safety) + max(policy.order_up_to - policy.reorder_point, per_review) / 2.0
    if isinstance(policy, ReorderQuantity):
        safety = policy.reorder_point - demand_per_s * (lead_s + review_s / 2.0)
        return max(0.0, safety) + max(float(policy.order_quantity), per_review) / 2.0
    if isinstance(policy, Mrp):
        return float(policy.safety_stock) + per_review * int(policy.periods_of_supply) / 2.0
    return per_review / 2.0
