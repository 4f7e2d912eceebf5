"""``racktwin calibrate``, ``validate`` and ``--set-file`` as a person meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from racktwin.results import RunFolder
from racktwin.scenario import ScenarioFile
from tests.cli.command import racktwin

from .world import PLANT, TRUTH


@pytest.fixture
def scenario(tmp_path: Path, plant: ScenarioFile) -> Path:
    path = tmp_path / "known.yaml"
    path.write_text(PLANT)
    return path


@pytest.mark.slow
def test_calibrate_prints_the_diff_and_writes_a_file_that_runs(
    scenario: Path, history: RunFolder, tmp_path: Path
) -> None:
    out = tmp_path / "fitted.yaml"
    answer = racktwin("calibrate", scenario, history.folder, "--out", out, "--bootstraps", "19")

    assert answer.returncode == 0
    assert "exponential(mean 25 min) → exponential(mean " in answer.stdout.replace("\n", " ")
    assert "defects × detection" in answer.stderr
    assert '# was: {"exponential": {"mean": "25 min"}}' in out.read_text()
    checked = racktwin("check", scenario, "--set-file", out)
    assert checked.returncode == 0
    run = racktwin(
        "run", scenario, "--set-file", out, "--set", "horizon=12 d", "--replications", "2", "--jobs", "1",
        "--no-report", "--no-marginals", "--out", tmp_path / "run", "--json",
    )  # fmt: skip
    assert run.returncode == 0
    document = RunFolder.open(tmp_path / "run").manifest.document
    assert document["demand"]["trays"]["interarrival"]["gamma"]["mean"]["source"].startswith("fitted to run ")
    assert document["horizon"] == "12 d"


@pytest.mark.slow
def test_calibrate_as_json(scenario: Path, history: RunFolder) -> None:
    answer = racktwin("calibrate", scenario, history.folder, "--json", "--bootstraps", "0", "--law", "exponential")
    found = json.loads(answer.stdout)
    paths = {change["path"] for change in found["changes"]}

    assert paths >= set(TRUTH)
    assert {change["fitted"]["fit"]["law"] for change in found["changes"] if change["fitted"]} == {"exponential"}
    assert all(change["set"].startswith(change["path"] + "=") for change in found["changes"])


@pytest.mark.slow
def test_validate_takes_a_run_as_twin(history: RunFolder) -> None:
    answer = racktwin("validate", history.folder, "--against", history.folder, "--json")
    found = json.loads(answer.stdout)

    assert answer.returncode == 0
    assert {item["inside"] for item in found["kpis"]} == {True}
    printed = racktwin("validate", history.folder, "--against", history.folder).stdout
    assert f"{len(found['kpis'])} of {len(found['kpis'])} KPIs inside" in printed


@pytest.mark.slow
def test_validate_simulates_and_finds_a_wrong_twin(scenario: Path, history: RunFolder) -> None:
    answer = racktwin(
        "validate", scenario, "--against", history.folder, "--replications", "3", "--jobs", "1", "--json",
        "--set", "horizon=40 d", "--set", "routings.tray.operations.e_gamma.duration=3 h",
    )  # fmt: skip
    inside = {(item["kpi"], item["subject"]): item["inside"] for item in json.loads(answer.stdout)["kpis"]}

    assert inside["visit_time_mean", "tray:e_gamma"] is False
    assert inside["visit_time_mean", "tray:f_lognormal"] is True


@pytest.mark.slow
def test_run_of_another_scenario_is_refused_or_counted(scenario: Path, history: RunFolder) -> None:
    scenario.write_text(PLANT.replace("f_lognormal", "renamed").replace("bench", "desk"))
    refused = racktwin("calibrate", scenario, history.folder)
    counted = racktwin("calibrate", scenario, history.folder, "--skip-bad", "--bootstraps", "0")

    assert refused.returncode == 2
    assert "does not know: tray:f_lognormal" in refused.stderr
    assert "work centers the scenario does not know: bench" in refused.stderr
    assert counted.returncode == 0
    assert "left out: " in counted.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["calibrate", "{scenario}", "nowhere.csv"], "no such file"),
        (["calibrate", "{scenario}", "{bad}"], ":2: ends"),
        (["calibrate", "{scenario}", "{bad}", "--format", "excel"], "there is no format 'excel'"),
        (["calibrate", "{scenario}", "{bad}", "--law", "normal"], "there is no law 'normal'"),
        (["calibrate", "{scenario}", "{bad}", "--map", "start"], "maps nothing"),
        (["calibrate", "{scenario}", "{bad}", "--unit", "kg"], "not a unit of time"),
        (["calibrate", "{scenario}", "{bad}", "--mapping", "nowhere.yaml"], "No such file"),
        (["validate", "{scenario}", "--against", "{bad}"], ":2: ends"),
        (["run", "{scenario}", "--set-file", "nowhere.yaml"], "cannot be read"),
        (["run", "{scenario}", "--set-file", "{bad}"], "a file of overrides is a mapping"),
    ],
)
def test_refusals_are_one_message_and_exit_code_2(
    scenario: Path, tmp_path: Path, arguments: list[str], expected: str
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("serial_number,operation,start,end\nA,test,2026-01-05T08:00,2026-01-05T07:00\n")
    answer = racktwin(*(word.format(scenario=scenario, bad=bad) for word in arguments), cwd=tmp_path)

    assert answer.returncode == 2
    assert expected in answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""
