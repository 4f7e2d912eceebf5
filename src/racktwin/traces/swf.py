"""The Standard Workload Format of the Parallel Workloads Archive: 18 numbers a line, ``;`` begins a comment.

Definition: Chapin et al., "Benchmarks and standards for the evaluation of parallel job schedulers", JSSPP 1999;
version 2.2. A value of -1 is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .batches import require_file
from .faults import TraceFaults
from .mapping import TraceMapping
from .rows import Rows, translated, words

_COLUMNS = 18
_JOB, _SUBMIT, _RUN_TIME, _PROCESSORS, _MEMORY, _ASKED, _ASKED_TIME, _ASKED_MEMORY, _STATUS, _USER, _QUEUE = (
    0, 1, 3, 4, 6, 7, 8, 9, 10, 11, 14,
)  # fmt: skip
_BATCH_LINES = 1 << 15


def read_swf(path: Path, mapping: TraceMapping, faults: TraceFaults) -> Iterator[Rows]:
    """The jobs of an SWF file; those that never ran are left out and counted.

    SWF knows processors, not GPUs: the mapping's ``processors_per_gpu`` of them are read as one. Queue numbers are job
    classes through ``mapping.job_classes``.
    """
    require_file(path, faults)
    with path.open(encoding="utf-8", errors="replace") as file:
        numbered_lines = enumerate(file, 1)
        while chunk := list(islice(numbered_lines, _BATCH_LINES)):
            values, lines = _parse(chunk, faults)
            if len(lines):
                yield _rows(values, lines, mapping, faults)


def _parse(chunk: list[tuple[int, str]], faults: TraceFaults) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    kept, lines, odd, odd_text = [], [], [], []
    for number, line in chunk:
        text = line.partition(";")[0].split()
        if not text:
            continue
        try:
            cells = [float(cell) for cell in text]
        except ValueError:
            cells = []
        if len(cells) != _COLUMNS:
            odd.append(number)
            odd_text.append(line.strip())
            continue
        kept.append(cells)
        lines.append(number)
    remedy = "see the Parallel Workloads Archive for the format"
    faults.rows(np.ones(len(odd), bool), np.array(odd, np.int64), "not 18 numbers", remedy, odd_text)
    return np.array(kept).reshape(-1, _COLUMNS), np.array(lines, np.int64)


def _rows(
    values: npt.NDArray[np.float64],
    lines: npt.NDArray[np.int64],
    mapping: TraceMapping,
    faults: TraceFaults,
) -> Rows:
    known = np.where(values == -1.0, np.nan, values)
    processors = np.where(np.isnan(known[:, _ASKED]), known[:, _PROCESSORS], known[:, _ASKED])
    kilobytes = np.where(np.isnan(known[:, _ASKED_MEMORY]), known[:, _MEMORY], known[:, _ASKED_MEMORY])
    rows = Rows(
        lines=lines,
        usable=np.ones(len(lines), bool),
        job=_text(known[:, _JOB]),
        submit_s=known[:, _SUBMIT],
        gpus=processors / mapping.processors_per_gpu,
        duration_s=known[:, _RUN_TIME],
        time_limit_s=known[:, _ASKED_TIME],
        job_class=translated(_text(known[:, _QUEUE]), mapping.job_classes, mapping.default_class),
        priority=np.zeros(len(lines)),
        user=_text(known[:, _USER]),
        cpus=processors,
        memory_bytes=kilobytes * 1024.0 * processors,
        gpu_model=words(len(lines), ""),
    )
    never_ran = np.isnan(rows.duration_s) | ((rows.duration_s <= 0) & (values[:, _STATUS] != 1))
    rows.leave_out(faults, never_ran, "never ran")
    return rows


def _text(numbers: npt.NDArray[np.float64]) -> pa.Array:
    whole = np.where(np.isfinite(numbers), numbers, 0).astype(np.int64)
    return pc.if_else(pa.array(np.isfinite(numbers)), pc.cast(pa.array(whole), pa.string()), "")
