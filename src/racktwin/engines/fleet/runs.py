"""A job at work: placed, slowed and sped up as its racks are capped, and ended."""

from __future__ import annotations

import math
from typing import Any

from racktwin.sim.events import cancel, schedule
from racktwin.sim.jit import kernel

from .nodes import return_share, return_whole, take_share, take_whole
from .power import (
    add_draw,
    asked_setting,
    least_that_fits,
    least_that_fits_rack,
    leaves_room,
    mark_rack,
    reserve,
    set_own,
)
from .recording import record_placement, touch_limit, touch_queue, touch_rack
from .tables import AT_WORK, COMPLETED, CUT_OFF, DONE, HORIZON, NO_DOOR, TIMED_OUT, WHOLE, Fleet
from .waiting import charge, join, leave


@kernel
def progress(fleet: Fleet, index: int) -> None:
    """Count what run ``index`` has done and drawn up to now."""
    run, now_s = fleet.runs[index], fleet.clock[0].now_s
    passed_s = now_s - run.since_s
    if passed_s > 0.0:
        run.left_s -= passed_s * run.speed
        run.energy_j += passed_s * run.watts
        run.since_s = now_s


@kernel
def set_pace(fleet: Fleet, index: int) -> None:
    """Let run ``index`` go at the speed and draw of its present setting; its end is where that leads."""
    run = fleet.runs[index]
    job = fleet.jobs[run.job]
    watts_per_gpu = fleet.draws[run.kind, run.setting] * fleet.klasses[job.klass].load
    run.speed = fleet.speeds[run.kind, run.setting]
    run.watts = 0.0
    p = run.first_piece
    while p >= 0:
        piece = fleet.pieces[p]
        watts = math.floor(watts_per_gpu * piece.milli / WHOLE * 1024.0) / 1024.0  # so that sums of watts are exact
        add_draw(fleet, piece.rack, watts - piece.watts)
        piece.watts = watts
        run.watts += watts
        p = piece.following
    schedule(fleet.events, index, fleet.clock[0].now_s + max(run.left_s, 0.0) / run.speed)


@kernel
def setting_of_run(fleet: Fleet, index: int) -> int:
    """A gang goes as its slowest rack."""
    setting = 0
    p = fleet.runs[index].first_piece
    while p >= 0:
        setting = max(setting, fleet.racks[fleet.pieces[p].rack].setting)
        p = fleet.pieces[p].following
    return setting


@kernel
def set_rack(fleet: Fleet, r: int) -> bool:
    """Let the rack obey what it is asked now; whether that is another setting, so that its jobs must be timed anew."""
    rack = fleet.racks[r]
    setting = asked_setting(fleet, r)
    if setting == rack.setting:
        return False
    touch_rack(fleet, r)
    rack.setting = setting
    fleet.clock[0].is_settled = 0
    return True


@kernel
def retime_rack(fleet: Fleet, r: int) -> None:
    """The rack obeys another setting: its jobs, and no others, are timed anew, each once in a settlement."""
    settlement = fleet.clock[0].settlements
    p = fleet.racks[r].first_piece
    while p >= 0:
        index = fleet.pieces[p].run
        run = fleet.runs[index]
        if run.settlement != settlement:
            run.settlement = settlement
            setting = setting_of_run(fleet, index)
            if setting != run.setting:
                progress(fleet, index)
                run.setting = setting
                set_pace(fleet, index)
        p = fleet.pieces[p].next_in_rack


@kernel
def add_end(fleet: Fleet, index: int) -> None:
    """List run ``index`` among those at work, by when it ends at the latest."""
    clock, ends = fleet.clock[0], fleet.ends
    promise_s = fleet.runs[index].promise_s
    place = clock.n_ends
    while place > 0 and ends[place - 1].promise_s > promise_s:
        ends[place].promise_s, ends[place].run = ends[place - 1].promise_s, ends[place - 1].run
        place -= 1
    ends[place].promise_s, ends[place].run = promise_s, index
    clock.n_ends += 1


@kernel
def drop_end(fleet: Fleet, index: int) -> None:
    """Take run ``index`` off the list."""
    clock, ends = fleet.clock[0], fleet.ends
    promise_s = fleet.runs[index].promise_s
    low, high = 0, clock.n_ends
    while low < high:
        middle = (low + high) // 2
        if ends[middle].promise_s < promise_s:
            low = middle + 1
        else:
            high = middle
    while ends[low].run != index:
        low += 1
    clock.n_ends -= 1
    for place in range(low, clock.n_ends):
        ends[place].promise_s, ends[place].run = ends[place + 1].promise_s, ends[place + 1].run


@kernel
def _add_piece(fleet: Fleet, index: int, staged: int) -> int:
    """The next free piece becomes what was staged; its watts are still to come."""
    clock, plan = fleet.clock[0], fleet.staged[staged]
    p = clock.free_piece
    piece = fleet.pieces[p]
    clock.free_piece = piece.following
    clock.free_pieces -= 1
    node = fleet.nodes[plan.node]
    piece.run, piece.node, piece.rack, piece.gpu, piece.watts = index, plan.node, node.rack, plan.gpu, 0.0
    piece.n_gpus, piece.milli, piece.mask = plan.n_gpus, plan.milli, 0
    if plan.gpu >= 0:
        take_share(fleet, plan.gpu, plan.milli)
    elif plan.n_gpus > 0:
        piece.mask = take_whole(fleet, plan.node, plan.n_gpus)
    rack = fleet.racks[node.rack]
    piece.last_in_rack, piece.next_in_rack = -1, rack.first_piece
    if rack.first_piece >= 0:
        fleet.pieces[rack.first_piece].last_in_rack = p
    rack.first_piece = p
    node.n_work += 1
    return p


@kernel
def use_host(fleet: Fleet, n: int, job: Any, sign: int) -> None:
    """Take a job's cores and memory of node ``n``, or give them back."""
    node = fleet.nodes[n]
    node.cpu_milli -= sign * job.cpu_milli
    node.memory_mib -= sign * job.memory_mib
    node.turn += 1


@kernel
def start(fleet: Fleet, j: int) -> None:
    """Job ``j`` starts where it is staged; its power is reserved already."""
    clock, job = fleet.clock[0], fleet.jobs[j]
    clock.is_settled = 0
    leave(fleet, j)
    touch_queue(fleet)
    index = clock.free_run
    run = fleet.runs[index]
    clock.free_run = run.following
    clock.free_runs -= 1
    first, n_staged = -1, clock.n_staged
    for staged in range(n_staged - 1, -1, -1):
        p = _add_piece(fleet, index, staged)
        fleet.pieces[p].following = first
        first = p
    pool = fleet.nodes[fleet.staged[0].node].pool
    if n_staged == 1:
        use_host(fleet, fleet.staged[0].node, job, 1)
    klass = fleet.klasses[job.klass]
    run.job, run.first_piece, run.n_pieces = j, first, n_staged
    run.kind = job.klass * fleet.pools.size + pool
    run.start_s = run.since_s = clock.now_s
    run.restart_s = klass.restart_s if job.attempts > 0 else 0.0
    run.left_s = job.left_s + run.restart_s
    run.energy_j = 0.0
    run.setting = setting_of_run(fleet, index)
    run.promise_s = clock.now_s + (run.restart_s + job.limit_s) / fleet.speeds[run.kind, run.setting]
    if job.attempts == 0:
        job.start_s = clock.now_s
    job.attempts += 1
    job.activity = AT_WORK
    clock.busy_milli += job.milli
    charge(fleet, job.owner, job.milli / WHOLE)
    set_pace(fleet, index)
    add_end(fleet, index)


@kernel
def _free_piece(fleet: Fleet, p: int) -> None:
    """Give back what a piece holds, and the piece."""
    clock, piece = fleet.clock[0], fleet.pieces[p]
    rack, node = fleet.racks[piece.rack], fleet.nodes[piece.node]
    add_draw(fleet, piece.rack, -piece.watts)
    if piece.gpu >= 0:
        return_share(fleet, piece.gpu, piece.milli)
    elif piece.n_gpus > 0:
        return_whole(fleet, piece.node, piece.n_gpus, piece.mask)
    if piece.last_in_rack >= 0:
        fleet.pieces[piece.last_in_rack].next_in_rack = piece.next_in_rack
    else:
        rack.first_piece = piece.next_in_rack
    if piece.next_in_rack >= 0:
        fleet.pieces[piece.next_in_rack].last_in_rack = piece.last_in_rack
    node.n_work -= 1
    piece.following, clock.free_piece = clock.free_piece, p
    clock.free_pieces += 1


@kernel
def _release(fleet: Fleet, index: int, outcome: int) -> None:
    """Run ``index`` is over: what it held is free again."""
    clock, run = fleet.clock[0], fleet.runs[index]
    job = fleet.jobs[run.job]
    touch_queue(fleet)
    drop_end(fleet, index)
    if run.n_pieces == 1:
        use_host(fleet, fleet.pieces[run.first_piece].node, job, -1)
    p, milli = run.first_piece, 0
    while p >= 0:
        record_placement(fleet, p, outcome)
        following, rack = fleet.pieces[p].following, fleet.pieces[p].rack
        milli += fleet.pieces[p].milli
        _free_piece(fleet, p)
        if following < 0 or fleet.pieces[following].rack != rack:
            reserve(fleet, rack, run.kind, -milli)
            milli = 0
        p = following
    job.busy_s += clock.now_s - run.start_s
    job.energy_j += run.energy_j
    clock.busy_milli -= job.milli
    charge(fleet, job.owner, -job.milli / WHOLE)
    run.following, clock.free_run = clock.free_run, index
    clock.free_runs += 1
    clock.is_freed = 1


@kernel
def finish(fleet: Fleet, index: int) -> None:
    """Run ``index`` has done its work, or has come to its job's time limit."""
    run = fleet.runs[index]
    job = fleet.jobs[run.job]
    progress(fleet, index)
    job.overhead_s += run.restart_s
    job.left_s, job.end_s = 0.0, fleet.clock[0].now_s
    job.activity = TIMED_OUT if job.is_done_by_limit else COMPLETED
    _release(fleet, index, CUT_OFF if job.is_done_by_limit else DONE)


@kernel
def kept_work_s(fleet: Fleet, index: int) -> float:
    """How much work of the job is safe: up to the last checkpoint, if it makes any."""
    run = fleet.runs[index]
    job = fleet.jobs[run.job]
    klass = fleet.klasses[job.klass]
    done_s = job.work_s - min(run.left_s, job.left_s)
    if klass.keeps_work:
        return done_s
    saved_s = math.floor(done_s / klass.checkpoint_s) * klass.checkpoint_s if klass.checkpoint_s > 0.0 else 0.0
    return max(saved_s, job.work_s - job.left_s)


@kernel
def interrupt(fleet: Fleet, index: int, outcome: int) -> None:
    """Run ``index`` ends early; its job waits again, with the work it had not saved to do once more."""
    run = fleet.runs[index]
    j = run.job
    job = fleet.jobs[j]
    progress(fleet, index)
    cancel(fleet.events, index)
    spent_s = run.restart_s - max(run.left_s - job.left_s, 0.0)
    done_s = job.work_s - min(run.left_s, job.left_s)
    kept_s = kept_work_s(fleet, index)
    job.overhead_s += spent_s
    job.lost_s += done_s - kept_s
    job.left_s = job.work_s - kept_s
    _release(fleet, index, outcome)
    if outcome != HORIZON:
        touch_queue(fleet)
        join(fleet, j)


@kernel
def from_racks(fleet: Fleet) -> None:
    """Racks that changed see what their own budget asks for; they stay listed, to be timed anew."""
    r = fleet.clock[0].dirty_rack
    while r >= 0:
        rack = fleet.racks[r]
        if rack.is_steered or fleet.clock[0].cap_door != NO_DOOR:
            own = max(least_that_fits_rack(fleet, r) if rack.is_steered else 0, rack.asked)
            while own < rack.own and not leaves_room(fleet, r, own):
                own += 1
            if own != rack.own:
                set_own(fleet, r, own)
        r = rack.next_dirty


@kernel
def from_limits(fleet: Fleet, is_relaxing: int) -> None:
    """Limits that changed see what they ask for; the racks below one that asks for something else are listed."""
    clock = fleet.clock[0]
    while clock.dirty_limit >= 0:
        index = clock.dirty_limit
        limit = fleet.limits[index]
        clock.dirty_limit, limit.is_dirty = limit.next_dirty, 0
        if limit.is_emergency:
            continue
        setting = least_that_fits(fleet, index) if limit.is_steered or limit.is_braking else 0
        if setting == 0:
            limit.is_braking = 0
        if setting > limit.setting or (setting < limit.setting and (is_relaxing or not limit.is_steered)):
            touch_limit(fleet, index)
            limit.setting = setting
            for place in range(limit.first_below, limit.first_below + limit.n_below):
                mark_rack(fleet, fleet.below[place].rack)


@kernel
def settle_power(fleet: Fleet, is_relaxing: int) -> None:
    """Before time goes on, every rack, feed and loop keeps within its limit; the jobs this concerns are timed anew.

    A limit shared by racks eases off only when ``is_relaxing``: at the ticks of its control loop.
    """
    from_racks(fleet)
    from_limits(fleet, is_relaxing)
    _time_anew(fleet)
    fleet.clock[0].is_power_dirty = 0


@kernel
def _time_anew(fleet: Fleet) -> None:
    """Racks that changed obey; once all of them do, their jobs are timed: a gang goes as its slowest rack."""
    clock = fleet.clock[0]
    clock.settlements += 1
    slowed = -1
    while clock.dirty_rack >= 0:
        r = clock.dirty_rack
        rack = fleet.racks[r]
        clock.dirty_rack, rack.is_dirty = rack.next_dirty, 0
        if set_rack(fleet, r):
            rack.next_dirty, slowed = slowed, r
    while slowed >= 0:
        retime_rack(fleet, slowed)
        slowed = fleet.racks[slowed].next_dirty
