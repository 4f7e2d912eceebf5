"""Putting what is seen in the plant into the tables: pieces in stock, in queues and inside work units."""

from __future__ import annotations

from typing import Any

import numpy as np

from racktwin.sim.jit import entry_point, kernel
from racktwin.sim.packing import packed

from .arrival import join
from .attendance import take_people
from .draw import refused_by, reserve
from .material import put_in_stock
from .quality import make_defect
from .release import entity_of, new_item
from .service import leave_free_list
from .serving import join_debug
from .tables import PAUSED, PEOPLE, WORKING, Line
from .work import admitted_w, begin_phase, enter, levels_of, stop_working, wait_in_cell

PIECE = np.dtype(
    [
        ("part", "i8"),
        ("operation", "i8"),  # -1: in stock
        ("unit", "i8"),  # -1: waits
        ("phase", "i8"),
        ("source", "i8"),
        ("order", "i8"),
        ("priority", "i8"),
        ("is_order", "i8"),
        ("is_kitted", "i8"),
        ("retest", "i8"),  # of a piece in debug: where it goes afterwards
        ("first_defect", "i8"),
        ("n_defects", "i8"),
        ("release_s", "f8"),
        ("due_s", "f8"),
        ("waiting_s", "f8"),
        ("elapsed_s", "f8"),
        ("key", "u8"),
    ]
)
"""One piece that is seen."""


@entry_point
def place(tables: Line, pieces: Any, kinds: Any) -> int:
    """Put the pieces where they are; ``kinds`` are their known defects. -1, or the piece whose draw has no place."""
    return _place(packed(tables), pieces, kinds)


@kernel
def _place(line: Line, pieces: Any, kinds: Any) -> int:
    clock = line.clock[0]
    for k in range(pieces.size):
        row = pieces[k]
        entity = entity_of(row.key, k, 2)
        index = new_item(line, row.part, entity, row.order, row.source, row.priority, row.release_s, row.due_s)
        item = line.items[index]
        item.serial, item.is_order, item.release_s = clock.next_serial, row.is_order, row.release_s
        clock.next_serial += 1
        if row.source >= 0 and row.is_order:
            line.sources[row.source].wip += 1
        if row.operation < 0:
            put_in_stock(line, index)
            continue
        item.passed = row.operation - 1
        item.drum_left_s = _drum_left_s(line, row)
        clock.drum_load_s += item.drum_left_s
        item.furthest = row.operation if row.is_kitted or row.unit >= 0 else row.operation - 1
        _know_defects(line, index, row, kinds)
        if row.unit < 0:
            _put_in_queue(line, index, row)
        elif not _put_in_unit(line, index, row):
            return k
    return -1


@kernel
def _drum_left_s(line: Line, row: Any) -> float:
    """The mean work at the drum that the piece still has before it."""
    operation = row.retest if line.operations[row.operation].is_rework else row.operation
    left_s = 0.0
    while operation >= 0:
        if line.operations[operation].center == line.clock[0].drum:
            left_s += line.operations[operation].mean_s
        operation = line.operations[operation].next
    return left_s


@kernel
def _know_defects(line: Line, index: int, row: Any, kinds: Any) -> None:
    item, is_rework = line.items[index], line.operations[row.operation].is_rework
    for number in range(row.first_defect, row.first_defect + row.n_defects):
        d = make_defect(line, index, kinds[number], row.key, number)
        if d >= 0:
            defect = line.defects[d]
            defect.is_latent = defect.was_latent = 0
            defect.origin_operation = row.operation
            if is_rework:
                defect.is_found, defect.found_s, defect.found_operation = 1, line.clock[0].now_s, row.operation
                item.mending = d
    if is_rework:
        item.retest = row.retest
        item.failures = item.all_failures = 1


@kernel
def _put_in_queue(line: Line, index: int, row: Any) -> None:
    item, center = line.items[index], line.centers[line.operations[row.operation].center]
    queued = center.n_queued
    if line.operations[row.operation].is_rework:
        join_debug(line, index, row.operation)
    else:
        join(line, index, row.operation)
    item.queued_s -= row.waiting_s
    if center.n_queued > queued:
        item.center_waited_s[0] += row.waiting_s
    else:
        item.waiting_since_s -= row.waiting_s


@kernel
def _put_in_unit(line: Line, index: int, row: Any) -> bool:
    """The piece is in its unit, at work or waiting there for people; False where its power has no place."""
    item, unit, u = line.items[index], line.units[row.unit], row.unit
    now_s = line.clock[0].now_s
    item.operation = row.operation
    item.visits = 1
    item.queued_s = item.waiting_since_s = now_s - row.elapsed_s - row.waiting_s
    item.material_s = item.gang_s = 0.0
    for cause in range(item.center_waited_s.size):
        item.center_waited_s[cause] = 0.0
    item.center_waited_s[0] = row.waiting_s
    leave_free_list(line, u)
    unit.activity = WORKING
    unit.family = line.operations[row.operation].family
    refusing, level, watts = -1, 0, 0.0
    for level_tried in range(levels_of(line, row.operation)):
        level = level_tried
        watts = admitted_w(line, row.operation, row.phase, level)
        refusing = refused_by(line, unit.bank, row.part, watts)
        if refusing < 0:
            break
    if refusing >= 0:
        return False
    enter(line, u, index, level)
    unit.phase = row.phase
    unit.entered_s = now_s - row.elapsed_s
    unit.work_s = row.elapsed_s
    lacking = take_people(line, u, row.phase)
    reserve(line, u, row.part, watts)
    begin_phase(line, u)
    if lacking >= 0:
        stop_working(line, u)
        wait_in_cell(line, u, PAUSED, PEOPLE, lacking)
    return True
