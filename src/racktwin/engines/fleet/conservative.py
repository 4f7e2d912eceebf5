"""Conservative backfill: every waiting job has a promised start, and nobody may make another's later."""

from __future__ import annotations

import math

from racktwin.sim.jit import kernel

from .placement import place
from .runs import start
from .tables import NO_CAUSE, Fleet
from .waiting import NONE_WAITS, next_waiting


@kernel
def _step_at(fleet: Fleet, time_s: float) -> int:
    """The step of the profile that begins at ``time_s``, made by splitting another if need be."""
    clock, profile = fleet.clock[0], fleet.profile
    low, high = 0, clock.n_profile
    while low < high:
        middle = (low + high) // 2
        if profile[middle].time_s < time_s:
            low = middle + 1
        else:
            high = middle
    if low < clock.n_profile and profile[low].time_s == time_s:
        return low
    for step in range(clock.n_profile, low, -1):
        profile[step].time_s, profile[step].free = profile[step - 1].time_s, profile[step - 1].free
    profile[low].time_s, profile[low].free = time_s, profile[low - 1].free
    clock.n_profile += 1
    return low


@kernel
def _claim(fleet: Fleet, start_s: float, end_s: float, milli: int) -> None:
    """From ``start_s`` to ``end_s`` so much less is free (more, where negative)."""
    if end_s <= start_s or start_s == math.inf:
        return
    first = _step_at(fleet, start_s)
    last = _step_at(fleet, end_s)
    for step in range(first, last):
        fleet.profile[step].free -= milli


@kernel
def _earliest(fleet: Fleet, milli: int, length_s: float) -> float:
    """The first instant from which ``milli`` are free for ``length_s``."""
    clock, profile = fleet.clock[0], fleet.profile
    begin = 0
    step = 0
    while step < clock.n_profile:
        if profile[step].free < milli:
            begin = step + 1
        elif step + 1 >= clock.n_profile or profile[step + 1].time_s >= profile[begin].time_s + length_s:
            return profile[begin].time_s
        step += 1
    return profile[begin].time_s if begin < clock.n_profile else math.inf


@kernel
def _length_s(fleet: Fleet, j: int) -> float:
    job = fleet.jobs[j]
    return job.limit_s + (fleet.klasses[job.klass].restart_s if job.attempts > 0 else 0.0)


@kernel
def _draw_profile(fleet: Fleet) -> None:
    """What is free from now on: those at work until their promised end, those waiting from their promised start."""
    clock = fleet.clock[0]
    total = 0
    for p in range(fleet.pools.size):
        total += fleet.pools[p].n_free * 1000
    total += clock.busy_milli
    fleet.profile[0].time_s, fleet.profile[0].free = clock.now_s, total
    clock.n_profile = 1
    for e in range(clock.n_ends):
        end = fleet.ends[e]
        milli = fleet.jobs[fleet.runs[end.run].job].milli
        _claim(fleet, clock.now_s, max(end.promise_s, clock.now_s + 1e-6), milli)
    rank = next_waiting(fleet, 0, fleet.jobs.size, NONE_WAITS - 1, NONE_WAITS - 1, math.inf)
    while rank >= 0:
        j = fleet.ranks[rank]
        promised_s = fleet.jobs[j].promised_s
        if promised_s < math.inf:
            begin_s = max(promised_s, clock.now_s)
            _claim(fleet, begin_s, begin_s + _length_s(fleet, j), fleet.jobs[j].milli)
        rank = next_waiting(fleet, rank + 1, fleet.jobs.size, NONE_WAITS - 1, NONE_WAITS - 1, math.inf)


@kernel
def pass_conservatively(fleet: Fleet) -> None:
    """In order, let every waiting job move to the earliest start that is free; those whose start is now, start."""
    clock, tried = fleet.clock[0], 0
    _draw_profile(fleet)
    rank = next_waiting(fleet, 0, fleet.jobs.size, NONE_WAITS - 1, NONE_WAITS - 1, math.inf)
    while rank >= 0 and tried < clock.backfill_depth:
        j = fleet.ranks[rank]
        job = fleet.jobs[j]
        length_s = _length_s(fleet, j)
        if job.promised_s < math.inf:
            begin_s = max(job.promised_s, clock.now_s)
            _claim(fleet, begin_s, begin_s + length_s, -job.milli)
        job.promised_s = _earliest(fleet, job.milli, length_s)
        _claim(fleet, job.promised_s, job.promised_s + length_s, job.milli)
        if math.isnan(job.first_shadow_s):
            job.first_shadow_s = job.promised_s
        if job.promised_s <= clock.now_s and place(fleet, j, False) == NO_CAUSE:
            start(fleet, j)
        tried += 1
        rank = next_waiting(fleet, rank + 1, fleet.jobs.size, NONE_WAITS - 1, NONE_WAITS - 1, math.inf)
