"""The clockwork: one slot for each thing that can have one pending event.

Setting a slot replaces its pending event, so cancelling, pausing and throttling are all the same single operation.
Slots of equal time fire in slot order, which makes runs reproducible.

A few slots are looked through for the one that fires next. Over many stands a winner tree: setting a slot costs a way
up, and the next is at the root.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import kernel

NEVER = np.inf

EVENT = np.dtype([("time_s", "f8"), ("winner", "i8")])
"""A node of the tree: who fires first below it, and when. The root is row 1, slot ``i`` the leaf ``size // 2 + i``.

Where slots are few the nodes above the leaves are not used. Times by themselves in one array would be compared eight at a
time, but a wide load of what was just stored waits for the store: no gain was measured.
"""

FEW = 64
"""Up to so many slots are looked through."""


def event_table(slots: int) -> np.recarray[Any, Any]:
    """A table for ``slots`` slots, none pending; its length is twice the next multiple of eight, or power of two."""
    leaves = max(8, -(-slots // 8) * 8)
    if leaves > FEW:
        leaves = 1 << (slots - 1).bit_length()
    table = np.zeros(2 * leaves, EVENT).view(np.recarray)
    table.time_s = NEVER
    rebuild(table)
    return table


def slot_times(table: np.recarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """When each slot fires, to be read and, before :func:`rebuild`, written from Python."""
    times_s: np.ndarray[Any, np.dtype[np.float64]] = table["time_s"][len(table) // 2 :]
    return times_s


def rebuild(table: np.recarray[Any, Any]) -> None:
    """Put the tree right after times were written into the slots from Python."""
    leaves = len(table) // 2
    table["winner"][leaves:] = np.arange(leaves)
    if leaves <= FEW:
        return
    first = leaves // 2
    while first >= 1:
        left, right = table[2 * first : 4 * first : 2], table[2 * first + 1 : 4 * first : 2]
        table[first : 2 * first] = np.where(left["time_s"] <= right["time_s"], left, right)
        first //= 2


@kernel
def schedule(events: Any, slot: int, time_s: float) -> None:
    """Let ``slot`` fire at ``time_s``, in place of whatever it had pending."""
    node = slot + events.size // 2
    events[node].time_s = time_s
    if events.size <= 2 * FEW:
        return
    winner = slot
    while node > 1:
        rival = events[node ^ 1]
        rival_s, rival_slot = rival.time_s, rival.winner
        # a tie goes to the lower slot, the left of the two; by a mask, since a jump is guessed wrong half the time
        is_before = (rival_s < time_s) | ((rival_s == time_s) & (node & 1 == 1))
        winner ^= (winner ^ rival_slot) & -int(is_before)
        time_s = min(rival_s, time_s)
        node >>= 1
        parent = events[node]
        if parent.winner == winner and parent.time_s == time_s:
            return  # nothing changes further up
        parent.time_s, parent.winner = time_s, winner


@kernel
def fire(events: Any, slot: int) -> None:
    """Take the event of ``slot``, which has come; :func:`settle_fired` must follow before :func:`next_event`.

    In between, slots may be scheduled: the one that fired most of all, which then costs one pass up the tree, not two.
    """
    events[slot + events.size // 2].time_s = NEVER


@kernel
def settle_fired(events: Any, slot: int) -> None:
    """Put the tree right after :func:`fire` if nothing new is pending in ``slot``."""
    if events[slot + events.size // 2].time_s == NEVER:
        schedule(events, slot, NEVER)


@kernel
def cancel(events: Any, slot: int) -> None:
    """Let ``slot`` have nothing pending."""
    if events[slot + events.size // 2].time_s != NEVER:
        schedule(events, slot, NEVER)


@kernel
def next_event(events: Any) -> tuple[int, float]:
    """The slot that fires next and when; ``NEVER`` if nothing is pending."""
    if events.size > 2 * FEW:
        return events[1].winner, events[1].time_s
    return _least(events, events.size // 2)


@kernel
def _least(events: Any, first: int) -> tuple[int, float]:
    """The slot of the earliest leaf, by four searches side by side: none of their steps waits for another's.

    Times are compared as whole numbers, which order them alike, without a jump that would be guessed wrong.
    """
    never = _bits(NEVER)
    a, b, c, d = never, never, never, never
    at_a, at_b, at_c, at_d = first, first + 1, first + 2, first + 3
    for leaf in range(first, events.size, 4):
        time = _bits(events[leaf].time_s)
        at_a, a = leaf if time < a else at_a, min(time, a)
        time = _bits(events[leaf + 1].time_s)
        at_b, b = leaf + 1 if time < b else at_b, min(time, b)
        time = _bits(events[leaf + 2].time_s)
        at_c, c = leaf + 2 if time < c else at_c, min(time, c)
        time = _bits(events[leaf + 3].time_s)
        at_d, d = leaf + 3 if time < d else at_d, min(time, d)
    at_a, a = _earlier(at_a, a, at_b, b)
    at_c, c = _earlier(at_c, c, at_d, d)
    at_a, a = _earlier(at_a, a, at_c, c)
    return at_a - first, events[at_a].time_s


@kernel
def _earlier(leaf: int, time: int, other: int, other_time: int) -> tuple[int, int]:
    """The earlier of the two, or the lower leaf of equal times."""
    is_other = (other_time < time) | ((other_time == time) & (other < leaf))
    return other if is_other else leaf, min(time, other_time)


@kernel
def _bits(time_s: float) -> int:
    return np.float64(time_s).view(np.int64)
