"""The event loop of the line: what happens next, and everything that follows from it at that instant."""

from __future__ import annotations

from typing import Any

import numpy as np

from racktwin.sim.distributions import sample
from racktwin.sim.events import fire, next_event, schedule, settle_fired
from racktwin.sim.jit import entry_point, kernel, rare
from racktwin.sim.packing import packed

from .attendance import balance_places, begin_round, free_skills, is_retried, lift_claim, pass_claim, retry_claim
from .dispatch import dispatch
from .doors import CHOSEN, TOO_MANY, UNANSWERED, answer, ask, must_choose
from .material import announce_stock, receive
from .plain import end_plainly
from .prebuilt import receive_prebuilt
from .queues import mark, show_idle
from .recording import record_defect, record_labour, record_limit, record_state, record_work_order
from .release import entity_of, may_release, new_item, next_due_s, pull_rope, release, release_order
from .service import (
    begin_upkeep,
    book_and_go_on,
    break_down,
    end_service,
    fall_due,
    interrupt_service,
    start_clocks,
    take_down,
)
from .serving import serve_next
from .shortage import change_limit, raise_throttled
from .tables import (
    HEADCOUNT,
    IDLE,
    IN_PROGRESS,
    IN_SERVICE,
    IN_STOCK,
    LIMIT_CHANGE,
    OPEN,
    OPENING,
    OUTAGE,
    RECEIPT,
    RELEASE,
    UP,
    WORKING,
    Line,
)
from .work import end_phase, pause

DONE, ROWS_FULL, ITEMS_FULL, DEFECTS_FULL, STUCK, OVERFLOW, ASKED, CANDIDATES_FULL, REFUSED = range(9)
"""Why :func:`run` returned: finished; Python must make room in a table, or choose a candidate, and call again; or it is
no use to go on."""

MOST_TURNS = 3_000_000
"""Turns at one instant after which time will not advance any more."""


@entry_point
def start(tables: Line) -> None:
    """Time zero: everything is idle, timelines and sources have their first event pending."""
    _start(packed(tables))


@kernel
def _start(line: Line) -> None:
    clock = line.clock[0]
    for u in range(line.units.size):
        start_clocks(line, u)
    for part in range(line.parts.size):
        if line.parts[part].free_cards > 0:
            announce_stock(line, part)
    for t in range(line.timelines.size):
        if line.timelines[t].next < line.timelines[t].end:
            time_s = line.steps[line.timelines[t].next].time_s
            schedule(line.events, clock.first_timeline_slot + t, time_s)
    for s in range(line.sources.size):
        schedule(line.events, clock.first_source_slot + s, line.sources[s].first_s)


@entry_point
def run(tables: Line) -> int:
    """Simulate until the horizon, or until a table is nearly full; call again to go on."""
    return _run(packed(tables))


@kernel
def _run(line: Line) -> int:
    clock = line.clock[0]
    while True:
        if (
            clock.wide_rows + clock.most_rows > line.wide.size
            or clock.middle_rows + clock.most_rows > line.middle.size
            or clock.narrow_rows + clock.most_rows > line.narrow.size
        ):
            return ROWS_FULL
        if clock.free_items < clock.most_items:
            return ITEMS_FULL
        if clock.free_defects < clock.most_defects:
            return DEFECTS_FULL
        if clock.overflow:
            return OVERFLOW
        if clock.turns > MOST_TURNS:
            return STUCK
        clock.turns += 1
        if clock.served_part >= 0 or clock.is_rope_slack:
            if clock.served_part >= 0:
                serve_next(line)
            else:
                pull_rope(line)
            settle(line)
            continue
        if clock.asking_center >= 0:
            outcome = answer(line)
            if outcome != CHOSEN:
                return ASKED if outcome == UNANSWERED else CANDIDATES_FULL if outcome == TOO_MANY else REFUSED
            settle(line)
            continue
        slot, time_s = next_event(line.events)
        if time_s > clock.horizon_s:
            clock.now_s, clock.turns = clock.horizon_s, 0
            return DONE
        if time_s > clock.now_s:
            clock.turns = 0
        clock.now_s = time_s
        clock.events += 1
        fire(line.events, slot)
        handle(line, slot)
        settle(line)
        settle_fired(line.events, slot)


@kernel
def handle(line: Line, slot: int) -> None:
    """The event of ``slot``; all else at this instant follows in :func:`settle`."""
    clock = line.clock[0]
    if slot < clock.first_failure_slot:
        if line.units[slot].health == IN_SERVICE:
            end_service(line, slot)
        elif line.units[slot].ends_plainly:
            end_plainly(line, slot)
        else:
            end_phase(line, slot)
    elif slot < clock.first_upkeep_slot:
        break_down(line, slot - clock.first_failure_slot)
    elif slot < clock.first_timeline_slot:
        fall_due(line, slot - clock.first_upkeep_slot)
    elif slot < clock.first_source_slot:
        take_step(line, slot - clock.first_timeline_slot)
    elif slot < clock.first_center_slot:
        receive_order(line, slot - clock.first_source_slot)
    else:
        mark(line, slot - clock.first_center_slot)


@kernel
def settle(line: Line) -> None:
    """Let everything that can happen now happen: claims on what was freed first, then queues that changed."""
    clock = line.clock[0]
    while True:
        if clock.upkeep_head >= 0:
            u = clock.upkeep_head
            clock.upkeep_head = line.units[u].next_free
            begin_upkeep(line, u)
        elif clock.is_freed:
            retry_claims(line)
        elif clock.is_raised:
            raise_throttled(line)
        elif clock.dirty_center >= 0:
            w = clock.dirty_center
            clock.dirty_center = line.centers[w].next_dirty
            line.centers[w].is_dirty = 0
            if must_choose(line, w):
                ask(line, w)
            elif line.claims[w].is_listed:
                retry_claim(line, w)
            else:
                dispatch(line, w)
        else:
            return


@rare
def retry_claims(line: Line) -> None:
    """Whoever waits for what was freed tries again, oldest claim first."""
    clock = line.clock[0]
    begin_round(line)
    last = clock.waiting_tail
    claimant = clock.waiting_head
    while claimant >= 0:
        claim = line.claims[claimant]
        following = -1 if claimant == last else claim.next
        if is_retried(line, claimant):
            cause = claim.cause
            lift_claim(line, claimant)
            if claimant < line.centers.size:
                dispatch(line, claimant)
            else:
                book_and_go_on(line, claimant - line.centers.size, cause)
        else:
            pass_claim(line, claimant)
        claimant = following


@rare
def take_step(line: Line, t: int) -> None:
    """The next entry of a timeline: a headcount, an opening, a receipt of parts, an order, an outage …"""
    timeline = line.timelines[t]
    step = line.steps[timeline.next]
    is_prebuilt = timeline.kind == RECEIPT and step.amount > 0 and line.parts[step.target].first_operation >= 0
    if timeline.kind == RELEASE:
        release_piece(line, step, timeline.pieces_done)
    if timeline.kind == RELEASE or is_prebuilt:
        timeline.pieces_done += 1
    if (timeline.kind != RELEASE and not is_prebuilt) or timeline.pieces_done >= step.amount:
        timeline.next += 1
        timeline.pieces_done = 0
    if timeline.next < timeline.end:  # orders and pre-built pieces come one by one, each a turn of its own
        time_s = max(line.clock[0].now_s, line.steps[timeline.next].time_s)
        schedule(line.events, line.clock[0].first_timeline_slot + t, time_s)
    if timeline.kind == HEADCOUNT:
        change_headcount(line, step.target, step.amount)
    elif timeline.kind == OPENING:
        open_center(line, step.target, step.amount)
    elif timeline.kind == LIMIT_CHANGE:
        change_limit(line, step.target, step.due_s)
    elif timeline.kind == RECEIPT:
        if is_prebuilt:
            receive_prebuilt(line, step.target, step.lot)
        else:
            receive(line, step.target, step.amount, step.lot)
        announce_stock(line, step.target)
    elif timeline.kind == OUTAGE:
        take_down(line, step.target, step.due_s)


@kernel
def change_headcount(line: Line, c: int, present: int) -> None:
    """People come or go; where more are at work than present, work pauses, the last units first."""
    crew = line.crews[c]
    record_labour(line, c)
    if present > crew.present:
        free_skills(line, c)
    crew.present = present
    _send_home(line, c)
    balance_places(line, c)


@kernel
def _send_home(line: Line, c: int) -> None:
    """Where more of the crew are at work than present, work pauses, the last units first."""
    crew = line.crews[c]
    for u in range(line.units.size - 1, -1, -1):
        if crew.busy <= crew.present:
            return
        unit = line.units[u]
        if unit.health == IN_SERVICE and unit.service_crew == c:
            interrupt_service(line, u)
        elif unit.health == UP and unit.activity == WORKING and unit.has_people:
            phase = line.phases[unit.phase]
            for need in range(phase.n_needs):
                if unit.has_people and unit.crews[need] == c:
                    pause(line, u)


@kernel
def open_center(line: Line, w: int, is_open: int) -> None:
    """A work center opens or closes; what runs inside goes on to the end of its operation."""
    center = line.centers[w]
    center.is_open = is_open
    for u in range(center.first_unit, center.first_unit + center.n_units):
        if line.units[u].activity == IDLE and line.units[u].health == UP:
            show_idle(line, u)
    mark(line, w)


@kernel
def release_piece(line: Line, step: Any, piece: int) -> None:
    """The next piece of an order of the order book is released."""
    clock, part = line.clock[0], line.parts[step.target]
    if piece == 0:
        clock.next_order += 1
    entity = entity_of(part.key, part.ordered, 1)
    plan = part.first_plan + part.ordered * part.n_steps if part.ordered < part.n_planned else -1
    part.ordered += 1
    order = clock.next_order - 1
    index = new_item(line, step.target, entity, order, -1, step.priority, clock.now_s, step.due_s)
    line.items[index].is_order, line.items[index].is_hot, line.items[index].plan = 1, step.is_hot, plan
    release(line, index)


@kernel
def receive_order(line: Line, s: int) -> None:
    """The next piece of a generated order: it is released, or held while too many are in progress."""
    source, clock = line.sources[s], line.clock[0]
    slot = clock.first_source_slot + s
    if source.interarrival_law < 0:
        if may_release(line, s):
            release_order(line, s)
            schedule(line.events, slot, clock.now_s)
        return
    if source.pieces_left == 0:
        source.order_due_s = next_due_s(line, s)
        source.pieces_left = source.quantity
        clock.next_order += 1
    source.pieces_left -= 1
    entity = entity_of(source.key, source.arrivals, source.pieces_left)
    order = clock.next_order - 1
    index = new_item(line, source.part, entity, order, s, source.priority, clock.now_s, source.order_due_s)
    line.items[index].is_order, line.items[index].is_hot = 1, source.is_hot
    if source.held_head < 0 and may_release(line, s):
        source.wip += 1
        release(line, index)
    elif source.held_tail >= 0:
        line.items[source.held_tail].next = index
        source.held_tail = index
    else:
        source.held_head = source.held_tail = index
    if source.pieces_left > 0:  # each piece is a turn of its own
        schedule(line.events, slot, clock.now_s)
        return
    gap_s = sample(line.laws[source.interarrival_law], line.samples, source.key, source.arrivals, 0)
    source.gap_s = max(gap_s, 1e-9)
    schedule(line.events, slot, clock.now_s + source.gap_s)


@entry_point
def close(tables: Line, first_item: int) -> int:
    """At the horizon: close intervals and record what is still inside, from row ``first_item``; -1 when complete."""
    return _close(packed(tables), first_item)


@kernel
def _close(line: Line, first_item: int) -> int:
    clock = line.clock[0]
    if first_item == 0:
        for u in range(line.units.size):
            record_state(line, u)
        for index in range(line.limits.size):
            record_limit(line, index)
        for index in range(line.crews.size):
            record_labour(line, index)
    for index in range(first_item, line.items.size):
        if clock.middle_rows + clock.most_rows > line.middle.size:
            return index
        item = line.items[index]
        if item.part >= 0 and item.serial >= 0:
            is_stock = item.operation < 0
            record_work_order(line, index, IN_STOCK if is_stock else IN_PROGRESS, np.nan)
            d = item.defects
            while d >= 0:
                record_defect(line, d, item.serial, OPEN, np.nan)
                d = line.defects[d].next
    return -1
