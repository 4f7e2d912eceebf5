"""Jobs that wait: a tree over their ranks finds the next that could fit, whatever the length of the queue."""

from __future__ import annotations

import math
from typing import Any

from racktwin.sim.jit import kernel
from racktwin.sim.trees import next_subtree

from .tables import FAIR_SHARE, FOR_POWER, HELD, NO_CAUSE, WAITING, Fleet

NONE_WAITS = 1 << 60
"""The need of an empty place."""


@kernel
def _put(queue: Any, rank: int, milli: int, limit_s: float) -> None:
    index = queue.size // 2 + rank
    queue[index].milli, queue[index].limit_s = milli, limit_s
    index >>= 1
    while index >= 1:
        left, right = queue[2 * index], queue[2 * index + 1]
        least_milli = min(left.milli, right.milli)
        least_limit_s = min(left.limit_s, right.limit_s)
        if queue[index].milli == least_milli and queue[index].limit_s == least_limit_s:
            return
        queue[index].milli, queue[index].limit_s = least_milli, least_limit_s
        index >>= 1


@kernel
def join(fleet: Fleet, j: int) -> None:
    """Job ``j`` waits, in its place, or is held back while its class is."""
    job = fleet.jobs[j]
    if fleet.klasses[job.klass].is_open:
        job.activity = WAITING
        fleet.clock[0].n_waiting += 1
        _put(fleet.queue, job.rank, job.milli, job.limit_s)
    else:
        job.activity = HELD


@kernel
def note_cause(fleet: Fleet, j: int, cause: int) -> None:
    """Job ``j`` heads the queue and waits for ``cause``: that time is counted."""
    job, now_s = fleet.jobs[j], fleet.clock[0].now_s
    if job.cause == FOR_POWER:
        job.power_wait_s += now_s - job.cause_since_s
    job.cause, job.cause_since_s = cause, now_s


@kernel
def leave(fleet: Fleet, j: int) -> None:
    """Job ``j`` waits no more."""
    note_cause(fleet, j, NO_CAUSE)
    fleet.clock[0].n_waiting -= 1
    _put(fleet.queue, fleet.jobs[j].rank, NONE_WAITS, math.inf)


@kernel
def next_waiting(fleet: Fleet, first: int, end: int, most_milli: int, most_long_milli: int, window_s: float) -> int:
    """The first rank in [first, end) whose job needs no more than ``most_milli``; -1 if there is none.

    One that needs more than ``most_long_milli`` must also keep within ``window_s``.
    """
    queue = fleet.queue
    leaves = queue.size // 2
    if first >= end:
        return -1
    index = leaves + first
    while index > 0:
        place = queue[index]
        if place.milli <= most_milli and (place.milli <= most_long_milli or place.limit_s <= window_s):
            if index >= leaves:
                return index - leaves if index - leaves < end else -1
            index *= 2
        else:
            index = next_subtree(index)
    return -1


@kernel
def usage_now(fleet: Fleet, u: int) -> float:
    """What an owner has used, GPU-seconds that fade with the half-life, over its weight."""
    owner, clock = fleet.owners[u], fleet.clock[0]
    fade_s = clock.half_life_s / math.log(2.0)
    passed_s = clock.now_s - owner.since_s
    if passed_s > 0.0:
        kept = math.exp(-passed_s / fade_s)
        owner.usage_s = owner.usage_s * kept + owner.gpus * fade_s * (1.0 - kept)
        owner.since_s = clock.now_s
    return owner.usage_s / owner.weight


@kernel
def charge(fleet: Fleet, u: int, gpus: float) -> None:
    """An owner has so many GPUs more at work from now on."""
    if fleet.clock[0].order == FAIR_SHARE:
        usage_now(fleet, u)
        fleet.owners[u].gpus += gpus


@kernel
def first_waiting(fleet: Fleet) -> int:
    """The rank of the job that is first in line, or -1; under fair share, of the owner who has used least."""
    if fleet.clock[0].order != FAIR_SHARE:
        return next_waiting(fleet, 0, fleet.jobs.size, NONE_WAITS - 1, NONE_WAITS - 1, math.inf)
    best, least = -1, math.inf
    for u in range(fleet.owners.size):
        owner = fleet.owners[u]
        rank = next_waiting(fleet, owner.first_rank, owner.end_rank, NONE_WAITS - 1, NONE_WAITS - 1, math.inf)
        if rank >= 0:
            usage = usage_now(fleet, u)
            if usage < least:
                best, least = rank, usage
    return best
