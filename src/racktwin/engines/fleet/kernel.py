"""The event loop of the fleet: what happens next, and everything that follows from it at that instant."""

from __future__ import annotations

from racktwin.sim.events import NEVER, fire, next_event, schedule, settle_fired
from racktwin.sim.jit import entry_point, kernel
from racktwin.sim.packing import packed

from .coolant import begin_cooling, look_at_coolant
from .doors import CHOSEN, UNANSWERED, choose_first
from .failures import begin_clocks, strike
from .power import admit, load_rack
from .recording import record_outage, touch_ballast, touch_limit, touch_queue, touch_rack
from .runs import finish, interrupt, settle_power
from .scheduling import schedule_pass
from .smoothing import hold_draws
from .steering import respond, tick
from .tables import HORIZON, IN_SERVICE, NO_CAUSE, NO_DOOR, NO_RULE, REJECTED, WAITING, Fleet
from .timeline import take_steps
from .waiting import join, leave, note_cause

OVER, ROWS_FULL, OVERFLOW, ASKING, WRONG = range(5)
"""Why :func:`run` returned: finished; Python must take the rows and call again; a table was too small;
a user's rule of Python must choose; or a rule chose none of its candidates."""


@entry_point
def start(tables: Fleet) -> None:
    """Time zero: the hall is idle, the first job, step and failures are pending."""
    _start(packed(tables))


@kernel
def _start(fleet: Fleet) -> None:
    clock = fleet.clock[0]
    begin_clocks(fleet)
    for r in range(fleet.racks.size):
        admit(fleet, r)
        if fleet.racks[r].is_here:
            load_rack(fleet, r, 1.0)
    begin_cooling(fleet)
    if fleet.jobs.size > 0:
        schedule(fleet.events, clock.submit_slot, fleet.jobs[0].submit_s)
    if fleet.steps.size > 0:
        schedule(fleet.events, clock.timeline_slot, fleet.steps[0].time_s)
    if clock.tick_s > 0.0:
        schedule(fleet.events, clock.tick_slot, clock.tick_s)


@entry_point
def run(tables: Fleet) -> int:
    """Simulate until the horizon, or until a table of rows is nearly full; call again to go on."""
    return _run(packed(tables))


@kernel
def _run(fleet: Fleet) -> int:
    clock = fleet.clock[0]
    while True:
        slot, time_s = next_event(fleet.events)
        if time_s > clock.now_s:
            if clock.is_freed or clock.n_new > 0:
                if clock.order_door != NO_DOOR:
                    answered = choose_first(fleet)
                    if answered != CHOSEN:
                        return ASKING if answered == UNANSWERED else WRONG
                schedule_pass(fleet)
                if clock.is_power_dirty:
                    settle_power(fleet, 0)
                continue
            if clock.is_power_dirty:
                settle_power(fleet, 0)
                continue
            if fleet.smoothed.size > 0:
                hold_draws(fleet)
            if clock.overflow:
                return OVERFLOW
            if clock.wrong_rule != NO_RULE:
                return WRONG
            if is_nearly_full(fleet):
                return ROWS_FULL
        if time_s > clock.horizon_s or time_s == NEVER:
            clock.now_s = clock.now_s if clock.horizon_s == NEVER else clock.horizon_s
            return OVER
        clock.now_s = time_s
        clock.events += 1
        fire(fleet.events, slot)
        handle(fleet, slot)
        settle_fired(fleet.events, slot)


@kernel
def is_nearly_full(fleet: Fleet) -> bool:
    """Whether the rows of one more instant might not fit."""
    clock = fleet.clock[0]
    return (
        clock.placement_rows + fleet.pieces.size > fleet.placement_rows.size
        or clock.rack_rows + fleet.racks.size + 1 > fleet.rack_rows.size
        or clock.limit_rows + fleet.limits.size + 1 > fleet.limit_rows.size
        or clock.outage_rows + fleet.nodes.size + 1 > fleet.outage_rows.size
        or clock.queue_rows + 2 > fleet.queue_rows.size
        or clock.ballast_rows + fleet.smoothed.size + 1 > fleet.ballast_rows.size
    )


@kernel
def handle(fleet: Fleet, slot: int) -> None:
    """The event of ``slot``; what follows at this instant comes with the next pass."""
    clock = fleet.clock[0]
    if slot < clock.first_failure_slot:
        finish(fleet, slot)
    elif slot < clock.first_response_slot:
        strike(fleet, slot - clock.first_failure_slot)
    elif slot < clock.timeline_slot:
        respond(fleet, slot - clock.first_response_slot)
    elif slot == clock.timeline_slot:
        take_steps(fleet)
    elif slot == clock.tick_slot:
        tick(fleet)
    elif slot == clock.cool_slot:
        look_at_coolant(fleet)
    else:
        submit(fleet)


@kernel
def submit(fleet: Fleet) -> None:
    """The next job comes; it is turned away where enough wait already."""
    clock = fleet.clock[0]
    j = clock.next_job
    touch_queue(fleet)
    clock.next_job += 1
    if clock.next_job < fleet.jobs.size:
        schedule(fleet.events, clock.submit_slot, fleet.jobs[clock.next_job].submit_s)
    join(fleet, j)
    clock.new_job = j
    clock.n_new += 1
    if clock.most_waiting >= 0:
        schedule_pass(fleet)
        if fleet.jobs[j].activity == WAITING and clock.n_waiting > clock.most_waiting:
            turn_away(fleet, j)


@kernel
def turn_away(fleet: Fleet, j: int) -> None:
    """Job ``j`` finds no place to wait."""
    leave(fleet, j)
    fleet.jobs[j].activity = REJECTED
    fleet.jobs[j].end_s = fleet.clock[0].now_s
    fleet.clock[0].is_freed = 1


@entry_point
def close(tables: Fleet) -> int:
    """At the horizon: what is at work is recorded as far as it came, and every interval is closed; 1 to call again."""
    return _close(packed(tables))


@kernel
def _close(fleet: Fleet) -> int:
    clock = fleet.clock[0]
    if is_nearly_full(fleet):
        return 1
    while clock.n_ends > 0:
        interrupt(fleet, fleet.ends[clock.n_ends - 1].run, HORIZON)
    for j in range(clock.next_job):
        if fleet.jobs[j].cause != NO_CAUSE and fleet.jobs[j].activity == WAITING:
            note_cause(fleet, j, NO_CAUSE)
    for r in range(fleet.racks.size):
        touch_rack(fleet, r)
    for index in range(fleet.limits.size):
        touch_limit(fleet, index)
        touch_ballast(fleet, index)
    for n in range(fleet.nodes.size):
        if fleet.nodes[n].service != IN_SERVICE:
            record_outage(fleet, n, fleet.nodes[n].out_cause)
    touch_queue(fleet)
    return 0
