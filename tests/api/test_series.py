"""Buckets of a step function against brute force, and the series of a run against its tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from racktwin.api.series import Buckets
from racktwin.results import RunFolder

_ROWS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 40), st.integers(0, 9)).map(lambda r: (r[0], r[0] + r[1], r[2])),
    max_size=25,
)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@settings(deadline=None)
@given(rows=_ROWS, count=st.integers(1, 12), begin=st.integers(0, 20))
def test_means_and_peaks_are_those_of_every_second(
    database: duckdb.DuckDBPyConnection, rows: list[tuple[int, int, int]], count: int, begin: int
) -> None:
    buckets = Buckets.over(begin, begin + 5.0 * count, count)
    listed = [{"start_s": float(s), "end_s": float(e), "v": float(v)} for s, e, v in rows]
    table = pa.Table.from_pylist(listed, pa.schema([(name, pa.float64()) for name in ("start_s", "end_s", "v")]))
    database.register("rows", table)
    found = database.sql(buckets.grouped("FROM rows", {}, {"mean": "v"}, {"peak": "v"})).fetchnumpy()
    means, peaks = buckets.mean(found, "mean"), buckets.peak(found, "peak")
    for bucket in range(count):
        seconds = range(begin + 5 * bucket, begin + 5 * bucket + 5)
        levels = [[v for s, e, v in rows if s <= second < e] for second in seconds]
        assert means[bucket] == pytest.approx(sum(map(sum, levels)) / 5, abs=1e-9)
        assert peaks[bucket] == max((v for level in levels for v in level), default=0)


def test_limits_average_to_what_was_drawn(client: TestClient, run: RunFolder) -> None:
    found = client.get("/api/runs/plant/series/limits?points=50&replication=1").json()
    assert found["replication"] == 1
    rows = run.table("limits", None, 1).to_pylist()
    assert {(one["name"], one["quantity"]) for one in found["series"]} == {(r["name"], r["quantity"]) for r in rows}
    width = found["edges_s"][1] - found["edges_s"][0]
    for one in found["series"]:
        mine = [row for row in rows if (row["name"], row["quantity"]) == (one["name"], one["quantity"])]
        drawn = sum(row["draw"] * (row["end_s"] - row["start_s"]) for row in mine)
        assert sum(one["draw"]) * width == pytest.approx(drawn, rel=1e-9)
        assert max(one["draw_peak"]) == max(row["draw"] for row in mine)


def test_states_of_a_work_center_add_up_to_its_units(client: TestClient, run: RunFolder) -> None:
    series = client.get("/api/runs/plant/series/states?points=20").json()["series"]
    for name, center in run.scenario.work_centers.items():
        units = sum(int(group.count) for group in center.groups)
        counts = [one["count"] for one in series if one["work_center"] == name]
        assert np.sum(counts, axis=0) == pytest.approx(units)


def test_people_and_pieces_have_their_courses(client: TestClient, run: RunFolder) -> None:
    labour = client.get("/api/runs/plant/series/labour?points=10").json()["series"]
    assert {one["operator_group"] for one in labour} <= set(run.scenario.operator_groups)
    pieces = client.get("/api/runs/plant/series/wip?points=10").json()["series"]
    assert all(value >= -1e-9 for one in pieces for value in one["count"])


def test_any_column_has_its_course(client: TestClient, run: RunFolder) -> None:
    params: dict[str, Any] = {"table": "limits", "column": "draw", "by": "name", "points": 25}
    found = client.get("/api/runs/plant/series/column", params=params).json()
    rows = run.table("limits", None, 0).to_pylist()
    assert [one["name"] for one in found["series"]] == sorted({row["name"] for row in rows})
    width = found["edges_s"][1] - found["edges_s"][0]
    for one in found["series"]:
        drawn = sum(r["draw"] * (r["end_s"] - r["start_s"]) for r in rows if r["name"] == one["name"])
        assert sum(one["value"]) * width == pytest.approx(drawn, rel=1e-9)


def test_rows_with_a_time_have_the_mean_of_each_bucket(client: TestClient, run: RunFolder) -> None:
    params: dict[str, Any] = {"table": "material", "column": "on_hand", "by": "part", "points": 6}
    found = client.get("/api/runs/plant/series/column", params=params).json()
    rows = run.table("material", None, 0).to_pylist()
    for one in found["series"]:
        for bucket, value in enumerate(one["value"]):
            low, high = found["edges_s"][bucket], found["edges_s"][bucket + 1]
            mine = [r["on_hand"] for r in rows if r["part"] == one["name"] and low <= r["time_s"] < high]
            assert value == (pytest.approx(np.mean(mine)) if mine else None)


@pytest.mark.parametrize(
    "words", [("limits", "name", ""), ("limits", "draw", "x"), ("kpis", "value", ""), ("x", "y", "")]
)
def test_what_has_no_course_is_refused(client: TestClient, words: tuple[str, str, str]) -> None:
    params = dict(zip(("table", "column", "by"), words, strict=True))
    assert client.get("/api/runs/plant/series/column", params=params).status_code in (404, 422)


@pytest.mark.parametrize("query", ["from_s=5&to_s=5", "from_s=9&to_s=3", "replication=99", "points=1", "from_s=x"])
def test_an_impossible_window_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/runs/plant/series/limits?{query}").status_code in (404, 422)


def test_a_distribution_counts_every_value(client: TestClient, run: RunFolder) -> None:
    params: dict[str, Any] = {"table": "operations", "column": "work_s", "by": "operation", "bins": 8}
    found = client.get("/api/runs/plant/distribution", params=params).json()
    rows = run.table("operations").to_pylist()
    for group in found["groups"]:
        values = [row["work_s"] for row in rows if row["operation"] == group["name"]]
        assert sum(group["counts"]) == group["count"] == len(values)
        assert group["mean"] == pytest.approx(np.mean(values))
        assert group["quantiles"][3] == pytest.approx(np.median(values))


def test_where_nothing_happened_there_is_no_course(client: TestClient) -> None:
    found = client.get("/api/runs/plant/series/limits?name=nope&points=3").json()
    assert found["series"] == []
    assert len(found["time_s"]) == 3
