"""How often each part had been at its operation, counted while the rows come."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Array = npt.NDArray[Any]


class VisitCounter:
    """Numbers the visits of one replication batch by batch, and remembers only parts that are still in the plant."""

    def __init__(self) -> None:
        self._serial = self._operation = self._count = np.empty(0, np.int64)

    def numbers(self, serial: Array, operation: Array, ended: Array) -> Array:
        """The visit of each row of a batch, int64, from 1; parts of the serial numbers ``ended`` will not come again.

        A part's visits to an operation are in the order of the rows.
        """
        known = len(self._serial)
        serials = np.concatenate([self._serial, serial])
        operations = np.concatenate([self._operation, operation])
        order = np.lexsort((operations, serials))  # stable: what is known comes before the new rows
        is_first = np.ones(len(order), dtype=bool)
        is_first[1:] = (np.diff(serials[order]) != 0) | (np.diff(operations[order]) != 0)
        increment = np.ones(len(order), dtype=np.int64)
        increment[:known] = self._count
        summed = np.cumsum(increment[order])
        before = np.maximum.accumulate(np.where(is_first, summed - increment[order], 0))
        visits = np.empty(len(order), dtype=np.int64)
        visits[order] = summed - before
        is_last = np.append(is_first[1:], True)[: len(order)]
        kept = order[is_last & ~np.isin(serials[order], ended)]
        self._serial, self._operation, self._count = serials[kept], operations[kept], visits[kept]
        return visits[known:]


def with_visits(batch: dict[str, pa.Table], counter: VisitCounter) -> dict[str, pa.Table]:
    """The batch with the column ``visit`` of its operations filled in."""
    operations, ended = batch["operations"], batch["work_orders"]["serial_number"].to_numpy()
    codes = operations["operation"].chunk(0).indices.to_numpy()
    visits = counter.numbers(operations["serial_number"].to_numpy(), codes, ended)
    column = pa.Array.from_buffers(pa.int64(), len(visits), [None, pa.py_buffer(visits)])
    return {**batch, "operations": operations.set_column(operations.column_names.index("visit"), "visit", column)}
