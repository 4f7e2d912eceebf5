"""``racktwin warm``: compile the kernels ahead of the first run."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from .terminal import note


def warm() -> None:
    """Compile the kernels now, for later runs."""
    from racktwin.run import run_scenario
    from racktwin.scenario import read_scenario

    start_s = time.perf_counter()
    file = read_scenario("georgetown", ["horizon=2 d", "warm_up=0 s"])
    with tempfile.TemporaryDirectory() as folder:
        run_scenario(file, Path(folder) / "run", replications=1, seed=None, jobs=1, progress=None, marginals=False)
    note(f"kernels are compiled ({time.perf_counter() - start_s:.1f} s)")
