"""The steps a second of Gavel's job types, against the trace they were recovered from."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from racktwin.reference.files import rows_of
from racktwin.reference.gavel import steps_per_s

SOURCES = os.environ.get("RACKTWIN_SOURCE_FILES", "")
"""The folder of public data that the package's small tables were taken from; users do not have it."""


def coherence(steps: npt.NDArray[np.float64], rate: float) -> float:
    """1 where all steps are whole seconds times ``rate``, cut to whole steps; about 0 where they are anything."""
    seconds = (steps + 0.5) / rate
    return float(np.cos(2 * np.pi * seconds).mean())


def test_the_rate_that_made_steps_is_coherent_and_others_are_not() -> None:
    seconds = np.random.default_rng(1).integers(1200, 2000, 40)
    steps = np.floor(seconds * 43.9036)

    assert coherence(steps, 43.9036) > 0.99
    assert abs(coherence(steps, 43.9036 * 1.01)) < 0.5


def test_every_rate_is_positive_and_says_how_well_it_is_known() -> None:
    assert len(steps_per_s()) == 26
    assert min(steps_per_s().values()) > 0
    assert sum(float(row["coherence"]) > 0.9 for row in rows_of("gavel_steps.csv")) == 19


@pytest.mark.skipif(not SOURCES, reason="RACKTWIN_SOURCE_FILES does not name the folder of public data")
def test_rates_make_whole_seconds_of_the_trace() -> None:
    steps = defaultdict(list)
    for path in sorted(Path(SOURCES, "philly", "gavel_msr_seed0").glob("*.trace")):
        for line in path.read_text("utf-8").splitlines():
            cells = line.split("\t")
            steps[cells[0]].append(int(cells[4]))

    for row in rows_of("gavel_steps.csv"):
        shortest = np.sort(np.array(steps[row["job_type"]], np.float64))[:40]
        rate = float(row["steps_per_s"])
        assert coherence(shortest, rate) == pytest.approx(float(row["coherence"]), abs=0.02)
        assert shortest[0] / rate == pytest.approx(1200, rel=0.012)
