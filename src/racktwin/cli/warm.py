"""``racktwin warm``: compile the kernels ahead of the first run."""

from __future__ import annotations

import tempfile
import time
from importlib.resources import files
from pathlib import Path

from .terminal import note

DAY_S = 86_400.0


def warm() -> None:
    """Compile the kernels now, for later runs."""
    from racktwin.engines.line import LineRun, compile_line, observed_document, replicate
    from racktwin.run import run_scenario
    from racktwin.scenario import read_scenario, scenario_from_document

    start_s = time.perf_counter()
    file = read_scenario("georgetown", ["horizon=2 d", "warm_up=0 s"])
    with tempfile.TemporaryDirectory() as folder:
        run_scenario(file, Path(folder) / "run", replications=1, seed=None, jobs=1, progress=None, marginals=False)
    now = LineRun.start(compile_line(file.scenario.of_line), 0, 1)
    now.branch(future=1)  # and those of a live twin: another future, a start from what is seen
    now.advance(DAY_S / 2)
    seen = scenario_from_document({**file.document, "observed": observed_document(now, file.scenario)})
    LineRun.start(compile_line(seen.of_line), 0, 1)
    network = read_scenario(str(files("racktwin") / "examples/validation/mm1.yaml"), ["horizon=1 d", "warm_up=0 s"])
    replicate(compile_line(network.scenario), 0, 1, is_recording=False)  # which has a kernel of its own
    note(f"kernels are compiled ({time.perf_counter() - start_s:.1f} s)")
