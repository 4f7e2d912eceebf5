"""The tabu search of flexible job shops: never a circle, never below the optimum, and the optimum on small shops."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

from racktwin.plan.schedule.check import broken_rules
from racktwin.plan.schedule.greedy import greedy
from racktwin.plan.schedule.instances import read_flexible_job_shop, read_psplib
from racktwin.plan.schedule.problem import Activity, Material, Mode, Order, Precedence, Problem, Resource, Use, makespan
from racktwin.plan.schedule.shop import go_on, is_shop, tabu
from racktwin.plan.schedule.shop_tables import shop_of

_FOLDER = Path(__file__).parent / "instances"


def _shop(seed: int, routes: int = 3, length: int = 2, machines: int = 2) -> Problem:
    random = np.random.default_rng(seed)
    activities: list[Activity] = []
    precedences: list[Precedence] = []
    for _ in range(routes):
        for step in range(length):
            able = [m for m in range(machines) if random.random() < 0.7] or [int(random.integers(machines))]
            modes = [Mode(f"m{m}", (int(random.integers(1, 9)),), ((),), (Use(m, 1),)) for m in able]
            if step:
                precedences.append(Precedence(len(activities) - 1, len(activities)))
            activities.append(Activity(f"a{len(activities)}", tuple(modes), (None,), (True,)))
    resources = tuple(Resource(f"m{m}", 1, "cells") for m in range(machines))
    horizon = sum(max(mode.ticks[0] for mode in activity.modes) for activity in activities)
    order = Order("all", tuple(range(len(activities))))
    return Problem(horizon, resources, tuple(activities), tuple(precedences), orders=(order,))


def _optimum(problem: Problem) -> int:
    """By trying every machine for every step, and every sequence of the steps that their routes allow."""
    n = len(problem.activities)
    before = {link.after: link.before for link in problem.precedences}
    sequences = [
        order for order in permutations(range(n)) if all(order.index(b) < order.index(a) for a, b in before.items())
    ]
    least = problem.horizon
    for modes in product(*(activity.modes for activity in problem.activities)):
        for order in sequences:
            free, ends = [0] * len(problem.resources), [0] * n
            for a in order:
                machine = modes[a].held[0].resource
                start = max(free[machine], ends[before[a]] if a in before else 0)
                free[machine] = ends[a] = start + modes[a].ticks[0]
            least = min(least, max(ends))
    return least


@pytest.mark.parametrize("seed", range(4))
def test_small_shops_come_to_their_optimum(seed: int) -> None:
    problem = _shop(seed)
    start = greedy(problem, [float(-n) for n in range(6)])
    assert start is not None
    shop = shop_of(problem, start, 0, seed)

    go_on(shop, 400)

    assert broken_rules(problem, shop.schedule()) == []
    assert makespan(shop.schedule()) == _optimum(problem)


@pytest.mark.slow
def test_a_published_shop_comes_to_its_optimum_and_the_same_seed_to_the_same_schedule() -> None:
    problem = read_flexible_job_shop(_FOLDER / "mk01.txt")
    start = greedy(problem, [float(n) for n in range(len(problem.activities))])
    assert start is not None
    first, again = (shop_of(problem, start, 40, 1) for _ in range(2))

    go_on(first, 300)
    go_on(again, 100)
    go_on(again, 200)

    assert broken_rules(problem, first.schedule()) == []
    assert 40 <= makespan(first.schedule()) <= 42 < makespan(start)
    assert first.schedule() == again.schedule()


def test_better_schedules_are_handed_over_until_the_bound() -> None:
    problem = _shop(2)
    start = greedy(problem, [float(-n) for n in range(6)])
    assert start is not None
    kept = [makespan(start)]

    tabu(problem, start, 20.0, _optimum(problem), 1, lambda schedule: kept.append(makespan(schedule)))

    assert kept == sorted(set(kept), reverse=True)
    assert kept[-1] == _optimum(problem)


def test_what_is_no_shop_is_left_to_others() -> None:
    shop = _shop(1)
    waits = replace(shop.activities[0], opens=0)

    assert is_shop(shop)
    assert not is_shop(read_psplib(_FOLDER / "j301_1.sm"))
    assert not is_shop(replace(shop, materials=(Material("part", (0,), 3),)))
    assert not is_shop(replace(shop, resources=(replace(shop.resources[0], capacity=2), shop.resources[1])))
    assert not is_shop(replace(shop, precedences=(*shop.precedences, Precedence(0, 3))))
    assert not is_shop(replace(shop, activities=(waits, *shop.activities[1:]), calendars=(((1, 2),),)))
