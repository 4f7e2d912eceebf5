"""Why there is no schedule: a smallest set of rules that contradict each other, and what would mend each.

A rule is a resource's capacity, a material's date, a hard due date, or the horizon. Each has a slack variable and an
assumption that the slack is zero; the solver names assumptions that suffice for a contradiction, and those that can be
dropped one by one are dropped, so that what is left is irreducible. Then the least slack of each is sought alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ortools.sat.python import cp_model

from .goals import orders_into
from .model import build
from .problem import Mode, Problem

RuleKind = Literal["resource", "material", "due", "horizon"]


@dataclass(frozen=True)
class Rule:
    """One rule of the problem: its kind, and its number among the resources, materials or orders."""

    kind: RuleKind
    number: int = 0


@dataclass(frozen=True)
class Remedy:
    """By how much one rule alone must give way: units of the resource, or ticks. None: no amount of it helps."""

    rule: Rule
    amount: int | None
    is_least: bool


@dataclass(frozen=True)
class Misfit:
    """An activity that no mode of has room for, even alone: it asks ``needed`` of a resource."""

    activity: int
    resource: int
    needed: int


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot all hold, and remedies; or misfits, each a contradiction of its own.

    ``is_irreducible``: without any one of the rules the rest could be kept. Nothing at all means that no contradiction
    was found in the time there was.
    """

    rules: tuple[Rule, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    is_irreducible: bool = False


def explain(problem: Problem, time_s: float = 30.0, workers: int = 1) -> Conflict:
    """Why the problem has no schedule, as well as can be told in ``time_s``."""
    if misfits := tuple(_misfits(problem)):
        return Conflict(misfits=misfits, is_irreducible=True)
    until_s = time.monotonic() + time_s
    relaxed = _Relaxed(problem, workers)
    core = relaxed.core(until_s - time_s / 2.0)
    if core is None:
        return Conflict()
    core, is_irreducible = _shrunk(relaxed, core, until_s - time_s / 3.0)
    remedies = []
    for number, rule in enumerate(core):
        left_s = max(0.5, (until_s - time.monotonic()) / (len(core) - number))
        remedies.append(relaxed.remedy(rule, left_s))
    return Conflict(tuple(core), tuple(remedies), (), is_irreducible)


def _misfits(problem: Problem) -> Iterator[Misfit]:
    """Per activity and resource once: what even its most modest mode asks beyond the capacity."""
    for index, activity in enumerate(problem.activities):
        over = [_over(problem, mode) for mode in activity.modes]
        if all(over):
            resource, needed = min((ask for mode in over for ask in mode), key=lambda ask: (ask[1], ask[0]))
            yield Misfit(index, resource, needed)


def _over(problem: Problem, mode: Mode) -> list[tuple[int, int]]:
    """(resource, needed) of each resource of which the mode asks more at once than there ever is."""
    asked: dict[int, int] = {}
    for uses in mode.uses or ((),):
        at_once: dict[int, int] = {}
        for use in (*uses, *mode.held):
            at_once[use.resource] = at_once.get(use.resource, 0) + use.amount
        for resource, amount in at_once.items():
            asked[resource] = max(asked.get(resource, 0), amount)
    return [(r, amount) for r, amount in asked.items() if amount > problem.resources[r].capacity]


def _shrunk(relaxed: _Relaxed, core: list[Rule], until_s: float) -> tuple[list[Rule], bool]:
    """Drop each rule that the contradiction does not need; whether all were tried in time."""
    kept = list(core)
    for rule in core:
        if time.monotonic() > until_s:
            return kept, False
        without = [other for other in kept if other != rule]
        smaller = relaxed.core(until_s, without) if without else None
        if smaller is not None:
            kept = smaller
    return kept, True


class _Relaxed:
    """The model in which every rule has slack and an assumption that it has none."""

    def __init__(self, problem: Problem, workers: int) -> None:
        self._workers = workers
        model = cp_model.CpModel()
        work = sum(max(sum(mode.ticks) for mode in activity.modes) for activity in problem.activities)
        longer = replace(problem, horizon=2 * problem.horizon + work + 1)
        most = sum(use.amount for activity in problem.activities for use in _all_uses(activity.modes))
        room: dict[int, Any] = {}
        sooner: dict[int, Any] = {}
        later: dict[int, Any] = {}
        self._slack: dict[Rule, Any] = {}
        for number, resource in enumerate(problem.resources):
            slack = self._slack[Rule("resource", number)] = model.new_int_var(0, max(1, most), "")
            room[number] = resource.capacity + slack
        for number, material in enumerate(problem.materials):
            sooner[number] = self._slack[Rule("material", number)] = model.new_int_var(0, material.earliest, "")
        for number, order in enumerate(problem.orders):
            if order.is_hard and order.due is not None:
                later[number] = self._slack[Rule("due", number)] = model.new_int_var(0, longer.horizon, "")
        built = build(longer, model, room, sooner)
        orders_into(built, later)
        horizon = self._slack[Rule("horizon")] = model.new_int_var(0, longer.horizon - problem.horizon, "")
        for index in range(len(problem.activities)):
            model.add(built.variables.end(index) <= problem.horizon + horizon)
        self._model = model
        self._kept = {rule: model.new_bool_var("") for rule in self._slack}
        for rule, literal in self._kept.items():
            model.add(self._slack[rule] == 0).only_enforce_if(literal)

    def core(self, until_s: float, rules: Sequence[Rule] | None = None) -> list[Rule] | None:
        """Of ``rules`` (all), some that contradict each other; None if they do not, or that could not be told."""
        assumed = [self._kept[rule] for rule in (self._kept if rules is None else rules)]
        self._model.clear_objective()  # type: ignore[no-untyped-call]
        self._model.clear_assumptions()
        self._model.add_assumptions(assumed)
        solver = self._solver(max(0.5, until_s - time.monotonic()))
        if solver.solve(self._model) != cp_model.INFEASIBLE:
            return None
        named = set(solver.sufficient_assumptions_for_infeasibility())
        found = [rule for rule, literal in self._kept.items() if literal.index in named]
        return found or list(self._kept if rules is None else rules)

    def remedy(self, rule: Rule, time_s: float) -> Remedy:
        """The least slack of one rule with which all others can be kept."""
        self._model.clear_assumptions()
        self._model.add_assumptions([literal for other, literal in self._kept.items() if other != rule])
        self._model.minimize(self._slack[rule])
        solver = self._solver(time_s)
        code = solver.solve(self._model)
        if code not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Remedy(rule, None, code == cp_model.INFEASIBLE)
        return Remedy(rule, int(solver.value(self._slack[rule])), code == cp_model.OPTIMAL)

    def _solver(self, time_s: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = time_s
        solver.parameters.num_workers = self._workers
        solver.parameters.random_seed = 1
        return solver


def _all_uses(modes: Sequence[Mode]) -> Iterator[Any]:
    for mode in modes:
        yield from mode.held
        for uses in mode.uses:
            yield from uses
