"""The closed forms themselves, against published numbers and each other."""

from __future__ import annotations

import math

import pytest

from . import oracles


@pytest.mark.parametrize(
    ("servers", "offered_load", "p_wait"),
    [(1, 0.5, 0.5), (2, 1.0, 1 / 3), (4, 3.2, 0.5964), (10, 8.0, 0.4092), (4, 3.0, 0.5094)],
)
def test_erlang_c_matches_published_tables(servers: int, offered_load: float, p_wait: float) -> None:
    assert oracles.erlang_c(servers, offered_load) == pytest.approx(p_wait, abs=5e-5)


def test_mm1_waits_nine_services_at_ninety_percent_load() -> None:
    assert oracles.mmc_wait_s(0.9, 1.0, 1) == pytest.approx(9.0)
    assert oracles.mg1_wait_s(0.9, 1.0, 1.0) == pytest.approx(9.0)


def test_fixed_service_halves_the_wait() -> None:
    assert oracles.mg1_wait_s(0.8, 1.0, 0.0) == pytest.approx(oracles.mmc_wait_s(0.8, 1.0, 1) / 2)


def test_gim1_with_cv_one_is_mm1() -> None:
    assert oracles.gim1_wait_s(1.25, 1.0, 1.0) == pytest.approx(oracles.mmc_wait_s(0.8, 1.0, 1))


def test_gim1_erlang_two_solves_its_quadratic() -> None:
    """E2/M/1 at load 1/2: σ (2 − σ)² = 1."""
    sigma = (3.0 - math.sqrt(5.0)) / 2.0
    assert sigma * (2.0 - sigma) ** 2 == pytest.approx(1.0)
    assert oracles.gim1_wait_s(2.0, math.sqrt(0.5), 1.0) == pytest.approx(sigma / (1.0 - sigma))


@pytest.mark.parametrize("cv", [0.3, 0.5, 1.0, 2.0])
def test_kingman_bounds_gim1(cv: float) -> None:
    assert oracles.gim1_wait_s(1.25, cv, 1.0) < oracles.kingman_bound_s(1.25, cv, 1.0, 1.0)


def test_priorities_conserve_work() -> None:
    """Kleinrock's conservation law: Σ ρᵢ Wᵢ is that of the queue without priorities."""
    first, second = oracles.CustomerClass(0.2, 1.0, 1.0), oracles.CustomerClass(0.2, 2.0, 1.0)
    waits = oracles.priority_waits_s([first, second])
    swapped = oracles.priority_waits_s([second, first])
    assert 0.2 * waits[0] + 0.4 * waits[1] == pytest.approx(0.2 * swapped[1] + 0.4 * swapped[0])
    assert waits[0] < waits[1]
    assert oracles.priority_waits_s([oracles.CustomerClass(0.8, 1.0, 1.0)]) == pytest.approx([4.0])


def test_breakdowns_that_never_come_leave_mm1() -> None:
    assert oracles.breakdown_wait_s(0.8, 1.0, 1e12, 1.0) == pytest.approx(4.0)
    assert oracles.breakdown_wait_s(0.8, 1.0, 10.0, 1.0) > 4.0


def test_batches_of_one_are_mm1() -> None:
    assert oracles.batch_wait_s(0.8, 1, 1.0) == pytest.approx(4.0)


def test_repairman_with_a_repairer_each_is_independent_machines() -> None:
    assert oracles.repairman_mean_down(5, 5, 6.0, 1.0) == pytest.approx(5 / 7)
    assert oracles.repairman_mean_down(5, 2, 6.0, 1.0) > 5 / 7
    assert oracles.repairman_mean_down(1, 1, 9.0, 1.0) == pytest.approx(1 - oracles.availability(9.0, 1.0))


@pytest.mark.parametrize("circulating", [1, 2, 5])
def test_balanced_closed_line(circulating: int) -> None:
    assert oracles.closed_network_throughput_per_s([1.0, 1.0], circulating) == pytest.approx(
        circulating / (circulating + 1)
    )


def test_rework_without_failures_is_mm1() -> None:
    assert oracles.rework_cycle_s(0.8, 1.0, 1.0, 0.0) == pytest.approx(5.0)


def test_fork_join_lies_between_one_server_and_two_independent_ones() -> None:
    assert 5.0 < oracles.fork_join_cycle_s(0.8, 1.0) < 7.5
    assert oracles.fork_join_cycle_s(1e-9, 1.0) == pytest.approx(1.5)


@pytest.mark.parametrize("places", [0, 1, 4])
def test_two_machines_form_a_birth_and_death_chain(places: int) -> None:
    """Buzacott: balanced 1 − 1/(b + 3); else from the geometric distribution over b + 3 states."""
    assert oracles.line_throughput_per_s([1.0, 1.0], [places]) == pytest.approx((places + 2) / (places + 3))
    ratio = 1.25
    empty = (1 - ratio) / (1 - ratio ** (places + 3))
    assert oracles.line_throughput_per_s([0.8, 1.0], [places]) == pytest.approx(1 - empty)


def test_three_machines_without_buffers_match_hunt() -> None:
    """Hunt 1956: a balanced line of three exponential machines without places makes 22/39 of one machine's rate."""
    assert oracles.line_throughput_per_s([1.0, 1.0, 1.0], [0, 0]) == pytest.approx(22 / 39)


def test_a_line_runs_as_fast_backwards() -> None:
    """Reversibility (Yamazaki & Sakasegawa 1975)."""
    forwards = oracles.line_throughput_per_s([1.0, 1.3, 0.7], [1, 2])
    assert oracles.line_throughput_per_s([0.7, 1.3, 1.0], [2, 1]) == pytest.approx(forwards)


def test_weibull_with_shape_one_is_exponential() -> None:
    assert oracles.weibull_survival(2.0, 1.0, 1.0) == pytest.approx(math.exp(-2))


def test_room_for_all_is_mmc_and_room_for_one_is_erlang_b() -> None:
    assert oracles.mmck_throughput_per_s(0.8, 1.0, 1, 400) == pytest.approx(0.8)
    assert oracles.mmck_throughput_per_s(1.0, 1.0, 1, 1) == pytest.approx(0.5)
    assert oracles.mmck_throughput_per_s(3.0, 1.0, 4, 4) == pytest.approx(3.0 * (1.0 - 0.2061), abs=2e-4)


def test_a_batch_server_of_one_is_mm1() -> None:
    assert oracles.batch_server_wait_s(0.5, 1, 1.0) == pytest.approx(oracles.mmc_wait_s(0.5, 1.0, 1))


def test_a_batch_server_that_is_never_busy_waits_for_its_partners() -> None:
    assert oracles.batch_server_wait_s(1e-3, 4, 1e-6) == pytest.approx(1.5e3, rel=1e-3)


def test_the_curve_of_wright_halves_its_doublings() -> None:
    assert oracles.learning_mean_s(10.0, 0.8, 1) == pytest.approx(10.0)
    assert oracles.learning_mean_s(10.0, 0.8, 2) == pytest.approx(9.0)


def test_a_route_without_returns_is_a_chain_of_queues() -> None:
    cycle_s = oracles.reentrant_cycle_s(["a", "b"], {"a": 0.5, "b": 0.5}, {"a": 1.0, "b": 1.0}, {"a": 1, "b": 1})
    assert cycle_s == pytest.approx(4.0)
