"""What went into what, asked either way."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from racktwin.cli.main import app
from racktwin.results.genealogy import Genealogy
from racktwin.results.store import RunFolder
from racktwin.run import run_scenario
from racktwin.scenario import read_scenario

_PLANT = """
racktwin: 1
name: traced
start: 2027-01-04
horizon: 20 d
parts:
  rack: {routing: rack, bill_of_materials: {tray: 1}}
  tray: {routing: tray, bill_of_materials: {board: 2}}
  board: {supply: receipts}
work_centers: {bench: {work_units: 1}}
routings:
  rack: {operations: [{operation: build, work_center: bench, duration: 1 h}]}
  tray: {operations: [{operation: build, work_center: bench, duration: 1 h}]}
part_receipts:
  - {part: board, quantity: 3, at: 1 h, lot: early}
  - {part: board, quantity: 9, at: 2 h, lot: late}
order_book: [{product: rack, quantity: 3}]
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("trace")
    (folder / "plant.yaml").write_text(_PLANT)
    file = read_scenario(folder / "plant.yaml")
    return run_scenario(file, folder / "run", replications=1, marginals=False)


def test_a_rack_is_traced_to_its_lots(run: RunFolder) -> None:
    genealogy = Genealogy(run)
    racks = [serial for serial, order in genealogy.orders.items() if order["part"] == "rack"]
    lots = sorted((piece.lot, piece.pieces) for rack in racks for piece in genealogy.contents(rack) if piece.lot)
    assert lots == [("early", 1), ("early", 2), ("late", 1), ("late", 2)]
    assert all(next(piece.depth for piece in genealogy.contents(rack)) == 1 for rack in racks)


def test_a_lot_is_traced_to_its_racks(run: RunFolder) -> None:
    genealogy = Genealogy(run)
    used = genealogy.where_used("early")
    assert sum(used.values()) == 3
    assert {genealogy.orders[serial]["part"] for serial in used} == {"rack"}


def test_the_command_answers_either_way(run: RunFolder) -> None:
    answer = CliRunner().invoke(app, ["trace", str(run.folder), "--lot", "late", "--json"])
    assert sum(row["pieces"] for row in json.loads(answer.stdout)) == 3
    serial = json.loads(answer.stdout)[0]["serial_number"]
    shown = CliRunner().invoke(app, ["trace", str(run.folder), "--serial", str(serial)])
    assert "board" in shown.stdout
    assert "late" in shown.stdout


@pytest.mark.parametrize(
    ("option", "remedy"),
    [(["--lot", "never"], "lots used: early, late"), (["--serial", "999"], "racktwin query lists work_orders")],
)
def test_what_is_unknown_is_refused(run: RunFolder, option: list[str], remedy: str) -> None:
    answer = CliRunner().invoke(app, ["trace", str(run.folder), *option])
    assert remedy in str(answer.exception)


def test_one_question_at_a_time(run: RunFolder) -> None:
    assert CliRunner().invoke(app, ["trace", str(run.folder)]).exit_code == 2
