"""Read a job trace of any format into one table, or stream it into a Parquet file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from racktwin.errors import Problem, ScenarioError
from racktwin.spelling import did_you_mean, rows_in_words

from .check import Checks
from .faults import TraceFaults
from .gavel import read_gavel
from .mapping import TraceMapping
from .names import NamesOnDisk
from .openb import read_openb
from .rows import Rows
from .schema import GPU_JOBS
from .swf import read_swf
from .table import read_table

Format = Literal["table", "openb", "gavel", "philly", "swf"]
"""table: CSV or Parquet through a mapping · openb: Alibaba 2023 · gavel, philly: Philly in Gavel's form · swf: Standard
Workload Format."""

ROW_GROUP = 1 << 17
"""At least so many jobs are written together."""

_READERS: dict[str, Callable[[Path, TraceMapping, TraceFaults], Iterator[Rows]]] = {
    "table": read_table,
    "openb": read_openb,
    "gavel": read_gavel,
    "philly": read_gavel,
    "swf": read_swf,
}


@dataclass(frozen=True)
class GpuJobs:
    """A trace: its ``jobs`` (:data:`GPU_JOBS`, by time), rows ``skipped`` by why, and rows ``changed`` by how.

    ``first_s``: when time 0 of the table, which is the first job's submit time, was in the file's own time (of
    timestamps: s since 1970).
    """

    name: str
    jobs: pa.Table
    first_s: float
    skipped: dict[str, int]
    changed: dict[str, int]


@dataclass(frozen=True)
class Limits:
    """What of a trace is wanted: jobs of at most ``largest_gpus``, submitted from ``from_s`` until ``until_s``.

    Jobs outside the window are left out and counted; larger jobs are faults. ``after_first``: the window is counted
    from the first job of the file.
    """

    largest_gpus: float = float("inf")
    from_s: float = -float("inf")
    until_s: float = float("inf")
    after_first: bool = False


def read_gpu_jobs(
    path: Path,
    format: Format = "table",
    mapping: TraceMapping | None = None,
    *,
    wanted: Limits | None = None,
    skip_bad: bool = False,
) -> GpuJobs:
    """All jobs of the trace at ``path``, sorted by when they were submitted.

    Any row at fault raises ScenarioError, which shows the first of them; with ``skip_bad`` such rows are left out and
    counted in ``skipped``. Rows that stood out of order are counted in ``changed``. Memory grows with the jobs wanted,
    not with the file.
    """
    faults = TraceFaults(path, skip_bad=skip_bad)
    checks = Checks(faults, wanted or Limits())
    parts = [checks.passed(rows) for rows in _reader(format, path)(path, mapping or TraceMapping(), faults)]
    faults.raise_if_any()
    jobs = pa.concat_tables(parts) if parts else GPU_JOBS.empty_table()
    if not jobs.num_rows:
        why = rows_in_words(faults.skipped)
        faults.file_fault(f"there are no jobs{f' ({why})' if why else ''}", "give a trace with at least one job")
        faults.raise_if_any()
    faults.change("out of order, sorted by when they were submitted", checks.out_of_order)
    if checks.out_of_order:
        jobs = jobs.take(pa.array(np.argsort(jobs["submit_s"].to_numpy(), kind="stable")))
    first_s = float(jobs["submit_s"][0].as_py())
    return GpuJobs(path.name, _from(jobs.combine_chunks(), first_s), first_s, faults.skipped, faults.changed)


def stream_gpu_jobs(
    path: Path,
    out: Path,
    format: Format = "table",
    mapping: TraceMapping | None = None,
    *,
    wanted: Limits | None = None,
    skip_bad: bool = False,
) -> dict[str, int]:
    """Write the jobs of a trace of any size to the Parquet file ``out``, time 0 being the first job's submit time.

    The result is what was skipped, by why. Memory stays at a few blocks of the file; beside ``out`` 16 bytes a job are
    on disk until the end, where names are compared. A job out of order is a fault, as a stream cannot be sorted, and a
    name that occurs twice cannot be skipped. ``out`` is written whole or not at all.
    """
    faults = TraceFaults(path, skip_bad=skip_bad)
    part = out.with_name(f".{out.name}.part")
    rows = _reader(format, path)(path, mapping or TraceMapping(), faults)
    try:
        with (
            NamesOnDisk(out.parent) as names,
            pq.ParquetWriter(part, GPU_JOBS, compression="zstd") as writer,
        ):
            checks = Checks(faults, wanted or Limits(), names)
            first_s: float | None = None
            for jobs in _gathered(map(checks.passed, rows)):
                first_s = float(jobs["submit_s"][0].as_py()) if first_s is None else first_s
                writer.write_table(_from(jobs, first_s))
            checks.compare_names()
        faults.raise_if_any()
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return faults.skipped


def _gathered(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The rows of ``tables`` in row groups worth writing; what a file says of each stays in memory."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(part.num_rows for part in held) >= ROW_GROUP:
            yield pa.concat_tables(held)
            held = []
    if sum(part.num_rows for part in held):
        yield pa.concat_tables(held)


def _from(jobs: pa.Table, first_s: float) -> pa.Table:
    """The jobs with their times counted from ``first_s``."""
    index = GPU_JOBS.get_field_index("submit_s")
    return jobs.set_column(index, GPU_JOBS.field(index), pc.subtract(jobs["submit_s"], first_s))


def _reader(format: str, path: Path) -> Callable[[Path, TraceMapping, TraceFaults], Iterator[Rows]]:
    if format not in _READERS:
        remedy = did_you_mean(format, get_args(Format), "formats")
        raise ScenarioError([Problem(str(path), 0, "", f"unknown trace format {format!r}", remedy)])
    return _READERS[format]
