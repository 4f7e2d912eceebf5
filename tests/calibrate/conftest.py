"""One simulated history of the known plant, and what was fitted to it, for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.calibrate import Calibration, Observed, calibrate, observe_run
from racktwin.results import RunFolder
from racktwin.run import run_scenario
from racktwin.scenario import ScenarioFile

from .world import known_plant


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory) -> ScenarioFile:
    return known_plant(tmp_path_factory.mktemp("known"))


@pytest.fixture(scope="session")
def history(plant: ScenarioFile, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder: Path = tmp_path_factory.mktemp("history") / "run"
    return run_scenario(plant, folder, replications=4, seed=11, jobs=1, marginals=False)


@pytest.fixture(scope="session")
def observed(history: RunFolder) -> Observed:
    return observe_run(history)


@pytest.fixture(scope="session")
def calibration(plant: ScenarioFile, observed: Observed) -> Calibration:
    return calibrate(plant, observed, bootstraps=99)
