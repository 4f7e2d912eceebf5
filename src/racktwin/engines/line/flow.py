"""How items leave a work unit: handed over, blocked, shipped, scrapped; and how the unit becomes free."""

from __future__ import annotations

import numpy as np

from racktwin.sim.jit import inlined, kernel

from .arrival import join
from .draw import free_reservation, set_draw, set_state, stand_by_blocked
from .material import announce_stock, free_item, put_in_stock
from .quality import end_defects
from .queues import mark, show_idle
from .recording import MADE, RECOVERED, record_material, record_operation, record_shipment, record_work_order
from .release import SPARES, _start, comes_prebuilt, component_of, ease_drum, release, release_held
from .serving import join_debug
from .tables import BLOCKED, DISCARDED, ESCAPED, FINISHED, IDLE, PASS, SCRAP, SCRAPPED, SHIPPED, UP, Line

_MOST_PRODUCED = 1 << 10
"""Recovered copies are numbered from twice ``SPARES`` on, so many a visit at most."""


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
        release_held(line, s)


@kernel
def _scrap(line: Line, index: int) -> None:
    """The piece is lost with all it contains; another is released in its place, and components as far as it had any."""
    item = line.items[index]
    end_defects(line, index, DISCARDED)
    ease_drum(line, index, np.inf)
    record_work_order(line, index, SCRAPPED, line.clock[0].now_s)
    again = component_of(line, index, item.part, SPARES)
    line.items[again].is_order, line.items[again].plan = item.is_order, item.plan
    part = line.parts[item.part]
    for operation in range(part.first_operation, item.furthest + 1):
        row = line.operations[operation]
        for k in range(row.first_consumed, row.first_consumed + row.n_consumed):
            component = line.links[k].to
            made = line.parts[component]
            if made.first_operation >= 0 and not row.is_rework and not made.is_kanban:
                for copy in range(line.links[k].count):
                    if not comes_prebuilt(line, component):
                        release(line, component_of(line, again, component, copy))
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
    if center.queue_head >= 0 or center.blocked_head >= 0:
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
    if not unit.ends_plainly:  # which takes neither power nor people
        item.energy_j += unit.energy_j / unit.n_begun
        item.labour_s += unit.labour_s / unit.n_begun
    item.unit = -1
    unit.held, unit.n_held = item.batch_next, unit.n_held - 1
    item.batch_next = -1
    if unit.held < 0:
        vacate(line, u)
    if item.outcome == PASS and not unit.ends_plainly:
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
    piece = component_of(line, index, part, 2 * SPARES + visits * _MOST_PRODUCED + copy)
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
    let_go(line, u)


@inlined
def let_go(line: Line, u: int) -> None:
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
    let_go(line, u)
