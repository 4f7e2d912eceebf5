"""Who is first in line by a user's rule: asked before each pass over the queue, and again when its choice has started.

A compiled rule is called here; for a rule of Python the kernel returns, and is called again with its choice.
"""

from __future__ import annotations

import math

from racktwin.sim.calling import call_by_address
from racktwin.sim.jit import kernel

from .tables import COMPILED_DOOR, WHOLE, Fleet
from .waiting import NONE_WAITS, next_waiting

CHOSEN, UNANSWERED, WRONG_CHOICE = range(3)
"""What became of a question: answered; Python must answer; answered wrongly."""


@kernel
def _list_candidates(fleet: Fleet) -> int:
    """List all jobs that wait, in the order of the queue; how many there are."""
    clock, count = fleet.clock[0], 0
    rank = next_waiting(fleet, 0, fleet.jobs.size, NONE_WAITS - 1, NONE_WAITS - 1, math.inf)
    while rank >= 0:
        j = fleet.ranks[rank]
        row, job = fleet.candidates[count], fleet.jobs[j]
        row.number, row.job_class, row.user, row.priority, row.attempts = (
            j,
            job.klass,
            job.owner,
            job.priority,
            job.attempts,
        )
        row.gpus, row.submit_s, row.waiting_s = job.milli / WHOLE, job.submit_s, clock.now_s - job.submit_s
        row.work_left_s = job.limit_s - (job.work_s - job.left_s)
        count += 1
        rank = next_waiting(fleet, rank + 1, fleet.jobs.size, NONE_WAITS - 1, NONE_WAITS - 1, math.inf)
    return count


@kernel
def choose_first(fleet: Fleet) -> int:
    """Let the rule put one of those that wait first; with one there is nothing to choose."""
    clock = fleet.clock[0]
    if clock.choice < 0:
        clock.n_candidates = _list_candidates(fleet)
        if clock.n_candidates < 2:
            clock.choice = 0
        elif clock.order_door == COMPILED_DOOR:
            clock.choice = call_by_address(clock.order_rule, fleet.candidates, clock.n_candidates, clock.now_s)
        else:
            return UNANSWERED
    if clock.n_candidates > 0 and (clock.choice < 0 or clock.choice >= clock.n_candidates):
        return WRONG_CHOICE
    clock.first = fleet.jobs[fleet.candidates[clock.choice].number].rank if clock.n_candidates > 0 else -1
    clock.choice = -1
    return CHOSEN
