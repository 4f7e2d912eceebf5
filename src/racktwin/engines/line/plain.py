"""Visits that take a work unit for a time and nothing else, from beginning to end in one go.

An operation of one phase without people, power, stress or learning, at a work center without set-ups, batches,
vehicles or upkeep, *begins plainly*; one that neither makes nor finds defects *ends plainly* as well. Most of what
dispatch, work and the verdict look at cannot be there, and is left out here; ``tests/engines/line/test_plain.py`` holds
that a plant runs the same with and without these shortcuts. What they bring is in docs/design/line_speed.md.
"""

from __future__ import annotations

from racktwin.sim.distributions import sample
from racktwin.sim.events import cancel
from racktwin.sim.jit import inlined, kernel

from .attendance import drop_claim
from .flow import let_go
from .queues import dequeue
from .tables import BUSY_CLOCK, DRAW_PHASE, NO_DOOR, PASS, VISIT_DRAWS, WORKING, Line
from .work import occupy, produce


@inlined
def begins_plainly(line: Line, w: int) -> bool:
    """Whether the head of the queue of ``w`` is at a plain operation and nobody is to be asked for another."""
    center = line.centers[w]
    return center.door == NO_DOOR and line.operations[line.items[center.queue_head].operation].begins_plainly == 1


@inlined
def begin_plainly(line: Line, w: int) -> None:
    """The head of the queue of ``w`` enters the unit that was free last, and work begins."""
    center = line.centers[w]
    bank, index = line.banks[center.first_bank], center.queue_head
    item = line.items[index]
    operation = line.operations[item.operation]
    # first of all: the processor does what follows while it waits for the draw, from which the next event hangs
    draw = VISIT_DRAWS * item.visits + DRAW_PHASE
    duration_s = max(0.0, sample(line.laws[operation.law], line.samples, operation.key, item.entity, draw))
    u = bank.free_head
    unit = line.units[u]
    bank.free_head = unit.next_free
    bank.n_free -= 1
    center.n_free -= 1
    unit.activity = WORKING
    drop_claim(line, w)
    dequeue(line, w, index, -1)
    occupy(line, u, index, 0)
    unit.phase, unit.n_held, unit.n_begun, item.unit = operation.first_phase, 1, 1, u
    unit.drawn_s = unit.phase_s = unit.remaining_s = duration_s
    unit.cut_defect, unit.cut_off_s = -1, 0.0
    if operation.ends_plainly:
        unit.ends_plainly = 1
        # what the end will need of the operation, whose row has left the processor's cache by then
        item.target, item.passed = operation.next, max(item.passed, operation.step)
    produce(line, u)


@kernel
def end_plainly(line: Line, u: int) -> None:
    """The work in unit ``u`` is done: its item has passed and goes on."""
    unit, clock = line.units[u], line.clock[0]
    center, item = line.centers[unit.center], line.items[unit.held]
    worked_s = clock.now_s - unit.since_s
    unit.work_s += worked_s
    unit.remaining_s, unit.since_s = 0.0, clock.now_s
    if center.fails and center.failure_clock == BUSY_CLOCK:
        unit.life_s -= worked_s
        cancel(line.events, clock.first_failure_slot + u)
    item.outcome, item.outcome_kind, item.is_reworked = PASS, -1, 0
    unit.ended_s, unit.down_by_end_s = clock.now_s, unit.down_s
    let_go(line, u)
