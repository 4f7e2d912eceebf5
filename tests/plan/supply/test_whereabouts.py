"""Where everything is: open orders add up to what the stock has on order."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.errors import RunError
from racktwin.plan.supply.whereabouts import whereabouts
from racktwin.report import write_report
from racktwin.run import run_scenario
from racktwin.scenario import read_scenario
from tests.cli.command import racktwin

_FILE = Path(__file__).parents[2] / "scenario" / "network.yaml"
_DAY_S = 86400.0


def test_open_orders_are_what_is_on_order(tmp_path: Path) -> None:
    scenario = read_scenario(_FILE, ["horizon=12 wk", "warm_up=1 wk"])
    run = run_scenario(scenario, tmp_path / "run", replications=1, jobs=1, marginals=False)
    found = whereabouts(run, 40 * _DAY_S)
    frames = next(one for one in found.stocks if one.stock == "frames_georgetown")
    pieces = sum(order.pieces for order in found.orders if order.stock == "frames_georgetown")

    assert pieces == pytest.approx(frames.on_order)
    assert all(order.ordered_s < 40 * _DAY_S <= order.arrives_s for order in found.orders)
    assert [order.late_s for order in found.orders] == sorted((o.late_s for o in found.orders), reverse=True)
    with pytest.raises(RunError, match="outside the run"):
        whereabouts(run, 400 * _DAY_S)


def test_racks_that_wait_are_named_with_the_order_and_when_they_ship(tmp_path: Path) -> None:
    """Frames come six days late in the run: the racks released before wait for them, and ship a day after."""
    plant = tmp_path / "plant.yaml"
    plant.write_text(_PLANT)
    run = run_scenario(read_scenario(plant), tmp_path / "run", replications=1, jobs=1, marginals=False)
    order = min(whereabouts(run, 5 * _DAY_S).orders, key=lambda one: one.ordered_s)

    assert order.late_s == pytest.approx(6 * _DAY_S)
    assert [rack.part for rack in order.waiting] == ["rack", "rack"]
    assert {rack.until_s for rack in order.waiting} == {10 * _DAY_S} == {order.arrives_s}
    assert sorted(rack.ships_s for rack in order.waiting) == [11 * _DAY_S, 12 * _DAY_S]
    page = write_report(run).read_text()
    assert "Racks that wait for an order open on 2027-01-08" in page
    assert all(title in page for title in ("Lanes by risk and flow", "Impact until recovery"))
    assert "racks wait for one" in racktwin("supply", "where", str(tmp_path / "run"), "--at", "5 d").stderr


_PLANT = """
racktwin: 1
name: plant
start: 2027-01-04
horizon: 20 d
work_centers: {bench: {work_units: 1}}
parts:
  rack: {routing: rack, bill_of_materials: {frame: 1}}
  frame: {}
routings: {rack: {operations: [{operation: build, work_center: bench, duration: 1 d, consumes: {frame: 1}}]}}
order_book: [{product: rack, quantity: 2, release: 3 d, due: 9 d}]
network:
  line: {site: plant}
  sites: {vendor: {kind: supplier, country: MX}, plant: {kind: plant, country: US}}
  supplies: {frames: {part: frame, site: vendor, prices: [{price: 900 USD}]}}
  lanes: {road: {from: vendor, to: plant, lead_time: 4 d}}
  stocks:
    frames:
      part: frame
      site: plant
      initial: 0
      sources: [{supply: frames, lane: road}]
      policy: {rule: base_stock, level: 2}
  disruptions: {snow: {starts: 0 d, effects: [{kind: lane_closed, lanes: [road], duration: 6 d}]}}
  disrupted_by: [snow]
"""
