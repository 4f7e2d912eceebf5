"""A Dask cluster on loopback: two workers, one of them killed in the middle of a sweep."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from racktwin.errors import RacktwinError
from racktwin.plan.executors import executor
from racktwin.plan.executors.cluster import DaskCluster
from racktwin.plan.sweep import Progress, grid, read_axis, run_sweep
from tests.plan.queue import queue

from .test_sweep import Here

pytest.importorskip("distributed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@contextmanager
def _cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own; yields the address and the workers."""
    file = folder / "scheduler.json"
    base = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    with (folder / "cluster.log").open("wb") as log:
        scheduler = subprocess.Popen(
            [*base, "--no-dashboard", "--scheduler-file", str(file)], stdout=log, stderr=log, cwd=folder
        )
        until_s = time.monotonic() + 60
        while not file.exists() or not file.read_text().strip():
            assert time.monotonic() < until_s, "the scheduler does not start"
            time.sleep(0.1)
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--no-dashboard"]
        workers = [
            subprocess.Popen(
                [*worker, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)],
                stdout=log, stderr=log, cwd=Path.cwd(),
            )
            for _ in range(2)
        ]  # fmt: skip
        try:
            yield _address(file), workers
        finally:
            for process in (*workers, scheduler):
                process.kill()
                process.wait()


def _address(file: Path) -> str:
    import json

    return str(json.loads(file.read_text())["address"])


def test_a_worker_killed_in_the_middle_loses_no_result(tmp_path: Path) -> None:
    design = grid([read_axis("work_centers.cell.work_units=1,2,3"), read_axis("demand.trays.due_in=1 h..10 h:8")])
    file = queue(tmp_path)
    killed: list[int] = []

    with _cluster(tmp_path) as (address, workers):

        def kill_one(seen: Progress) -> None:
            if seen.done == 4 and not killed:
                os.kill(workers[0].pid, signal.SIGKILL)
                killed.append(seen.done)

        table = run_sweep(
            file.document, design, tmp_path / "sweep", executor(2, address), replications=2, report=kill_one
        )

    assert killed
    assert table.num_rows == 48
    assert set(table["refused"].to_pylist()) == {""}
    assert table.equals(run_sweep(file.document, design, tmp_path / "here", Here(), replications=2))


def test_an_address_at_which_nobody_answers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RacktwinError, match="no Dask scheduler answers"):
        list(DaskCluster("tcp://127.0.0.1:9", timeout_s=1.0).run(str, [1]))
