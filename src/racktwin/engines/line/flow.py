"""How items move: released, kitted, queued, handed over, blocked, shipped, scrapped."""

from __future__ import annotations

from typing import Any

import numpy as np

from racktwin.sim.distributions import sample
from racktwin.sim.jit import kernel
from racktwin.sim.rng import philox
from racktwin.sim.states import NON_SCHEDULED, STANDBY

from .draw import free_reservation, reason_of, set_draw, set_state, stand_by_blocked
from .material import free_item, kit_is_there, put_in_stock, take_kit, take_swap
from .quality import end_defects
from .recording import MADE, record_material, record_operation, record_shipment, record_work_order
from .tables import (
    BLOCKED,
    CALENDAR,
    CAUSES,
    DISCARDED,
    EDD,
    ESCAPED,
    FIFO,
    FINISHED,
    GANG,
    IDLE,
    MATERIAL,
    NO_CAUSE,
    PRIORITY,
    SCRAP,
    SCRAPPED,
    SHIPPED,
    SPT,
    UP,
    Line,
)

SPARES = 1 << 32
"""Copies of a component beyond the bill of materials are numbered from here."""


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
    """Book the time since the last change to the cause for which the queue waited."""
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
    if center.n_free > 0:
        for u in range(center.first_unit, center.first_unit + center.n_units):
            if line.units[u].activity == IDLE and line.units[u].health == UP:
                show_idle(line, u)


@kernel
def show_idle(line: Line, u: int) -> None:
    """Record why the idle unit ``u`` does nothing."""
    center = line.centers[line.units[u].center]
    if center.is_open:
        set_state(line, u, STANDBY, reason_of(center.cause), -1)
    else:
        set_state(line, u, NON_SCHEDULED, reason_of(CALENDAR), -1)


@kernel
def _goes_before(line: Line, rule: int, a: int, b: int) -> bool:
    """Whether item ``a`` is dispatched before ``b``, which came earlier."""
    first, second = line.items[a], line.items[b]
    if rule == PRIORITY:
        return first.priority > second.priority
    if rule == EDD:
        return first.due_s < second.due_s
    if rule == SPT:
        return line.operations[first.operation].mean_s < line.operations[second.operation].mean_s
    return False


@kernel
def enqueue(line: Line, index: int) -> None:
    """Item ``index`` joins the queue of its operation's work center."""
    item = line.items[index]
    w = line.operations[item.operation].center
    center = line.centers[w]
    settle_cause(line, w)
    for cause in range(CAUSES):
        item.center_waited_s[cause] = -center.waited_s[cause]
    before, after = center.queue_tail, -1
    if center.dispatch != FIFO:
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
    mark(line, w)


@kernel
def join(line: Line, index: int, operation: int) -> None:
    """Item ``index`` comes to ``operation``: it is kitted the first time, waits for its gang, and then queues."""
    item, row, now_s = line.items[index], line.operations[operation], line.clock[0].now_s
    item.operation = operation
    item.queued_s = item.waiting_since_s = now_s
    item.material_s = item.gang_s = 0.0
    item.visits += 1
    item.next = -1
    is_first_visit = operation > item.furthest
    item.furthest = max(item.furthest, operation)
    if row.n_consumed > 0 and is_first_visit and (row.wait_head >= 0 or not take_kit(line, index, operation)):
        _wait_for_kit(line, index, operation)
        return
    gather(line, index)


@kernel
def _wait_for_kit(line: Line, index: int, operation: int) -> None:
    """Item ``index`` waits for material behind those of its priority."""
    row, priority = line.operations[operation], line.items[index].priority
    before, after = row.wait_tail, -1
    if before >= 0 and line.items[before].priority < priority:
        before, after = -1, row.wait_head
        while line.items[after].priority >= priority:
            before, after = after, line.items[after].next
    line.items[index].next = after
    if before >= 0:
        line.items[before].next = index
    else:
        row.wait_head = index
    if after < 0:
        row.wait_tail = index


@kernel
def gather(line: Line, index: int) -> None:
    """The kitted item queues, or waits until its gang is complete; a gang queues as its first item."""
    item, now_s = line.items[index], line.clock[0].now_s
    row = line.operations[item.operation]
    item.material_s = now_s - item.waiting_since_s
    item.waiting_since_s = now_s
    item.gang_next = -1
    if row.gang <= 1 or item.is_reworked:  # a retest does not wait for new partners
        enqueue(line, index)
        return
    if row.gang_tail >= 0:
        line.items[row.gang_tail].gang_next = index
    else:
        row.gang_head = index
    row.gang_tail = index
    row.n_gang += 1
    if row.n_gang < row.gang:
        return
    member = row.gang_head
    while member >= 0:
        line.items[member].gang_s = now_s - line.items[member].waiting_since_s
        member = line.items[member].gang_next
    leader = row.gang_head
    row.gang_head = row.gang_tail = -1
    row.n_gang = 0
    enqueue(line, leader)


@kernel
def entity_of(key: Any, first: int, second: int) -> int:
    """The entity of a piece's random draws: a hash of whose it is, so that no other piece's fate can change it."""
    bits, _ = philox(key, np.uint64(first), np.uint64(second))
    return int(np.int64(bits >> np.uint64(1)))


@kernel
def new_item(
    line: Line, part: int, entity: int, order: int, source: int, priority: int, wanted_s: float, due_s: float
) -> int:
    """A row for a piece to be made; it enters the plant by :func:`release`."""
    clock = line.clock[0]
    index = clock.free_item
    if index < 0:  # never: the kernel returns for more rows while there are ``most_items``
        clock.overflow, index = 1, line.items.size - 1
    else:
        clock.free_item = line.items[index].next
        clock.free_items -= 1
    item = line.items[index]
    item.serial, item.part, item.order, item.source = -1, part, order, source
    item.entity = entity
    item.priority, item.wanted_s, item.due_s = priority, wanted_s, due_s
    item.release_s = np.nan
    item.visits = item.failures = item.all_failures = item.is_reworked = item.is_order = 0
    item.operation = item.furthest = item.retest = item.mending = item.next = item.gang_next = item.unit = (
        item.defects
    ) = -1
    item.stress_s = item.energy_j = item.labour_s = 0.0
    return index


@kernel
def _start(line: Line, index: int) -> None:
    """The piece begins its route."""
    clock, item = line.clock[0], line.items[index]
    item.serial = clock.next_serial
    clock.next_serial += 1
    item.release_s = clock.now_s
    join(line, index, line.parts[item.part].first_operation)


@kernel
def release(line: Line, index: int) -> None:
    """Release the piece and, before it, every component made here that it needs at any level."""
    item = line.items[index]
    part = line.parts[item.part]
    for k in range(part.first_component, part.first_component + part.n_components):
        for copy in range(line.links[k].count):
            _start(line, _component_of(line, index, line.links[k].to, copy))
    _start(line, index)


@kernel
def _component_of(line: Line, index: int, part: int, copy: int) -> int:
    """A piece of the component ``part`` for item ``index``: its ``copy``-th, of the same order."""
    item = line.items[index]
    entity = entity_of(line.parts[part].key, item.entity, copy)
    return new_item(line, part, entity, item.order, item.source, item.priority, item.wanted_s, item.due_s)


@kernel
def release_spare(line: Line, index: int, part: int) -> None:
    """Make one more of a component that item ``index`` has used up beyond its bill of materials."""
    spare = _component_of(line, index, part, SPARES + line.items[index].visits)
    line.items[spare].wanted_s = line.clock[0].now_s
    release(line, spare)


@kernel
def join_debug(line: Line, index: int, operation: int) -> None:
    """Item ``index`` comes to debug; it waits for the part that will replace the bad one."""
    item = line.items[index]
    item.operation = operation
    item.queued_s = item.waiting_since_s = line.clock[0].now_s
    item.material_s = item.gang_s = 0.0
    item.visits += 1
    item.next = -1
    part = -1 if item.mending < 0 else line.kinds[line.defects[item.mending].kind].replace
    if part >= 0 and line.parts[part].first_operation >= 0:
        release_spare(line, index, part)
    if part >= 0 and not take_swap(line, index, part):
        waited_for = line.parts[part]
        if waited_for.swap_tail >= 0:
            line.items[waited_for.swap_tail].next = index
        else:
            waited_for.swap_head = index
        waited_for.swap_tail = index
        return
    gather(line, index)


@kernel
def announce_stock(line: Line, part: int) -> None:
    """Stock of the part has grown: those who wait for it are served, one at a turn, by :func:`serve_next`."""
    clock, row = line.clock[0], line.parts[part]
    if not row.is_served:
        row.is_served = 1
        row.next_served = clock.served_part
        clock.served_part = part


@kernel
def serve_next(line: Line) -> None:
    """Give stock to one item that waits for it: debug first, then by priority and age over all assemblies."""
    clock = line.clock[0]
    part = clock.served_part
    row = line.parts[part]
    index = row.swap_head
    if index >= 0 and take_swap(line, index, part):
        row.swap_head = line.items[index].next
        if row.swap_head < 0:
            row.swap_tail = -1
        line.items[index].next = -1
        gather(line, index)
        return
    operation = -1 if index >= 0 else _first_to_kit(line, part)
    if operation < 0:
        clock.served_part, row.is_served = row.next_served, 0
        return
    waiting = line.operations[operation]
    index = waiting.wait_head
    waiting.wait_head = line.items[index].next
    if waiting.wait_head < 0:
        waiting.wait_tail = -1
    take_kit(line, index, operation)
    line.items[index].next = -1
    gather(line, index)


@kernel
def _first_to_kit(line: Line, part: int) -> int:
    """The operation whose first waiting item can be kitted now and comes before all others, or -1."""
    row = line.parts[part]
    first = -1
    for k in range(row.first_consumer, row.first_consumer + row.n_consumers):
        operation = line.links[k].to
        index = line.operations[operation].wait_head
        if index >= 0 and kit_is_there(line, operation):
            item = line.items[index]
            if first < 0:
                first = operation
            else:
                best = line.items[line.operations[first].wait_head]
                is_older = item.priority == best.priority and item.waiting_since_s < best.waiting_since_s
                if item.priority > best.priority or is_older:
                    first = operation
    return first


@kernel
def _release_held(line: Line, s: int) -> None:
    """A piece of the source has left: the next order that was held back may go."""
    source = line.sources[s]
    source.wip -= 1
    if source.held_head >= 0:
        index = source.held_head
        source.held_head = line.items[index].next
        if source.held_head < 0:
            source.held_tail = -1
        source.wip += 1
        release(line, index)
    elif source.interarrival_law < 0:
        release_order(line, s)


@kernel
def next_due_s(line: Line, s: int) -> float:
    """The source has one more order: when that is due (infinity if it promises nothing)."""
    source = line.sources[s]
    source.arrivals += 1
    if source.due_law < 0:
        return np.inf
    promised_s = sample(line.laws[source.due_law], line.samples, source.key, source.arrivals, 1)
    return line.clock[0].now_s + promised_s


@kernel
def release_order(line: Line, s: int) -> None:
    """One more piece of a source that always has another order."""
    source, clock = line.sources[s], line.clock[0]
    due_s = next_due_s(line, s)
    entity = entity_of(source.key, source.arrivals, 0)
    index = new_item(line, source.part, entity, clock.next_order, s, source.priority, clock.now_s, due_s)
    line.items[index].is_order = 1
    clock.next_order += 1
    source.wip += 1
    release(line, index)


@kernel
def _ship(line: Line, index: int) -> None:
    item, now_s = line.items[index], line.clock[0].now_s
    latent, patent = end_defects(line, index, ESCAPED)
    record_shipment(line, index, latent, patent)
    record_work_order(line, index, SHIPPED, now_s)
    s = item.source
    free_item(line, index)
    if s >= 0:
        _release_held(line, s)


@kernel
def _scrap(line: Line, index: int) -> None:
    """The piece is lost with all it contains; another is released in its place, and components as far as it had any."""
    item = line.items[index]
    end_defects(line, index, DISCARDED)
    record_work_order(line, index, SCRAPPED, line.clock[0].now_s)
    again = _component_of(line, index, item.part, SPARES)
    line.items[again].is_order = item.is_order
    part = line.parts[item.part]
    for operation in range(part.first_operation, item.furthest + 1):
        row = line.operations[operation]
        for k in range(row.first_consumed, row.first_consumed + row.n_consumed):
            component = line.links[k].to
            if line.parts[component].first_operation >= 0 and not row.is_rework:
                for copy in range(line.links[k].count):
                    release(line, _component_of(line, again, component, copy))
    free_item(line, index)
    _start(line, again)


@kernel
def vacate(line: Line, u: int) -> None:
    """Unit ``u`` is empty: its item has gone."""
    unit = line.units[u]
    unit.held, unit.activity = -1, IDLE
    if unit.health == UP:
        make_free(line, u)
    else:
        set_state(line, u, unit.state, unit.reason, -1)


@kernel
def make_free(line: Line, u: int) -> None:
    """The idle unit ``u`` can take work."""
    unit = line.units[u]
    bank, center = line.banks[unit.bank], line.centers[unit.center]
    unit.next_free = bank.free_head
    bank.free_head = u
    bank.n_free += 1
    center.n_free += 1
    show_idle(line, u)
    mark(line, unit.center)


@kernel
def hand_over(line: Line, u: int) -> None:
    """The finished item of unit ``u`` goes where it is bound."""
    unit = line.units[u]
    index = unit.held
    item = line.items[index]
    if unit.health != UP:
        unit.down_s += line.clock[0].now_s - unit.down_since_s
    record_operation(line, u)
    item.energy_j += unit.energy_j
    item.labour_s += unit.labour_s
    item.unit = -1
    vacate(line, u)
    if unit.outcome == SCRAP:
        _scrap(line, index)
    elif unit.target == FINISHED:
        if item.is_order:
            _ship(line, index)
        else:
            put_in_stock(line, index)
            record_material(line, item.part, 1, MADE)
            announce_stock(line, item.part)
    elif line.operations[unit.target].is_rework:
        join_debug(line, index, unit.target)
    else:
        join(line, index, unit.target)


@kernel
def leave(line: Line, u: int) -> None:
    """Work on the item of unit ``u`` has ended: it leaves, or blocks the unit if the next buffer is full."""
    unit = line.units[u]
    item = line.items[unit.held]
    set_draw(line, u, item.part, 0.0)
    free_reservation(line, u, item.part)
    unit.ended_s, unit.down_by_end_s = line.clock[0].now_s, unit.down_s
    if unit.outcome == SCRAP or unit.target == FINISHED:
        hand_over(line, u)
        return
    row = line.operations[unit.target]
    center = line.centers[row.center]
    is_bounded = not row.is_rework and row.n_consumed == 0 and row.gang <= 1 and not item.is_reworked
    if not is_bounded or center.n_queued < center.buffer:
        hand_over(line, u)
        return
    unit.activity = BLOCKED
    stand_by_blocked(line, u, item.serial)
    unit.next_blocked = -1
    if center.blocked_tail >= 0:
        line.units[center.blocked_tail].next_blocked = u
    else:
        center.blocked_head = u
    center.blocked_tail = u
    mark(line, row.center)


@kernel
def unblock(line: Line, w: int) -> None:
    """The unit that has been blocked longest by work center ``w`` hands over its item."""
    center = line.centers[w]
    u = center.blocked_head
    center.blocked_head = line.units[u].next_blocked
    if center.blocked_head < 0:
        center.blocked_tail = -1
    hand_over(line, u)


@kernel
def dequeue(line: Line, w: int) -> None:
    """The head of the queue enters work: what it waited for is booked to it (and to its gang)."""
    center = line.centers[w]
    settle_cause(line, w)
    index = center.queue_head
    center.queue_head = line.items[index].next
    if center.queue_head < 0:
        center.queue_tail = -1
    center.n_queued -= 1
    leader = line.items[index]
    leader.next = -1
    for cause in range(CAUSES):
        leader.center_waited_s[cause] += center.waited_s[cause]
    member = index
    while member >= 0:
        item = line.items[member]
        for cause in range(CAUSES):
            item.center_waited_s[cause] = leader.center_waited_s[cause]
        item.center_waited_s[MATERIAL], item.center_waited_s[GANG] = item.material_s, item.gang_s
        member = item.gang_next
