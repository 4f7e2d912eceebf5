"""A year of a busy plant is evaluated in little memory, whatever the number of replications."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.results.synthetic import large_run

_MEASURE = """
import pathlib, sys
from pyarrow import array
from racktwin.kpi import compute
from racktwin.results import RunFolder
def memory_kb(which):
    status = pathlib.Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(which)))
array([])  # loads pandas where it is installed
loaded_kb = memory_kb("VmRSS:")
assert compute(RunFolder.open(sys.argv[1])).num_rows > 0
print(memory_kb("VmHWM:") - loaded_kb)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_a_year_is_evaluated_in_115_megabytes(tmp_path: Path) -> None:
    """Full volume per replication, 300,000 rows of limits.

    A batch of ten at most takes 88 MB, two at once 130 (20 replications) to 165 (40). What is loaded before counts not:
    132 MB in a plain environment, 200 MB in one with pandas and dask.
    """
    large_run(tmp_path / "run", replications=6)
    answer = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path / "run")], capture_output=True, text=True, check=True
    )

    assert int(answer.stdout) < 115_000
