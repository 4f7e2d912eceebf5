"""Jobs on their way from a file to the table: columns as arrays, and which rows can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .faults import TraceFaults
from .schema import GPU_JOBS

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass
class Rows:
    """A batch of jobs as a loader read them. ``usable`` is what no fault was found with so far."""

    lines: npt.NDArray[np.int64]
    usable: Mask
    job: pa.Array
    submit_s: Floats
    gpus: Floats
    duration_s: Floats
    time_limit_s: Floats
    job_class: pa.Array
    priority: Floats
    user: pa.Array
    cpus: Floats
    memory_bytes: Floats
    gpu_model: pa.Array

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.lines)

    def refuse(self, faults: TraceFaults, bad: Mask, reason: str, remedy: str, cells: object = None) -> None:
        """Usable rows where ``bad`` are at fault, once each."""
        faults.rows(bad & self.usable, self.lines, reason, remedy, cells)
        self.usable &= ~bad

    def leave_out(self, faults: TraceFaults, which: Mask, reason: str) -> None:
        """Usable rows where ``which`` are not used, which is no fault of theirs."""
        faults.leave_out(reason, int(np.count_nonzero(which & self.usable)))
        self.usable &= ~which

    def table(self) -> pa.Table:
        """The usable rows."""
        columns = {name: getattr(self, name) for name in GPU_JOBS.names}
        columns["priority"] = np.where(np.isfinite(self.priority), self.priority, 0.0).astype(np.int64)
        return pa.table({name: pa.array(values) for name, values in columns.items()}, schema=GPU_JOBS).filter(
            pa.array(self.usable)
        )


def nothing(n: int) -> Floats:
    """A column of unknown numbers."""
    return np.full(n, np.nan)


def words(n: int, word: str) -> pa.Array:
    """A column of one word."""
    return pa.array([word], pa.string()).take(pa.array(np.zeros(n, np.int64)))


def numbered(prefix: str, lines: npt.NDArray[np.int64]) -> pa.Array:
    """Names made of the lines."""
    return pc.binary_join_element_wise(prefix, pc.cast(pa.array(lines), pa.string()), "-")


def translated(names: pa.Array, ours: Mapping[str, str], default: str) -> pa.Array:
    """Our word for each of theirs, theirs where we have none, ``default`` where they say nothing."""
    distinct = names.dictionary_encode()
    found = [ours.get(word, word) or default for word in distinct.dictionary.to_pylist()]
    return pa.array(found, pa.string()).take(distinct.indices)
