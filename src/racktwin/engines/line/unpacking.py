"""Recorded rows turned into columns, in one pass over the rows instead of one per column.

New memory is what columns cost (1.4 µs a page of 4 kB, three quarters of the time), and most columns of most plants are
the same value everywhere: those are told apart first, and share their memory.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from racktwin.sim.jit import IS_COMPILED, entry_point

_BLOCK = 64
"""Rows at a time: they and one stretch of a column fit into the first-level cache."""


@entry_point
def rows_of_table(words: Any, table: int, chosen: Any) -> int:
    """Write the numbers of the rows whose first word is ``table`` to ``chosen``; their count."""
    count = 0
    for row in range(words.shape[0]):
        chosen[count] = row
        count += words[row, 0] == table
    return count


@entry_point
def find_varying(words: Any, chosen: Any, slots: Any, varying: Any) -> int:
    """Write those k to ``varying`` whose word ``slots[k]`` is not the same in all chosen rows; their count."""
    count = 0
    for k in range(slots.size):
        slot = slots[k]
        first = words[chosen[0], slot]
        row = chosen.size - 1  # from the end: what grows is known at once
        while row > 0 and words[chosen[row], slot] == first:
            row -= 1
        if row > 0:
            varying[count] = k
            count += 1
    return count


@entry_point
def unpack(words: Any, chosen: Any, slots: Any, columns: Any) -> None:
    """Write word ``slots[k]`` of the chosen rows to ``columns[k]``."""
    for first in range(0, chosen.size, _BLOCK):
        end = min(first + _BLOCK, chosen.size)
        for column in range(slots.size):
            slot = slots[column]
            for row in range(first, end):
                columns[column, row] = words[chosen[row], slot]


def columns_of(words: npt.NDArray[np.int64], table: int, slots: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Word ``slots[k]`` of the rows whose first word is ``table``; those that are the same everywhere are read-only."""
    if not IS_COMPILED:  # word by word this would take a good part of an uncompiled run
        return list(words[words[:, 0] == table][:, slots].T.copy())
    chosen = np.empty(len(words) + 1, np.int64)
    chosen = chosen[: rows_of_table(words, table, chosen)]
    if not len(chosen):
        return [np.empty(0, np.int64)] * len(slots)
    varying = np.empty(len(slots), np.int64)
    varying = varying[: find_varying(words, chosen, slots, varying)]
    told = np.empty((len(varying), len(chosen)), np.int64)
    unpack(words, chosen, slots[varying], told)
    first = words[chosen[0], slots]
    columns = [same(int(value), len(chosen)) for value in first]
    for k, column in zip(varying, told, strict=True):
        columns[k] = column
    return columns


def same(value: int, length: int) -> npt.NDArray[np.int64]:
    """``length`` times the value, in memory that all who ask for it share; read-only."""
    return _same(value, 1 << (length - 1).bit_length())[:length] if length else np.empty(0, np.int64)


@lru_cache(maxsize=64)
def _same(value: int, length: int) -> npt.NDArray[np.int64]:
    values = np.full(length, value, np.int64)
    values.flags.writeable = False
    return values
