"""Whether the shipped plant can do its work: expected loads by arithmetic, before any simulation."""

from __future__ import annotations

import pytest

from racktwin.model import Scenario
from racktwin.scenario import read_scenario

from .loads import Loads, loads, offered_s, present_s


@pytest.fixture(scope="module")
def georgetown() -> Scenario:
    return read_scenario("georgetown").scenario


@pytest.fixture(scope="module")
def load(georgetown: Scenario) -> Loads:
    return loads(georgetown)


def _utilization(plant: Scenario, load: Loads, work_center: str) -> float:
    return load.busy_s[work_center] / offered_s(plant, work_center)


def test_serial_numbers_a_year(load: Loads) -> None:
    assert 10_000 < 52 * sum(load.made.values()) < 15_000


def test_headcount_is_that_of_the_commitment(georgetown: Scenario) -> None:
    heads = sum(crew.headcount for group in georgetown.operator_groups.values() for crew in group.crews)
    assert 100 <= heads <= 140


def test_no_work_center_is_overloaded(georgetown: Scenario, load: Loads) -> None:
    for name in georgetown.work_centers:
        assert 0.0 < _utilization(georgetown, load, name) < 0.85, name


def test_people_have_time_to_spare(georgetown: Scenario, load: Loads) -> None:
    for name, group in georgetown.operator_groups.items():
        utilization = sum(load.labour_s[skill] for skill in group.skills) / present_s(georgetown, name)
        assert 0.2 < utilization < 0.8, name


def test_burn_in_bays_and_the_test_floor_are_the_tightest(georgetown: Scenario, load: Loads) -> None:
    feed = load.reserved_w["test_floor"] / georgetown.feeds["test_floor"].limit_w
    bays = {name: _utilization(georgetown, load, name) for name in georgetown.work_centers}
    assert 0.8 < feed < 0.92
    assert max(bays, key=lambda name: bays[name]) in ("burn_in_bay", "air_burn_in_bay")
    assert bays["burn_in_bay"] == pytest.approx(feed, abs=0.1)
    others = [load.reserved_w[name] / limit.limit_w for name, limit in georgetown.feeds.items() if name != "test_floor"]
    assert max(others) < feed


def test_half_the_feed_cannot_carry_the_orders(georgetown: Scenario, load: Loads) -> None:
    half = read_scenario("georgetown", ["feeds.test_floor.limit*=0.5"]).scenario
    assert load.reserved_w["test_floor"] > 1.5 * half.feeds["test_floor"].limit_w


def test_first_pass_yields_are_those_aimed_at(load: Loads) -> None:
    def first_pass_yield(part: str, *tests: str) -> float:
        share = 1.0
        for test in tests:
            share *= 1.0 - load.p_fail[part, test]
        return share

    assert first_pass_yield("compute_tray", "tray_l10_test") == pytest.approx(0.92, abs=0.03)
    rack = first_pass_yield("gb200_nvl72", "rack_leak_test", "rack_bring_up", "rack_burn_in", "cluster_test")
    assert 0.55 < rack < 0.75


def test_a_longer_burn_in_lets_fewer_latent_defects_escape(load: Loads) -> None:
    change = ["routings.gb200_nvl72.operations.rack_burn_in.phases.soak.duration*=2"]
    longer = loads(read_scenario("georgetown", change).scenario)
    assert longer.escapes["gb200_nvl72"] < 0.85 * load.escapes["gb200_nvl72"]
    assert longer.draw_w["burn_in_busway"] > 1.8 * load.draw_w["burn_in_busway"]
