"""Visits are numbered as rows come, batch by batch, as if all rows were seen at once."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from racktwin.engines.line.visits import VisitCounter

ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=60)


@given(rows=ROWS, cuts=st.lists(st.integers(0, 60), max_size=5))
def test_batches_count_on(rows: list[tuple[int, int]], cuts: list[int]) -> None:
    seen: Counter[tuple[int, int]] = Counter()
    expected = []
    for row in rows:
        seen[row] += 1
        expected.append(seen[row])
    counter, found = VisitCounter(), []
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    for first, last in pairwise(edges):
        batch = np.array(rows[first:last], np.int64).reshape(-1, 2)
        found += counter.numbers(batch[:, 0], batch[:, 1], np.empty(0, np.int64)).tolist()
    assert found == expected


def test_parts_that_have_ended_are_forgotten() -> None:
    counter = VisitCounter()
    serials, operations = np.array([1, 2, 1]), np.array([0, 0, 0])
    assert counter.numbers(serials, operations, np.array([1])).tolist() == [1, 1, 2]
    assert counter.numbers(serials, operations, np.array([], np.int64)).tolist() == [1, 2, 2]
