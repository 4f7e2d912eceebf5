"""Node-periods per CPU-second of the supply kernel and of stockpyl, on the same networks with the same answers.

Counted are nodes times periods over the CPU time of the simulation call alone: what either needs to be set up, and the
reading of its answer, is left out. Each is the best of three runs, taken in turn. stockpyl in a place of its own:
PYTHONPATH=$PYTHONPATH:/tmp/venv/lib/python3.11/site-packages python benchmarks/supply_simulation.py
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.engines.supply.random_stages import SHAPES

from racktwin.engines.supply import kernel

_RUNS = 3


def main() -> None:
    """Print a row per shape and size."""
    from stockpyl.sim import simulation

    warnings.simplefilter("ignore")
    warm_up = SHAPES["serial"](np.random.default_rng(7), 3, 10, ("BS",), True)
    kernel.run(warm_up.tables())
    warm_up.stockpyl_levels()
    print(f"{'network':>14} {'stages':>6} {'periods':>8} {'stockpyl np/s':>14} {'racktwin np/s':>14} {'ratio':>7} same")
    for shape, make in SHAPES.items():
        for size in (3, 10, 30):
            small = make(np.random.default_rng(size), size, 60, ("BS",), True)
            periods = 4_000_000 // size
            tables = make(np.random.default_rng(size), size, periods, ("BS",), True).tables(is_recording=False)
            slow, fast = 0.0, 0.0
            for _ in range(_RUNS):
                network = small.stockpyl_network()
                start = time.process_time()
                simulation(network, small.periods, rand_seed=1, progress_bar=False)
                slow = max(slow, size * small.periods / (time.process_time() - start))
                again = type(tables)(*(table.copy() for table in tables))
                start = time.process_time()
                kernel.run(again)
                fast = max(fast, size * periods / (time.process_time() - start))
            same = np.array_equal(small.kernel_levels(), small.stockpyl_levels())
            print(f"{shape:>14} {size:>6} {periods:>8} {slow:>14,.0f} {fast:>14,.0f} {fast / slow:>7,.0f} {same}")


if __name__ == "__main__":
    main()
