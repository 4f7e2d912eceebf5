"""A user's rule for the order of the queue, behind the doors of the kernel."""

from __future__ import annotations

import numpy as np

from racktwin.errors import SimulationError
from racktwin.sim.calling import address_of
from racktwin.sim.jit import IS_COMPILED
from racktwin.sim.user_rules import Rule, ask_python, compiled_door, wrong_choice

from . import tables
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
