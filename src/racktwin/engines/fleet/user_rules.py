"""Users' rules for the order of the queue, for placement and for caps, behind the doors of the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from racktwin.errors import SimulationError
from racktwin.sim.calling import address_of
from racktwin.sim.jit import IS_COMPILED
from racktwin.sim.user_rules import FAILED, Rule, ask_python, compiled_door, door_address, python_door, wrong_choice

from . import tables
from .decisions import DECISIONS
from .tables import Fleet


class OrderRule:
    """Who of the jobs that wait is first in line, by a function of all of them and the instant.

    ``rule.choose(candidates, now_s)`` returns the place of one of ``candidates``, rows of
    :data:`racktwin.engines.fleet.tables.GPU_JOB_CANDIDATE` in the order of the queue.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        # kept for as long as a kernel may call it
        self._door = compiled_door(rule.name, rule.choose, tables.GPU_JOB_CANDIDATE) if self._is_in_kernel else None

    @property
    def _is_in_kernel(self) -> bool:
        return self.rule.is_compiled and IS_COMPILED

    def install(self, fleet: Fleet) -> Fleet:
        """The fleet with this rule. Raises SimulationError where its other rules leave the order no say."""
        clock = fleet.clock[0]
        if clock.backfill == tables.CONSERVATIVE or clock.order == tables.FAIR_SHARE or clock.most_waiting >= 0:
            raise SimulationError(
                f"the rule {self.rule.name!r} cannot order a queue with conservative backfill, fair share or a limit"
                "\n    → use backfill none or easy, another order, and no queue_limit"
            )
        clock.order_door = tables.COMPILED_DOOR if self.rule.is_compiled else tables.PYTHON_DOOR
        if self._door is not None:
            clock.order_rule = int(self._door.address)
        elif self.rule.is_compiled:
            choose = self.rule.choose
            clock.order_rule = address_of(lambda table, count, now_s: choose(table[:count], now_s))
        rows = np.zeros(len(fleet.jobs) + 1, tables.GPU_JOB_CANDIDATE).view(np.recarray)
        return fleet._replace(candidates=rows)

    def answer(self, fleet: Fleet) -> None:
        """Leave the choice of a rule of Python in the clock. Raises SimulationError where it is none of them."""
        clock = fleet.clock[0]
        clock.choice = ask_python(self.rule, fleet.candidates[: clock.n_candidates].copy(), float(clock.now_s))

    def complaint(self, fleet: Fleet) -> str:
        """What to say where a compiled rule chose none of its candidates."""
        clock = fleet.clock[0]
        return wrong_choice(self.rule, str(clock.choice), int(clock.n_candidates), float(clock.now_s))


class _CalledRule:
    """A rule that the kernel calls where it needs an answer, compiled or back into Python."""

    def __init__(self, rule: Rule, row: np.dtype[Any]) -> None:
        self.rule, self._error = rule, None
        if not IS_COMPILED:
            self.address = address_of(lambda table, count, now_s: self._ask(table[:count].copy(), now_s))
            return
        # kept for as long as a kernel may call it
        self._door = compiled_door(rule.name, rule.choose, row) if rule.is_compiled else python_door(self._ask, row)
        self.address = door_address(self._door)

    _error: BaseException | None

    def _ask(self, candidates: Any, now_s: float) -> int:
        """The rule's answer; what it raised is told once the kernel is back."""
        try:
            return ask_python(self.rule, candidates, float(now_s))
        except BaseException as error:
            self._error = error
            return FAILED

    @property
    def door(self) -> int:
        """Which door the rule comes by."""
        return tables.COMPILED_DOOR if self.rule.is_compiled else tables.PYTHON_DOOR

    def complain(self, fleet: Fleet) -> None:
        """Raise what the rule raised, or say that it chose none of its candidates."""
        if self._error is not None:
            raise self._error
        clock = fleet.clock[0]
        choice, count = str(clock.wrong_choice), int(clock.wrong_count)
        raise SimulationError(wrong_choice(self.rule, choice, count, float(clock.now_s)))


class PlacementRule(_CalledRule):
    """Where a job goes, by a function of the places that can take it: rows of
    :data:`racktwin.engines.fleet.tables.PLACE_CANDIDATE`."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule, tables.PLACE_CANDIDATE)

    def install(self, fleet: Fleet) -> Fleet:
        """The fleet with this rule, which replaces its own."""
        clock = fleet.clock[0]
        clock.place_door, clock.place_rule = self.door, self.address
        count = len(fleet.gpus) + len(fleet.nodes) + len(fleet.domains)
        return fleet._replace(places=np.zeros(count, tables.PLACE_CANDIDATE).view(np.recarray))


class CapRule(_CalledRule):
    """How deep a rack is capped, by a function of the settings it could obey: rows of
    :data:`racktwin.engines.fleet.tables.CAP_CANDIDATE`."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule, tables.CAP_CANDIDATE)

    def install(self, fleet: Fleet) -> Fleet:
        """The fleet with this rule, on top of its power policy."""
        clock = fleet.clock[0]
        clock.cap_door, clock.cap_rule = self.door, self.address
        if clock.tick_s <= 0.0:
            clock.tick_s = clock.control_s
        # any rack may be capped deeper than its limits ask
        fleet.least_loads[:] = np.minimum.accumulate(fleet.least_loads[:, ::-1], axis=1)[:, ::-1]
        steps = fleet.reserves.shape[1]
        return fleet._replace(cap_steps=np.zeros(steps, tables.CAP_CANDIDATE).view(np.recarray))


class UserRules:
    """The rules of one simulation by what they decide: ``order``, ``placement``, ``cap``."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        if unknown := [name for name in rules if name not in DECISIONS]:
            raise SimulationError(
                f"a hall has no rule for {', '.join(unknown)}\n    → choose from {', '.join(DECISIONS)}"
            )
        self._order = OrderRule(rules["order"]) if "order" in rules else None
        self._called: dict[int, PlacementRule | CapRule] = {}
        if "placement" in rules:
            self._called[tables.PLACEMENT_RULE] = PlacementRule(rules["placement"])
        if "cap" in rules:
            self._called[tables.CAP_RULE] = CapRule(rules["cap"])

    def install(self, fleet: Fleet) -> Fleet:
        """The fleet with these rules."""
        if self._order is not None:
            fleet = self._order.install(fleet)
        for rule in self._called.values():
            fleet = rule.install(fleet)
        return fleet

    def answer(self, fleet: Fleet) -> None:
        """Leave what a rule of Python answers in the clock."""
        assert self._order is not None
        self._order.answer(fleet)

    def complain(self, fleet: Fleet) -> None:
        """Raise SimulationError: a rule failed, or chose none of its candidates."""
        called = self._called.get(int(fleet.clock[0].wrong_rule))
        if called is not None:
            called.complain(fleet)
        assert self._order is not None
        raise SimulationError(self._order.complaint(fleet))
