"""From seconds and headcounts to ticks: open hours, who is there, and phases rounded without drift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .problem import Window

Counts = npt.NDArray[np.int64]

SHORT_BREAK_S = 3600.0
"""Absences shorter than this are no closing: work that meets them is planned longer by their share."""


@dataclass(frozen=True)
class Attendance:
    """How many of a group are there at each tick, short breaks filled in, and how much longer work takes for them."""

    present: Counts
    stretch: float


def attendance(steps: Sequence[tuple[float, int]], horizon: int, tick_s: float) -> Attendance:
    """From headcount steps (from_s, present): per tick the fewest present in it."""
    fine_s = min(tick_s, 300.0)
    per_tick = max(1, round(tick_s / fine_s))
    fine = _sampled(steps, horizon * per_tick, tick_s / per_tick)
    filled = _without_short_breaks(fine, SHORT_BREAK_S / (tick_s / per_tick))
    present = filled.reshape(horizon, per_tick).min(axis=1)
    worked, offered = int(fine.sum()), int(filled.sum())
    return Attendance(present, offered / worked if worked else 1.0)


def _sampled(steps: Sequence[tuple[float, int]], count: int, every_s: float) -> Counts:
    """The number present at the middle of each of ``count`` spells."""
    times = np.array([time_s for time_s, _ in steps] or [0.0])
    present = np.array([number for _, number in steps] or [0], np.int64)
    at = np.searchsorted(times, (np.arange(count) + 0.5) * every_s, side="right") - 1
    return np.where(at >= 0, present[np.maximum(at, 0)], 0)


def _without_short_breaks(present: Counts, shorter_than: float) -> Counts:
    """Spells lower than both neighbours and shorter than that are raised to the lower of the two."""
    filled = present.copy()
    edges = [0, *(np.flatnonzero(np.diff(filled)) + 1).tolist(), len(filled)]
    for number in range(1, len(edges) - 2):
        begin, end = edges[number], edges[number + 1]
        before, after = filled[begin - 1], filled[end] if end < len(filled) else filled[begin - 1]
        if end - begin < shorter_than and filled[begin] < min(before, after):
            filled[begin:end] = min(before, after)
    return filled


def closed_windows(is_open: npt.NDArray[np.bool_]) -> tuple[Window, ...]:
    """The runs of ticks that are not open; the last goes on beyond the horizon."""
    shut = np.concatenate([[False], ~is_open, [False]])
    changes = np.flatnonzero(np.diff(shut.astype(np.int8)))
    return tuple((int(a), int(b)) for a, b in zip(changes[::2], changes[1::2], strict=True))


def missing_windows(present: Counts) -> tuple[tuple[int, int, int], ...]:
    """Where some but not all of the most are there: (start, end, how many are missing).

    Where nobody is there, all work pauses: that is the calendar's business.
    """
    most = int(present.max(initial=0))
    edges = [0, *(np.flatnonzero(np.diff(present)) + 1).tolist(), len(present)]
    spells = ((a, b, int(present[a])) for a, b in pairwise(edges))
    return tuple((a, b, most - here) for a, b, here in spells if 0 < here < most)


def whole_ticks(durations_s: Iterable[float], tick_s: float) -> tuple[int, ...]:
    """Durations in ticks, their sum rounded once: what one phase gains the next loses. None with work vanishes."""
    ticks: list[int] = []
    elapsed_s, done = 0.0, 0
    for duration_s in durations_s:
        elapsed_s += duration_s
        until = max(done + (1 if duration_s > 0 else 0), round(elapsed_s / tick_s))
        ticks.append(until - done)
        done = until
    return tuple(ticks)
