"""Where everything is: open orders add up to what the stock has on order."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.errors import RunError
from racktwin.plan.supply.whereabouts import whereabouts
from racktwin.run import run_scenario
from racktwin.scenario import read_scenario

_FILE = Path(__file__).parents[2] / "scenario" / "network.yaml"
_DAY_S = 86400.0


def test_open_orders_are_what_is_on_order(tmp_path: Path) -> None:
    scenario = read_scenario(_FILE, ["horizon=12 wk", "warm_up=1 wk"])
    run = run_scenario(scenario, tmp_path / "run", replications=1, jobs=1, marginals=False)
    found = whereabouts(run, 40 * _DAY_S)
    frames = next(one for one in found.stocks if one.stock == "frames_georgetown")
    pieces = sum(order.pieces for order in found.orders if order.stock == "frames_georgetown")

    assert pieces == pytest.approx(frames.on_order)
    assert all(order.ordered_s <= 40 * _DAY_S < order.arrives_s for order in found.orders)
    assert [order.late_s for order in found.orders] == sorted((o.late_s for o in found.orders), reverse=True)
    with pytest.raises(RunError, match="outside the run"):
        whereabouts(run, 400 * _DAY_S)
