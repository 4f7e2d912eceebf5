"""The largest fall of each feed, a small one beside large ones, against DuckDB's window function over the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.kpi.falls import largest_falls
from racktwin.run import run_scenario
from racktwin.scenario import read_scenario

HALL = """
racktwin: 1
name: falls
start: 2027-01-04
horizon: 3 d
warm_up: 1 d
replications: 2
feeds:
  utility: {limit: 200 kW}
  large: {limit: 100 kW, parent: utility}
  small: {limit: 100 kW, parent: utility}
hall:
  compute_nodes: {hgx: {gpu_model: H100, gpus: 8}}
  racks:
    many: {compute_node: hgx, compute_nodes: 2, count: 4, feeds: [large]}
    one: {compute_node: hgx, compute_nodes: 1, count: 1, feeds: [small]}
fleet:
  job_classes: {training: {}}
  demand:
    training: {job_class: training, interarrival: {exponential: {mean: 30 min}}, gpus: [[8, 100 %]],
               duration: {exponential: {mean: 2 h}}}
"""


def test_falls_are_those_of_a_window_over_all_rows(tmp_path: Path) -> None:
    (tmp_path / "falls.yaml").write_text(HALL)
    run = run_scenario(read_scenario(tmp_path / "falls.yaml"), tmp_path / "run")
    found = {(row["replication"], row["feed"]): row["fall_w"] for row in largest_falls(run).to_pylist()}
    with run.connect() as connection:
        expected = connection.sql(
            """
            SELECT replication, name, max(fall_w) FROM (
                SELECT *, lag(draw) OVER (PARTITION BY replication, name ORDER BY start_s) - draw AS fall_w
                FROM limits, run WHERE quantity = 'power' AND start_s BETWEEN warm_up_s AND horizon_s
            ) GROUP BY ALL
            """
        ).fetchall()

    assert len(expected) == 6
    assert found == {(replication, name): pytest.approx(fall_w) for replication, name, fall_w in expected}
    assert all(fall_w > 1000 for fall_w in found.values())
