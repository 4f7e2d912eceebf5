"""Why there is no schedule: the set is irreducible by brute force, and its remedies are enough and least."""

from __future__ import annotations

from dataclasses import replace

import pytest

from racktwin.plan.schedule.conflict import Conflict, Remedy, Rule, explain
from racktwin.plan.schedule.problem import Activity, Material, Mode, Order, Precedence, Problem, Resource, Use
from racktwin.plan.schedule.solve import Limits, solve


def _one(name: str, ticks: int, *uses: Use) -> Activity:
    return Activity(name, (Mode("m", (ticks,), ((),), uses),), (None,), (True,))


def _due(number: int, due: int) -> Order:
    return Order(f"o{number}", (number,), due, 1, True)


_ANY = Limits(4.0, 1, gap=1.0)
"""Any schedule will do."""

_KW, _CELL = Resource("feed", 100, "power"), Resource("cell", 1, "cells")
_TWO = (_one("a", 10, Use(0, 60)), _one("b", 10, Use(0, 60)))

CASES: dict[str, tuple[Problem, set[Rule]]] = {
    "two orders and one feed": (
        Problem(50, (_KW,), _TWO, orders=(_due(0, 15), _due(1, 15))),
        {Rule("resource", 0), Rule("due", 0), Rule("due", 1)},
    ),
    "material after the due date": (
        Problem(50, (_KW,), _TWO, orders=(_due(0, 15),), materials=(Material("boards", (0,), 8),)),
        {Rule("material", 0), Rule("due", 0)},
    ),
    "a horizon too short": (Problem(19, (_KW,), _TWO), {Rule("resource", 0), Rule("horizon")}),
    "a horizon too short for one": (Problem(8, (_KW,), _TWO[:1]), {Rule("horizon")}),
    "a due date no route can keep": (
        Problem(50, (_KW,), _TWO, (Precedence(0, 1),), orders=(_due(1, 18),)),
        {Rule("due", 0)},
    ),
    "one cell for three": (
        Problem(
            60, (_CELL,), tuple(_one(n, 10, Use(0, 1)) for n in "abc"), orders=(_due(0, 20), _due(1, 20), _due(2, 20))
        ),
        {Rule("resource", 0), Rule("due", 0), Rule("due", 1), Rule("due", 2)},
    ),
    "people missing at night": (
        Problem(
            30,
            (Resource("crew", 2, "people", ((0, 20, 1),)),),
            (_one("a", 5, Use(0, 2)),),
            orders=(_due(0, 20),),
        ),
        {Rule("resource", 0), Rule("due", 0)},
    ),
    "a gang that meets too late": (
        Problem(
            50, (_KW,), (_one("a", 5), _one("b", 5)), gangs=((0, 1),), orders=(_due(0, 9),),
            materials=(Material("boards", (1,), 6),),
        ),
        {Rule("material", 0), Rule("due", 0)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_rules_named_are_those_that_contradict_each_other(name: str) -> None:
    problem, rules = CASES[name]

    found = explain(problem, 20.0)

    assert set(found.rules) == rules
    assert found.is_irreducible


@pytest.mark.parametrize("name", CASES)
def test_each_remedy_is_enough_and_one_less_is_not(name: str) -> None:
    problem, _ = CASES[name]

    for remedy in explain(problem, 20.0).remedies:
        if remedy.amount is not None and remedy.is_least:
            assert solve(_mended(problem, remedy, 0), limits=_ANY).schedule is not None
            assert solve(_mended(problem, remedy, -1), limits=_ANY).status == "infeasible"


def _mended(problem: Problem, remedy: Remedy, less: int) -> Problem:
    number, amount = remedy.rule.number, (remedy.amount or 0) + less
    if remedy.rule.kind == "resource":
        resources = list(problem.resources)
        resources[number] = replace(resources[number], capacity=resources[number].capacity + amount)
        return replace(problem, resources=tuple(resources))
    if remedy.rule.kind == "material":
        materials = list(problem.materials)
        materials[number] = replace(materials[number], earliest=materials[number].earliest - amount)
        return replace(problem, materials=tuple(materials))
    if remedy.rule.kind == "due":
        orders = list(problem.orders)
        orders[number] = replace(orders[number], due=(orders[number].due or 0) + amount)
        return replace(problem, orders=tuple(orders))
    return replace(problem, horizon=problem.horizon + amount)


def test_work_too_large_for_a_resource_is_a_misfit() -> None:
    found = explain(Problem(50, (_KW,), (_one("a", 10, Use(0, 130)),)))

    assert [(m.activity, m.resource, m.needed) for m in found.misfits] == [(0, 0, 130)]


def test_a_problem_without_contradiction_is_not_accused() -> None:
    assert explain(Problem(50, (_KW,), _TWO), 5.0) == Conflict()
