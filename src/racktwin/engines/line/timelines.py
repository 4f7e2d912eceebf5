"""The timelines of a line, taken apart and put back: what is still to come may be changed at any instant."""

from __future__ import annotations

from typing import Any

import numpy as np

from racktwin.sim.events import NEVER, rebuild, slot_times

from .tables import STEP, Line


def steps_to_come(line: Line, t: int) -> list[Any]:
    """The rows of timeline ``t`` that have not happened yet."""
    timeline = line.timelines[t]
    return [line.steps[index].copy() for index in range(timeline.next, timeline.end)]


def step(time_s: float, target: int, amount: int = 0, **values: float) -> Any:
    """One row of a timeline."""
    row = np.zeros(1, STEP).view(np.recarray)
    row.due_s = np.inf
    row.time_s, row.target, row.amount = time_s, target, amount
    for name, value in values.items():
        row[name] = value
    return row[0]


def with_steps(line: Line, changed: dict[int, list[Any]]) -> Line:
    """The line whose timelines ``changed`` have these rows to come, in order of time; the others keep theirs."""
    rows: list[Any] = []
    for t in range(len(line.timelines)):
        own = sorted(changed[t], key=lambda row: float(row.time_s)) if t in changed else steps_to_come(line, t)
        timeline = line.timelines[t]
        timeline.next, timeline.end = len(rows), len(rows) + len(own)
        if t in changed:
            timeline.pieces_done = 0
            first_s = max(float(own[0].time_s), float(line.clock[0].now_s)) if own else NEVER
            slot_times(line.events)[line.clock[0].first_timeline_slot + t] = first_s
        rows += own
    rebuild(line.events)
    steps = np.array([row.item() for row in rows], STEP).view(np.recarray)
    return line._replace(steps=steps)
