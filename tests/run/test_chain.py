"""Supply feeds the line: what arrives is what the line receives, and what does not arrive starves it."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from racktwin.economics.starving import starving
from racktwin.report import write_report
from racktwin.run import run_scenario
from racktwin.run.chain import compile_chain
from racktwin.scenario import read_scenario

FILE = Path(__file__).parent / "chained.yaml"
LOST = "network.disrupted_by=[taiwan_lost]"


def tables(*overrides: str, replication: int = 0) -> dict[str, object]:
    """The tables of one replication."""
    return dict(compile_chain(read_scenario(FILE, overrides).scenario).replicate(replication, 1))


def shipped(*overrides: str) -> int:
    """How many racks leave."""
    return int(tables(*overrides)["shipments"].num_rows)  # type: ignore[attr-defined]


def test_the_line_receives_what_the_network_brings() -> None:
    found = compile_chain(read_scenario(FILE).scenario).replicate(0, 1)
    receipts, material = found["part_receipts"], found["material"]
    received = material.filter(pc.equal(material["reason"].cast("string"), "receipt"))

    assert received.select(["time_s", "change"]).to_pydict() == {
        "time_s": receipts["at_s"].to_pylist(),
        "change": receipts["quantity"].to_pylist(),
    }
    assert received.num_rows > 50


def test_a_run_of_a_version_without_a_column_can_be_read(tmp_path: Path) -> None:
    run = run_scenario(read_scenario(FILE), tmp_path / "run", replications=1, jobs=1, marginals=False)
    (file,) = run.table_files("part_receipts")
    pq.write_table(pq.read_table(file).drop_columns(["lane"]), file)

    assert set(run.table("part_receipts")["lane"].to_pylist()) == {None}


def test_a_plan_that_is_right_keeps_the_line_fed() -> None:
    scenario = read_scenario(FILE).scenario
    found = compile_chain(scenario).replicate(0, 1)
    without = compile_chain(scenario.model_copy(update={"network": None})).replicate(0, 1)

    assert starving(scenario, found) == ()
    assert found["shipments"]["shipped_s"].equals(without["shipments"]["shipped_s"])


def test_a_lost_supplier_starves_the_line_of_that_part() -> None:
    scenario = read_scenario(FILE, [LOST]).scenario
    found = compile_chain(scenario).replicate(0, 1)

    (board,) = starving(scenario, found)
    waited_s = found["operations"]["wait_material_s"].to_numpy()
    assert board.part == "board"
    assert board.waited_s == pytest.approx(waited_s.sum())
    assert board.items == pytest.approx((waited_s > 1e-3).sum())
    assert board.cost_usd == pytest.approx(board.waited_s * 100_000 * 0.10 / (365 * 86400))
    assert 15 * 86400 < waited_s.max() < 31 * 86400


def test_losing_a_supplier_never_ships_more() -> None:
    assert shipped(LOST, "horizon=75 d") < shipped("horizon=75 d")


def test_a_run_keeps_the_tables_and_the_report_says_what_starved(tmp_path: Path) -> None:
    run = run_scenario(read_scenario(FILE, [LOST]), tmp_path / "run", jobs=1, marginals=False)

    assert run.table("part_receipts").num_rows > 100
    assert set(run.table("stock_levels")["stock"].to_pylist()) == {"boards"}
    page = write_report(run).read_text()
    assert "board starved the line most" in page
    assert "Disrupted by taiwan_lost" in page


def test_a_network_without_a_line_runs_alone(tmp_path: Path) -> None:
    alone = Path(__file__).parents[1] / "scenario" / "network.yaml"
    run = run_scenario(read_scenario(alone), tmp_path / "run", jobs=1)

    assert run.manifest.status == "finished"
    assert run.table("stock_levels").num_rows == 2 * 4 * 182


@pytest.mark.slow
def test_the_hall_works_with_the_racks_that_the_line_ships() -> None:
    found = compile_chain(read_scenario("georgetown", ["horizon=16 wk", "warm_up=4 wk"]).scenario).replicate(0, 1)
    shipped_s = dict(
        zip(*(found["shipments"][name].to_pylist() for name in ("serial_number", "shipped_s")), strict=True)
    )
    racks = [rack for rack in found["hall_racks"].to_pylist() if rack["serial_number"] >= 0]

    assert len(racks) > 10
    assert [rack["shipped_s"] for rack in racks] == [shipped_s[rack["serial_number"]] for rack in racks]
    assert all(rack["in_service_s"] > rack["shipped_s"] for rack in racks)
    assert sum(rack["latent_defects"] for rack in racks) > 0
    assert "escaped_defect" in found["outages"]["cause"].to_pylist()
