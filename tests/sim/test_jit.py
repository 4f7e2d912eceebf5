"""Compiled kernels live together in one process, freshly compiled or loaded from the cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from racktwin.sim.jit import IS_COMPILED

ROOT = Path(__file__).parents[2]

# The line engine links and changes its own copy of the kernels that the other functions call as they are.
SHARING = """
from racktwin.run import simulate_tables
from tests.run.plant import small_file
from tests.sim import test_distributions, test_rng

scenario = small_file(horizon="3 d", warm_up="0 s").scenario
(before,) = simulate_tables(scenario, 1, 5)
for name in test_distributions.CASES:
    test_distributions.test_samples_follow_their_law(name)
test_rng.test_uniforms_are_uniform_and_uncorrelated()
(after,) = simulate_tables(scenario, 1, 5)
assert before["operations"].num_rows > 10
assert str(before["operations"].to_pylist()) == str(after["operations"].to_pylist())
"""


@pytest.mark.slow
@pytest.mark.skipif(not IS_COMPILED, reason="needs compiled kernels")
def test_entry_points_do_not_change_the_kernels_of_others(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "NUMBA_CACHE_DIR": ""}
    for attempt in ("compiled", "loaded from the cache"):
        done = subprocess.run(
            [sys.executable, "-c", SHARING], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{attempt}: {done.returncode} {done.stderr[-2000:]}"
