"""``racktwin warm``: compile the kernels ahead of the first run."""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path

from racktwin.errors import SimulationError

from .terminal import note

DAY_S = 86_400.0
_SHORT = ["horizon=2 d", "warm_up=0 s"]


def warm() -> None:
    """Compile the kernels now, for later runs."""
    start_s = time.perf_counter()
    try:
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            for part in [pool.submit(_compile_line), pool.submit(_compile_hall_and_networks)]:
                part.result()
    except BrokenProcessPool:
        raise SimulationError(
            "a process that compiled kernels was ended from outside, perhaps for want of memory"
            "\n    → run racktwin warm again; a run compiles what it needs as well"
        ) from None
    note(f"kernels are compiled ({time.perf_counter() - start_s:.1f} s)")


def _compile_line() -> None:
    """The line and its supply, another future of it, and a start from what is seen."""
    from racktwin.engines.line import LineRun, compile_line, observed_document
    from racktwin.run import run_scenario
    from racktwin.scenario import read_scenario, scenario_from_document

    file = read_scenario("georgetown", [*_SHORT, "hall=null", "fleet=null"])
    with tempfile.TemporaryDirectory() as folder:
        run_scenario(file, Path(folder) / "run", replications=1, seed=None, jobs=1, progress=None, marginals=False)
    now = LineRun.start(compile_line(file.scenario.of_line), 0, 1)
    now.branch(future=1)
    now.advance(DAY_S / 2)
    seen = scenario_from_document({**file.document, "observed": observed_document(now, file.scenario)})
    LineRun.start(compile_line(seen.of_line), 0, 1)


def _compile_hall_and_networks() -> None:
    """The hall, and queueing networks, which have a kernel of their own without the event log."""
    from racktwin.engines.fleet import compile_fleet, replicate_fleet
    from racktwin.engines.line import compile_line, replicate
    from racktwin.scenario import read_scenario

    replicate_fleet(compile_fleet(read_scenario("georgetown", _SHORT).scenario), 0, 1, None, None)
    network = read_scenario(str(files("racktwin") / "examples/validation/mm1.yaml"), _SHORT)
    replicate(compile_line(network.scenario), 0, 1, is_recording=False)
