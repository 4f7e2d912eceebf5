"""The clockwork: one slot for each thing that can have one pending event, and a winner tree over the slots.

Setting a slot replaces its pending event, so cancelling, pausing and throttling are all the same single operation.
Slots of equal time fire in slot order, which makes runs reproducible.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .jit import kernel

NEVER = np.inf

EVENT = np.dtype([("time_s", "f8"), ("winner", "i8")])
"""``time_s[i]`` is the pending time of slot ``i``; ``winner`` is a binary tree with its root at 1."""


def event_table(slots: int) -> np.recarray[Any, Any]:
    """A table for ``slots`` slots, none pending; its length is twice the next power of two."""
    leaves = 1
    while leaves < slots:
        leaves *= 2
    table = np.zeros(2 * leaves, EVENT).view(np.recarray)
    table.time_s = NEVER
    for node in range(2 * leaves - 1, 0, -1):
        table.winner[node] = node - leaves if node >= leaves else table.winner[2 * node]
    return table


@kernel
def schedule(events: Any, slot: int, time_s: float) -> None:
    """Let ``slot`` fire at ``time_s``, in place of whatever it had pending."""
    events[slot].time_s = time_s
    node = (slot + events.size // 2) >> 1
    while node >= 1:
        left = events[2 * node].winner
        right = events[2 * node + 1].winner
        # a tie goes left: to the lower slot
        winner = left if events[left].time_s <= events[right].time_s else right
        if winner != slot and winner == events[node].winner:
            return  # neither was nor is the winner here, so nothing changes further up
        events[node].winner = winner
        node >>= 1


@kernel
def fire(events: Any, slot: int) -> None:
    """Take the event of ``slot``, which has come; :func:`settle_fired` must follow before :func:`next_slot`.

    In between, slots may be scheduled: the one that fired most of all, which then costs one pass up the tree, not two.
    """
    events[slot].time_s = NEVER


@kernel
def settle_fired(events: Any, slot: int) -> None:
    """Put the tree right after :func:`fire` if nothing new is pending in ``slot``."""
    if events[slot].time_s == NEVER:
        schedule(events, slot, NEVER)


@kernel
def cancel(events: Any, slot: int) -> None:
    """Let ``slot`` have nothing pending."""
    if events[slot].time_s != NEVER:
        schedule(events, slot, NEVER)


@kernel
def next_slot(events: Any) -> int:
    """The slot that fires next (its time is ``NEVER`` if nothing is pending)."""
    return events[1].winner
