"""The winner tree against a plain minimum."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from racktwin.sim.events import NEVER, event_table, rebuild, slot_times

from . import compiled

changes = st.lists(st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(0, 5))), max_size=60)


@given(changes)
def test_the_next_slot_is_the_earliest_and_lowest(steps: list[tuple[int, int | None]]) -> None:
    table, pending = event_table(13), [NEVER] * 13
    for slot, time_s in steps:
        if time_s is None:
            compiled.cancel(table, slot)
        else:
            compiled.schedule(table, slot, float(time_s))
        pending[slot] = NEVER if time_s is None else float(time_s)
        soonest = compiled.next_slot(table)
        assert compiled.next_time_s(table) == min(pending)
        assert soonest == int(np.argmin(pending)) or min(pending) == NEVER


@given(st.lists(st.integers(0, 9), min_size=13, max_size=13), st.lists(changes, max_size=12))
def test_slots_may_be_scheduled_between_firing_and_settling(
    first: list[int], rounds: list[list[tuple[int, int | None]]]
) -> None:
    table, pending = event_table(13), [float(time_s) for time_s in first]
    for slot, time_s in enumerate(pending):
        compiled.schedule(table, slot, time_s)
    for steps in rounds:
        fired = compiled.next_slot(table)
        assert fired == int(np.argmin(pending)) or min(pending) == NEVER
        compiled.fire(table, fired)
        pending[fired] = NEVER
        for slot, delay_s in steps[:4]:
            pending[slot] = NEVER if delay_s is None else float(delay_s)
            compiled.schedule(table, slot, pending[slot])
        compiled.settle_fired(table, fired)
        assert compiled.next_time_s(table) == min(pending)


@given(st.lists(st.one_of(st.just(NEVER), st.integers(0, 5).map(float)), min_size=13, max_size=13))
def test_a_tree_rebuilt_is_the_tree_scheduled(times_s: list[float]) -> None:
    scheduled, written = event_table(13), event_table(13)
    for slot, time_s in enumerate(times_s):
        compiled.schedule(scheduled, slot, time_s)
    slot_times(written)[:13] = times_s
    rebuild(written)
    assert written[1:].tolist() == scheduled[1:].tolist()
