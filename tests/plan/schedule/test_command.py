"""``racktwin plan schedule`` as its user meets it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import racktwin

from .small import small

_SCHEDULE = ("plan", "schedule")
_QUICK = ("--time", "3", "--tick", "30")


def test_a_plan_is_a_folder_with_report_and_json(tmp_path: Path) -> None:
    small(tmp_path)
    out = tmp_path / "plan"

    answer = racktwin(
        "plan", "schedule", str(tmp_path / "small.yaml"), *_QUICK, "--stress", "3", "--out", str(out), "--json"
    )

    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["status"] == "optimal"
    assert found["targets"][0]["gap"] == 0.0
    assert found["policies"][0]["policy"] == "the plan"
    assert {path.name for path in out.iterdir()} >= {"schedule.parquet", "loads.parquet", "about.json", "report.html"}
    page = (out / "report.html").read_text()
    assert "Who is tested where and when" in page
    assert "NaN" not in page.split("<script")[0]


def test_what_cannot_be_planned_is_one_message_and_exit_code_2(tmp_path: Path) -> None:
    small(tmp_path)
    out = tmp_path / "plan"

    answer = racktwin(
        "plan", "schedule", str(tmp_path / "small.yaml"), *_QUICK, "--set", "horizon=20 h", "--out", str(out)
    )

    assert answer.returncode == 2
    assert "the horizon: day 0.8" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not out.exists()


def test_capped_phases_are_named(tmp_path: Path) -> None:
    small(tmp_path)
    levels = "routings.rack.operations.burn_in.phases.soak.cap.levels=[0.5]"

    answer = racktwin(
        *("plan", "schedule", str(tmp_path / "small.yaml"), *_QUICK), "--set", levels, "--out", str(tmp_path / "plan")
    )

    assert answer.returncode == 0, answer.stderr
    assert "phases run capped, as much longer as they are slower" in answer.stdout


def test_a_folder_that_is_taken_is_refused_before_the_search(tmp_path: Path) -> None:
    small(tmp_path)
    began_s = time.monotonic()

    answer = racktwin("plan", "schedule", str(tmp_path / "small.yaml"), "--time", "300", "--out", str(tmp_path))

    assert answer.returncode == 2
    assert "not empty" in answer.stderr
    assert time.monotonic() - began_s < 60


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_so_far(tmp_path: Path) -> None:
    """A floor too large to be proven in time: thirty gangs."""
    orders = ", ".join(f"{{product: rack, quantity: 2, due: {2 + k % 5} d}}" for k in range(30))
    small(tmp_path)
    out = tmp_path / "plan"
    command = [
        *(sys.executable, "-m", "racktwin", "plan", "schedule", str(tmp_path / "small.yaml"), "--time", "200"),
        *("--set", f"order_book=[{orders}]", "--set", "parts.frame.initial_stock=60", "--set", "horizon=80 d"),
        *("--out", str(out), "--json"),
    ]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    assert "searching" in running.stderr.readline()

    running.send_signal(signal.SIGINT)
    stdout, _ = running.communicate(timeout=100)

    assert running.returncode == 130
    assert json.loads(stdout)["status"] == "interrupted"
    assert (out / "schedule.parquet").is_file()
