"""The cheapest plant, against enumeration of every setting."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from racktwin.errors import RacktwinError
from racktwin.plan.capacity import Lever, Plant, Requirement, frontier, judge, next_steps, plan_capacity, read_lever
from racktwin.plan.capacity.plant import Setting
from tests.plan.queue import queue

_FLOOR = Requirement("throughput", 10.0, 0.2)


class Model:
    """A plant whose true performance is known; replications add common and own noise."""

    def __init__(self, truth: Callable[[Setting], dict[str, float]], noise: float = 0.5) -> None:
        self.truth, self.noise = truth, noise

    def value(self, setting: Setting, kpi: str, replication: int) -> float:
        common = np.random.default_rng([7, replication]).normal()
        own = np.random.default_rng([8, replication, *setting]).normal()
        return self.truth(setting)[kpi] + self.noise * (0.8 * common + 0.6 * own)


def _erlang_c_on_time(servers: int, load: float, patience: float) -> float:
    """P(wait ≤ patience) of M/M/c, service rate 1 (Gross and Harris, Fundamentals of Queueing Theory)."""
    if servers <= load:
        return 0.0
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return 1.0 - last / (sum(terms) + last) * math.exp(-(servers - load) * patience)


def _levers(*counts_and_costs: tuple[int, float]) -> list[Lever]:
    return [
        Lever(f"l{n}", tuple(str(k) for k in range(count)), tuple(cost * k for k in range(count)))
        for n, (count, cost) in enumerate(counts_and_costs)
    ]


def _bottleneck(setting: Setting) -> dict[str, float]:
    rates = (3.0 * (1 + setting[0]), 2.4 * (1 + setting[1]), 6.0 + 1.5 * setting[2])
    return {"throughput": min(rates)}


CASES: dict[str, tuple[list[Lever], list[Requirement], Callable[[Setting], dict[str, float]], float]] = {
    "the slowest of three stages": (_levers((5, 50.0), (6, 30.0), (5, 20.0)), [_FLOOR], _bottleneck, 0.5),
    "substitutes": (
        _levers((6, 7.0), (6, 4.0)),
        [_FLOOR],
        lambda s: {"throughput": 4.0 + 2.1 * s[0] + 1.1 * s[1]},
        0.3,
    ),
    "cells of a queue, on time": (
        _levers(
            (12, 10.0),
        ),
        [Requirement("on_time_share", 0.9, 0.02)],
        lambda s: {"on_time_share": _erlang_c_on_time(s[0] + 1, 4.3, 0.5)},
        0.05,
    ),
    "two queues and a rate": (
        _levers((6, 9.0), (6, 5.0)),
        [Requirement("on_time_share", 0.85, 0.02), Requirement("throughput", 4.0, 0.2)],
        lambda s: {
            "on_time_share": _erlang_c_on_time(s[0] + 2, 3.1, 0.6) * _erlang_c_on_time(s[1] + 2, 2.2, 0.6),
            "throughput": min(s[0] + 2.0, 1.3 * (s[1] + 2.0)),
        },
        0.04,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_optimum_is_that_of_enumeration(name: str) -> None:
    levers, requirements, truth, noise = CASES[name]

    def cost(setting: Setting) -> float:
        return sum(lever.cost_usd_per_year[level] for lever, level in zip(levers, setting, strict=True))

    keeping = [
        setting
        for setting in product(*(range(len(lever.values)) for lever in levers))
        if all(truth(setting)[one.kpi] >= one.bound for one in requirements)
    ]
    found = plan_capacity(levers, requirements, Model(truth, noise), judgements=80)

    assert found.is_decided
    assert found.best is not None
    assert found.cost_usd_per_year(found.best) == min(map(cost, keeping))
    assert found.best in keeping
    assert found.contradictions == ()


def test_the_optimum_of_a_simulated_plant_is_that_of_enumeration(tmp_path: Path) -> None:
    """Every setting of two levers, thirty replications each; the requirements lie between the settings' means."""
    texts = ("work_centers.cell.work_units=1..3 @ 40000", "work_centers.bench.work_units=1..2 @ 9000")
    levers = [read_lever(text) for text in texts]
    plant = Plant(queue(tmp_path).document, levers)
    requirements = [Requirement("on_time_share", 0.8, 0.02), Requirement("throughput", 160.0, 2.0)]
    means = {
        setting: [np.mean([plant.value(setting, one.kpi, r) for r in range(30)]) for one in requirements]
        for setting in product(range(3), range(2))
    }
    keeping = [s for s, both in means.items() if both[0] >= 0.8 and both[1] >= 160.0]

    found = plan_capacity(levers, requirements, plant)

    assert 0 < len(keeping) < len(means)
    assert found.best == min(keeping, key=found.cost_usd_per_year)


def test_no_setting_is_enough() -> None:
    found = plan_capacity(_levers((3, 1.0)), [_FLOOR], Model(lambda s: {"throughput": 1.0 + s[0]}))

    assert (found.best, found.is_decided) == (None, True)
    assert len(found.judged) == 1


def test_judgements_run_out() -> None:
    found = plan_capacity(_levers((5, 50.0), (6, 30.0), (5, 20.0)), [_FLOOR], Model(_bottleneck), judgements=4)

    assert not found.is_decided
    assert len(found.judged) <= 4


def test_judgements_are_wrong_no_more_often_than_promised() -> None:
    """Three hundred tests at a distance of exactly the tolerance, at 10 %: a binomial bound of five in a thousand."""
    wrong = 0
    for seed in range(300):
        random = np.random.default_rng([3, seed])
        values = random.normal(10.0 - 0.5, 1.0, 2000)
        wrong += judge([Requirement("x", 10.0, 0.5)], lambda r: [values[r]], p_wrong=0.1, at_most=2000).kept is True  # noqa: B023

    assert wrong <= 44


def test_a_kpi_without_a_value_is_not_kept() -> None:
    assert judge([_FLOOR], lambda r: [math.nan], p_wrong=0.05).kept is False


def test_the_frontier_has_nothing_cheaper_with_more() -> None:
    levers = _levers((5, 50.0), (6, 30.0), (5, 20.0))
    settings = list(product(range(5), range(6), range(5)))

    rows = frontier(levers, settings, Model(_bottleneck, 0.0), "throughput", 2)

    on = [row for row in rows if row.is_frontier]
    for row in rows:
        better = [o for o in rows if o.cost_usd_per_year <= row.cost_usd_per_year and o.mean > row.mean + 1e-12]
        assert row.is_frontier == (not better and row == next(r for r in on if r.mean == row.mean))


def test_what_binds_next_is_the_slowest_stage() -> None:
    steps = next_steps(_levers((5, 50.0), (6, 30.0), (5, 20.0)), (3, 3, 3), Model(_bottleneck, 0.3), "throughput", 20)

    assert steps[0].lever.path == "l1"
    assert steps[0].is_sure
    assert steps[0].gain == pytest.approx(0.9, abs=0.3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a=1..3", "has no cost"),
        ("a=1..3 @ much", "is no cost"),
        ("a=1 kW..3 kW @ 5", "has no levels"),
        ("a=x,y @ 5", "is no number to cost by"),
        ("a=1,2,3 @ 5,4,3", "must not cost less"),
        ("a=1,2,3 @ 5,6", "3 levels and 2 costs"),
        ("a @ 5", "varies nothing"),
        ("a=3..1 @ 5", "is no range"),
    ],
)
def test_a_lever_that_means_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(RacktwinError, match=message):
        read_lever(text)


def test_a_lever_is_read_as_written() -> None:
    assert read_lever("feeds.f.limit=600 kW..800 kW:3 @ 150").cost_usd_per_year == (90e3, 105e3, 120e3)
    assert read_lever("calendars.c=day,two @ 0, 1e5").values == ("day", "two")
