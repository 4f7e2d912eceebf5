"""``racktwin warm-up, run-length, replications, select, tornado, sensitivity``."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from racktwin.plan import Target, replications_needed
from racktwin.results import RunFolder
from tests.plan.queue import queue_path
from tests.results.synthetic import synthetic_run

from .command import racktwin


@pytest.fixture(scope="module")
def long_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic_run(tmp_path_factory.mktemp("analysis") / "run", replications=3, weeks=26, seed=3).folder


def ask(*arguments: str | Path, cwd: Path | None = None) -> Any:
    answer = racktwin(*arguments, "--json", cwd=cwd)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_warm_up_is_the_latest_cut(long_run: Path) -> None:
    found = ask("warm-up", long_run)

    assert [one["series"] for one in found["series"]] == ["throughput", "wip", "cycle_time"]
    assert found["warm_up_s"] == max(one["warm_up_s"] for one in found["series"])
    assert all(len(one["mean"]) == len(one["moving_average"]) == len(one["time_s"]) for one in found["series"])


def test_warm_up_in_words(long_run: Path, run_folder: Path) -> None:
    assert "d would do; the scenario has 7 d" in racktwin("warm-up", long_run).stdout
    assert "the run is too short to tell" in racktwin("warm-up", run_folder).stdout


def test_run_length_is_of_the_observed_time(long_run: Path) -> None:
    throughput, wip, cycle = ask("run-length", long_run, "--relative", "5 %")
    run = RunFolder.open(long_run)
    rows = run.table("shipments", replication=0).to_pylist()
    cycles = [row["shipped_s"] - row["release_s"] for row in rows if row["shipped_s"] >= run.manifest.warm_up_s]

    assert (throughput["unit"], wip["unit"], cycle["unit"]) == ("1/week", "1", "s")
    assert cycle["mean"] == pytest.approx(np.mean(cycles), rel=0.15)
    assert throughput["batches"] == 20
    assert racktwin("run-length", long_run).stdout.count("\n") >= 5


def test_replications_are_those_of_the_formula(long_run: Path) -> None:
    rows = RunFolder.open(long_run).table("shipments").to_pylist()
    warm_up_s, observed_s = RunFolder.open(long_run).manifest.warm_up_s, RunFolder.open(long_run).observed_s
    shipped = [sum(row["replication"] == r and row["shipped_s"] >= warm_up_s for row in rows) for r in range(3)]
    weekly = [count * 604800 / observed_s for count in shipped]
    found = ask("replications", long_run, "--kpi", "throughput", "--relative", "1 %")

    assert found["mean"] == pytest.approx(np.mean(weekly))
    assert found["needed"] == replications_needed(weekly, Target(relative=0.01)).needed


def test_replications_in_words(long_run: Path) -> None:
    many = racktwin("replications", long_run, "--kpi", "throughput", "--relative", "0.1 %").stdout
    enough = racktwin("replications", long_run, "--kpi", "throughput", "--relative", "900 %").stdout

    assert "after 3 replications" in many
    assert " takes about " in many
    assert "3 replications are enough" in enough


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kpi", "thruput", "--relative", "2 %"], "there is no KPI 'thruput'"),
        (["--kpi", "throughput"], "no target to reach"),
        (["--kpi", "throughput", "--relative", "much"], "'much' is no share"),
        (["--kpi", "throughput", "--relative", "2 %", "--of", "bicycle"], "no throughput of 'bicycle'"),
    ],
)
def test_replications_refuse(long_run: Path, arguments: list[str], message: str) -> None:
    answer = racktwin("replications", long_run, *arguments)

    assert answer.returncode == 2
    assert message in answer.stderr


def test_select(tmp_path: Path) -> None:
    arguments = ("select", queue_path(tmp_path), "-a", "second cell: work_centers.cell.work_units=2")
    arguments += ("--kpi", "cycle_time_mean", "--first", "5", "--indifference", "600")  # type: ignore[assignment]
    found = ask(*arguments)

    assert found["best"] == "second cell"
    assert [one["alternative"] for one in found["alternatives"]] == ["as it is", "second cell"]
    assert "second cell" in racktwin(*arguments).stdout.splitlines()[-1]


def test_tornado_is_printed_and_kept(tmp_path: Path) -> None:
    arguments = (
        "tornado",
        queue_path(tmp_path),
        "--paths",
        "parts",
        "--kpi",
        "energy_per_product",
        "--replications",
        "1",
    )
    found = ask(*arguments, "--out", tmp_path / "t")
    power, mass = found["bars"]

    assert (power["path"], mass["swing"]) == ("parts.tray.rated_power", 0.0)
    assert power["kpi_high"] == pytest.approx(power["kpi_low"] * 7 / 5)
    assert pq.read_table(tmp_path / "t" / "tornado.parquet").to_pylist() == found["bars"]
    assert json.loads((tmp_path / "t" / "about.json").read_text())["document"]["name"] == "queue"
    assert racktwin(*arguments, "--out", tmp_path / "t").returncode == 2
    assert "5.00 kW to 7.00 kW" in racktwin(*arguments, "--out", tmp_path / "u").stdout


def test_sensitivity_is_printed_and_kept(tmp_path: Path) -> None:
    arguments = ("sensitivity", queue_path(tmp_path), "--kpi", "energy_per_product", "--trajectories", "2")
    found = ask(*arguments, "--variance", "2", "--points", "8", cwd=tmp_path)
    printed = racktwin(*arguments, cwd=tmp_path).stdout

    assert found["folder"] == "runs/queue-sensitivity"
    assert (tmp_path / "runs" / "queue-sensitivity-2" / "sensitivity.parquet").exists()
    assert {one["path"] for one in found["variance"]} == {one["path"] for one in found["sensitivity"][:2]}
    assert math.isfinite(found["variance"][0]["total"])
    assert "changes energy_per_product by" in printed
