"""Ranges found wherever a file may have them, and scenarios made from them as ``--set`` would."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.errors import RacktwinError, ScenarioError
from racktwin.model import ledger
from racktwin.plan import unknowns
from racktwin.plan.sensitivity import can_move
from racktwin.plan.unknowns import document_at, scenario_at
from racktwin.scenario import read_scenario

from .queue import queue, queue_path

_PATHS = {
    "work_centers.cell.work_units": (1, 1, 3, ""),
    "work_centers.bench.failures.time_between.exponential.mean": (180e3, 360e3, 720e3, "s"),
    "work_centers.bench.failures.repair_time.lognormal.cv": (0.4, 0.8, 1.2, "1"),
    "parts.tray.rated_power": (5e3, 6e3, 7e3, "W"),
    "parts.tray.mass": (20, 30, 40, "kg"),
    "routings.tray.operations.test.duration.exponential.mean": (1800, 2880, 3600, "s"),
    "routings.tray.operations.pack.duration": (300, 600, 1800, "s"),
    "routings.tray.operations.scan.phases.look.duration": (60, 60, 120, "s"),
    "demand.trays.due_in.uniform.low": (3600, 7200, 21600, "s"),
}


def test_every_range_is_found_in_si(tmp_path: Path) -> None:
    found = {one.path: (one.low, one.value, one.high, one.unit) for one in unknowns(queue(tmp_path))}

    assert found == {path: pytest.approx(row) if not row[3] else row for path, row in _PATHS.items()}


def test_each_is_what_the_override_of_its_path_makes_it(tmp_path: Path) -> None:
    """``--set path=value`` and the document made here give equal plants."""
    file = queue(tmp_path)
    chosen = unknowns(file)
    values = [one.at(0.75) for one in chosen if one.path != "demand.trays.due_in.uniform.low"]
    moved = [one for one in chosen if one.path != "demand.trays.due_in.uniform.low"]
    overrides = [f"{one.path}={one.as_written(value)}" for one, value in zip(moved, values, strict=True)]
    by_hand = read_scenario(queue_path(tmp_path), overrides).scenario

    assert [float(e.value) for e in ledger(scenario_at(file, moved, values))] == [
        float(e.value) for e in ledger(by_hand)
    ]


def test_at_their_values_the_scenario_is_itself(tmp_path: Path) -> None:
    file = queue(tmp_path)
    chosen = unknowns(file)

    assert scenario_at(file, chosen, [one.value for one in chosen]) == file.scenario


def test_all_of_georgetown_s_ranges_are_found() -> None:
    """As many as the ledger has; and none is changed by being written again."""
    file = read_scenario("georgetown")
    ranges = [(entry.value, entry.provenance) for entry in ledger(file.scenario)]
    wide = [p for value, p in ranges if (value if p.low is None else p.low) < (value if p.high is None else p.high)]
    found = unknowns(file)

    assert len(found) == len(wide)
    assert scenario_at(file, found, [one.value for one in found]) == file.scenario


def test_the_document_stays_as_it_is(tmp_path: Path) -> None:
    file = queue(tmp_path)
    before = repr(file.document)
    changed = document_at(file.document, unknowns(file), [one.high for one in unknowns(file)])

    assert repr(file.document) == before
    assert changed["parts"]["tray"]["mass"]["value"] == "40.0 kg"
    assert changed["demand"]["trays"]["product"] == "tray"


def test_whole_numbers_share_the_way_equally(tmp_path: Path) -> None:
    (cell,) = unknowns(queue(tmp_path), ["work_centers.cell"])

    assert [cell.at(share) for share in (0.0, 0.32, 0.34, 0.66, 0.67, 1.0)] == [1, 1, 2, 2, 3, 3]


def test_patterns_choose(tmp_path: Path) -> None:
    file = queue(tmp_path)

    assert [one.path for one in unknowns(file, ["parts"])] == ["parts.tray.rated_power", "parts.tray.mass"]
    assert [one.path for one in unknowns(file, ["*.mass", "parts.tray.r*"])] == [
        "parts.tray.rated_power",
        "parts.tray.mass",
    ]
    with pytest.raises(RacktwinError, match="no quantity at feeds has a range"):
        unknowns(file, ["feeds"])


def test_what_the_rules_refuse_cannot_be_moved(tmp_path: Path) -> None:
    """Due dates between 6 h and 5 h are none."""
    file = queue(tmp_path)
    (due,) = unknowns(file, ["demand"])

    assert not can_move(file, due)
    with pytest.raises(ScenarioError, match="low is above high"):
        scenario_at(file, [due], [due.high])
