"""Node-periods per CPU-second of the supply kernel and of stockpyl, on the same networks with the same answers.

python benchmarks/supply_simulation.py
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


def main() -> None:
    """Print a row per shape and size."""
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(7)
    kernel.run(SHAPES["serial"](rng, 3, 10, ("BS",), True).tables())
    print(f"{'network':>14} {'stages':>6} {'periods':>8} {'stockpyl np/s':>14} {'racktwin np/s':>14} {'ratio':>7} same")
    for shape, make in SHAPES.items():
        for size in (3, 10, 30):
            small = make(np.random.default_rng(size), size, 60, ("BS",), True)
            start = time.process_time()
            theirs = small.stockpyl_levels()
            slow = size * 60 / (time.process_time() - start)
            periods = 4_000_000 // size
            large = make(np.random.default_rng(size), size, periods, ("BS",), True)
            tables = large.tables(is_recording=False)
            start = time.process_time()
            kernel.run(tables)
            fast = size * periods / (time.process_time() - start)
            same = np.array_equal(small.kernel_levels(), theirs)
            print(f"{shape:>14} {size:>6} {periods:>8} {slow:>14,.0f} {fast:>14,.0f} {fast / slow:>7,.0f} {same}")


if __name__ == "__main__":
    main()
