"""What goes wrong is one message on standard error and exit code 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .command import racktwin


def test_no_command_prints_help() -> None:
    answer = racktwin()

    assert "Commands:" in answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nowhere.yaml"], "nowhere.yaml: there is no such file"),
        (["run", "georgetwn"], "did you mean"),
        (["query", "nowhere", "SELECT 1"], "nowhere: no such folder"),
        (["report", "nowhere"], "nowhere: no such folder"),
        (["kpis", "nowhere"], "nowhere: no such folder"),
        (["compare", "nowhere", "neither"], "nowhere: no such folder"),
        (["query", "{run}", "SELEKT 1"], "the query failed"),
        (["query", "{run}", "SELECT colour FROM shipments"], "colour"),
        (["query", "{run}", "COPY shipments TO 'shipments.csv'"], "a query is one SELECT"),
        (["query", "{run}", "SELECT 1", "--format", "xml"], "'xml'"),
        (["run", "georgetown", "--replications", "0"], "--replications"),
        (["run", "georgetown", "--set", "horizon"], "horizon"),
        (["run", "georgetown", "--out", "{run}"], "not empty"),
        (["build"], "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_refusal(arguments: list[str], message: str, run_folder: Path, tmp_path: Path) -> None:
    answer = racktwin(*(argument.format(run=run_folder) for argument in arguments), cwd=tmp_path)

    assert answer.returncode == 2
    assert message in answer.stderr
    assert answer.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_run_is_refused(run_folder: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "run"
    damaged.mkdir()
    (damaged / "manifest.json").write_text((run_folder / "manifest.json").read_text()[:-40])

    answer = racktwin("kpis", damaged)

    assert answer.returncode == 2
    assert "manifest.json is damaged" in answer.stderr


def test_a_refusal_leaves_the_process_with_its_code(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "racktwin", "report", "nowhere"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "nowhere: no such folder" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_closed_pipe_ends_quietly(run_folder: Path) -> None:
    command = f"'{sys.executable}' -m racktwin query '{run_folder}' 'SELECT * FROM states' --format csv | head -n 1"
    answer = subprocess.run(["bash", "-c", command], capture_output=True, text=True)

    assert answer.stdout.startswith('"replication"')
    assert answer.stderr == ""
