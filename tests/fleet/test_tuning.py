"""Caps and set-point tuned together: better than the baseline, within what was asked, told point by point."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from racktwin.run.fleet_policies import Policy, PolicyResult
from racktwin.run.fleet_tuning import Tuned, tune
from racktwin.scenario import read_scenario
from tests.cli.command import racktwin

from .test_scenario import scenario_file


def fake(monkeypatch: pytest.MonkeyPatch, work: float = 1.0) -> None:
    """A hall whose energy is least at a cap of 70 % and 32 degC; with ``work`` 1 its work goes with the cap."""

    def compared(scenario: object, policies: list[Policy], **_: object) -> list[PolicyResult]:
        cap, supply_k = policies[0].cap, policies[0].supply_k
        assert supply_k is not None
        energy = 1.0 + (cap - 0.7) ** 2 + (supply_k - 305.15) ** 2 / 1e3
        numbers = dict.fromkeys(PolicyResult.__dataclass_fields__, 0.0)
        numbers |= {"kwh_per_gpu_h": energy, "useful_gpu_h_per_day": 100.0 * (1.0 - work * (1.0 - cap))}
        return [PolicyResult(**{**numbers, "policy": "it"})]  # type: ignore[arg-type]

    monkeypatch.setattr("racktwin.run.fleet_tuning.compare_policies", compared)


def tuned(tmp_path: Path, **keys: float) -> Tuned:
    plant = ("hall:\n", "hall:\n  cooling_plant: {heat: 200 kW, supply: 20 degC, outdoors: {kind: cooling_tower}}\n")
    return tune(read_scenario(scenario_file(tmp_path, plant)).scenario, **keys)  # type: ignore[arg-type]


def test_the_least_of_both_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake(monkeypatch, work=0.0)
    best = tuned(tmp_path, most_trials=100).best
    assert best.cap == pytest.approx(0.7, abs=0.02)
    assert best.supply_k == pytest.approx(305.15, abs=1.0)


def test_work_that_must_be_done_bounds_the_cap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake(monkeypatch)
    found = tuned(tmp_path, most_trials=100, least_work=0.9)
    assert found.best.misses == 0.0
    assert found.best.cap == pytest.approx(0.9, abs=0.02)
    assert found.best.cap >= 0.9
    assert len({(trial.cap, trial.supply_k) for trial in found.trials}) == len(found.trials)


def test_trials_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake(monkeypatch)
    assert len(tuned(tmp_path, most_trials=5).trials) == 5


def test_command_tells_every_point(tmp_path: Path) -> None:
    path = scenario_file(tmp_path)
    answer = racktwin("fleet", "tune", path, "--trials", "3", "--replications", "1", "--json", cwd=tmp_path)
    told = json.loads(answer.stdout)
    assert len(told["trials"]) == 3
    assert told["best"]["value"] <= told["trials"][0]["value"]
    assert answer.stderr.count("point ") == 3
    dear = racktwin("fleet", "tune", path, "--objective", "cost")
    assert dear.returncode == 2
    assert "has no price of power" in dear.stderr
