"""The checker must be able to fail: each rule broken on purpose is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from racktwin.plan.schedule.check import broken_rules
from racktwin.plan.schedule.problem import Activity, Material, Mode, Order, Placed, Precedence, Problem, Resource, Use

_PAUSED = Activity("wire", (Mode("m", (4,), ((Use(1, 2),),), (Use(0, 1),)),), (0,), (True,))
_TWO = Activity("test", (Mode("m", (2, 3), ((), (Use(2, 60),)), (Use(0, 1),)),), (None, None), (True, False))
_SOAK = Activity("soak", (Mode("m", (3,), ((Use(2, 60),),), ()),), (None,), (True,), opens=0)
PROBLEM = Problem(
    40,
    (Resource("bench", 1, "cells"), Resource("crew", 2, "people"), Resource("feed", 100, "power", ((20, 25, 50),))),
    (_PAUSED, _TWO, _SOAK, _SOAK),
    (Precedence(0, 1, 1),),
    (((6, 10),),),
    ((2, 3),),
    (Order("order", (1,), 20, 2, True),),
    (Material("boards", (0,), 3),),
)
GOOD = (
    Placed(0, (3,), (11,)),
    Placed(0, (12, 14), (14, 17)),
    Placed(0, (30,), (33,)),
    Placed(0, (30,), (33,)),
)
_LONE = replace(PROBLEM, gangs=())


def test_a_good_schedule_breaks_nothing_but_the_feed_that_two_soaks_share() -> None:
    assert broken_rules(PROBLEM, GOOD) == ["feed at 30: 120 of 100"]
    assert broken_rules(_LONE, (*GOOD[:3], Placed(0, (34,), (37,)))) == []


@pytest.mark.parametrize(
    ("index", "placed", "fault"),
    [
        (0, Placed(0, (3,), (7,)), "is not 4 ticks of work"),
        (0, Placed(0, (7,), (14,)), "begins while closed"),
        (0, Placed(0, (1,), (5,)), "before boards is there"),
        (1, Placed(0, (11, 13), (13, 16)), "before wire allows"),
        (1, Placed(0, (12, 15), (14, 18)), "waits, which it must not"),
        (1, Placed(0, (12, 13), (14, 16)), "before the phase before it ends"),
        (1, Placed(0, (17, 19), (19, 22)), "order is late"),
        (1, Placed(0, (10, 12), (12, 15)), "bench at 10"),
        (2, Placed(0, (7,), (10,)), "begins while closed"),
        (2, Placed(0, (38,), (41,)), "outside the horizon"),
        (2, Placed(0, (22,), (25,)), "feed at 22: 60 of 50"),
    ],
)
def test_what_is_broken_is_named(index: int, placed: Placed, fault: str) -> None:
    schedule = [*GOOD[:3], Placed(0, (34,), (37,))]
    schedule[index] = placed

    assert any(fault in found for found in broken_rules(_LONE, tuple(schedule)))


def test_a_gang_apart_is_named() -> None:
    assert any("not together" in fault for fault in broken_rules(PROBLEM, (*GOOD[:3], Placed(0, (34,), (37,)))))


def test_a_schedule_of_another_problem_is_refused() -> None:
    assert broken_rules(PROBLEM, GOOD[:2]) == ["2 places for 4 activities"]
