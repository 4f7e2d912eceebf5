"""Starting work: the head of a queue gets a work unit, people and power together, or waits and says for what."""

from __future__ import annotations

import math

from racktwin.sim.events import schedule
from racktwin.sim.jit import kernel

from .attendance import drop_claim, list_claim, return_people, take_people
from .doors import ask, must_choose
from .draw import reserve
from .flow import unblock
from .plain import begin_plainly, begins_plainly
from .queues import dequeue, set_cause
from .rules import batch_due_s, batch_size, choose_bank, choose_leader, choose_unit, held_until_s
from .tables import CALENDAR, CELL, GANG, IDLE, NO_CAUSE, PEOPLE, WORKING, Line
from .work import admitted_w, begin_phase, cause_of_limit, enter, opening_phase


@kernel
def _take_unit(line: Line, bank: int, operation: int) -> int:
    row = line.banks[bank]
    u = choose_unit(line, bank, operation)
    if u == row.free_head:
        row.free_head = line.units[u].next_free
    else:
        before = row.free_head
        while line.units[before].next_free != u:
            before = line.units[before].next_free
        line.units[before].next_free = line.units[u].next_free
    row.n_free -= 1
    line.centers[row.center].n_free -= 1
    line.units[u].activity = WORKING
    return u


@kernel
def _put_back(line: Line, u: int) -> None:
    unit = line.units[u]
    bank = line.banks[unit.bank]
    unit.activity = IDLE
    unit.next_free = bank.free_head
    bank.free_head = u
    bank.n_free += 1
    line.centers[unit.center].n_free += 1


@kernel
def _unseat(line: Line, leader: int, until: int) -> None:
    """Undo the seats of the gang's members before ``until``."""
    member = leader
    while member != until:
        u = line.items[member].unit
        return_people(line, u, opening_phase(line, u, line.items[member].operation))
        reserve(line, u, line.items[member].part, 0.0)
        _put_back(line, u)
        line.items[member].unit = -1
        member = line.items[member].gang_next


@kernel
def _seat(line: Line, w: int, leader: int, pieces: int) -> tuple[int, int]:
    """Give each member of the gang, or the batch of ``pieces``, a unit with power and people, or none.

    (-1, -1), or (cause, what is missing).
    """
    operation = line.items[leader].operation
    member = leader
    while member >= 0:
        part = line.items[member].part
        bank, level, refusing = choose_bank(line, w, operation, part, pieces)
        u = _take_unit(line, bank if bank >= 0 else _any_free_bank(line, w), operation)
        line.items[member].unit = u
        opening = opening_phase(line, u, operation)
        lacking = take_people(line, u, opening)
        if lacking >= 0 or bank < 0:
            if lacking < 0:
                return_people(line, u, opening)
            _put_back(line, u)
            line.items[member].unit = -1
            _unseat(line, leader, member)
            if lacking >= 0:
                return PEOPLE, lacking
            return cause_of_limit(line, refusing), refusing
        line.units[u].level = level
        reserve(line, u, part, admitted_w(line, operation, opening, level) * pieces)
        member = line.items[member].gang_next
    return -1, -1


@kernel
def _gang_size(line: Line, leader: int) -> int:
    size, member = 0, leader
    while member >= 0:
        size += 1
        member = line.items[member].gang_next
    return size


@kernel
def _any_free_bank(line: Line, w: int) -> int:
    center = line.centers[w]
    bank = center.first_bank
    while line.banks[bank].n_free == 0:
        bank += 1
    return bank


@kernel
def _begin(line: Line, leader: int) -> None:
    """The gang, seated, starts together."""
    member = leader
    while member >= 0:
        following = line.items[member].gang_next
        u = line.items[member].unit
        enter(line, u, member, line.units[u].level)
        begin_phase(line, u)
        member = following


@kernel
def _pull_blocked(line: Line, w: int) -> bool:
    """Let the item blocked longest join the queue, if there is room or (without a buffer) a unit to take it."""
    center = line.centers[w]
    if center.blocked_head < 0:
        return False
    has_room = center.n_queued < center.buffer
    if not has_room and not (center.buffer == 0 and center.queue_head < 0 and center.n_free > 0 and center.is_open):
        return False
    unblock(line, w)
    return True


@kernel
def _wait(line: Line, w: int, cause: int, on: int) -> None:
    set_cause(line, w, cause)
    if on >= 0:
        list_claim(line, w, cause, on)
    else:
        drop_claim(line, w)


@kernel
def dispatch(line: Line, w: int) -> None:
    """Start all that can start at work center ``w``, in the order of its queue."""
    center = line.centers[w]
    while True:
        if _pull_blocked(line, w):
            continue
        if center.queue_head < 0:
            _wait(line, w, NO_CAUSE, -1)
            return
        if not center.is_open:
            _wait(line, w, CALENDAR, -1)
            return
        if center.n_free == 0:
            _wait(line, w, CELL, -1)
            return
        if begins_plainly(line, w):
            begin_plainly(line, w)
            continue
        if must_choose(line, w) and not line.claims[w].is_listed:
            ask(line, w)
            return
        leader, before = choose_leader(line, w)
        if leader < 0:
            _await_batch(line, w)
            return
        held_s = held_until_s(line, w, leader)
        if held_s > line.clock[0].now_s:
            _wait(line, w, CALENDAR, -1)
            schedule(line.events, line.clock[0].first_center_slot + w, held_s)
            return
        if center.n_free < _gang_size(line, leader):
            _wait(line, w, CELL, -1)
            return
        pieces = batch_size(line, w, leader)
        cause, on = _seat(line, w, leader, pieces)
        if cause >= 0:
            _wait(line, w, cause, on)
            return
        drop_claim(line, w)
        dequeue(line, w, leader, before)
        if pieces > 1:
            _fill_batch(line, w, leader, pieces - 1)
        _begin(line, leader)


@kernel
def _await_batch(line: Line, w: int) -> None:
    """No batch is large enough: wait for more parts, at most until the first has waited long enough."""
    _wait(line, w, GANG, -1)
    due_s, index = math.inf, line.centers[w].queue_head
    while index >= 0:
        due_s = min(due_s, batch_due_s(line, w, index))
        index = line.items[index].next
    if due_s < math.inf:
        schedule(line.events, line.clock[0].first_center_slot + w, due_s)


@kernel
def _fill_batch(line: Line, w: int, leader: int, others: int) -> None:
    """The next ``others`` of the queue that are at the leader's operation go with it."""
    operation, last = line.items[leader].operation, leader
    before, index = -1, line.centers[w].queue_head
    while others > 0 and index >= 0:
        following = line.items[index].next
        if line.items[index].operation == operation:
            dequeue(line, w, index, before)
            line.items[last].batch_next = index
            last = index
            others -= 1
        else:
            before = index
        index = following
