"""Decisions by a user's rule: who of a queue goes next.

A work center whose queue a rule orders does not start anything by itself: it *asks*. Once all else at this instant has
settled, its candidates are listed and the rule chooses one, which goes to the head of the queue. It stays the choice
until it starts or somebody joins the queue. A compiled rule is called here; for a rule of Python the kernel returns.
"""

from __future__ import annotations

from racktwin.sim.calling import call_by_address
from racktwin.sim.jit import kernel, rare

from .queues import mark
from .rules import least_setup_s
from .tables import COMPILED_DOOR, NO_DOOR, Line

CHOSEN, UNANSWERED, WRONG_CHOICE, TOO_MANY = range(4)
"""What became of a question: answered; Python must answer; answered wrongly; more candidates than rows for them."""


@kernel
def must_choose(line: Line, w: int) -> bool:
    """Whether work center ``w`` could start something and a rule has still to say what."""
    center = line.centers[w]
    return (
        center.door != NO_DOOR and not center.is_chosen and center.is_open and center.n_queued > 1 and center.n_free > 0
    )


@rare
def ask(line: Line, w: int) -> None:
    """The rule of work center ``w`` is to choose before time goes on."""
    clock, center = line.clock[0], line.centers[w]
    if not center.is_asking:
        center.is_asking = 1
        center.next_asking = clock.asking_center
        clock.asking_center = w


@kernel
def _list_candidates(line: Line, w: int) -> None:
    now_s, place = line.clock[0].now_s, 0
    index = line.centers[w].queue_head
    while index >= 0:
        row, item = line.candidates[place], line.items[index]
        operation = line.operations[item.operation]
        row.serial_number, row.part, row.operation = item.serial, item.part, item.operation
        row.priority, row.is_hot = item.priority, item.is_hot
        row.due_s, row.release_s = item.due_s, item.release_s
        row.queued_s, row.waiting_s = item.queued_s, now_s - item.queued_s
        row.work_s, row.work_left_s = operation.mean_s, operation.left_s
        row.setup_s = least_setup_s(line, w, item.operation)
        row.failures = item.failures
        row.peak_w = 0.0
        for phase in range(operation.first_phase, operation.first_phase + operation.n_phases):
            row.peak_w = max(row.peak_w, line.phases[phase].peak_w)
        row.pieces = 0
        member = index
        while member >= 0:
            row.pieces += 1
            member = line.items[member].gang_next
        index = item.next
        place += 1


@kernel
def _put_first(line: Line, w: int, place: int) -> None:
    center = line.centers[w]
    before, index = -1, center.queue_head
    for _ in range(place):
        before, index = index, line.items[index].next
    if before >= 0:
        line.items[before].next = line.items[index].next
        if center.queue_tail == index:
            center.queue_tail = before
        line.items[index].next = center.queue_head
        center.queue_head = index


@rare
def answer(line: Line) -> int:
    """Settle the question asked last: by the rule, or by the choice that Python has left in the clock."""
    clock = line.clock[0]
    w = clock.asking_center
    center = line.centers[w]
    if must_choose(line, w):
        if clock.choice < 0:
            if center.n_queued > line.candidates.size:
                return TOO_MANY
            _list_candidates(line, w)
            if center.door != COMPILED_DOOR:
                return UNANSWERED
            clock.choice = call_by_address(center.rule, line.candidates, center.n_queued, clock.now_s)
        if clock.choice < 0 or clock.choice >= center.n_queued:
            return WRONG_CHOICE
        _put_first(line, w, clock.choice)
        clock.choice = -1
        center.is_chosen = 1
    clock.asking_center = center.next_asking
    center.is_asking = 0
    mark(line, w)
    return CHOSEN
