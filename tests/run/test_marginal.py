"""Marginal values against runs of the widened scenario."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from racktwin.kpi import compute, difference
from racktwin.run import run_scenario
from racktwin.run.chain import compile_chain
from racktwin.run.marginal import Change, widened
from racktwin.scenario import read_scenario

from .plant import small_file


def test_a_marginal_is_the_difference_of_the_kpis_of_two_runs(tmp_path: Path) -> None:
    base = run_scenario(small_file(), tmp_path / "base")
    rows = [row for row in base.extra("marginals").to_pylist() if row["kind"] == "feed"]
    wider = run_scenario(small_file(feeds={"floor": {"limit": "230 kW"}}), tmp_path / "wider", marginals=False)
    for row in rows:
        expected = next(
            found
            for found in difference(compute(base), compute(wider))
            if found.kpi == row["kpi"] and found.subject == ""
        )
        assert row["mean"] == pytest.approx(expected.difference, rel=1e-12)
        assert row["half_width"] == pytest.approx(expected.half_width, rel=1e-12)
        assert row["change"] == "+100 kW"
    assert {row["kpi"] for row in rows} == {"throughput", "cycle_time_mean"}


def test_parts_come_to_a_wider_plant_as_they_came_to_the_run(tmp_path: Path) -> None:
    short = ["hall=null", "fleet=null", "horizon=14 wk", "warm_up=8 wk"]
    file = read_scenario("georgetown", [*short, "network.stocks.gb200_boards.initial=0"])  # racks wait for boards
    run = run_scenario(file, tmp_path / "run", replications=2)
    row = next(row for row in run.extra("marginals").to_pylist() if row["kpi"] == "cycle_time_mean")
    wider = compile_chain(widened(file.scenario, Change(row["kind"], row["name"], "")))
    warm_up_s, seed = run.manifest.warm_up_s, run.manifest.seed

    def cycle_s(table: pa.Table) -> float:
        seen = table.filter(pc.greater_equal(table["shipped_s"], warm_up_s))
        return float(pc.mean(pc.subtract(seen["shipped_s"], seen["release_s"])).as_py())

    later = [
        cycle_s(wider.replicate(number, seed, is_recording=False)["shipments"])
        - cycle_s(run.table("shipments", None, number))
        for number in range(2)
    ]
    assert row["mean"] == pytest.approx(sum(later) / 2, rel=1e-9)


def test_every_kind_of_limit_is_tried(tmp_path: Path) -> None:
    run = run_scenario(small_file(), tmp_path / "run")
    assert set(pc.unique(run.extra("marginals")["kind"]).to_pylist()) == {
        "work_center",
        "operator_group",
        "feed",
        "cooling_loop",
    }


@pytest.mark.parametrize(
    ("change", "read", "expected"),
    [
        (Change("work_center", "cell", ""), lambda s: s.work_centers["cell"].work_units, 4),
        (Change("operator_group", "technicians", ""), lambda s: s.operator_groups["technicians"].crews[0].headcount, 3),
        (Change("feed", "floor", ""), lambda s: s.feeds["floor"].limit_w, 230e3),
        (Change("cooling_loop", "loop", ""), lambda s: s.cooling_loops["loop"].heat_limit_w, 300e3),
        (Change("cooling_loop", "loop", ""), lambda s: s.cooling_loops["loop"].flow_limit_m3_per_s, 0.0075),
    ],
)
def test_widening_adds_one_unit_and_nothing_else(change: Change, read: object, expected: float) -> None:
    scenario = small_file().scenario
    wider = widened(scenario, change)
    assert callable(read)
    assert read(wider) == pytest.approx(expected)
    assert read(scenario) != read(wider)
    changed = [name for name in type(scenario).model_fields if getattr(scenario, name) != getattr(wider, name)]
    assert len(changed) == 1
