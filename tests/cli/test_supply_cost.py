"""``racktwin supply cost`` and ``racktwin supply run`` as their user sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import racktwin as package

from .command import racktwin

ROOT = Path(__file__).parents[1]
PLANTS = ROOT / "economics" / "three_plants.yaml"
WHERE_TO_BUILD = Path(package.__file__).parent / "examples" / "georgetown" / "where_to_build.yaml"
NETWORK = ROOT / "scenario" / "network.yaml"


def test_each_place_of_making_is_a_column(tmp_path: Path) -> None:
    page = tmp_path / "cost.html"
    answer = racktwin("supply", "cost", PLANTS, "rack", "--at", "dallas", "--out", page)

    assert answer.returncode == 0, answer.stderr
    head = answer.stdout.splitlines()[0]
    assert [word in head for word in ("georgetown", "juarez", "taoyuan")] == [True] * 3
    assert "duty" in answer.stdout
    assert "Landed cost by layer" in page.read_text()


def test_json_adds_up_and_follows_the_day() -> None:
    answer = racktwin(
        "supply", "cost", PLANTS, "rack", "--at", "dallas", "--made-at", "georgetown", "--on", "2026-01-14", "--json"
    )

    (cost,) = json.loads(answer.stdout)
    assert abs(sum(cost["by_layer_usd"].values()) - cost["total_usd"]) < 1e-6
    assert cost["by_layer_usd"]["duty"] == 0


def test_what_is_wrong_is_said_in_a_line() -> None:
    for arguments, said in (
        (("rak", "--at", "dallas"), "unknown part 'rak'"),
        (("rack", "--at", "dalas"), "unknown site 'dalas'"),
        (("rack", "--at", "dallas", "--made-at", "dallas"), "no way brings rack made at dallas"),
        (("rack", "--at", "dallas", "--on", "soon"), "'soon' is not a date"),
    ):
        answer = racktwin("supply", "cost", PLANTS, *arguments)
        assert answer.returncode == 2
        assert said in answer.stderr
        assert "Traceback" not in answer.stderr


def test_cost_says_what_bringing_a_tray_frees_on_the_line(tmp_path: Path) -> None:
    page = tmp_path / "cost.html"
    file, part = ROOT / "run" / "prebuilt.yaml", ("tray", "--at", "texas", "--simulate", "2", "--out", page)
    answer = racktwin("supply", "cost", file, *part, "--set", "parts.tray.prebuilt=[{share: 50 %}]", "--json")

    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    freed = {row["what"]: row for row in found["freed"]}
    assert [cost["made_at"] for cost in found["costs"]] == ["mexico"]
    assert freed["test_floor, mean draw"]["made"] > 0
    assert freed["test_floor, mean draw"]["brought"] == 0
    assert freed["slots, unit-hours"]["freed"] > 14
    assert abs(freed["products shipped"]["freed"]) < 0.2
    assert "What the line has free" in page.read_text()
    refused = racktwin("supply", "cost", file, *part)
    assert refused.returncode == 2
    assert "prebuilt: [{share: 50 %}]" in refused.stderr


def test_run_tells_of_every_stock() -> None:
    answer = racktwin("supply", "run", NETWORK, "--replications", "2", "--json")

    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    stocks = {row["stock"]: row for row in found}
    assert set(stocks) == {"boards_georgetown", "frames_georgetown", "racks_georgetown", "racks_dallas"}
    assert 0 < stocks["racks_dallas"]["fill_rate"] < 1
    assert stocks["boards_georgetown"]["price_usd_per_week"] > 0


def test_run_needs_a_network() -> None:
    answer = racktwin("supply", "run", ROOT / "run" / "chained.yaml", "--set", "network=null")

    assert answer.returncode == 2
    assert "no supply network" in answer.stderr


@pytest.mark.parametrize(
    ("part", "at", "more", "duties"),
    [
        # 25 % on heading 8473.30 from 2026-01-15, 90 % of it to US data centres, which are exempt; the 15 % are off
        ("accelerator_kit", "georgetown", (), {"section_232": 0.25 * 0.10 * 1_457_000}),
        # heading 9403.20 is none of Section 232: 15 % on goods of Taiwan since 2026-01-15
        ("rack_and_liquid_kit", "georgetown", (), {"reciprocal_taiwan": 0.15 * 279_000}),
        # while Section 122 held (150 days from 2026-02-21), it stood for that
        ("rack_and_liquid_kit", "georgetown", ("--on", "2026-06-01"), {"section_122": 0.15 * 279_000}),
        ("rack_and_liquid_kit", "georgetown", ("--on", "2026-01-14"), {}),
        # stacked: 15 % on the value and on what Section 232 takes
        (
            "accelerator_kit",
            "georgetown",
            (
                *("--set", "network.duty_rules.section_232.instead_of=[]"),
                *("--set", "network.duty_rules.reciprocal_taiwan.order=3"),
                *("--set", "network.duty_rules.reciprocal_taiwan.on=value_and_duty"),
            ),
            {"section_232": 36_425, "reciprocal_taiwan": 0.15 * (1_457_000 + 36_425)},
        ),
        # without an exempt use
        (
            "accelerator_kit",
            "georgetown",
            ("--set", "network.sites.georgetown.end_uses={}"),
            {"section_232": 0.25 * 1_457_000},
        ),
    ],
)
def test_duties_of_the_facts_file_by_hand(part: str, at: str, more: tuple[str, ...], duties: dict[str, float]) -> None:
    """Section 232 on semiconductors, the reciprocal tariff on Taiwan and Section 122 (``georgetown_facts.md``)."""
    answer = racktwin("supply", "cost", WHERE_TO_BUILD, part, "--at", at, "--json", *more)
    (cost,) = json.loads(answer.stdout)
    found = {line["by"]: line["usd"] for line in cost["lines"] if line["layer"] == "duty"}

    assert found == pytest.approx(duties)


def test_a_foreign_trade_zone_takes_the_rate_of_the_product_where_the_rule_says_so() -> None:
    """A rack of heading 8471 is excepted from the tariff on Taiwan; Section 232 keeps the part's rate."""
    zone = ("--set", "network.sites.georgetown.foreign_trade_zone=true")
    asked = ("supply", "cost", WHERE_TO_BUILD, "gb200_nvl72", "--at", "dallas", "--made-at", "georgetown", "--json")
    usual, in_zone = (json.loads(racktwin(*asked, *more).stdout)[0] for more in ((), zone))
    taken = [{line["by"] for line in one["lines"] if line["layer"] == "duty"} for one in (usual, in_zone)]
    saved = sum(line["usd"] for line in usual["lines"] if line["by"] == "reciprocal_taiwan")

    assert taken == [{"section_232", "reciprocal_taiwan"}, {"section_232"}]
    assert saved == pytest.approx(0.15 * (558_000 + 279_000))


def test_lost_demand_is_not_given_at_once() -> None:
    """Before, what was lost counted as served: 100 %."""
    lost, owed = (
        {row["stock"]: row for row in json.loads(racktwin("supply", "run", NETWORK, "--json", *more).stdout)}[
            "racks_dallas"
        ]
        for more in (("--set", "network.demand.cloud.backorder=false"), ())
    )

    assert 0 < lost["fill_rate"] < 0.9
    assert lost["lost_per_week"] == pytest.approx(
        4 * (1 - lost["fill_rate"]), rel=0.2
    )  # four racks a week are asked for
    assert lost["short_share"] > 0
    assert owed["lost_per_week"] == 0
