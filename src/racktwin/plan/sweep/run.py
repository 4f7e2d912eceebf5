"""Running a sweep: what is not done yet goes to an executor, and each result to the folder as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from racktwin.plan.executors import Executor

from .design import Design
from .folder import SweepFolder
from .variant import Task, simulate


@dataclass(frozen=True)
class Progress:
    """Points done of all, those found done before included, and the seconds that the rest will take (None: unknown)."""

    done: int
    total: int
    left_s: float | None


Report = Callable[[Progress], None]


def run_sweep(
    document: Mapping[str, Any],
    design: Design,
    folder: Path,
    executor: Executor,
    *,
    replications: int = 1,
    seed: int | None = None,
    report: Report | None = None,
) -> pa.Table:
    """Simulate every point of the design that ``folder`` lacks, and return the whole table.

    Ctrl-C (KeyboardInterrupt passes through) keeps what is done: the same call goes on. Raises RunError if the folder
    holds something else.
    """
    sweep = SweepFolder.open(folder, document, design, replications, seed)
    before = sweep.done()
    left = [number for number in range(len(design.points)) if number not in before]
    tasks = [Task(document, design.overrides(number), replications, seed) for number in left]
    began_s, done = time.monotonic(), 0
    _tell(report, len(before), len(design.points), None)
    outcomes = executor.run(simulate, tasks) if tasks else iter(())
    try:
        for outcome in outcomes:
            result = {"refused": outcome.failure} if outcome.failure is not None else outcome.result
            sweep.write(left[outcome.number], result)
            done += 1
            each_s = (time.monotonic() - began_s) / done
            _tell(report, len(before) + done, len(design.points), each_s * (len(left) - done))
    finally:
        table = sweep.write_table()
    return table


def _tell(report: Report | None, done: int, total: int, left_s: float | None) -> None:
    if report is not None:
        report(Progress(done, total, left_s))
