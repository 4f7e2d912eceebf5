"""Wall time and peak memory of ``racktwin run georgetown``, in a process of its own, compiled cache warm."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TIME_LIMIT_S = 10.0
MEMORY_LIMIT_MB = 500.0


def measure(arguments: list[str]) -> tuple[float, float]:
    """Run ``racktwin`` with these arguments; its wall time in s and its peak resident memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "racktwin", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"racktwin {' '.join(arguments)} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main() -> None:
    """Warm up, measure three runs, print each; exit with 1 when the best misses the bars of CONTRIBUTING.md."""
    arguments = ["run", "georgetown", *sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        measure(["warm"])
        runs = [measure([*arguments, "--out", str(Path(folder) / str(number))]) for number in range(3)]
    for seconds, megabytes in runs:
        print(f"{seconds:6.2f} s  {megabytes:6.0f} MB")
    best_s, best_mb = min(runs)
    print(f"best {best_s:.2f} s (bar {TIME_LIMIT_S:g} s), {best_mb:.0f} MB (bar {MEMORY_LIMIT_MB:g} MB)")
    sys.exit(best_s > TIME_LIMIT_S or best_mb > MEMORY_LIMIT_MB)


if __name__ == "__main__":
    main()
