"""Pages, filters, order and downloads of tables, against the same rows filtered in plain Python."""

from __future__ import annotations

import csv
import io
import math
import operator
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from racktwin.results import RunFolder
from racktwin.results.dimensions import scenario_tables
from racktwin.results.schema import TABLES

_COMPARE = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip


def test_every_table_is_listed_with_its_rows(client: TestClient, run: RunFolder) -> None:
    listed = {table["name"]: table for table in client.get("/api/runs/plant/tables").json()["tables"]}
    assert TABLES.keys() | {"kpis", "cycle_times", "scenario_feeds", "run"} <= listed.keys()
    assert {name: listed[name]["rows"] for name in run.manifest.row_counts} == run.manifest.row_counts
    of_scenario = {name for name in listed if name.startswith("scenario_")}
    assert {"scenario_work_centers", "scenario_parts"} <= of_scenario <= scenario_tables(run.scenario).keys()
    for name in listed:
        assert client.get(f"/api/runs/plant/tables/{name}?limit=2").status_code == 200, name


def test_pages_put_together_are_the_table(client: TestClient, run: RunFolder) -> None:
    rows: list[Any] = []
    while True:
        params: dict[str, Any] = {
            "sort": ["replication", "-shipped_s", "serial_number"],
            "offset": len(rows),
            "limit": 7,
        }
        page = client.get("/api/runs/plant/tables/shipments", params=params).json()
        if not page["rows"]:
            break
        rows += page["rows"]
    wanted = run.table("shipments").to_pylist()
    wanted.sort(key=lambda row: (row["replication"], -row["shipped_s"], row["serial_number"]))
    names = [column["name"] for column in page["columns"]]
    assert page["total"] == len(rows) == len(wanted) > 20
    assert [row[names.index("serial_number")] for row in rows] == [row["serial_number"] for row in wanted]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=st.sampled_from(["start_s", "work_s", "serial_number", "visit", "work_unit"]),
    sign=st.sampled_from(sorted(_COMPARE)),
    value=st.one_of(st.integers(-3, 40), st.floats(0, 2e6, allow_nan=False)),
)
def test_a_comparison_keeps_what_python_keeps(
    client: TestClient, run: RunFolder, column: str, sign: str, value: float
) -> None:
    answer = client.get("/api/runs/plant/tables/operations", params={"filter": f"{column}:{sign}:{value}", "limit": 1})
    kept = [one for one in run.table("operations")[column].to_pylist() if _COMPARE[sign](one, value)]
    assert answer.json()["total"] == len(kept)


def test_words_are_filtered_and_searched(client: TestClient, run: RunFolder) -> None:
    def total(**params: Any) -> int:
        answer = client.get("/api/runs/plant/tables/operations", params=params)
        return int(answer.json()["total"])

    operations = run.table("operations").to_pylist()
    assert total(filter="operation:contains:BURN") == sum("burn" in row["operation"] for row in operations)
    assert total(filter="outcome:in:fail,scrap") == sum(row["outcome"] in ("fail", "scrap") for row in operations)
    assert total(filter="defect_kind:empty") == sum(not row["defect_kind"] for row in operations)
    assert total(filter="defect_kind:empty:") == total(filter="defect_kind:empty")
    texts = [column.name for column in TABLES["operations"].columns if column.type == "str"]
    assert total(search="tray") == sum(any("tray" in row[name] for name in texts) for row in operations)
    both = total(filter=["outcome:eq:pass", "visit:gt:1"])
    assert both == sum(row["outcome"] == "pass" and row["visit"] > 1 for row in operations)
    assert total(replication=1) == sum(row["replication"] == 1 for row in operations)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_download_is_the_whole_filtered_table(client: TestClient, run: RunFolder, form: str) -> None:
    params = {"filter": "outcome:eq:pass", "sort": "-end_s", "column": ["end_s", "part"], "format": form}
    answer = client.get("/api/runs/plant/tables/operations/download", params=params)
    assert answer.headers["content-disposition"] == f'attachment; filename="plant-operations.{form}"'
    kept = [row for row in run.table("operations").to_pylist() if row["outcome"] == "pass"]
    if form == "csv":
        found = [float(row["end_s"]) for row in csv.DictReader(io.StringIO(answer.text))]
    else:
        found = pq.read_table(io.BytesIO(answer.content))["end_s"].to_pylist()
    assert found == sorted((row["end_s"] for row in kept), reverse=True)


def test_what_is_no_number_is_null(client: TestClient, run: RunFolder) -> None:
    page = client.get("/api/runs/plant/tables/work_orders", params={"column": "end_s", "limit": 10_000}).json()
    wanted = [value if math.isfinite(value) else None for value in run.table("work_orders")["end_s"].to_pylist()]
    assert sorted(row[0] or -1 for row in page["rows"]) == sorted(value or -1 for value in wanted)


def test_the_same_is_not_sent_twice(client: TestClient) -> None:
    first = client.get("/api/runs/plant/kpis")
    again = client.get("/api/runs/plant/kpis", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_sql_answers(client: TestClient, run: RunFolder) -> None:
    sql = "SELECT part, count(*) AS n FROM shipments GROUP BY 1 ORDER BY 1"
    answer = client.get("/api/runs/plant/sql", params={"q": sql}).json()
    shipped = run.table("shipments")["part"].to_pylist()
    assert answer["rows"] == [[part, shipped.count(part)] for part in sorted(set(shipped))]
    assert client.get("/api/runs/plant/sql", params={"q": sql, "limit": 1}).json()["more"] is True


def test_sql_answers_what_json_has_no_word_for_as_text(client: TestClient) -> None:
    sql = "SELECT ['\\xff'::BLOB] AS a, {'day': DATE '2027-01-04'} AS b, uuid() IS NULL AS c, [1e308::DOUBLE * 10] AS d"
    (row,) = client.get("/api/runs/plant/sql", params={"q": sql}).json()["rows"]
    assert row == [["b'\\xff'"], {"day": "2027-01-04"}, False, [None]]
    assert client.get("/api/runs/plant/sql", params={"q": "SELECT * FROM duckdb_settings()"}).status_code == 200


def test_an_answer_in_sql_that_no_page_can_show_is_refused(client: TestClient) -> None:
    answer = client.get("/api/runs/plant/sql", params={"q": "SELECT repeat('x', 20000000)"})
    assert answer.status_code == 422
    assert "20 MB" in answer.json()["error"]["message"]
