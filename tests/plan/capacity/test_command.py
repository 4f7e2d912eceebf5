"""``racktwin plan capacity`` as its user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from tests.cli.command import racktwin
from tests.plan.queue import queue, queue_path

_CELLS = ("-l", "work_centers.cell.work_units=1..3 @ 40000")


def test_a_plan_names_its_levers_and_what_binds_next(tmp_path: Path) -> None:
    queue(tmp_path)
    command = ("plan", "capacity", str(queue_path(tmp_path)), *_CELLS, "--on-time", "0.7")

    answer = racktwin(*command, "--ship", "150", "--out", str(tmp_path / "plan"), "--json")
    refused = racktwin(*command, "--ship", "900", "--out", str(tmp_path / "none"))

    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["best"] == {"work_centers.cell.work_units": "2"}
    assert found["next"][0]["to"] == "3"
    assert "frontier" in (tmp_path / "plan" / "report.html").read_text()
    assert refused.returncode == 1
    assert "not even the most of everything is enough" in refused.stderr


def test_a_lever_without_cost_is_refused(tmp_path: Path) -> None:
    queue(tmp_path)

    answer = racktwin(
        "plan", "capacity", str(queue_path(tmp_path)), "-l", "work_centers.cell.work_units=1..3", "--ship", "1"
    )

    assert answer.returncode == 2
    assert "has no cost" in answer.stderr


def test_what_cannot_be_told_is_said_with_what_was_seen(tmp_path: Path) -> None:
    """Only one replication after the first look, and a requirement close to what the queue ships."""
    queue(tmp_path)
    command = ("plan", "capacity", str(queue_path(tmp_path)), *_CELLS, "--tolerance", "0.0001", "--at-most", "4")
    shipped = racktwin(*command, "--first", "3", "--ship", "150", "--out", str(tmp_path / "seen"), "--json")
    assert shipped.returncode == 0, shipped.stderr

    seen = pq.read_table(tmp_path / "seen" / "settings.parquet").to_pylist()
    most = max(seen, key=lambda row: row["work_centers.cell.work_units"])["throughput"]
    answer = racktwin(*command, "--first", "3", "--ship", f"{most:.2f}", "--out", str(tmp_path / "near"))
    assert f"it cannot be told whether 3 is enough: throughput {most:.1f}"[:60] in answer.stderr
    assert "--at-most" in answer.stderr
