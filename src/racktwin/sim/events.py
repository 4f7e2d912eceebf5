"""The clockwork: one slot for each thing that can have one pending event.

Setting a slot replaces its pending event, so cancelling, pausing and throttling are all the same single operation.
Slots of equal time fire in slot order, which makes runs reproducible.

A few slots are looked through for the one that fires next. Over many stands a winner tree of eight below each node:
setting a slot costs a way up, and the next is at the root.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from .jit import IS_COMPILED, inlined, kernel

NEVER = np.inf

FEW = 32
"""Up to so many slots are looked through; a multiple of eight."""

EVENT = np.dtype([("time_s", "f8"), ("winner", "i8")])
"""A node of the tree: who fires first below it, and when. The root is row 0, below row ``k`` are ``8 k + 1`` to
``8 k + 8``, and the slots are the leaves. The ``winner`` of the last row, which is no node, is the first leaf: 0 where
slots are few and there is nothing above them.

Times by themselves in one array could be compared eight at a time, but a wide load of what was just stored waits for
the store: no gain was measured.
"""


def event_table(slots: int) -> np.recarray[Any, Any]:
    """A table for ``slots`` slots, none pending."""
    leaves = max(8, -(-slots // 8) * 8)
    first, below = 0, 1
    while leaves > FEW and below < leaves:
        first, below = first + below, 8 * below
    table = np.zeros(first + leaves + 1, EVENT).view(np.recarray)
    table.time_s = NEVER
    table.winner[-1] = first
    table.winner[first:-1] = np.arange(leaves)
    return table


def slot_times(table: np.recarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """When each slot fires, to be read and, before :func:`rebuild`, written from Python."""
    times_s: np.ndarray[Any, np.dtype[np.float64]] = table["time_s"][table["winner"][-1] : -1]
    return times_s


def rebuild(table: np.recarray[Any, Any]) -> None:
    """Put the tree right after times were written into the slots from Python."""
    nodes = table[:-1]
    for node in range(int(table["winner"][-1]) - 1, -1, -1):
        below = nodes[8 * node + 1 : 8 * node + 9]
        if len(below):
            nodes[node] = below[np.argmin(below["time_s"])]


@kernel
def schedule(events: Any, slot: int, time_s: float) -> None:
    """Let ``slot`` fire at ``time_s``, in place of whatever it had pending."""
    node = events[events.size - 1].winner
    is_tree = node > 0
    node += slot
    events[node].time_s = time_s
    if is_tree:
        _climb(events, node)


@kernel
def _climb(events: Any, node: int) -> None:
    """Put the tree right from above ``node`` up, as far as anything changes."""
    while node > 0:
        node = (node - 1) >> 3
        first = events[_earliest(events, 8 * node + 1, 8 * node + 9)]
        winner, time_s = first.winner, first.time_s
        above = events[node]
        if above.winner == winner and above.time_s == time_s:
            return
        above.winner, above.time_s = winner, time_s


@kernel
def fire(events: Any, slot: int) -> None:
    """Take the event of ``slot``, which has come; :func:`settle_fired` must follow before :func:`next_event`.

    In between, slots may be scheduled: the one that fired most of all, which then costs one way up the tree, not two.
    """
    events[slot + events[events.size - 1].winner].time_s = NEVER


@kernel
def settle_fired(events: Any, slot: int) -> None:
    """Put the tree right after :func:`fire` if nothing new is pending in ``slot``."""
    if events[slot + events[events.size - 1].winner].time_s == NEVER:
        schedule(events, slot, NEVER)


@kernel
def cancel(events: Any, slot: int) -> None:
    """Let ``slot`` have nothing pending."""
    if events[slot + events[events.size - 1].winner].time_s != NEVER:
        schedule(events, slot, NEVER)


@kernel
def next_event(events: Any) -> tuple[int, float]:
    """The slot that fires next and when; ``NEVER`` if nothing is pending."""
    last = events.size - 1
    row = 0 if events[last].winner > 0 else _earliest(events, 0, last)
    return events[row].winner, events[row].time_s


@inlined
def _earliest_compiled(events: Any, first: int, end: int) -> int:
    """The row with the least time, the lowest of equals, by four searches side by side: no step waits for another's.

    The rows are a multiple of eight. Times are compared as whole numbers, which order them alike, and without a jump,
    which would be guessed wrong.
    """
    a, b, c, d = first, first + 1, first + 2, first + 3
    time_a, time_b, time_c, time_d = _bits(events, a), _bits(events, b), _bits(events, c), _bits(events, d)
    for row in range(first + 4, end, 4):
        time = _bits(events, row)
        a, time_a = row if time < time_a else a, min(time, time_a)
        time = _bits(events, row + 1)
        b, time_b = row + 1 if time < time_b else b, min(time, time_b)
        time = _bits(events, row + 2)
        c, time_c = row + 2 if time < time_c else c, min(time, time_c)
        time = _bits(events, row + 3)
        d, time_d = row + 3 if time < time_d else d, min(time, time_d)
    a, time_a = _earlier(a, time_a, b, time_b)
    c, time_c = _earlier(c, time_c, d, time_d)
    a, _ = _earlier(a, time_a, c, time_c)
    return a


@kernel
def _earlier(row: int, time: int, other: int, other_time: int) -> tuple[int, int]:
    """The earlier of the two rows, the lower one of equals, and its time."""
    is_other = (other_time < time) | ((other_time == time) & (other < row))
    return other if is_other else row, min(time, other_time)


@kernel
def _bits(events: Any, row: int) -> Any:
    return np.float64(events[row].time_s).view(np.int64)


def _earliest_uncompiled(events: Any, first: int, end: int) -> int:
    """The same in one step: row by row it would take most of an uncompiled run's time."""
    return first + int(np.argmin(events["time_s"][first:end]))


_earliest = cast(Callable[[Any, int, int], int], _earliest_compiled if IS_COMPILED else _earliest_uncompiled)
