"""``racktwin run``: a folder, a report and a summary; the same from every door; Ctrl-C keeps what is done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from racktwin.cli.run import next_free
from racktwin.results import RunFolder
from tests.house.checkout import ROOT

from .command import racktwin

_PLANT = ROOT / "src" / "racktwin" / "examples" / "validation" / "mm4.yaml"
_SHORT = ("--set", "horizon=60 d", "--set", "warm_up=5 d", "--no-marginals")


def test_run_prints_its_numbers_and_where_they_are(tmp_path: Path) -> None:
    answer = racktwin("run", _PLANT, *_SHORT, "--replications", "3", cwd=tmp_path)

    assert answer.returncode == 0, answer.stderr
    assert "Throughput per week" in answer.stdout
    assert answer.stdout.splitlines()[-2:] == [
        "run:    runs/mm4",
        f"report: {tmp_path / 'runs' / 'mm4' / 'report.html'}",
    ]
    assert "replications: 3 of 3" in answer.stderr
    run = RunFolder.open(tmp_path / "runs" / "mm4")
    assert (run.manifest.status, run.replications) == ("finished", (0, 1, 2))
    assert run.report_path.stat().st_size > 0


def test_seed_override_and_json(tmp_path: Path) -> None:
    options = ("--replications", "2", "--seed", "5", "--no-report", "--json", "--out", "here")
    answer = racktwin("run", _PLANT, *_SHORT, *options, cwd=tmp_path)

    found = json.loads(answer.stdout)
    assert (found["run"], found["report"]) == ("here", None)
    assert {item["kpi"] for item in found["kpis"]} >= {"throughput", "wip"}
    manifest = RunFolder.open(tmp_path / "here").manifest
    assert (manifest.seed, manifest.document["horizon"]) == (5, "60 d")
    assert not (tmp_path / "here" / "report.html").exists()


def test_a_taken_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "notes.txt").write_text("mine")

    answer = racktwin("run", _PLANT, *_SHORT, "--out", "taken", cwd=tmp_path)

    assert answer.returncode == 2
    assert "not empty" in answer.stderr
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["notes.txt"]


def test_the_next_free_folder_is_numbered(tmp_path: Path) -> None:
    first = tmp_path / "runs" / "plant"
    assert next_free(first) == first

    first.mkdir(parents=True)
    (tmp_path / "runs" / "plant-2").mkdir()
    assert next_free(first).name == "plant-3"


def _as_in_a_terminal() -> None:
    """Where tests run in the background, as in CI, the shell lets all that it starts ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_what_is_done(tmp_path: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-m", "racktwin", "run", str(_PLANT), *_SHORT, "--replications", "5000", "--out", "run"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=tmp_path, text=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=_as_in_a_terminal,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("replications: "):
                break
        process.send_signal(stop)
        try:
            stdout, stderr = process.communicate(timeout=120)
        finally:  # the end of the block would otherwise wait for all 5000
            process.kill()

    assert process.returncode == 130, stderr
    run = RunFolder.open(tmp_path / "run")
    done = len(run.replications)
    assert run.manifest.status == "interrupted"
    assert 0 < done < 5000
    assert f"interrupted: {done} of 5000 replications are kept" in stderr
    assert "Throughput per week" in stdout
    assert (tmp_path / "run" / "report.html").stat().st_size > 0


def test_warm_says_that_it_is_done() -> None:
    answer = racktwin("warm")

    assert answer.returncode == 0, answer.stderr
    assert "kernels are compiled" in answer.stderr


def test_examples_lists_georgetown() -> None:
    assert "georgetown" in racktwin("examples").stdout
