"""Who starts now: the first in line, then those who may pass it without making it later."""

from __future__ import annotations

import math

from racktwin.sim.jit import kernel

from .conservative import pass_conservatively
from .placement import place, place_first, reserve_staged
from .power import MANY, SLACK, checked_setting, room
from .preemption import make_way
from .runs import start
from .shadow import find_shadow, free_by_shadow
from .staging import is_whole_by_shadow
from .tables import (
    CONSERVATIVE,
    EASY,
    FAIR_SHARE,
    IGNORE_DOMAIN,
    NO_CAUSE,
    NO_DOOR,
    NOTHING,
    WAITING,
    WHOLE,
    WHOLE_NODES,
    Fleet,
)
from .waiting import first_waiting, next_waiting, note_cause, usage_now


@kernel
def schedule_pass(fleet: Fleet) -> None:
    """Everything that can start now starts: called once at each instant at which something came or was freed."""
    clock = fleet.clock[0]
    clock.passes += 1
    rank = clock.first if clock.order_door != NO_DOOR else first_waiting(fleet)
    if not clock.is_freed and rank == clock.head and rank >= 0 and clock.n_new == 1 and clock.order != FAIR_SHARE:
        _consider_new(fleet)
    elif clock.backfill == CONSERVATIVE:
        pass_conservatively(fleet)
        clock.head = first_waiting(fleet)
    else:
        _full_pass(fleet, rank)
    clock.is_freed, clock.n_new, clock.is_more = clock.is_more, 0, 0
    clock.new_job = -1


@kernel
def _full_pass(fleet: Fleet, rank: int) -> None:
    clock = fleet.clock[0]
    clock.head, clock.head_cause = -1, NO_CAUSE
    clock.is_settled = int(_is_timeless(fleet))  # until someone starts
    while rank >= 0:
        j = fleet.ranks[rank]
        cause = place_first(fleet, j)
        if cause != NO_CAUSE and clock.preempts and make_way(fleet, j):
            cause = place_first(fleet, j)
        if cause != NO_CAUSE:
            _block(fleet, rank, cause)
            if clock.backfill == EASY:
                _backfill(fleet)
            return
        start(fleet, j)
        if clock.order_door != NO_DOOR:
            clock.is_more = int(clock.n_waiting > 0)
            return
        rank = first_waiting(fleet)


@kernel
def _is_timeless(fleet: Fleet) -> bool:
    """Whether, after a pass that started nobody, the queue is looked at again only once something else has happened.

    Where it is not: fair shares fade by the clock, priorities stop others, and a rule of the user may look at it.
    """
    clock = fleet.clock[0]
    has_rule = clock.order_door != NO_DOOR or clock.place_door != NO_DOOR or clock.cap_door != NO_DOOR
    return not has_rule and clock.order != FAIR_SHARE and not clock.preempts


@kernel
def _block(fleet: Fleet, rank: int, cause: int) -> None:
    """The job at ``rank`` is the first that cannot start."""
    clock = fleet.clock[0]
    clock.head, clock.head_cause = rank, cause
    note_cause(fleet, fleet.ranks[rank], cause)
    if clock.backfill == EASY:
        find_shadow(fleet, fleet.ranks[rank], cause)
        if math.isnan(fleet.jobs[fleet.ranks[rank]].first_shadow_s):
            fleet.jobs[fleet.ranks[rank]].first_shadow_s = clock.shadow_s


@kernel
def _most_startable_milli(fleet: Fleet) -> int:
    """No job that needs more than this can start now."""
    clock, most, largest = fleet.clock[0], 0, 0
    bits = fleet.node_tree[1]
    while bits > 1:
        bits >>= 1
        largest += 1
    for p in range(fleet.pools.size):
        pool = fleet.pools[p]
        n_free = pool.n_powered if clock.has_budgets else pool.n_free
        if pool.is_linked:
            most = max(most, n_free * WHOLE)
        elif pool.n_whole > 0:
            most = max(most, min((pool.n_whole + 1) * pool.gpus_per_node, n_free) * WHOLE)
        if pool.first_shared >= 0:
            most = max(most, WHOLE - 1)
    return min(max(most, largest * WHOLE), _most_powered_milli(fleet))


@kernel
def _most_powered_milli(fleet: Fleet) -> int:
    """No job that needs more than this finds power on the limits that all racks hang on."""
    most = MANY * WHOLE
    for index in range(fleet.limits.size):
        setting = checked_setting(fleet, fleet.limits[index].is_steered)
        least = fleet.least_loads[index, setting]
        if least > 0.0:
            most = min(most, int(max(room(fleet, index) / least, 0.0) * WHOLE * SLACK) + 1)
    return most


@kernel
def _backfill(fleet: Fleet) -> None:
    """Try everyone behind the head, in order: those who end by the shadow time, or leave the head what it holds."""
    clock = fleet.clock[0]
    if clock.order == FAIR_SHARE:
        _backfill_by_owner(fleet)
    else:
        # whom a rule put first may stand anywhere
        _backfill_range(fleet, clock.head + 1 if clock.order_door == NO_DOOR else 0, fleet.jobs.size)


@kernel
def _backfill_range(fleet: Fleet, first: int, end: int) -> None:
    clock, tried = fleet.clock[0], 0
    window_s = clock.shadow_s - clock.now_s
    most = _most_startable_milli(fleet)
    most_long = _most_long(fleet, most)
    rank = next_waiting(fleet, first, end, most, most_long, window_s)
    while rank >= 0 and tried < clock.backfill_depth:
        j = fleet.ranks[rank]
        if rank == clock.head:
            pass
        elif try_backfill(fleet, j):
            most = min(most, _most_startable_milli(fleet))
            most_long = min(most_long, _most_long(fleet, most))
        elif tells_of_larger(fleet, j):
            if clock.is_long:
                most_long = min(most_long, fleet.jobs[j].milli - 1)
            else:
                most = fleet.jobs[j].milli - 1
        tried += 1
        rank = next_waiting(fleet, rank + 1, end, most, most_long, window_s)


@kernel
def tells_of_larger(fleet: Fleet, j: int) -> bool:
    """Whether no larger job finds a place either, in this pass, if job ``j`` found none just now.

    During a pass GPUs, power and what the head leaves only become fewer. A job says nothing of others if it needs more
    than GPUs, a pool of its own, or power where classes differ in that; nor, beyond one GPU, of those that may spread
    over an NVLink domain.
    """
    clock, job = fleet.clock[0], fleet.jobs[j]
    if job.pool >= 0 or job.cpu_milli > 0 or job.memory_mib > 0 or job.n_gpus == 0:
        return False
    if clock.refusing_limit >= 0 and fleet.klasses.size > 1:
        return False
    return job.n_gpus == 1 or not clock.has_linked


@kernel
def _most_long(fleet: Fleet, most: int) -> int:
    """No job that runs past the shadow time and needs more than this can start."""
    clock = fleet.clock[0]
    if clock.held_limit >= 0:
        return 0
    if clock.held == WHOLE_NODES:
        largest = 0
        for p in range(fleet.pools.size):
            pool = fleet.pools[p]
            largest = max(largest, (clock.extra_nodes + 1) * pool.gpus_per_node)
            if pool.is_linked and clock.domain_rule != IGNORE_DOMAIN:
                largest = max(largest, pool.gpus_per_domain)
        return min(most, largest * WHOLE)
    return most


@kernel
def _backfill_by_owner(fleet: Fleet) -> None:
    """Owner by owner, those first who have used least."""
    clock = fleet.clock[0]
    for _ in range(fleet.owners.size):
        best, least = -1, math.inf
        for u in range(fleet.owners.size):
            if fleet.owners[u].stamp != clock.passes:
                usage = usage_now(fleet, u)
                if usage < least:
                    best, least = u, usage
        if best < 0:
            return
        fleet.owners[best].stamp = clock.passes
        _backfill_range(fleet, fleet.owners[best].first_rank, fleet.owners[best].end_rank)


@kernel
def longest_s(fleet: Fleet, j: int) -> float:
    """How long job ``j`` takes at most, its restart included, at full speed."""
    job = fleet.jobs[j]
    return job.limit_s + (fleet.klasses[job.klass].restart_s if job.attempts > 0 else 0.0)


@kernel
def _ends_late(fleet: Fleet, j: int) -> bool:
    """Whether job ``j`` runs past the shadow time where it is staged, as slow as its racks are capped now."""
    clock, setting = fleet.clock[0], 0
    if not clock.is_limited and clock.least_setting == 0:
        return False
    for staged in range(fleet.clock[0].n_staged):
        setting = max(setting, fleet.racks[fleet.nodes[fleet.staged[staged].node].rack].setting)
    pool = fleet.nodes[fleet.staged[0].node].pool
    speed = fleet.speeds[fleet.jobs[j].klass * fleet.pools.size + pool, setting]
    return clock.now_s + longest_s(fleet, j) / speed > clock.shadow_s


@kernel
def try_backfill(fleet: Fleet, j: int) -> bool:
    """Start job ``j`` ahead of the head if that makes the head no later."""
    clock = fleet.clock[0]
    is_long = clock.now_s + longest_s(fleet, j) > clock.shadow_s
    clock.is_long = int(is_long)
    if is_long and clock.held_limit >= 0:
        return False
    if place(fleet, j, is_long and clock.held != NOTHING) != NO_CAUSE:
        return False
    if not is_long and _ends_late(fleet, j):
        reserve_staged(fleet, j, -1)
        is_long = True
        clock.is_long = 1
        if clock.held_limit >= 0 or place(fleet, j, clock.held != NOTHING) != NO_CAUSE:
            return False
    _book_backfill(fleet, is_long)
    start(fleet, j)
    return True


@kernel
def _book_backfill(fleet: Fleet, is_long: bool) -> None:
    """Keep account of the shadow time: short jobs give back what they take, long ones use what is spare."""
    clock = fleet.clock[0]
    if is_long:
        clock.extra_nodes -= clock.extra_used
        row = fleet.staged[0]
        if row.gpu >= 0 and fleet.gpus[row.gpu].is_shared and is_whole_by_shadow(fleet, row.gpu):
            fleet.nodes[row.node].freed -= 1
            fleet.domains[fleet.nodes[row.node].domain].freed -= 1
        return
    for staged in range(clock.n_staged):
        row = fleet.staged[staged]
        if row.n_gpus > 0:
            free_by_shadow(fleet, row.node, row.n_gpus)
        elif row.gpu >= 0:
            gpu = fleet.gpus[row.gpu]
            if gpu.freed_stamp != clock.stamp:
                gpu.freed_stamp, gpu.freed = clock.stamp, 0
            gpu.freed += row.milli
            if not gpu.is_shared:
                free_by_shadow(fleet, row.node, 1)


@kernel
def _consider_new(fleet: Fleet) -> None:
    """One job came and nothing was freed: nobody else's chances have changed."""
    clock = fleet.clock[0]
    j = clock.new_job
    job = fleet.jobs[j]
    if clock.backfill == EASY and job.activity == WAITING and job.milli <= _most_startable_milli(fleet):
        try_backfill(fleet, j)
    elif clock.backfill == CONSERVATIVE:
        pass_conservatively(fleet)
