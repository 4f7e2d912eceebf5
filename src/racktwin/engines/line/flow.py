"""How items move: released, kitted, queued, handed over, blocked, shipped, scrapped."""

from __future__ import annotations

from typing import Any

import numpy as np

from racktwin.sim.distributions import sample
from racktwin.sim.jit import kernel
from racktwin.sim.rng import philox
from racktwin.sim.states import NON_SCHEDULED, STANDBY

from .draw import free_reservation, reason_of, set_draw, set_state, stand_by_blocked
from .material import announce_stock, free_item, kit_is_there, put_in_stock, take_kit, take_swap
from .quality import end_defects
from .recording import MADE, RECOVERED, record_material, record_operation, record_shipment, record_work_order
from .tables import (
    BLOCKED,
    CALENDAR,
    CAUSES,
    DISCARDED,
    EDD,
    ESCAPED,
    FINISHED,
    GANG,
    IDLE,
    MATERIAL,
    NO_CAUSE,
    PASS,
    PRIORITY,
    SCRAP,
    SCRAPPED,
    SHIPPED,
    SPT,
    UP,
    Line,
)

_CLOSED_S = 1e12
"""A closed work center counts as having so much more work before it."""

_MOST_PRODUCED = 1 << 10
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
def enqueue(line: Line, index: int) -> None:
    """Item ``index`` joins the queue of its operation's work center."""
    item = line.items[index]
    w = line.operations[item.operation].center
    center = line.centers[w]
    settle_cause(line, w)
    for cause in range(CAUSES):
        item.center_waited_s[cause] = -center.waited_s[cause]
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
    is_first_visit = operation > item.furthest and not row.is_move
    if is_first_visit:
        item.furthest = operation
    if row.n_consumed > 0 and is_first_visit and (row.wait_head >= 0 or not take_kit(line, index, operation)):
        _wait_for_kit(line, index, operation)
        return
    gather(line, index)


@kernel
def _wait_for_kit(line: Line, index: int, operation: int) -> None:
    """Item ``index`` waits for material behind those of its rank."""
    row = line.operations[operation]
    before, after = row.wait_tail, -1
    if before >= 0 and _outranks(line, index, before):
        before, after = -1, row.wait_head
        while not _outranks(line, index, after):
            before, after = after, line.items[after].next
    line.items[index].next = after
    if before >= 0:
        line.items[before].next = index
    else:
        row.wait_head = index
    if after < 0:
        row.wait_tail = index


@kernel
def _outranks(line: Line, a: int, b: int) -> bool:
    """Whether item ``a`` is served material before ``b``, however long each has waited."""
    first, second = line.items[a], line.items[b]
    if first.is_hot != second.is_hot:
        return first.is_hot == 1
    return first.priority > second.priority


@kernel
def gather(line: Line, index: int) -> None:
    """The kitted item queues, or waits until its gang is complete; a gang queues as its first item."""
    item, now_s = line.items[index], line.clock[0].now_s
    row = line.operations[item.operation]
    item.material_s = now_s - item.waiting_since_s
    item.waiting_since_s = now_s
    item.gang_next = item.batch_next = -1
    if row.gang <= 1 or item.is_reworked:  # a retest does not wait for new partners
        if row.alternative >= 0:
            item.operation = _least_loaded(line, item.operation)
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
def _least_loaded(line: Line, operation: int) -> int:
    """The operation or that of its alternatives with the least work before each unit; a closed place is the last."""
    best, best_s = operation, -1.0
    while operation >= 0:
        row = line.operations[operation]
        center = line.centers[row.center]
        parts = center.n_queued + center.n_units - center.n_free + 1
        load_s = row.mean_s * parts / center.n_units
        if not center.is_open:
            load_s += _CLOSED_S
        if best_s < 0.0 or load_s < best_s:
            best, best_s = operation, load_s
        operation = row.alternative
    return best


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
    item.visits = item.failures = item.all_failures = item.is_reworked = item.is_order = item.is_hot = 0
    item.operation = item.furthest = item.passed = item.retest = item.mending = item.unit = item.defects = (
        item.plan
    ) = -1
    item.next = item.gang_next = item.batch_next = -1
    item.stress_s = item.energy_j = item.labour_s = item.drum_left_s = 0.0
    return index


@kernel
def _start(line: Line, index: int) -> None:
    """The piece begins its route."""
    clock, item = line.clock[0], line.items[index]
    item.serial = clock.next_serial
    clock.next_serial += 1
    item.release_s = clock.now_s
    item.drum_left_s = line.parts[item.part].drum_s
    clock.drum_load_s += item.drum_left_s
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
    component = new_item(line, part, entity, item.order, item.source, item.priority, item.wanted_s, item.due_s)
    line.items[component].is_hot = item.is_hot
    return component


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
    if part >= 0 and line.parts[part].first_operation >= 0 and not line.parts[part].is_kanban:
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
def serve_next(line: Line) -> None:
    """Give stock to one item that waits for it: debug first, then by priority and age over all assemblies.

    A free kanban card goes before, and has another piece made.
    """
    clock = line.clock[0]
    part = clock.served_part
    row = line.parts[part]
    if row.free_cards > 0:
        row.free_cards -= 1
        row.cards_made += 1
        entity = entity_of(row.key, row.cards_made, 2)
        release(line, new_item(line, part, entity, -1, -1, 0, clock.now_s, np.inf))
        return
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
                best = line.operations[first].wait_head
                is_older = item.waiting_since_s < line.items[best].waiting_since_s
                if _outranks(line, index, best) or (is_older and not _outranks(line, best, index)):
                    first = operation
    return first


@kernel
def _release_held(line: Line, s: int) -> None:
    """A piece of the source has left: the next order that was held back may go."""
    source = line.sources[s]
    source.wip -= 1
    if may_release(line, s):
        if source.held_head >= 0:
            _release_first_held(line, s)
        elif source.interarrival_law < 0:
            release_order(line, s)


@kernel
def may_release(line: Line, s: int) -> bool:
    """Whether the limit on work in progress and the rope of the source let one more piece go."""
    source, clock = line.sources[s], line.clock[0]
    if clock.now_s < source.first_s:  # another source has eased the drum
        return False
    if source.wip >= source.max_wip:
        return False
    return source.rope_s <= 0.0 or clock.drum_load_s < source.rope_s * line.centers[clock.drum].n_units


@kernel
def _release_first_held(line: Line, s: int) -> None:
    source = line.sources[s]
    index = source.held_head
    source.held_head = line.items[index].next
    if source.held_head < 0:
        source.held_tail = -1
    line.items[index].next = -1
    source.wip += 1
    release(line, index)


@kernel
def pull_rope(line: Line) -> None:
    """The drum has less work before it: release one piece that the rope held, or note that there is none."""
    for s in range(line.sources.size):
        source = line.sources[s]
        if source.rope_s > 0.0 and may_release(line, s):
            if source.held_head >= 0:
                _release_first_held(line, s)
                return
            if source.interarrival_law < 0:
                release_order(line, s)
                return
    line.clock[0].is_rope_slack = 0


@kernel
def ease_drum(line: Line, index: int, work_s: float) -> None:
    """Item ``index`` stands for ``work_s`` less work at the drum, or as much less as it has left."""
    item, clock = line.items[index], line.clock[0]
    done_s = min(work_s, item.drum_left_s)
    if done_s > 0.0:
        item.drum_left_s -= done_s
        clock.drum_load_s -= done_s
        clock.is_rope_slack = 1


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
    line.items[index].is_order, line.items[index].is_hot = 1, source.is_hot
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
    ease_drum(line, index, np.inf)
    free_item(line, index)
    if s >= 0:
        _release_held(line, s)


@kernel
def _scrap(line: Line, index: int) -> None:
    """The piece is lost with all it contains; another is released in its place, and components as far as it had any."""
    item = line.items[index]
    end_defects(line, index, DISCARDED)
    ease_drum(line, index, np.inf)
    record_work_order(line, index, SCRAPPED, line.clock[0].now_s)
    again = _component_of(line, index, item.part, SPARES)
    line.items[again].is_order, line.items[again].plan = item.is_order, item.plan
    part = line.parts[item.part]
    for operation in range(part.first_operation, item.furthest + 1):
        row = line.operations[operation]
        for k in range(row.first_consumed, row.first_consumed + row.n_consumed):
            component = line.links[k].to
            made = line.parts[component]
            if made.first_operation >= 0 and not row.is_rework and not made.is_kanban:
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
    """The idle unit ``u`` can take work, unless upkeep is due: that comes first."""
    unit, clock = line.units[u], line.clock[0]
    for k in range(unit.first_upkeep, unit.first_upkeep + unit.n_upkeep):
        if line.upkeep[k].is_due:
            unit.next_free = clock.upkeep_head
            clock.upkeep_head = u
            return
    bank, center = line.banks[unit.bank], line.centers[unit.center]
    unit.next_free = bank.free_head
    bank.free_head = u
    bank.n_free += 1
    center.n_free += 1
    show_idle(line, u)
    mark(line, unit.center)


@kernel
def _hand_over(line: Line, u: int) -> None:
    """The first finished item of unit ``u`` goes where it is bound."""
    unit, now_s = line.units[u], line.clock[0].now_s
    index = unit.held
    item = line.items[index]
    if unit.health != UP:
        unit.down_s += now_s - unit.down_since_s
        unit.down_since_s = now_s
    record_operation(line, u)
    item.energy_j += unit.energy_j / unit.n_begun
    item.labour_s += unit.labour_s / unit.n_begun
    item.unit = -1
    unit.held, unit.n_held = item.batch_next, unit.n_held - 1
    item.batch_next = -1
    if unit.held < 0:
        vacate(line, u)
    if item.outcome == PASS:
        _pass_on(line, index)
    if item.outcome == SCRAP:
        _scrap(line, index)
    elif item.target == FINISHED:
        if item.is_order:
            _ship(line, index)
        else:
            ease_drum(line, index, np.inf)
            put_in_stock(line, index)
            record_material(line, item.part, 1, MADE)
            announce_stock(line, item.part)
    elif line.operations[item.target].is_rework:
        join_debug(line, index, item.target)
    else:
        join(line, index, item.target)


@kernel
def _pass_on(line: Line, index: int) -> None:
    """What follows when an operation first passes: parts it produces, and work that the drum need not do any more."""
    item = line.items[index]
    row = line.operations[item.operation]
    drum = line.clock[0].drum
    if row.is_move:
        if row.center == drum:
            ease_drum(line, index, row.mean_s)
        return
    if row.step <= item.passed:  # a retest takes nothing out again
        return
    item.passed = row.step
    planned = line.operations[row.step]
    if planned.center == drum:
        ease_drum(line, index, planned.mean_s)
    for k in range(row.first_produced, row.first_produced + row.n_produced):
        part, pieces = line.links[k].to, line.links[k].count
        if line.parts[part].first_operation >= 0:
            for copy in range(pieces):
                _recover(line, index, part, copy)
        else:
            line.parts[part].on_hand += pieces
            line.parts[part].loose += pieces
            record_material(line, part, pieces, RECOVERED)
        announce_stock(line, part)


@kernel
def _recover(line: Line, index: int, part: int, copy: int) -> None:
    """A piece of a part made here comes out of item ``index`` and goes to stock as good."""
    clock, visits = line.clock[0], line.items[index].visits
    piece = _component_of(line, index, part, 2 * SPARES + visits * _MOST_PRODUCED + copy)
    line.items[piece].serial = clock.next_serial
    clock.next_serial += 1
    line.items[piece].release_s = clock.now_s
    put_in_stock(line, piece)
    line.parts[part].without_card += line.parts[part].is_kanban
    record_material(line, part, 1, RECOVERED)


@kernel
def leave(line: Line, u: int) -> None:
    """Work on what unit ``u`` holds has ended: each item leaves, or blocks the unit if its next buffer is full."""
    unit = line.units[u]
    item = line.items[unit.held]
    set_draw(line, u, item.part, 0.0)
    free_reservation(line, u, item.part)
    unit.ended_s, unit.down_by_end_s = line.clock[0].now_s, unit.down_s
    _let_go(line, u)


@kernel
def _let_go(line: Line, u: int) -> None:
    """Hand over one item of unit ``u`` after the other, until it is empty or blocked."""
    unit = line.units[u]
    while unit.held >= 0:
        if _has_room(line, unit.held):
            _hand_over(line, u)
        else:
            _block(line, u, line.operations[line.items[unit.held].target].center)
            return


@kernel
def _has_room(line: Line, index: int) -> bool:
    """Whether item ``index``, finished, can go on; rework, kits, gangs and a choice of places are not bounded."""
    item = line.items[index]
    if item.outcome == SCRAP or item.target == FINISHED:
        return True
    row = line.operations[item.target]
    is_bounded = not row.is_rework and row.n_consumed == 0 and row.gang <= 1 and row.alternative < 0
    if not is_bounded or item.is_reworked:
        return True
    return line.centers[row.center].n_queued < line.centers[row.center].buffer


@kernel
def _block(line: Line, u: int, w: int) -> None:
    """Unit ``u`` cannot hand over its item, since the buffer of work center ``w`` is full."""
    unit, center = line.units[u], line.centers[w]
    unit.activity = BLOCKED
    serial = line.items[unit.held].serial
    if unit.health == UP:
        stand_by_blocked(line, u, serial)
    else:  # it broke down while an earlier part of its batch was blocked
        set_state(line, u, unit.state, unit.reason, serial)
    unit.next_blocked = -1
    if center.blocked_tail >= 0:
        line.units[center.blocked_tail].next_blocked = u
    else:
        center.blocked_head = u
    center.blocked_tail = u
    mark(line, w)


@kernel
def unblock(line: Line, w: int) -> None:
    """The unit that has been blocked longest by work center ``w`` hands over its item, and what else can go."""
    center = line.centers[w]
    u = center.blocked_head
    center.blocked_head = line.units[u].next_blocked
    if center.blocked_head < 0:
        center.blocked_tail = -1
    _hand_over(line, u)
    _let_go(line, u)


@kernel
def dequeue(line: Line, w: int, index: int, before: int) -> None:
    """Item ``index``, which stands behind ``before`` (-1: the head), enters work: what it waited for is booked."""
    center, leader = line.centers[w], line.items[index]
    settle_cause(line, w)
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
    for cause in range(CAUSES):
        waited_s = leader.center_waited_s[cause] + center.waited_s[cause]
        member = index
        while member >= 0:
            line.items[member].center_waited_s[cause] = waited_s
            member = line.items[member].gang_next
    member = index
    while member >= 0:
        item = line.items[member]
        item.center_waited_s[MATERIAL] += item.material_s
        item.center_waited_s[GANG] += item.gang_s
        member = item.gang_next
