"""One stock at one place: newsvendor, (s,S) and (r,Q) policies of least expected cost.

Costs are per piece and period: ``holding_usd`` for what is left, ``backorder_usd`` for what is owed. Demand over the
time a policy must cover is a law of whole pieces (:mod:`.demand_law`) or normal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from racktwin.errors import RacktwinError

from .demand_law import mean_of
from .stages import Floats


@dataclass(frozen=True)
class BaseStockLevel:
    """Order up to ``level`` pieces; ``cost_usd`` is expected per period."""

    level: float
    cost_usd: float


@dataclass(frozen=True)
class ReorderUpToLevels:
    """(s,S): at ``reorder_point`` or less order up to ``order_up_to``; ``cost_usd`` is expected per period."""

    reorder_point: int
    order_up_to: int
    cost_usd: float


@dataclass(frozen=True)
class ReorderQuantityLevels:
    """(r,Q): at ``reorder_point`` order ``order_quantity``; ``cost_usd`` is expected per time unit."""

    reorder_point: float
    order_quantity: float
    cost_usd: float


def newsvendor_normal(holding_usd: float, backorder_usd: float, mean: float, deviation: float) -> BaseStockLevel:
    """The level at the critical ratio (Arrow, Harris, Marschak 1951), of demand over lead time plus review."""
    from scipy.stats import norm

    _require(holding_usd, backorder_usd)
    z = float(norm.ppf(backorder_usd / (holding_usd + backorder_usd)))
    return BaseStockLevel(
        mean + z * deviation, (holding_usd + backorder_usd) * deviation * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    )


def newsvendor(holding_usd: float, backorder_usd: float, demand: Floats) -> BaseStockLevel:
    """The least whole level at which demand is met with the critical ratio."""
    _require(holding_usd, backorder_usd)
    ratio = backorder_usd / (holding_usd + backorder_usd)
    level = int(np.searchsorted(np.cumsum(demand), ratio - 1e-15))
    return BaseStockLevel(level, _expected(holding_usd, backorder_usd, demand, level))


def level_for_fill_rate(demand: Floats, mean_per_review: float, fill_rate: float) -> int:
    """The least base-stock level whose expected shortage per review is at most ``1 - fill_rate`` of its demand.

    ``demand`` is over lead time plus review; the shortage at the end of a cycle less that at its beginning is not
    taken apart, so the level errs upward where lead times are long.
    """
    if not 0 < fill_rate < 1:
        raise RacktwinError(f"a fill rate of {fill_rate:g} cannot be planned for\n    → give one between 0 and 1")
    pieces = np.arange(len(demand))
    tail = np.concatenate((np.cumsum(demand[::-1])[::-1][1:], [0.0]))
    shortage = np.concatenate((np.cumsum(tail[::-1])[::-1], [0.0]))  # E[(D - y)+] at y = 0, 1, …
    enough = shortage[: len(pieces)] <= (1.0 - fill_rate) * mean_per_review
    return int(np.argmax(enough))


def _expected(holding_usd: float, backorder_usd: float, demand: Floats, level: float) -> float:
    over = level - np.arange(len(demand))
    return float(demand @ np.where(over > 0, holding_usd * over, -backorder_usd * over))


def _one_period_costs(holding_usd: float, backorder_usd: float, demand: Floats, low: int, high: int) -> Floats:
    """Expected costs at inventory positions ``low`` … ``high``: a recursion on the distribution function."""
    reached = np.cumsum(demand)
    positions = np.arange(low, high + 1)
    share = np.where(positions < 0, 0.0, reached[np.clip(positions, 0, len(demand) - 1)])
    slope = (holding_usd + backorder_usd) * share - backorder_usd
    first = _expected(holding_usd, backorder_usd, demand, low)
    return first + np.concatenate(([0.0], np.cumsum(slope[:-1])))


def reorder_up_to(
    holding_usd: float, backorder_usd: float, order_usd: float, demand: Floats, demand_per_review: Floats
) -> ReorderUpToLevels:
    """The best (s,S) of periodic review, exactly, as Zheng and Federgruen (Operations Research 39, 1991).

    ``demand`` is over lead time plus review and gives the costs; ``demand_per_review`` moves the position. No demand
    at all in every review is refused.
    """
    _require(holding_usd, backorder_usd)
    if demand_per_review[0] >= 1.0:
        raise RacktwinError("there is no demand to order for\n    → give a mean demand above 0")
    best = int(newsvendor(holding_usd, backorder_usd, demand).level)
    spread = len(demand) + 4 * len(demand_per_review) + _quantity_scale(order_usd, holding_usd, demand_per_review)
    low, high = best - spread, best + spread
    costs = _one_period_costs(holding_usd, backorder_usd, demand, low, high)
    renewal = _renewals(demand_per_review, high - low)

    def cost(s: int, top: int) -> float:
        visits = renewal[: top - s]
        return (order_usd + float(visits @ costs[top - low - np.arange(top - s)])) / float(visits.sum())

    top, s = best, best - 1
    while cost(s, best) > costs[s - low]:
        s -= 1
    least = cost(s, top)
    trial = top + 1
    while trial < high and costs[trial - low] <= least:
        if cost(s, trial) < least:
            top = trial
            while cost(s, top) <= costs[s + 1 - low]:
                s += 1
            least = cost(s, top)
        trial += 1
    return ReorderUpToLevels(s, top, least)


def _quantity_scale(order_usd: float, holding_usd: float, demand_per_review: Floats) -> int:
    return 4 * math.ceil(math.sqrt(2 * order_usd * mean_of(demand_per_review) / holding_usd)) + 4


def _renewals(demand: Floats, count: int) -> Floats:
    """Expected reviews that find the position ``j`` below the order-up-to level, ``j`` = 0 … count - 1."""
    visits = np.zeros(count)
    stay = 1.0 - demand[0]
    visits[0] = 1.0 / stay
    for j in range(1, count):
        reach = min(j, len(demand) - 1)
        visits[j] = float(demand[1 : reach + 1] @ visits[j - 1 :: -1][:reach]) / stay
    return visits


def reorder_quantity(
    holding_usd: float, backorder_usd: float, order_usd: float, rate: float, demand: Floats
) -> ReorderQuantityLevels:
    """The best (r,Q) of continuous review and unit demands, as Federgruen and Zheng (Operations Research 40, 1992).

    ``demand`` is over the lead time, ``rate`` pieces per time unit.
    """
    _require(holding_usd, backorder_usd)
    best = int(newsvendor(holding_usd, backorder_usd, demand).level)
    spread = len(demand) + 4 * math.ceil(math.sqrt(2 * order_usd * rate * (1 / holding_usd + 1 / backorder_usd))) + 4
    low = best - spread
    costs = _one_period_costs(holding_usd, backorder_usd, demand, low, best + spread)
    r, quantity, total = best - 1, 1, order_usd * rate + costs[best - low]
    while True:
        below, above = costs[r - low], costs[r + quantity + 1 - low]
        if min(below, above) >= total / quantity:
            return ReorderQuantityLevels(r, quantity, float(total) / quantity)
        total += min(below, above)
        quantity += 1
        if below <= above:
            r -= 1


def reorder_quantity_normal(
    holding_usd: float, backorder_usd: float, order_usd: float, rate: float, mean: float, deviation: float
) -> ReorderQuantityLevels:
    """The best continuous (r,Q) of a normal lead-time demand: both ends cost what the average does (Zheng 1992)."""
    from scipy.optimize import brentq

    _require(holding_usd, backorder_usd)
    economic = math.sqrt(2 * order_usd * rate * (holding_usd + backorder_usd) / (holding_usd * backorder_usd))
    best = newsvendor_normal(holding_usd, backorder_usd, mean, deviation).level
    weight = holding_usd + backorder_usd

    def cost(y: float) -> float:
        return holding_usd * (y - mean) + weight * deviation * _loss((y - mean) / deviation)

    def area(r: float, quantity: float) -> float:
        ends = [_second_loss((y - mean) / deviation) for y in (r, r + quantity)]
        middle = holding_usd * quantity * (r + quantity / 2 - mean)
        return middle + weight * deviation**2 * (ends[0] - ends[1])

    def reorder_point(quantity: float) -> float:
        return float(brentq(lambda r: cost(r) - cost(r + quantity), best - quantity, best))

    def excess(quantity: float) -> float:
        r = reorder_point(quantity)
        return quantity * cost(r) - order_usd * rate - area(r, quantity)

    quantity = float(brentq(excess, 1e-9 * economic, 4 * economic + 20 * deviation, xtol=1e-12, rtol=1e-14))
    r = reorder_point(quantity)
    return ReorderQuantityLevels(r, quantity, cost(r))


def _loss(z: float) -> float:
    """E[(Z - z)+] of the standard normal."""
    from scipy.special import ndtr

    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * float(ndtr(-z))


def _second_loss(z: float) -> float:
    """The integral of the loss from z on: E[((Z - z)+)²] / 2."""
    from scipy.special import ndtr

    return ((z * z + 1) * float(ndtr(-z)) - z * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)) / 2


def _require(holding_usd: float, backorder_usd: float) -> None:
    if not (0 < holding_usd < math.inf and 0 < backorder_usd < math.inf):
        raise RacktwinError("stock or backorders cost nothing\n    → give a holding and a backorder cost above 0")
