"""Trays that come pre-built: so many as their share says, from the day on it says, with the defects they bring."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from racktwin.errors import ScenarioError
from racktwin.model import Scenario
from racktwin.model.requirements import bought_pieces, line_stocks, mean_demand_per_s, prebuilt_share
from racktwin.run.chain import compile_chain
from racktwin.scenario import read_scenario

FILE = Path(__file__).parent / "prebuilt.yaml"
DAY_S = 86400.0


def plant(prebuilt: str, *overrides: str) -> Scenario:
    """The line with these shares of trays pre-built."""
    return read_scenario(FILE, [f"parts.tray.prebuilt={prebuilt}", *overrides]).scenario


def ran(scenario: Scenario) -> dict[str, Any]:
    """The tables of its first replication."""
    return dict(compile_chain(scenario).replicate(0, 1))


def came(found: dict[str, Any]) -> Counter[str]:
    """Trays by how they came into stock, and boards received."""
    grown = found["material"].filter(pc.greater(found["material"]["change"], 0)).to_pylist()
    counts: Counter[str] = Counter()
    for row in grown:
        counts[f"{row['part']} {row['reason']}"] += row["change"]
    return counts


@pytest.mark.parametrize(("share", "brought"), [("0 %", 0.0), ("25 %", 0.25), ("50 %", 0.5), ("100 %", 1.0)])
def test_the_share_of_trays_is_brought_and_the_rest_is_made(share: str, brought: float) -> None:
    found = ran(plant(f"[{{share: {share}}}]"))
    tested = found["operations"].filter(pc.equal(found["operations"]["operation"].cast("string"), "assemble")).num_rows
    racks = found["shipments"].num_rows

    assert racks >= 39
    assert tested == pytest.approx(2 * 40 * (1 - brought), abs=1)
    assert (came(found)["tray receipt"] > 2 * racks * brought) == (brought > 0)


def test_all_trays_come_pre_built_from_the_day_the_share_starts() -> None:
    found = ran(plant("[{share: 0 %}, {share: 100 %, starts: 20 d}]"))
    begun = [row for row in found["operations"].to_pylist() if row["operation"] == "assemble"]

    assert len(begun) == 40
    assert max(row["queued_s"] for row in begun) == pytest.approx(19 * DAY_S)
    assert found["shipments"].num_rows >= 39


def test_tested_trays_draw_no_power_here() -> None:
    def energy_j(share: str) -> float:
        return float(pc.sum(ran(plant(f"[{{share: {share}}}]"))["operations"]["energy_j"]).as_py())

    assert energy_j("0 %") == pytest.approx(5e3 * 3600 * 80, rel=0.35)
    assert energy_j("100 %") == 0.0


def test_pre_built_trays_bring_their_own_defects_and_no_others() -> None:
    tested = ran(plant("[{share: 100 %}]", "parts.tray.defects={loose_plug: 0.3}"))
    clean = ran(plant("[{share: 100 %}]"))
    brought = Counter((row["kind"], row["origin"]) for row in tested["defects"].to_pylist())

    assert set(brought) == {("loose_plug", "tray")}
    assert brought["loose_plug", "tray"] == pytest.approx(0.3 * 80, abs=12)
    assert clean["defects"].num_rows == 0


def test_a_tray_made_here_has_the_same_fate_whatever_else_is_brought() -> None:
    """Shares change which trays are made, not the random numbers of those that are."""
    every, half = (ran(plant(f"[{{share: {share}}}]")) for share in ("0 %", "50 %"))

    def defects(found: dict[str, Any]) -> Counter[str]:
        return Counter(row["kind"] for row in found["defects"].to_pylist())

    assert 0 < defects(half)["dead_board"] < defects(every)["dead_board"]


def test_receipts_from_a_file_bring_trays_without_a_network() -> None:
    listed = "part_receipts=[{part: tray, quantity: 40, at: 0 d, defects: {loose_plug: 1}}]"
    found = ran(plant("[{share: 100 %}]", "network=null", listed))

    assert found["shipments"].num_rows == 20
    assert came(found) == {"tray receipt": 40}
    assert found["defects"].num_rows == 40


def test_the_plan_of_the_network_follows_the_dated_share() -> None:
    scenario = plant("[{share: 25 %}, {share: 75 %, starts: 30 d}]")

    assert bought_pieces(scenario, "rack", 0.0) == {"tray": 0.5, "board": 1.5}
    assert bought_pieces(scenario, "rack", 35 * DAY_S) == {"tray": 1.5, "board": 0.5}
    assert prebuilt_share(scenario, "tray") == pytest.approx((30 * 0.25 + 10 * 0.75) / 40)
    assert line_stocks(scenario) == {"board": "boards", "tray": "trays"}
    assert mean_demand_per_s(scenario)["trays"] == pytest.approx(0.75 / DAY_S)


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (
            (
                "network.stocks={boards: {part: board, site: texas, sources: [{supply: boards, lane: air}],"
                " policy: {rule: base_stock, level: 4}}}",
            ),
            "nothing brings it",
        ),
        (("parts.board.prebuilt=[{share: 50 %}]",), "board has no routing"),
        (("parts.rack.prebuilt=[{share: 50 %}]",), "no part uses rack"),
        (("parts.tray.prebuilt=[{share: 50 %}, {share: 60 %}]",), "two shares start at the same instant"),
        (("parts.tray.kanban=4",), "made by cards"),
        (("network.supplies.trays.capacity={pieces: 1, per: 1 wk}",), "mean demand of 7 pieces of tray a week"),
        (("network.supplies.boards.capacity={pieces: 6, per: 1 wk}",), "mean demand of 7 pieces of board a week"),
        (("parts.tray.prebuilt=null", "part_receipts=[{part: tray, quantity: 1, at: 0 d}]"), "parts.tray.prebuilt"),
    ],
)
def test_what_cannot_be_brought_is_refused_with_a_remedy(overrides: tuple[str, ...], says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        plant("[{share: 50 %}]", *overrides)
