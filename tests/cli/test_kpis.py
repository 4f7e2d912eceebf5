"""``racktwin kpis`` and ``racktwin compare``."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean

import pytest

from racktwin.kpi import KPIS
from racktwin.results import RunFolder
from tests.results.synthetic import synthetic_run

from .command import racktwin

_S_PER_WEEK = 7 * 86400


@pytest.fixture(scope="module")
def other_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the same plant by another chance."""
    return synthetic_run(tmp_path_factory.mktemp("cli") / "other", replications=3, weeks=4, seed=11).folder


def ask(*arguments: str | Path) -> str:
    answer = racktwin(*arguments)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def throughput(folder: Path) -> float:
    """Shipments per observed week, mean over replications, without SQL."""
    run = RunFolder.open(folder)
    shipped = [
        sum(time > run.manifest.warm_up_s for time in run.table("shipments", replication=r)["shipped_s"].to_pylist())
        for r in run.replications
    ]
    return fmean(shipped) / (run.observed_s / _S_PER_WEEK)


def test_json_has_every_kpi_with_its_unit(run_folder: Path) -> None:
    found = json.loads(ask("kpis", run_folder, "--json"))

    told = list(dict.fromkeys(item["kpi"] for item in found))
    assert told == [name for name in KPIS if name in told]
    assert {"throughput", "oee", "bottleneck_share", "energy_per_product"} <= set(told)
    assert all(item["unit"] == KPIS[item["kpi"]].unit for item in found)


def test_a_kpi_is_what_the_tables_say(run_folder: Path) -> None:
    plant = json.loads(ask("kpis", run_folder, "throughput", "--json"))[0]

    assert plant["subject"] == ""
    assert plant["mean"] == pytest.approx(throughput(run_folder))
    assert plant["n"] == 3


def test_only_the_kpis_asked_for_are_printed(run_folder: Path) -> None:
    lines = ask("kpis", run_folder, "on_time_share", "throughput").splitlines()[2:]

    assert {line.split("  ")[0] for line in lines} == {KPIS["on_time_share"].title, KPIS["throughput"].title}


def test_an_unknown_kpi_is_refused(run_folder: Path) -> None:
    answer = racktwin("kpis", run_folder, "thruput")

    assert answer.returncode == 2
    assert answer.stderr.startswith("there is no KPI 'thruput'\n    → choose from throughput, ")


def test_compare_is_b_less_a(run_folder: Path, other_folder: Path) -> None:
    plant = json.loads(ask("compare", run_folder, other_folder, "--kpi", "throughput", "--json"))[0]

    assert plant["difference"] == pytest.approx(throughput(other_folder) - throughput(run_folder))
    assert plant["paired"]


def test_a_run_does_not_differ_from_itself(run_folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    lines = ask("compare", run_folder, run_folder, "--out", page).splitlines()

    assert len(lines) == 2  # the heading and its rule
    assert page.stat().st_size > 0


def test_report_says_where_it_is(run_folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"

    assert ask("report", run_folder, "--out", page).strip() == str(page)
    assert page.read_text().startswith("<!")
