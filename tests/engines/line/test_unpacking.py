"""Columns of recorded rows against NumPy's own selection."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from racktwin.engines.line.unpacking import columns_of
from racktwin.sim.jit import IS_COMPILED


@given(arrays(np.int64, st.tuples(st.integers(0, 150), st.just(4)), elements=st.integers(0, 2)))
def test_each_column_is_the_slot_of_the_tables_rows(words: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> None:
    slots = np.array([3, 1, 2], np.int64)
    for table in (0, 1):
        found = columns_of(words, table, slots)
        expected = words[words[:, 0] == table][:, slots].T
        assert [column.tolist() for column in found] == expected.tolist()
        if IS_COMPILED and len(expected[0]):
            assert [not column.flags.writeable for column in found] == [
                len(set(column)) == 1 for column in expected.tolist()
            ]


def test_a_column_that_is_the_same_everywhere_but_once_is_kept() -> None:
    for odd in range(5):
        words = np.zeros((5, 2), np.int64)
        words[odd, 1] = 7
        (found,) = columns_of(words, 0, np.array([1], np.int64))
        assert found.tolist() == words[:, 1].tolist()
