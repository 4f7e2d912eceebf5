"""Simulate with known parameters, fit, recover them; apply what was fitted, and reproduce the history."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from racktwin.calibrate import Calibration, Observed, Plant, calibrate, compare_with_history
from racktwin.calibrate.change import Change
from racktwin.results import RunFolder
from racktwin.run import run_scenario
from racktwin.scenario import ScenarioFile, read_overrides, read_scenario

from .world import PROBABILITIES, TRUTH, known_plant

_WIDER = 3.9 / 1.96
"""From a 95 % interval to one that leaves out a true value once in 10⁴."""


def _change(calibration: Calibration, path: str) -> Change:
    return next(change for change in calibration.changes if change.path == path)


@pytest.mark.slow
@pytest.mark.parametrize("path", TRUTH)
def test_law_and_parameters_are_recovered(calibration: Calibration, path: str) -> None:
    law, parameters = TRUTH[path]
    fitted = _change(calibration, path).fitted

    assert fitted is not None
    assert fitted.law == law
    for name, true in parameters.items():
        low, high = fitted.fit.intervals[name]
        value = fitted.fit.parameters[name]
        assert value - _WIDER * (value - low) - 1e-6 <= true <= value + _WIDER * (high - value) + 1e-6, name


@pytest.mark.slow
@pytest.mark.parametrize("path", PROBABILITIES)
def test_probability_is_recovered(calibration: Calibration, path: str) -> None:
    new = _change(calibration, path).new

    reach = _WIDER * (new["high"] - new["low"]) / 2
    assert new["low"] < new["value"] < new["high"]
    assert abs(new["value"] - PROBABILITIES[path]) < reach < 0.5 * PROBABILITIES[path]


@pytest.mark.slow
def test_a_fixed_duration_stays_fixed(calibration: Calibration) -> None:
    change = _change(calibration, "routings.tray.operations.a_fixed.duration")

    assert change.new["value"] == "20 min"
    assert change.agrees


@pytest.mark.slow
def test_good_fits_are_not_rejected(calibration: Calibration) -> None:
    """Of a dozen true laws one p-value below 1 % is bad luck, three are a fault."""
    p_values = [
        change.fitted.goodness.ad_p for change in calibration.changes if change.fitted and change.fitted.goodness
    ]

    assert len(p_values) == len(TRUTH)
    assert sum(p < 0.01 for p in p_values) < 3


@pytest.mark.slow
def test_detection_is_said_to_be_unidentifiable(calibration: Calibration) -> None:
    assert any(note.subject == "detects" and "defects × detection" in note.text for note in calibration.notes)


@pytest.mark.slow
def test_wrong_scenario_is_pulled_to_history(tmp_path: Path, observed: Observed, calibration: Calibration) -> None:
    """What is fitted does not depend on what the scenario said before."""
    wrong = known_plant(
        tmp_path,
        "routings.tray.operations.e_gamma.duration=3 h",
        "parts.board.defects.pin=1 %",
        "work_centers.cell.failures.time_between=50 h",
    )
    again = calibrate(wrong, observed, bootstraps=99)

    for path in ("routings.tray.operations.e_gamma.duration", "work_centers.cell.failures.time_between"):
        assert _change(again, path).new == _change(calibration, path).new
        assert _change(again, path).agrees is None
    pin, before = (_change(found, "parts.board.defects.pin").new["value"] for found in (again, calibration))
    assert math.isclose(pin, before, rel_tol=1e-4)
    assert _change(again, "parts.board.defects.pin").agrees is False


@pytest.mark.slow
def test_written_file_applies_and_reproduces(
    plant: ScenarioFile, history: RunFolder, observed: Observed, calibration: Calibration, tmp_path: Path
) -> None:
    wrong = known_plant(tmp_path, "demand.trays.interarrival=2 h")
    path = tmp_path / "fitted.yaml"
    calibration.write(path)
    overrides = read_overrides(path)
    fitted = read_scenario(tmp_path / "known.yaml", ["demand.trays.interarrival=2 h", *overrides])

    assert overrides == calibration.overrides
    assert fitted.scenario.demand["trays"].interarrival is not None
    assert fitted.scenario.demand["trays"].interarrival.mean_s == pytest.approx(1800, rel=0.02)
    assert fitted.scenario.parts["board"].defects["pin"].provenance.source == f"fitted to {observed.name}, n=" + str(
        _change(calibration, "parts.board.defects.pin").n
    )
    run = run_scenario(fitted, tmp_path / "run", replications=8, seed=5, jobs=1, marginals=False)
    compared = compare_with_history(run, observed, Plant(fitted))
    outside = [item for item in compared if item.inside is False]
    assert len(compared) > 12
    assert len(outside) <= 3, outside
    off = run_scenario(wrong, tmp_path / "off", replications=4, seed=5, jobs=1, marginals=False)
    found = {(item.kpi, item.subject): item.inside for item in compare_with_history(off, observed, Plant(wrong))}
    assert found["throughput", "tray"] is False


@pytest.mark.slow
def test_without_false_failures_in_the_words_none_is_fitted(plant: ScenarioFile, observed: Observed) -> None:
    found = calibrate(plant, replace(observed, tells_false_failures=False), bootstraps=0)

    assert not any("p_false_failure" in change.path for change in found.changes)
    assert any(note.subject == "p_false_failure" for note in found.notes)
