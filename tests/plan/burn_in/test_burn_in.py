"""Burn-in: closed forms, independent draws, the simulator, and what is said when the answer is not robust."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.errors import RacktwinError
from racktwin.plan.burn_in import (
    Course,
    Prices,
    Product,
    Test,
    Weakness,
    best_choice,
    cost_of,
    coverage_worth,
    expected_cost,
    exponential_optimum_h,
    fail_fast_order,
    product_of,
    robustness,
)
from racktwin.plan.burn_in.cost import fate_of
from racktwin.plan.burn_in.from_scenario import ranges_of
from racktwin.plan.burn_in.study import break_even_usd
from racktwin.plan.sweep.variant import Task, simulate
from racktwin.scenario import read_scenario
from tests.cli.command import racktwin

_FREE = Prices(0.0, 0.0, 40.0, 0.0, 0.0, 30_000.0, 1e9, 1.0)


def _product(shape: float = 1.0, scale_h: float = 100.0, count: float = 0.5, **changes: object) -> Product:
    course = Course((0.0,), (1.0,), 0)
    base = Product(
        "rack", 1e6, 100.0, 48.0, 1.0, 0.0, 0.0, 0.0, ((0.5, 0.7),), (Weakness("weak", count, shape, scale_h, course),)
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_the_optimum_is_the_closed_form_of_an_exponential_law() -> None:
    """Cost c·h + λ·K·exp(−h/η): repairs are free, and a repeated soak costs nothing since none is repeated."""
    hours = exponential_optimum_h(0.5, 100.0, 40.0, 30_000.0)

    def closed(at: float) -> float:
        return 40.0 * at + 0.5 * 30_000.0 * math.exp(-at / 100.0)

    assert hours == pytest.approx(100.0 * math.log(0.5 * 30_000.0 / 4000.0))
    assert closed(hours) < min(closed(hours - 1.0), closed(hours + 1.0))
    rare = _product(count=1e-6)  # then nothing is repeated, and the cost is the closed form
    prices = replace(_FREE, field_failure_usd=30_000.0 * 0.5e6)
    assert best_choice(rare, prices).soak_h == pytest.approx(hours, abs=0.05)
    assert cost_of(rare, prices, hours).total == pytest.approx(closed(hours), rel=1e-4)


def test_no_soak_where_none_pays() -> None:
    assert exponential_optimum_h(0.5, 100.0, 40.0, 1000.0) == 0.0
    assert best_choice(_product(), replace(_FREE, field_failure_usd=1000.0)).soak_h == 0.0


def test_the_optimum_is_that_of_a_fine_grid_for_a_falling_hazard() -> None:
    product, prices = _product(0.5, 200.0), Prices(field_failure_usd=200_000.0)
    grid = np.arange(0.0, 1500.0, 0.25)
    costs = [cost_of(product, prices, float(hours)).total for hours in grid]

    best = best_choice(product, prices)

    assert best.cost.total <= min(costs) + 1e-6
    assert best.soak_h == pytest.approx(float(grid[int(np.argmin(costs))]), abs=0.3)


def test_a_cap_is_taken_where_it_is_cheaper_and_its_stress_is_less() -> None:
    """Where kilowatts cost most, 0.5 power for 0.7 speed is a bargain; at equal hours it precipitates less."""
    dear = Prices(0.5, 20_000.0, 0.0, 0.0, 0.0, 50_000.0, 1e6, 1.0)
    product = _product(0.8)

    assert best_choice(product, dear, caps=(1.0, 0.5)).cap == 0.5
    assert (
        best_choice(
            product,
            replace(dear, energy_usd_per_kwh=0.0, power_usd_per_kw_year=0.0, bay_usd_per_h=50.0),
            caps=(1.0, 0.5),
        ).cap
        == 1.0
    )
    assert cost_of(product, dear, 48.0, 0.5).found < cost_of(product, dear, 48.0).found


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    st.floats(0.4, 2.0),
    st.floats(20.0, 300.0),
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 1)), min_size=2, max_size=4),
)
def test_a_defects_fate_is_that_of_twenty_thousand_draws(
    shape: float, scale_h: float, steps: list[tuple[float, float]]
) -> None:
    course = Course(tuple(h for h, _ in steps), tuple(p for _, p in steps), 1)
    found, escaped = fate_of(Weakness("k", 1.0, shape, scale_h, course), 50.0, 500.0)

    random = np.random.default_rng(1)
    at = scale_h * random.weibull(shape, 20_000)
    stress, seen = 0.0, np.zeros(20_000, bool)
    for place, (own_h, p) in enumerate(steps):
        stress += 50.0 if place == 1 else own_h
        seen |= (at <= stress) & (random.random(20_000) < p)
    fails = ~seen & (at <= stress + 500.0)

    assert found == pytest.approx(seen.mean(), abs=0.017)
    assert escaped == pytest.approx(fails.mean(), abs=0.017)


@pytest.mark.slow
def test_georgetowns_escapes_are_those_of_the_simulator() -> None:
    """Latent defects that ship: the line engine's count, against the same of the formula with no years of service."""
    file = read_scenario("georgetown", ["horizon=30 wk", "warm_up=10 wk"])
    kpis = simulate(Task(file.document, (), 3, None))["kpis"]
    shipped = {"gb200_nvl72": "rack_burn_in", "hgx_b200_rack": "air_burn_in"}
    latent = 0.0
    for part, operation in shipped.items():
        product = product_of(file.scenario, part, operation)
        all_of_them = sum(one.count for one in product.weaknesses)
        soak = product.soak_h * product.stress_per_h
        turned = [one.count * sum(fate_of(one, soak, 1e12)) for one in product.weaknesses]
        patent_or_found = [one.count * sum(fate_of(one, soak, 0.0)) for one in product.weaknesses]
        assert sum(turned) == pytest.approx(all_of_them)
        latent += (all_of_them - sum(patent_or_found)) * (8.75 if part == "gb200_nvl72" else 8.0) / 16.75

    assert np.mean(kpis["latent_escapes"]) == pytest.approx(latent, rel=0.2)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.floats(1, 100), st.floats(0.0, 0.9)), min_size=2, max_size=5))
def test_fail_fast_is_the_cheapest_of_all_orders(rows: list[tuple[float, float]]) -> None:
    tests = [Test(str(number), cost, p) for number, (cost, p) in enumerate(rows)]

    assert expected_cost(fail_fast_order(tests)) == pytest.approx(min(map(expected_cost, permutations(tests))))


def test_coverage_is_worth_what_it_keeps_from_the_field() -> None:
    product = _product(weaknesses=(Weakness("k", 0.5, 1.0, 100.0, Course((0.0,), (0.8,), 0)),))

    ((_, usd),) = coverage_worth(product, _FREE, 48.0)

    turned = 1.0 - math.exp(-0.48)
    saved, repeated = 0.01 * 0.5 * turned * 30_000.0, 0.01 * 0.5 * turned * 48.0 * 40.0
    assert usd == pytest.approx(saved - repeated)


def test_a_law_that_is_known_is_robust_and_one_that_is_not_is_said_to_be_none() -> None:
    product, prices = _product(0.8), replace(_FREE, field_failure_usd=50_000.0)
    chosen = best_choice(product, prices)

    sure = robustness(product, prices, chosen, {"weak": ((0.8, 0.8001), (99.9, 100.1))}, draws=16)
    unsure = robustness(product, prices, chosen, {"weak": ((0.3, 1.5), (10.0, 2000.0))}, draws=16)

    assert sure.is_robust
    assert sure.worst_regret < 0.01
    assert not unsure.is_robust
    assert unsure.low_h < chosen.soak_h < unsure.high_h
    assert unsure.steadier_regret <= unsure.worst_regret


def test_ranges_are_those_of_the_scenario_and_without_any_nothing_is_called_robust() -> None:
    ranges = ranges_of(read_scenario("georgetown").scenario)
    chosen = best_choice(_product(), _FREE)

    assert ranges["gpu_early_life"] == ((0.3, 0.9), (50.0, 1000.0))
    assert ranges["seal_early_life"][1] == (60.0, 400.0)
    assert not robustness(_product(), _FREE, chosen, {}, draws=4).is_robust


def test_the_break_even_is_where_the_soak_begins_to_pay() -> None:
    """At h = 0 an exponential law saves λ·K/η an hour against c (1 + what is repeated)."""
    product = _product(count=1e-3)

    assert break_even_usd(product, _FREE) == pytest.approx(40.0 * 100.0 / 1e-3, rel=0.02)


@pytest.mark.parametrize(
    ("part", "operation", "message"),
    [
        ("rocket", "rack_burn_in", "is not made here"),
        ("gb200_board", "rack_burn_in", "is not made here"),
        ("gb200_nvl72", "burn", "has no operation 'burn'"),
        ("gb200_nvl72", "pack_out", "no phase under stress"),
    ],
)
def test_what_cannot_soak_is_refused(part: str, operation: str, message: str) -> None:
    with pytest.raises(RacktwinError, match=message):
        product_of(read_scenario("georgetown").scenario, part, operation)


def test_the_command_says_what_it_costs_and_how_sure_it_is(tmp_path: Path) -> None:
    command = ("plan", "burn-in", "georgetown", "gb200_nvl72", "rack_burn_in", "--field-failure", "200000")

    answer = racktwin(*command, "--replay", "0", "--out", str(tmp_path / "plan"), "--json")

    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["best"]["cost"]["total"] <= found["now"]["cost"]["total"]
    assert found["robust"]["is_robust"] == (not any("NOT ROBUST" in line for line in found["cautions"]))
    assert "How far to trust it" in (tmp_path / "plan" / "report.html").read_text()
    assert racktwin(*command[:3], "rocket", "soak", "--out", str(tmp_path / "x")).returncode == 2
