"""A hall from its scenario file to tables, KPIs and report; capped, tripped, failing, and the same bytes again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from racktwin.engines.fleet import compile_fleet, replicate_fleet
from racktwin.report import write_report
from racktwin.run import run_scenario
from racktwin.scenario import read_scenario
from tests.properties.digests import digest
from tests.scenario.hall import HALL

DEMAND = """\
  demand:
    training: {job_class: training_llm, interarrival: {exponential: {mean: 30 min}},
               gpus: [[0.5, 0.2], [8, 0.5], [24, 0.3]],
               duration: {lognormal: {mean: 4 h, cv: 1}}, limit_factor: 1.5, users: 4}
  failures:
    nodes: {of: compute_node, time_between: {exponential: {mean: 2 d}}, repair_time: {exponential: {mean: 2 h}}}
"""


def scenario_file(folder: Path, *changes: tuple[str, str]) -> Path:
    text = HALL.replace("  power: {rule: none}\n", DEMAND + "  power: {rule: none}\n")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "hall.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def tables_of(path: Path, seed: int = 1) -> dict[str, pa.Table]:
    return replicate_fleet(compile_fleet(read_scenario(path).scenario), 0, seed)


def column(table: pa.Table, name: str) -> Any:
    return table[name].to_numpy()


@pytest.mark.slow
def test_tables_kpis_and_report(tmp_path: Path) -> None:
    run = run_scenario(read_scenario(scenario_file(tmp_path)), tmp_path / "run", replications=2)
    assert run.table("gpu_jobs").num_rows > 50
    assert run.table("operations").num_rows == 0
    found = {(row["kpi"], row["subject"]): row["value"] for row in run.extra("kpis").to_pylist()}
    assert 0 < found["goodput", ""] <= found["allocated_share", ""] <= 1
    assert found["useful_gpu_hours", ""] == pytest.approx(found["goodput", ""] * 64 * 24)
    assert 0 < found["effective_time_ratio", "training_llm"] <= 1
    page = write_report(run).read_text(encoding="utf-8")
    assert "The hall does" in page
    assert "% of all GPU-time" in page
    assert "hall-power" in page


def test_a_job_is_where_it_says_for_as_long_as_it_says(tmp_path: Path) -> None:
    tables = tables_of(scenario_file(tmp_path))
    jobs, placements = tables["gpu_jobs"], tables["placements"]
    gpu_s = column(placements, "gpus") * (column(placements, "end_s") - column(placements, "start_s"))
    held = np.zeros(jobs.num_rows)
    np.add.at(held, placements["job"].combine_chunks().indices.to_numpy(), gpu_s)
    assert held == pytest.approx(column(jobs, "busy_s") * column(jobs, "gpus"))


def test_work_adds_up(tmp_path: Path) -> None:
    """Uncapped, the time a job holds its GPUs is work kept, work lost and restarts; and nothing else."""
    jobs = tables_of(scenario_file(tmp_path))["gpu_jobs"]
    spent = column(jobs, "work_s") + column(jobs, "lost_s") + column(jobs, "overhead_s")
    assert column(jobs, "busy_s") == pytest.approx(spent, abs=1e-6)
    assert column(jobs, "lost_s").sum() > 0
    done = np.array([fate == "completed" for fate in jobs["fate"].to_pylist()])
    assert column(jobs, "work_s")[done] == pytest.approx(column(jobs, "duration_s")[done])


@pytest.mark.slow
def test_same_seed_same_tables_and_another_seed_others(tmp_path: Path) -> None:
    path = scenario_file(tmp_path)
    assert digest(tables_of(path, 3)) == digest(tables_of(path, 3))
    assert digest(tables_of(path, 3)) != digest(tables_of(path, 4))


def no_limit_exceeded(tables: dict[str, pa.Table], allowed_s: float = 0.0) -> None:
    limits = tables["limits"]
    over = column(limits, "draw") > column(limits, "limit") * (1 + 1e-9)
    assert (column(limits, "end_s") - column(limits, "start_s"))[over].sum() <= allowed_s


@pytest.mark.slow
@pytest.mark.parametrize("rule", ["none", "static", "max_q", "uniform", "water_filling"])
@pytest.mark.parametrize("reserve", ["nameplate", "peak", "mean"])
def test_no_policy_exceeds_a_limit(tmp_path: Path, rule: str, reserve: str) -> None:
    cap = ", cap: 70 %" if rule == "static" else ""
    event = "\n  events: [{kind: limit, feed: utility, share: 75 %, at: 20 h, lasting: 3 h}]"
    path = scenario_file(
        tmp_path,
        ("limit: 200 kW}", "limit: 60 kW}"),
        ("power: {rule: none}", f"power: {{rule: {rule}, reserve: {reserve}{cap}}}{event}"),
    )
    tables = tables_of(path)
    no_limit_exceeded(tables)
    limits = tables["limits"]
    at_event = (column(limits, "limit") == 45e3).sum()
    assert at_event > 0
    assert tables["gpu_jobs"]["energy_j"].to_numpy().sum() > 0


def test_a_trip_is_over_its_limit_for_no_longer_than_the_response(tmp_path: Path) -> None:
    event = "\n  events: [{kind: trip, feed: utility, share: 50 %, at: 20 h, lasting: 3 h}]"
    path = scenario_file(
        tmp_path,
        ("limit: 200 kW}", "limit: 70 kW}"),
        ("power: {rule: none}", f"power: {{rule: uniform, response: 20 s}}{event}"),
    )
    tables = tables_of(path)
    limits = tables["limits"]
    over = column(limits, "draw") > column(limits, "limit") * (1 + 1e-9)
    assert 0 < (column(limits, "end_s") - column(limits, "start_s"))[over].sum() <= 20.0 + 1e-6


def test_the_other_feed_carries_all(tmp_path: Path) -> None:
    path = scenario_file(
        tmp_path,
        ("  panel: {limit: 150 kW, parent: utility}", "  panel: {limit: 150 kW}\n  other: {limit: 150 kW}"),
        ("  utility: {limit: 200 kW}\n", ""),
        ("feeds: [panel]", "feeds: [panel, other]"),
        (
            "power: {rule: none}",
            "power: {rule: uniform}\n  events: [{kind: lose_feed, feed: panel, at: 10 h, lasting: 5 h}]",
        ),
    )
    limits = tables_of(path)["limits"]
    names, draw = np.array(limits["name"].to_pylist()), column(limits, "draw")
    at = (column(limits, "start_s") >= 36_000) & (column(limits, "end_s") <= 54_000)
    assert (draw[at & (names == "panel")] == 0).all()
    before = column(limits, "end_s") <= 36_000
    assert draw[before & (names == "panel")] == pytest.approx(draw[before & (names == "other")])
    assert draw[at & (names == "other")].min() >= 2 * 4 * 1744


@pytest.mark.parametrize("first", ["hgx", "small"])
def test_a_job_that_names_a_model_of_two_kinds_runs_in_the_larger(tmp_path: Path, first: str) -> None:
    kinds = {"hgx": "    hgx: {gpu_model: H100, gpus: 8}", "small": "    small: {gpu_model: H100, gpus: 4}"}
    both = "\n".join(sorted(kinds.values(), key=lambda line: first not in line))
    racks = "  racks:\n    spare: {compute_node: small, compute_nodes: 2, feeds: [panel], cooling_loops: [room]}"
    named = ("gpus: 16, duration: 2 h", "gpus: 16, gpu_model: H100, duration: 2 h")
    path = scenario_file(tmp_path, (kinds["hgx"], both), ("  racks:", racks), named)
    (oddity,) = read_scenario(path).oddities
    jobs = {row["job"]: row["fate"] for row in tables_of(path)["gpu_jobs"].to_pylist()}
    assert jobs["b"] == "completed"
    assert "jobs that name H100 run in hgx only" in oddity.message
