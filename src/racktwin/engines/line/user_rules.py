"""A user's dispatch rules: a function of the candidates, compiled or of plain Python, behind the doors of a kernel."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from racktwin.errors import SimulationError
from racktwin.model import Scenario, WorkCenter
from racktwin.sim.calling import address_of
from racktwin.sim.jit import IS_COMPILED
from racktwin.sim.user_rules import compiled_door

from .tables import CANDIDATE, COMPILED_DOOR, PYTHON_DOOR, Line

Choose = Callable[[Any, float], int]
"""``choose(candidates, now_s)``: the place of the candidate who goes next, from 0."""


@dataclass(frozen=True)
class DispatchRule:
    """Who of a queue goes next, by a function of the candidates (rows of :data:`CANDIDATE`) and the instant.

    Compiled, the function must be one that numba compiles; it is called within the kernel. Otherwise it may be
    anything of Python; the kernel returns for it.
    """

    name: str
    choose: Choose
    is_compiled: bool = False

    @cached_property
    def digest(self) -> str:
        """A digest of the rule's source, as a run's manifest keeps it."""
        try:
            source = inspect.getsource(inspect.unwrap(self.choose))
        except (OSError, TypeError):
            try:
                source = inspect.getsource(type(self.choose))
            except (OSError, TypeError):
                source = repr(self.choose)
        return hashlib.sha256(source.encode()).hexdigest()

    @cached_property
    def address(self) -> int:
        """Where the kernel finds the compiled rule. Raises SimulationError where numba refuses it."""
        if not IS_COMPILED:
            return address_of(lambda table, count, now_s: self.choose(table[:count], now_s))
        return int(self._compiled.address)

    @cached_property
    def _compiled(self) -> Any:
        return compiled_door(self.name, self.choose, CANDIDATE)


def compiled_rule(choose: Choose) -> DispatchRule:
    """The function as a compiled dispatch rule; also a decorator."""
    return DispatchRule(_name_of(choose), choose, is_compiled=True)


def python_rule(choose: Choose) -> DispatchRule:
    """Any callable as a dispatch rule of Python; also a decorator."""
    return DispatchRule(_name_of(choose), choose)


def _name_of(choose: Any) -> str:
    return str(getattr(choose, "__name__", type(choose).__name__))


def rules_by_center(rules: Mapping[str, DispatchRule], scenario: Scenario) -> dict[int, DispatchRule]:
    """The rules by the row of their work center. Raises SimulationError naming every one that cannot have a rule."""
    work_centers = list(scenario.work_centers)
    if unknown := [name for name in rules if name not in work_centers]:
        raise SimulationError(
            f"rules for work centers that the scenario does not have: {', '.join(unknown)}"
            f"\n    → choose from {', '.join(work_centers)}"
        )
    if batches := [name for name in rules if _works_in_batches(scenario.work_centers[name])]:
        raise SimulationError(
            f"rules for work centers that work in batches: {', '.join(batches)}"
            "\n    → a batch is formed in the order of the queue; leave the rule out, or the batch"
        )
    return {work_centers.index(name): rule for name, rule in rules.items()}


def _works_in_batches(center: WorkCenter) -> bool:
    return center.batch is not None


def install(line: Line, rules: Mapping[int, DispatchRule]) -> None:
    """Let the work centers of the line be ordered by their rules."""
    for center, rule in rules.items():
        line.centers[center].door = COMPILED_DOOR if rule.is_compiled else PYTHON_DOOR
        line.centers[center].rule = rule.address if rule.is_compiled else 0
