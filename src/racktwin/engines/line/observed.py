"""A run that starts from what is seen in the plant, at the instant it is seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from racktwin.errors import SimulationError
from racktwin.sim.events import NEVER, rebuild, slot_times
from racktwin.sim.residual import total_given, uniforms
from racktwin.sim.rng import stream_key

from . import tables
from .changes import Absent, Change, UnitDown
from .futures import pace_of, recut
from .place import place
from .seen import SeenState
from .tables import CALENDAR_CLOCK, Line
from .timelines import steps_to_come, with_steps


def absences(seen: SeenState) -> list[Change]:
    """Who is not there, until when."""
    return [Absent(group, people, until_s) for group, people, until_s in seen.absent]


def at_instant(line: Line, seen: SeenState) -> Line:
    """The line, empty, at the instant: what the calendars say holds then, and what is past does not come again."""
    clock = line.clock[0]
    clock.now_s = seen.at_s
    for table, column in (
        ("units", "state_since_s"),
        ("limits", "since_s"),
        ("crews", "since_s"),
        ("centers", "cause_since_s"),
    ):
        getattr(line, table)[column] = seen.at_s
    due = line.upkeep[(line.upkeep.clock == CALENDAR_CLOCK) & (line.upkeep.every > 0.0)]
    due.due_s += np.ceil(np.maximum(0.0, seen.at_s - due.due_s) / due.every) * due.every
    line.upkeep[(line.upkeep.clock == CALENDAR_CLOCK) & (line.upkeep.every > 0.0)] = due
    for column in ("on_hand", "loose"):
        line.parts[column][list(seen.stock)] = list(seen.stock.values())
    for part in np.flatnonzero(line.parts.is_kanban):  # what is there already has its cards
        row, there = line.parts[part], (seen.pieces["part"] == part) & (seen.pieces["is_order"] == 0)
        spare = int(row.free_cards) - int(np.count_nonzero(there))
        row.free_cards, row.without_card = max(0, spare), max(0, -spare)
    changed = {t: _from_now(line, t, seen) for t in range(len(line.timelines))}
    return with_steps(line, changed)


def _from_now(line: Line, t: int, seen: SeenState) -> list[Any]:
    steps = steps_to_come(line, t)
    kind = line.timelines[t].kind
    if kind == tables.RELEASE:
        released = (
            sum(row.time_s < seen.at_s for row in steps) if seen.orders_released is None else seen.orders_released
        )
        for row in steps[:released]:
            line.parts[row.target].ordered += row.amount
        return [step_at(row, max(float(row.time_s), seen.at_s)) for row in steps[released:]]
    past = [row for row in steps if row.time_s <= seen.at_s]
    coming = [row for row in steps if row.time_s > seen.at_s]
    if kind == tables.RECEIPT:
        return coming
    latest = {int(row.target): row for row in past}
    return [*(step_at(row, seen.at_s) for row in latest.values()), *coming]


def step_at(row: Any, time_s: float) -> Any:
    """The same step at another time."""
    moved = row.copy()
    moved.time_s = time_s
    return moved


def hold_orders(line: Line) -> None:
    """No generated order comes until :func:`let_orders_come`."""
    first = line.clock[0].first_source_slot
    slot_times(line.events)[first : first + len(line.sources)] = NEVER
    rebuild(line.events)


def let_orders_come(line: Line, seen: SeenState) -> None:
    """The next generated orders come, given how long ago the last ones did."""
    clock, times_s = line.clock[0], slot_times(line.events)
    for s, source in enumerate(line.sources):
        next_s = max(seen.at_s, float(source.first_s))
        if source.interarrival_law >= 0 and source.first_s <= seen.at_s:
            ago_s = seen.since_last_order_s.get(s, 0.0)
            (u,) = uniforms([source.key], [0], [2])
            source.gap_s = total_given(line.laws[source.interarrival_law], line.samples, ago_s, float(u))
            next_s = seen.at_s + max(1e-9, float(source.gap_s) - ago_s)
        times_s[clock.first_source_slot + s] = next_s
    for w in np.flatnonzero(line.centers.n_queued > 0):  # look at every queue once
        times_s[clock.first_center_slot + w] = seen.at_s
    rebuild(line.events)


def outages(line: Line, seen: SeenState, names: Any) -> list[Change]:
    """What is down, until when: as expected, or drawn from the repair law given how long it has been."""
    found: list[Change] = []
    for center, number, until_s, down_for_s in seen.down:
        if until_s is None:
            row = line.centers[names.work_centers.index(center)]
            unit = line.units[row.first_unit + number]
            (u,) = uniforms([unit.key], [0], [2])
            law = line.laws[line.services[row.repair].law]
            until_s = seen.at_s + max(1e-9, total_given(law, line.samples, down_for_s, float(u)) - down_for_s)
        found.append(UnitDown(center, number, until_s))
    return found


def place_pieces(line: Line, seen: SeenState, names: Any, replication: int, seed: int) -> None:
    """Put the pieces where they are, and draw what is left of each given what has elapsed.

    Raises SimulationError where one draws more than its feeds and loops hold.
    """
    pieces = seen.pieces.copy()
    pieces["key"] = stream_key(seed, replication, "line/observed")
    failed = place(line, pieces, seen.kinds)
    if failed >= 0:
        unit = int(pieces[failed].unit)
        where = f"{names.work_centers[names.unit_centers[unit]]} {names.unit_numbers[unit]}"
        raise SimulationError(
            f"the observed piece in {where} draws more than its feeds and loops can hold beside the others"
            "\n    → check the limits, and which pieces are at work"
        )
    line.clock[0].next_order = len(pieces)
    for k, piece in enumerate(pieces):
        if piece.unit >= 0:
            _draw_rest(line, int(piece.unit), float(piece.elapsed_s), seen.remaining_s[k], k)
    recut(line)


def _draw_rest(line: Line, u: int, elapsed_s: float, remaining_s: float | None, number: int) -> None:
    unit = line.units[u]
    item, phase = line.items[unit.held], line.phases[unit.phase]
    law = int(phase.law)
    unit.cut_off_s = 0.0
    if law == tables.BY_DEFECT:
        law = -1 if item.mending < 0 else int(line.kinds[line.defects[item.mending].kind].repair_law)
    if remaining_s is not None or law < 0:
        unit.remaining_s = remaining_s or 0.0
        unit.drawn_s = (elapsed_s + unit.remaining_s) * pace_of(line, u)
        return
    key = line.operations[item.operation].key
    (uniform,) = uniforms([key], [item.entity], [number])
    done_s = elapsed_s * pace_of(line, u)
    unit.drawn_s = total_given(line.laws[law], line.samples, done_s, float(uniform))
    unit.remaining_s = max(0.0, unit.drawn_s - done_s) / pace_of(line, u)
