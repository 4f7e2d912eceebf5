"""The queue of a work center: who stands where, and for what it waits."""

from __future__ import annotations

from racktwin.sim.jit import inlined, kernel
from racktwin.sim.states import NON_SCHEDULED, STANDBY

from .draw import reason_of, set_state
from .tables import CALENDAR, CAUSES, CELL, EDD, GANG, IDLE, MATERIAL, NO_CAUSE, PRIORITY, SPT, UP, Line


@kernel
def mark(line: Line, w: int) -> None:
    """Look at work center ``w`` again before time goes on."""
    clock, center = line.clock[0], line.centers[w]
    if not center.is_dirty:
        center.is_dirty = 1
        center.next_dirty = clock.dirty_center
        clock.dirty_center = w


@kernel
def settle_cause(line: Line, w: int) -> None:
    """Book the time since the last change to the cause for which the queue waited, if anything is told of waits."""
    if not line.clock[0].is_recording:
        return
    center, now_s = line.centers[w], line.clock[0].now_s
    if center.cause != NO_CAUSE:
        center.waited_s[center.cause] += now_s - center.cause_since_s
    center.cause_since_s = now_s


@kernel
def set_cause(line: Line, w: int, cause: int) -> None:
    """Let the queue of ``w`` wait for ``cause`` from now on; its idle units stand by for the same reason."""
    center = line.centers[w]
    if center.cause == cause:
        return
    settle_cause(line, w)
    center.cause = cause
    if center.n_free > 0 and line.clock[0].is_recording:
        for u in range(center.first_unit, center.first_unit + center.n_units):
            if line.units[u].activity == IDLE and line.units[u].health == UP:
                show_idle(line, u)


@kernel
def show_idle(line: Line, u: int) -> None:
    """Record why the idle unit ``u`` does nothing."""
    if not line.clock[0].is_recording:
        return
    center = line.centers[line.units[u].center]
    if center.is_open:
        set_state(line, u, STANDBY, reason_of(center.cause), -1)
    else:
        set_state(line, u, NON_SCHEDULED, reason_of(CALENDAR), -1)


@kernel
def _goes_before(line: Line, rule: int, a: int, b: int) -> bool:
    """Whether item ``a`` is dispatched before ``b``, which came earlier."""
    first, second = line.items[a], line.items[b]
    if first.is_hot != second.is_hot:
        return first.is_hot == 1
    if rule == PRIORITY:
        return first.priority > second.priority
    if rule == EDD:
        return first.due_s < second.due_s
    if rule == SPT:
        return line.operations[first.operation].mean_s < line.operations[second.operation].mean_s
    return False


@kernel
def _begin_wait(line: Line, w: int, index: int) -> None:
    """Item ``index`` waits from now on: for what, the work center's own account will say."""
    if not line.clock[0].is_recording:
        return
    settle_cause(line, w)
    for cause in range(CAUSES):
        line.items[index].center_waited_s[cause] = -line.centers[w].waited_s[cause]


@inlined
def _end_wait(line: Line, w: int, leader: int) -> None:
    """The leader and its gang begin: what they waited for is booked."""
    if not line.clock[0].is_recording:
        return
    settle_cause(line, w)
    for cause in range(CAUSES):
        waited_s = line.items[leader].center_waited_s[cause] + line.centers[w].waited_s[cause]
        member = leader
        while member >= 0:
            line.items[member].center_waited_s[cause] = waited_s
            member = line.items[member].gang_next
    member = leader
    while member >= 0:
        item = line.items[member]
        item.center_waited_s[MATERIAL] += item.material_s
        item.center_waited_s[GANG] += item.gang_s
        member = item.gang_next


@inlined
def enqueue(line: Line, index: int) -> None:
    """Item ``index`` joins the queue of its operation's work center."""
    item = line.items[index]
    w = line.operations[item.operation].center
    center = line.centers[w]
    _begin_wait(line, w, index)
    line.operations[item.operation].n_queued += 1
    before, after = center.queue_tail, -1
    if center.dispatch in (PRIORITY, EDD, SPT) or item.is_hot:
        before = -1
        after = center.queue_head
        while after >= 0 and not _goes_before(line, center.dispatch, index, after):
            before, after = after, line.items[after].next
    item.next = after
    if before >= 0:
        line.items[before].next = index
    else:
        center.queue_head = index
    if after < 0:
        center.queue_tail = index
    center.n_queued += 1
    center.is_chosen = 0
    if center.n_free > 0 or center.cause != CELL:  # else all wait for a unit, as they did before
        mark(line, w)


@inlined
def dequeue(line: Line, w: int, index: int, before: int) -> None:
    """Item ``index``, which stands behind ``before`` (-1: the head), enters work: what it waited for is booked."""
    center, leader = line.centers[w], line.items[index]
    _end_wait(line, w, index)
    if before >= 0:
        line.items[before].next = leader.next
    else:
        center.queue_head = leader.next
    if leader.next < 0:
        center.queue_tail = before
    center.n_queued -= 1
    center.is_chosen = 0
    line.operations[leader.operation].n_queued -= 1
    leader.next = -1
