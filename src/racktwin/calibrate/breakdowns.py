"""Breakdowns of work units, from intervals of equipment states.

The time between failures runs on the scenario's clock: productive time, or all but down time. What a unit ran before
it was first watched is unknown, so its first spell is left out unless it was watched from new; the spell at the end
is censored, and so is a repair that was still going on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from .durations import Finding, Note, Settings, fit_duration
from .laws import sample_of
from .observation import Column, Observed, by_key, column
from .plant import Plant

_DOWN = "unscheduled_down"
_TOUCH_S = 1e-6


@dataclass
class Spells:
    """What one work center's units went through, s: times to failure and repairs, whole and cut."""

    between: list[float] = field(default_factory=list)
    between_cut: list[float] = field(default_factory=list)
    repairs: list[float] = field(default_factory=list)
    repairs_cut: list[float] = field(default_factory=list)


def fit_breakdowns(observed: Observed, plant: Plant, settings: Settings) -> Iterator[Finding]:
    """A change or a note for each work center whose units were seen to break down."""
    if observed.states is None:
        yield Note("breakdowns", "not fitted: there is no table of equipment states (--states FILE)")
        return
    for name, spells in spells_of(observed, plant).items():
        if not spells.repairs and not spells.repairs_cut:
            continue
        for key, whole, cut in (
            ("time_between", spells.between, spells.between_cut),
            ("repair_time", spells.repairs, spells.repairs_cut),
        ):
            path = ("work_centers", name, "failures", key)
            basis = "time between failures" if key == "time_between" else "repairs"
            yield fit_duration(path, plant, sample_of(whole, cut), observed.name, basis, settings)


def spells_of(observed: Observed, plant: Plant) -> dict[str, Spells]:
    """The spells of each work center with breakdowns, or whose breakdowns the scenario models."""
    states = observed.states
    assert states is not None
    columns = {name: column(states, name) for name in ("state", "reason", "start_s", "end_s")}
    found: dict[str, Spells] = {}
    for (_, center, _), rows in by_key(states, ("replication", "work_center", "work_unit")):
        failures = plant.scenario.work_centers[center].failures
        clock = failures.clock if failures else "busy"
        ordered = rows[np.argsort(columns["start_s"][rows], kind="stable")]
        part = {name: values[ordered] for name, values in columns.items()}
        _walk(part, clock, observed.from_new, found.setdefault(center, Spells()))
    return found


def _walk(part: dict[str, Column], clock: str, from_new: bool, spells: Spells) -> None:
    """Follow one unit through its states. Touching down intervals are one breakdown."""
    end_of_watch_s = float(part["end_s"].max())
    lived_s, repair_s, whole = 0.0, 0.0, from_new
    down = False
    rows = zip(part["state"], part["reason"], part["start_s"], part["end_s"], strict=True)
    for state, reason, start_s, end_s in rows:
        length_s = float(end_s - start_s)
        if state == _DOWN:
            if not down and whole:
                spells.between.append(lived_s)
            down, lived_s = True, 0.0
            repair_s += 0.0 if reason == "repair_wait" else length_s
            continue
        if down:
            spells.repairs.append(repair_s)
            down, repair_s, whole = False, 0.0, True
        if state == "productive" or clock == "calendar":
            lived_s += length_s
    if down and float(part["end_s"][-1]) >= end_of_watch_s - _TOUCH_S:
        spells.repairs_cut.append(repair_s)
    elif whole and lived_s > 0:
        spells.between_cut.append(lived_s)
