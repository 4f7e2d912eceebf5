"""The bars that need no peer: memory, replications, threads, start-up, the cold compile."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from .measure import OURS, ROOT, run_once

MILLION = 1_000_000
_START = "import racktwin; from racktwin.engines.line import compile_line, replicate\n"
_SMALL = (
    "from benchmarks.line.plants import PLANTS; from benchmarks.line.scenario import scenario_of\n"
    "line = compile_line(scenario_of(PLANTS['mm4'](100)))\n"
)


@dataclass(frozen=True)
class Bar:
    """A bar: met at ``limit`` or below, or at or above it where more is better."""

    name: str
    value: float
    unit: str
    limit: float
    is_floor: bool = False

    @property
    def is_met(self) -> bool:
        """Whether it was met."""
        return self.value >= self.limit if self.is_floor else self.value <= self.limit


def all_bars() -> list[Bar]:
    """Measure all of them; about two minutes."""
    from .replications import replications_cpu_s, threads_speedup

    return [
        Bar("memory at 10⁶ parts, event log off", _peak_mb(), "MB", 300.0),
        Bar("1,000 replications × 1,000 work orders", _middle(replications_cpu_s, 3), "CPU-s", 2.0),
        Bar("two threads against one", _middle(threads_speedup, 5), "×", 1.6, is_floor=True),
        Bar("import and first run, warm cache", _middle(lambda: _cpu_s({}), 5), "CPU-s", 1.0),
        Bar("cold compile", _cold_compile_cpu_s(), "CPU-s", 15.0),
    ]


def _middle(measure: Callable[[], float], times: int) -> float:
    return statistics.median(measure() for _ in range(times))


def _peak_mb() -> float:
    return run_once(OURS, "mm4", MILLION, 1)["peak_mb"]


def _cpu_s(changes: dict[str, str]) -> float:
    """CPU time of a fresh interpreter that imports racktwin and makes one short run, compiled modules on disk."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), **changes}
    before = os.times()
    subprocess.run(
        [sys.executable, "-c", _START + _SMALL + "replicate(line, 0, 1)"], env=environment, cwd=ROOT, check=True
    )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _cold_compile_cpu_s() -> float:
    """What the first run costs more without a cache than with one."""
    with tempfile.TemporaryDirectory() as folder:
        cold_s = _cpu_s({"NUMBA_CACHE_DIR": folder})
        return cold_s - _cpu_s({"NUMBA_CACHE_DIR": folder})
