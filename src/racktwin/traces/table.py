"""A job table of anyone's making, CSV or Parquet, through a mapping of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .batches import Batch, batches, column_names
from .cells import as_names, as_numbers, as_times
from .faults import TraceFaults
from .mapping import TIMES, TraceMapping, Used, used_columns
from .rows import Floats, Rows, nothing, numbered, translated, words


def read_table(path: Path, mapping: TraceMapping, faults: TraceFaults) -> Iterator[Rows]:
    """The jobs in the table at ``path``; raises ScenarioError through ``faults``."""
    used = used_columns(column_names(path, faults), mapping, path, faults)
    for batch in batches(path, [column.theirs for column in used.values()], faults):
        yield _rows(batch, used, mapping, path, faults)


def _rows(batch: Batch, used: dict[str, Used], mapping: TraceMapping, path: Path, faults: TraceFaults) -> Rows:
    n = batch.n
    names = {
        ours: as_names(batch.columns[used[ours].theirs])
        for ours in ("job", "job_class", "user", "gpu_model")
        if ours in used
    }
    rows = Rows(
        lines=batch.lines,
        usable=np.ones(n, bool),
        job=names.get("job", numbered(path.name.partition(".")[0], batch.lines)),
        submit_s=nothing(n),
        gpus=nothing(n),
        duration_s=nothing(n),
        time_limit_s=nothing(n),
        job_class=translated(names.get("job_class", words(n, "")), mapping.job_classes, mapping.default_class),
        priority=nothing(n),
        user=names.get("user", words(n, "")),
        cpus=nothing(n),
        memory_bytes=nothing(n),
        gpu_model=names.get("gpu_model", words(n, "")),
    )
    numbers = {name: _numbers(batch, name, used[name], rows, faults) for name in used if name not in names}
    rows.submit_s, rows.gpus = numbers["submit"], numbers["gpus"]
    rows.duration_s = numbers["duration"] if "duration" in numbers else numbers["end"] - numbers["start"]
    for ours, column in (
        ("time_limit", "time_limit_s"),
        ("priority", "priority"),
        ("cpus", "cpus"),
        ("memory", "memory_bytes"),
    ):
        if ours in numbers:
            setattr(rows, column, numbers[ours])
    return rows


def _numbers(batch: Batch, name: str, column: Used, rows: Rows, faults: TraceFaults) -> Floats:
    cells = batch.columns[column.theirs]
    if name in TIMES:
        values, bad, is_stamp = as_times(cells)
        factor = 1.0 if is_stamp else column.factor
        remedy = "write ISO 8601, or a number whose unit the mapping gives"
    else:
        values, bad = as_numbers(cells)
        factor, remedy = column.factor, "leave it empty where it is unknown"
    rows.refuse(faults, bad, f"{column.theirs} is not a {'time' if name in TIMES else 'number'}", remedy, cells)
    return values * factor
