"""The KPIs of sweeps are those of runs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from racktwin.errors import RacktwinError
from racktwin.plan import UNRECORDED, Experiment
from racktwin.run import run_scenario
from racktwin.scenario import read_scenario
from tests.results.plant import plant_document


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[tuple[str, int], float]]:
    """A plant with tests, rework, due dates, power and people: its file, and the plant's KPIs by replication."""
    folder = tmp_path_factory.mktemp("sweep")
    path = folder / "plant.json"
    document = plant_document(8)
    document["routings"]["rack"]["operations"][1]["detects"]["connector"] = 0.3  # so that some escape
    path.write_text(json.dumps(document))
    run = run_scenario(read_scenario(path), folder / "run", replications=2, jobs=1, marginals=False)
    rows = run.extra("kpis").to_pylist()
    return path, {(row["kpi"], row["replication"]): row["value"] for row in rows if row["subject"] == ""}


@pytest.mark.parametrize("kpi", UNRECORDED)
def test_equal_to_the_run_s(kpi: str, recorded: tuple[Path, dict[tuple[str, int], float]]) -> None:
    path, values = recorded
    experiment = Experiment.of(read_scenario(path).scenario, kpi)

    assert [experiment.value(r) for r in (0, 1)] == pytest.approx([values[kpi, r] for r in (0, 1)], rel=1e-9)


def test_they_vary(recorded: tuple[Path, dict[tuple[str, int], float]]) -> None:
    """So that the test above can fail."""
    _, values = recorded

    assert [kpi for kpi in UNRECORDED if values[kpi, 0] == values[kpi, 1]] == []


def test_nothing_shipped_has_no_cycle_time(recorded: tuple[Path, dict[tuple[str, int], float]]) -> None:
    path, _ = recorded
    scenario = read_scenario(path, ["horizon=10 h", "warm_up=0 s"]).scenario

    assert math.isnan(Experiment.of(scenario, "cycle_time_mean").value(0))
    assert Experiment.of(scenario, "throughput").mean(2) == 0


def test_other_kpis_are_refused(recorded: tuple[Path, dict[tuple[str, int], float]]) -> None:
    with pytest.raises(RacktwinError, match="'wip' cannot be swept\n    → choose from throughput"):
        Experiment.of(read_scenario(recorded[0]).scenario, "wip")
