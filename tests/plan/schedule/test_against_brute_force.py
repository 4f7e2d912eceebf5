"""The solver against the list of all schedules of tiny problems."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from racktwin.plan.schedule.check import broken_rules
from racktwin.plan.schedule.goals import Measures, Prices, Target, value_of
from racktwin.plan.schedule.greedy import greedy
from racktwin.plan.schedule.problem import Activity, Mode, Order, Placed, Problem, Resource, Use
from racktwin.plan.schedule.solve import Limits, solve

from .brute_force import all_schedules, problems

_QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@_QUICK
@given(problems())
@pytest.mark.parametrize("goal", ["tardiness", "peak"])
def test_the_best_is_the_best_of_all(goal: str, problem: Problem) -> None:
    measures = Measures(peak_of=0)
    values = [value_of(problem, schedule, goal, measures) for schedule in all_schedules(problem)]  # type: ignore[arg-type]

    answer = solve(problem, (Target(((goal, 1),)),), Limits(4.0, 1), measures=measures)  # type: ignore[arg-type]

    if not values:
        assert answer.status == "infeasible"
        return
    assert answer.status == "optimal"
    assert answer.schedule is not None
    assert value_of(problem, answer.schedule, goal, measures) == min(values)  # type: ignore[arg-type]
    assert answer.reached[0].bound <= min(values)


@_QUICK
@given(problems())
def test_a_later_target_never_worsens_an_earlier_one(problem: Problem) -> None:
    first, second = Target((("tardiness", 1),)), Target((("throughput", 1), ("makespan", 2)))
    schedules = list(all_schedules(problem))
    assume(schedules)

    def values(schedule):  # type: ignore[no-untyped-def]
        return tuple(
            sum(weight * value_of(problem, schedule, goal, Measures()) for goal, weight in target.weights)
            for target in (first, second)
        )

    answer = solve(problem, (first, second), Limits(4.0, 1))

    assert answer.status == "optimal"
    assert tuple(one.value for one in answer.reached) == min(map(values, schedules))


@_QUICK
@given(problems())
def test_a_greedy_schedule_breaks_no_rule_but_due_dates(problem: Problem) -> None:
    schedule = greedy(problem, list(range(len(problem.activities))))

    if schedule is not None:
        assert [fault for fault in broken_rules(problem, schedule) if not fault.endswith("is late")] == []


def test_energy_that_the_model_takes_to_be_dearer_is_no_contradiction() -> None:
    """Ticks 0 to 3 cost 10, later ones 1; work from 3 to 5 costs 11, but 20 by the window that it starts in."""
    activity = Activity("a", (Mode("m", (2,), ((Use(0, 1),),)),), (None,), (True,))
    problem = Problem(5, (Resource("power", 1, "power"),), (activity,), orders=(Order("o", (0,)),))
    targets = (Target((("energy_cost", 1),)), Target((("makespan", 1),)))
    measures = Measures(prices=Prices(0, 4, (10, 1)))

    answer = solve(problem, targets, Limits(2.0, 1), measures=measures, fixed={0: Placed(0, (3,), (5,))})

    assert [one.value for one in answer.reached] == [11, 5]
    assert answer.reached[0].bound == 2
