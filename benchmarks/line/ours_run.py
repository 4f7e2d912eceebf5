"""racktwin on one plant, in a process of its own: ``python -m benchmarks.line.ours_run`` with a plant on stdin.

The kernels are loaded and a short run is made before the clock starts; the clock holds all of :func:`replicate`, from
the compiled plant to tables in memory.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from .plants import PLANTS
from .scenario import scenario_of


def main() -> None:
    """Simulate once and print what it took."""
    order: dict[str, Any] = json.load(sys.stdin)
    from racktwin.engines.line import compile_line, replicate
    from racktwin.results.memory import keep_memory_small, return_freed_memory

    keep_memory_small()
    make = PLANTS[order["name"]]
    recording = bool(order["recording"])
    replicate(compile_line(scenario_of(make(20))), 0, 1, is_recording=recording)
    compiled = compile_line(scenario_of(make(order["parts"])))
    return_freed_memory()
    began_s = time.process_time()
    shipments = replicate(compiled, 0, order["seed"], is_recording=recording)["shipments"]
    cpu_s = time.process_time() - began_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    cycle_s = shipments["shipped_s"].to_numpy() - shipments["release_s"].to_numpy()
    answer = {"cpu_s": cpu_s, "parts": len(cycle_s), "mean_cycle_s": float(cycle_s.mean()), "peak_mb": peak_mb}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
