"""racktwin on one plant, in a process of its own: ``python -m benchmarks.line.ours_run`` with a plant on stdin.

The kernels are loaded and a short run is made before the clock starts. With the event log off the clock holds the way
from the compiled plant to when each part was released and shipped, in memory, as SimPy's twin keeps it; with the log
on, to all tables in Parquet files.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .plants import PLANTS
from .scenario import scenario_of


def main() -> None:
    """Simulate once and print what it took."""
    order: dict[str, Any] = json.load(sys.stdin)
    from racktwin.engines.line import CompiledLine, compile_line, replicate_into
    from racktwin.results.memory import keep_memory_small, return_freed_memory
    from racktwin.results.replication import ReplicationWriter

    def simulate(compiled: CompiledLine, seed: int, folder: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
        cycles_s = []
        rows = ReplicationWriter(folder, 0)

        def take(batch: dict[str, pa.Table]) -> None:
            shipments = batch["shipments"]
            cycles_s.append(shipments["shipped_s"].to_numpy() - shipments["release_s"].to_numpy())
            if order["recording"]:
                rows.add(batch)

        replicate_into(take, compiled, 0, seed, is_recording=bool(order["recording"]))
        if order["recording"]:
            rows.put_in_place()
        return np.concatenate(cycles_s)

    keep_memory_small()
    make = PLANTS[order["name"]]
    with tempfile.TemporaryDirectory() as folder:
        simulate(compile_line(scenario_of(make(20))), 1, Path(folder))
        compiled = compile_line(scenario_of(make(order["parts"])))
        return_freed_memory()
        began_s = time.process_time()
        cycle_s = simulate(compiled, order["seed"], Path(folder))
        cpu_s = time.process_time() - began_s
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    answer = {"cpu_s": cpu_s, "parts": len(cycle_s), "mean_cycle_s": float(cycle_s.mean()), "peak_mb": peak_mb}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
