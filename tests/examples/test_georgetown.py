"""The shipped scenario: it validates, says where its numbers come from, and describes the racks it names."""

from __future__ import annotations

import csv
import datetime as dt
import re
from importlib import resources
from math import exp
from statistics import mean

import pytest

from racktwin.economics import landed_cost, makers
from racktwin.model import LedgerEntry, Scenario, ledger
from racktwin.scenario import read_scenario

FOLDER = resources.files("racktwin") / "examples" / "georgetown"

# Experiment settings, drawing positions, cap levels to choose from, the point "uncapped is uncapped", and the counts
# that repeat the bill of materials (test_operations_consume_what_the_bill_of_materials_says). In the network: its tick,
# what a planner decides (review, look-ahead, shares of sources), and where cities lie.
NOT_A_FACT = re.compile(
    r"network\.(tick|.*\.(latitude|longitude|review_every|look_ahead|share|per|order))\Z|"
    r"(horizon|warm_up|replications)\Z|.*\.position\.[xy]\Z|.*\.cap\.levels\.\d+\Z|cap_tables\..*|.*\.consumes\.\w+\Z"
)


@pytest.fixture(scope="module")
def georgetown() -> Scenario:
    return read_scenario("georgetown").scenario


@pytest.fixture(scope="module")
def entries(georgetown: Scenario) -> list[LedgerEntry]:
    return ledger(georgetown)


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("scenario", {"feeds.test_floor.limit"}),  # it cannot power all bays at once
        ("late_boards", {"feeds.test_floor.limit"}),
        ("port_strike", {"feeds.test_floor.limit"}),
        ("taiwan_strait", {"feeds.test_floor.limit"}),
        ("memory_shortage", {"feeds.test_floor.limit"}),
        ("section_232", {"feeds.test_floor.limit"}),
        ("prebuilt_trays", {"feeds.test_floor.limit"}),
        ("half_feed", {"feeds.test_floor.limit", "feeds.test_floor"}),  # nor carry the orders
    ],
)
def test_nothing_is_odd_but_the_scarce_test_floor(name: str, odd: set[str]) -> None:
    file = read_scenario(str(FOLDER / f"{name}.yaml"))
    assert {oddity.path for oddity in file.oddities} == odd


def test_every_number_without_a_source_is_assumed_and_has_a_range(entries: list[LedgerEntry]) -> None:
    unsourced = [entry for entry in entries if entry.provenance.source is None]
    assert len(unsourced) > 300
    for entry in unsourced:
        assert entry.provenance.confidence == "assumed", entry.path
        if not NOT_A_FACT.match(entry.path):
            assert entry.provenance.low is not None, entry.path
            assert entry.provenance.high is not None, entry.path


def test_every_number_with_a_source_says_how_far_to_trust_it(entries: list[LedgerEntry]) -> None:
    sourced = [entry for entry in entries if entry.provenance.source is not None]
    assert len(sourced) > 40
    assert {entry.provenance.confidence for entry in sourced} == {"A", "B", "C"}
    assert not any("assumed" in (entry.provenance.source or "") for entry in sourced)


def _pieces(plant: Scenario, part: str, wanted: str) -> int:
    if part == wanted:
        return 1
    return sum(count * _pieces(plant, below, wanted) for below, count in plant.parts[part].bill_of_materials.items())


@pytest.mark.parametrize(
    ("product", "part", "pieces"),
    [
        ("gb200_nvl72", "blackwell_gpu", 72),
        ("gb200_nvl72", "grace_cpu", 36),
        ("gb200_nvl72", "compute_tray", 18),
        ("gb200_nvl72", "switch_tray", 9),
        ("gb200_nvl72", "power_shelf", 8),
        ("hgx_b200_rack", "b200_sxm_module", 32),
    ],
)
def test_a_rack_holds_what_its_name_says(georgetown: Scenario, product: str, part: str, pieces: int) -> None:
    assert _pieces(georgetown, product, part) == pieces


def test_operations_consume_what_the_bill_of_materials_says(georgetown: Scenario) -> None:
    for name, part in georgetown.parts.items():
        if part.routing is None:
            continue
        consumed = [item for step in georgetown.routings[part.routing].operations for item in step.consumes.items()]
        assert sorted(consumed) == sorted(part.bill_of_materials.items()), name


def test_trays_at_their_rating_add_up_to_the_rack(georgetown: Scenario) -> None:
    rack = georgetown.parts["gb200_nvl72"]
    trays_w = sum(
        count * (georgetown.parts[part].rated_power_w or 0.0) for part, count in rack.bill_of_materials.items()
    )
    assert trays_w == pytest.approx(rack.rated_power_w, rel=0.05)


def test_every_defect_kind_comes_from_somewhere_and_can_be_found(georgetown: Scenario) -> None:
    steps = [step for routing in georgetown.routings.values() for step in routing.operations]
    made = {kind for part in georgetown.parts.values() for kind in part.defects}
    made |= {kind for step in steps for kind in step.defects}
    assert made == set(georgetown.defect_kinds)
    assert made == {kind for step in steps for kind in step.detects}


def test_no_test_finds_everything(georgetown: Scenario) -> None:
    steps = [step for routing in georgetown.routings.values() for step in routing.operations]
    assert all(p < 1 for step in steps for p in step.detects.values())


def test_61_percent_of_weak_seals_fail_in_the_first_120_hours(georgetown: Scenario) -> None:
    law = georgetown.defect_kinds["seal_early_life"].time_to_failure
    assert law is not None
    assert 1 - exp(-((120 * 3600 / law.scale_s) ** law.shape)) == pytest.approx(0.61, abs=0.005)


def test_the_cap_table_is_the_measured_one(georgetown: Scenario) -> None:
    rows = list(csv.DictReader((FOLDER / "h200_power_cap.csv").read_text().splitlines()))
    rest_w = mean(float(row["node_mean_w"]) - 8 * float(row["gpu_limit_w"]) for row in rows)
    measured = []
    for limit_w in sorted({int(row["gpu_limit_w"]) for row in rows}):
        same = [row for row in rows if int(row["gpu_limit_w"]) == limit_w]
        share = mean(float(row["node_mean_w"]) for row in same) / (8 * 700 + rest_w)
        measured.append((share, mean(float(row["speed"]) for row in same)))
    for point, expected in zip(georgetown.cap_tables["h200_node"].points, [*measured, (1.0, 1.0)], strict=True):
        assert point == pytest.approx(expected, abs=0.002)


def test_shipped_files_are_small() -> None:
    sizes = {file.name: len(file.read_bytes()) for file in FOLDER.iterdir() if file.is_file()}
    assert {"README.md", "scenario.yaml", "half_feed.yaml", "late_boards.yaml"} <= set(sizes)
    assert sum(sizes.values()) < 150_000


def test_half_the_feed_is_half_the_feed(georgetown: Scenario) -> None:
    half = read_scenario(str(FOLDER / "half_feed.yaml")).scenario
    assert half.feeds["test_floor"].limit_w == georgetown.feeds["test_floor"].limit_w / 2
    assert half.work_centers == georgetown.work_centers


def test_trays_can_be_built_in_texas_or_brought_from_mexico_and_taiwan() -> None:
    """Built here the parts pay their own duties; brought, the tray pays Section 232's, nine tenths exempt."""
    plant = read_scenario(str(FOLDER / "prebuilt_trays.yaml")).scenario
    sites = makers(plant, "compute_tray")
    costs = {site: landed_cost(plant, "compute_tray", "georgetown", site) for site in sites}
    layers = {site: cost.by_layer() for site, cost in costs.items()}

    assert sites == ("georgetown", "mexico_trays", "taiwan_trays")
    assert layers["georgetown"]["labor"] > layers["taiwan_trays"]["labor"] > layers["mexico_trays"]["labor"]
    for site in sites[1:]:
        assert layers[site]["duty"] == pytest.approx(0.25 * 0.1 * 133_400, rel=0.01)
    assert layers["georgetown"]["duty"] > layers["mexico_trays"]["duty"]


def test_where_to_build_compares_three_plants_and_duty_outweighs_assembly() -> None:
    """The facts: 15-25 % on a US$3.1 M rack is tens of times what assembly and test cost; data centres are exempt."""
    file = read_scenario(str(FOLDER / "where_to_build.yaml"))
    plant = file.scenario
    assert file.oddities == ()
    assert plant.network is not None
    assert makers(plant, "gb200_nvl72") == ("georgetown", "juarez", "taoyuan")

    def cost(site: str, scenario: Scenario = plant, date: dt.date | None = None) -> dict[str, float]:
        return landed_cost(scenario, "gb200_nvl72", "dallas", site, date).by_layer()

    sites = {name: site.model_copy(update={"end_uses": {}}) for name, site in plant.network.sites.items()}
    taxed = plant.model_copy(update={"network": plant.network.model_copy(update={"sites": sites})})
    due = cost("taoyuan", taxed)
    assert cost("georgetown")["labor"] > cost("taoyuan")["labor"]
    assert due["duty"] > 20 * (due["labor"] + due["overhead"] + due["conversion"])
    assert due["duty"] == pytest.approx(0.25 * 2_888_000, rel=0.02)
    assert cost("taoyuan", taxed, dt.date(2025, 6, 1))["duty"] == 0.0
