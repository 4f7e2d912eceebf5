"""The kernel against what inventory theory gives in closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from racktwin.engines.supply import kernel
from racktwin.engines.supply.builder import ArcRow, Builder, WayRow
from racktwin.engines.supply.tables import BASE_STOCK, POISSON_PIECES, R_Q, S_S, SEQUENCE, SERIES
from racktwin.sim.distributions import FIXED
from racktwin.sim.rng import stream_key

PERIODS = 40_000
MEAN = 4.0


def levels(policy: dict[str, Any], lead: int, demand: dict[str, Any] | None = None, periods: int = PERIODS) -> Any:
    """Inventory levels of one stock with a source that never lacks, after the start."""
    builder = Builder(periods)
    node = builder.node("stock", level=policy["a"] + policy.get("b", 0.0), allocation=SEQUENCE, **policy)
    law = builder.law(kind=FIXED, a=float(lead)) if lead else -1
    node.ways.append(WayRow("stock/0", {}, [ArcRow(None, {"lane_law": law})]))
    node.demands.append(dict(demand or {"law": POISSON_PIECES, "a": MEAN}))
    tables, _, _ = builder.finish()
    tables.demands["key"] = stream_key(1, 0, "demand")
    with np.errstate(over="ignore"):
        kernel.run(tables)
    return np.array(tables.stock_rows["level"])[lead + 20 :]


def off(values: Any, expected: float) -> float:
    """How many standard errors of the mean lie between; neighbours depend on each other, so by batches."""
    batches = np.array([batch.mean() for batch in np.array_split(values, 40)])
    return float(abs(batches.mean() - expected) / (batches.std(ddof=1) / np.sqrt(len(batches))))


@pytest.mark.slow
@pytest.mark.parametrize(("level", "lead"), [(12.0, 2), (20.0, 4), (5.0, 1)])
def test_base_stock_under_poisson_demand(level: float, lead: int) -> None:
    """The level at the end of a period is S less the demand of the lead time: orders come before demand is met."""
    found = levels({"policy": BASE_STOCK, "a": level}, lead)
    demand = stats.poisson(MEAN * lead)
    numbers = np.arange(0, 200)
    backorders = float(np.sum(np.maximum(numbers - level, 0) * demand.pmf(numbers)))

    assert off(np.maximum(-found, 0), backorders) < 4
    assert off((found >= 0).astype(float), demand.cdf(level)) < 4
    assert off(found, level - MEAN * lead) < 4


@pytest.mark.slow
def test_reorder_point_and_quantity() -> None:
    """Under (r,nQ) the position after ordering is uniform on r+1 … r+Q (Hadley and Whitin 1963)."""
    r, q, lead = 14.0, 9.0, 2
    found = levels({"policy": R_Q, "a": r, "b": q}, lead)
    numbers = np.arange(0, 200)
    lead_demand = stats.poisson(MEAN * lead)
    expected = np.mean(
        [np.sum(np.maximum(numbers - y, 0) * lead_demand.pmf(numbers)) for y in np.arange(r + 1, r + q + 1)]
    )

    assert off(np.maximum(-found, 0), float(expected)) < 4


@pytest.mark.slow
def test_newsvendor() -> None:
    """With orders for the next day, base stock is a newsvendor: the cost is the formula's, least at the ratio."""
    holding, shortage = 1.0, 4.0
    demand = stats.poisson(MEAN)
    numbers = np.arange(0, 100)
    best = float(demand.ppf(shortage / (shortage + holding)))
    costs = {}
    for level in (best - 1, best, best + 1):
        found = levels({"policy": BASE_STOCK, "a": level}, 1)
        cost = holding * np.maximum(found, 0) + shortage * np.maximum(-found, 0)
        expected = np.sum(
            (holding * np.maximum(level - numbers, 0) + shortage * np.maximum(numbers - level, 0)) * demand.pmf(numbers)
        )
        assert off(cost, float(expected)) < 4
        costs[level] = expected
    assert min(costs, key=lambda level: costs[level]) == best


def test_economic_order_quantity() -> None:
    """Steady demand, orders of Q as the stock ends: the mean stock is about Q / 2, with an order each Q periods."""
    q = 12.0
    demand = {"law": SERIES, "first_sample": 0, "n_samples": 1}
    builder = Builder(240)
    node = builder.node("stock", policy=S_S, a=0.0, b=q, level=q, allocation=SEQUENCE)
    node.ways.append(WayRow("stock/0", {}, [ArcRow(None, {})]))
    builder.series([1.0])
    node.demands.append(demand)
    tables, _, _ = builder.finish()
    kernel.run(tables)

    assert np.mean(tables.stock_rows["level"][12:]) == pytest.approx((q + 1) / 2)
    assert tables.clock[0].order_rows == 240 / q
