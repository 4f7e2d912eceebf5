"""What was observed, from whatever it was read: visits to operations, and perhaps equipment states and orders.

The columns are a subset of :data:`racktwin.results.schema.TABLES`, so that a run and a real plant look alike.
Serial numbers are text here, since factories' are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

VISITS = pa.schema(
    [
        ("replication", pa.int64()),
        ("serial_number", pa.string()),
        ("part", pa.string()),
        ("operation", pa.string()),
        ("phase", pa.string()),
        ("work_center", pa.string()),
        ("work_unit", pa.string()),
        ("visit", pa.int64()),
        ("start_s", pa.float64()),
        ("end_s", pa.float64()),
        ("work_s", pa.float64()),
        ("down_s", pa.float64()),
        ("cap", pa.float64()),
        ("outcome", pa.string()),
        ("defect_kind", pa.string()),
    ]
)
"""A visit to an operation (``phase`` empty) or to one phase of it. ``end_s`` is NaN while it is still going on."""

STATES = pa.schema(
    [
        ("replication", pa.int64()),
        ("work_center", pa.string()),
        ("work_unit", pa.string()),
        ("state", pa.string()),
        ("reason", pa.string()),
        ("start_s", pa.float64()),
        ("end_s", pa.float64()),
    ]
)
"""Intervals of SEMI E10 states; ``reason`` may be empty."""

ORDERS = pa.schema([("replication", pa.int64()), ("demand", pa.string()), ("wanted_s", pa.float64())])
"""When each order of a demand came."""

Column = npt.NDArray[Any]


@dataclass(frozen=True)
class Observed:
    """Everything read from one source.

    ``name`` is how provenance names it. ``start_s`` and ``end_s`` bound what was watched (of a run: from the end of its
    warm-up). ``from_new``: equipment was watched from new on, as in a simulated run. ``worked``: ``work_s`` is time
    worked and not merely from start to end. ``tells_false_failures``: outcomes distinguish false failures.
    ``left_out`` counts what was not used, by why.
    """

    name: str
    visits: pa.Table
    states: pa.Table | None
    orders: pa.Table | None
    start_s: float
    end_s: float
    from_new: bool
    worked: bool
    tells_false_failures: bool
    left_out: dict[str, int]


def column(table: pa.Table, name: str) -> Column:
    """A column as an array; text as objects."""
    values = table[name].combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    return np.asarray(values.to_numpy(zero_copy_only=False))


def by_key(table: pa.Table, keys: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], npt.NDArray[np.int64]]]:
    """The rows of ``table`` by equal ``keys``, in the order of first appearance: (values of the keys, row numbers)."""
    if table.num_rows == 0:
        return
    rows = np.arange(table.num_rows)
    grouped = table.select(list(keys)).append_column("_row", pa.array(rows)).group_by(list(keys), use_threads=False)
    found = grouped.aggregate([("_row", "list")])
    values = zip(*(found[key].to_pylist() for key in keys), strict=True)
    for key, numbers in zip(values, found["_row_list"].combine_chunks(), strict=True):
        yield key, np.asarray(numbers.values.to_numpy(zero_copy_only=False))
