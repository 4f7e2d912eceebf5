"""Kernel side of recording: each function appends one row, or closes an interval that has a length."""

from __future__ import annotations

import math
from typing import Any

from racktwin.sim.jit import kernel

from .tables import CAUSES, Line

OPERATIONS = 0
WORK_ORDERS, SHIPMENTS, DEFECTS = range(3)
STATES, LIMITS, LABOUR, MATERIAL, GENEALOGY = range(5)
RECEIVED, MADE, USED, SWAPPED, RECOVERED = range(5)


@kernel
def _wide_row(line: Line, table: int) -> Any:
    clock = line.clock[0]
    if clock.wide_rows >= line.wide.size:
        clock.overflow, clock.wide_rows = 1, line.wide.size - 1
    row = line.wide[clock.wide_rows]
    row.table = table
    clock.wide_rows += 1
    return row


@kernel
def _middle_row(line: Line, table: int) -> Any:
    clock = line.clock[0]
    if clock.middle_rows >= line.middle.size:
        clock.overflow, clock.middle_rows = 1, line.middle.size - 1
    row = line.middle[clock.middle_rows]
    row.table = table
    clock.middle_rows += 1
    return row


@kernel
def _narrow_row(line: Line, table: int) -> Any:
    clock = line.clock[0]
    if clock.narrow_rows >= line.narrow.size:
        clock.overflow, clock.narrow_rows = 1, line.narrow.size - 1
    row = line.narrow[clock.narrow_rows]
    row.table = table
    clock.narrow_rows += 1
    return row


@kernel
def _told(due_s: float) -> float:
    """An item without a due date is due at infinity here; tables say NaN."""
    return due_s if due_s < math.inf else math.nan


@kernel
def record_state(line: Line, u: int) -> None:
    """Close the interval of the unit's present state."""
    clock, unit = line.clock[0], line.units[u]
    if clock.is_recording and clock.now_s > unit.state_since_s:
        row = _narrow_row(line, STATES)
        row.i[0], row.i[1], row.i[2], row.i[3] = u, unit.state, unit.reason, unit.state_serial
        row.x[0], row.x[1] = unit.state_since_s, clock.now_s
    unit.state_since_s = clock.now_s


@kernel
def record_limit(line: Line, index: int) -> None:
    """Close the interval of a limit's present load."""
    clock, limit = line.clock[0], line.limits[index]
    if clock.is_recording and clock.now_s > limit.since_s:
        row = _narrow_row(line, LIMITS)
        row.i[0], row.i[1] = index, limit.claims
        row.x[0], row.x[1], row.x[2], row.x[3] = limit.since_s, clock.now_s, limit.draw, limit.reserved
        row.x[4] = limit.limit
    limit.since_s = clock.now_s


@kernel
def record_labour(line: Line, index: int) -> None:
    """Close the interval of a crew's present attendance."""
    clock, crew = line.clock[0], line.crews[index]
    if clock.is_recording and clock.now_s > crew.since_s:
        row = _narrow_row(line, LABOUR)
        row.i[0], row.i[1], row.i[2], row.i[3] = index, crew.present, crew.busy, crew.claims
        row.x[0], row.x[1] = crew.since_s, clock.now_s
    crew.since_s = clock.now_s


@kernel
def record_material(line: Line, part: int, change: int, reason: int) -> None:
    """A change of stock that has just happened."""
    if line.clock[0].is_recording:
        row = _narrow_row(line, MATERIAL)
        row.i[0], row.i[1], row.i[2], row.i[3] = part, change, line.parts[part].on_hand, reason
        row.x[0] = line.clock[0].now_s


@kernel
def record_genealogy(line: Line, index: int, part: int, child_serial: int, lot: int, pieces: int) -> None:
    """What has just gone into item ``index``: a component made here, or pieces of a lot (else -1)."""
    if line.clock[0].is_recording:
        row = _narrow_row(line, GENEALOGY)
        row.i[0], row.i[1], row.i[2], row.i[3] = line.items[index].serial, part, child_serial, lot
        row.x[0], row.x[1] = line.clock[0].now_s, pieces


@kernel
def record_operation(line: Line, u: int) -> None:
    """The visit of the item in unit ``u``, which leaves now; a batch shares its energy and labour evenly."""
    clock, unit = line.clock[0], line.units[u]
    if not clock.is_recording:
        return
    item = line.items[unit.held]
    row = _wide_row(line, OPERATIONS)
    row.i[0], row.i[1], row.i[2], row.i[3] = item.serial, item.part, item.operation, u
    row.i[4], row.i[5] = item.outcome, item.outcome_kind
    row.x[0], row.x[1], row.x[2], row.x[3] = item.queued_s, unit.entered_s, unit.ended_s, clock.now_s
    for cause in range(CAUSES):
        row.x[4 + cause] = item.center_waited_s[cause] + unit.waited_s[cause]
    row.x[11], row.x[12] = unit.work_s, unit.down_s
    row.x[13], row.x[14], row.x[15], row.x[16] = (
        clock.now_s - unit.ended_s - (unit.down_s - unit.down_by_end_s),
        unit.energy_j / unit.n_begun,
        unit.labour_s / unit.n_begun,
        unit.lowest_cap,
    )
    row.x[17] = unit.setup_s


@kernel
def record_work_order(line: Line, index: int, fate: int, end_s: float) -> None:
    """The life of an item, at its end (or at the horizon)."""
    if not line.clock[0].is_recording:
        return
    item = line.items[index]
    row = _middle_row(line, WORK_ORDERS)
    row.i[0], row.i[1], row.i[2], row.i[3] = item.serial, item.part, item.order, item.source
    row.i[4], row.i[5] = fate, item.is_order
    row.x[0], row.x[1], row.x[2], row.x[3] = item.wanted_s, item.release_s, _told(item.due_s), end_s


@kernel
def record_shipment(line: Line, index: int, latent: int, patent: int) -> None:
    """A finished product that leaves now."""
    item = line.items[index]
    row = _middle_row(line, SHIPMENTS)
    row.i[0], row.i[1], row.i[2] = item.serial, item.part, item.order
    row.i[3], row.i[4], row.i[5] = latent, patent, item.all_failures
    row.x[0], row.x[1], row.x[2] = item.release_s, _told(item.due_s), line.clock[0].now_s
    row.x[3], row.x[4], row.x[5] = item.energy_j, item.labour_s, item.stress_s


@kernel
def record_defect(line: Line, index: int, serial: int, fate: int, end_s: float) -> None:
    """The life of a defect, at its end (or at the horizon)."""
    if not line.clock[0].is_recording:
        return
    defect = line.defects[index]
    row = _middle_row(line, DEFECTS)
    row.i[0], row.i[1], row.i[2], row.i[3] = defect.number, defect.kind, defect.origin_part, defect.origin_operation
    row.i[4], row.i[5], row.i[6], row.i[7] = serial, defect.was_latent, defect.found_operation, fate
    row.x[0], row.x[1], row.x[2] = defect.created_s, defect.fails_at_s, defect.precipitated_s
    row.x[3], row.x[4] = defect.found_s, end_s
