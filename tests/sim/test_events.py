"""The clockwork of few slots and of many against a plain minimum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from racktwin.sim.events import FEW, NEVER, event_table, rebuild, slot_times

from . import compiled

SLOTS = (1, 13, FEW, FEW + 1, 65, 500)
"""Looked through; and a tree of two levels, of three with hardly a leaf, and of three."""

Changes = list[tuple[int, int | None]]


def changes(most: int) -> st.SearchStrategy[Changes]:
    """Slots, as a number that is taken modulo their count, and what they get: a time, or nothing."""
    return st.lists(st.tuples(st.integers(0, 499), st.one_of(st.none(), st.integers(0, 5))), max_size=most)


@pytest.mark.parametrize("slots", SLOTS)
@given(steps=changes(60))
def test_the_next_slot_is_the_earliest_and_lowest(slots: int, steps: Changes) -> None:
    table, pending = event_table(slots), [NEVER] * slots
    for number, time_s in steps:
        slot = number % slots
        if time_s is None:
            compiled.cancel(table, slot)
        else:
            compiled.schedule(table, slot, float(time_s))
        pending[slot] = NEVER if time_s is None else float(time_s)
        soonest, soonest_s = compiled.next_event(table)
        assert soonest_s == min(pending)
        assert soonest == int(np.argmin(pending)) or min(pending) == NEVER


@pytest.mark.parametrize("slots", SLOTS)
@given(first=st.lists(st.integers(0, 9), min_size=1, max_size=40), rounds=st.lists(changes(4), max_size=12))
def test_slots_may_be_scheduled_between_firing_and_settling(
    slots: int, first: list[int], rounds: list[Changes]
) -> None:
    table = event_table(slots)
    pending = [float(first[slot % len(first)] + slot) for slot in range(slots)]
    for slot, time_s in enumerate(pending):
        compiled.schedule(table, slot, time_s)
    for steps in rounds:
        fired, _ = compiled.next_event(table)
        assert fired == int(np.argmin(pending)) or min(pending) == NEVER
        compiled.fire(table, fired)
        pending[fired] = NEVER
        for number, delay_s in steps:
            slot = number % slots
            pending[slot] = NEVER if delay_s is None else float(delay_s)
            compiled.schedule(table, slot, pending[slot])
        compiled.settle_fired(table, fired)
        assert compiled.next_event(table)[1] == min(pending)


@pytest.mark.parametrize("slots", SLOTS)
@given(times_s=st.lists(st.one_of(st.just(NEVER), st.integers(0, 5).map(float)), min_size=1, max_size=40))
def test_a_tree_rebuilt_is_the_tree_scheduled(slots: int, times_s: list[float]) -> None:
    scheduled, written = event_table(slots), event_table(slots)
    for slot in range(slots):
        compiled.schedule(scheduled, slot, times_s[slot % len(times_s)])
        slot_times(written)[slot] = times_s[slot % len(times_s)]
    rebuild(written)
    due = np.isfinite(written.time_s)
    assert written.time_s.tolist() == scheduled.time_s.tolist()
    assert written.winner[due].tolist() == scheduled.winner[due].tolist()
