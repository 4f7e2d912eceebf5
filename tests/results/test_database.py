"""SQL over a run: it sees the run, all of it, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from racktwin.errors import RunError
from racktwin.results import RunFolder, RunWriter
from racktwin.results.database import query
from racktwin.results.schema import TABLES
from tests.results.plant import plant_document
from tests.results.rows import run_of, tables_of
from tests.results.synthetic import synthetic_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return synthetic_run(tmp_path_factory.mktemp("runs") / "it's a run", replications=2, weeks=2)


@pytest.fixture
def connection(run: RunFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with run.connect() as opened:
        yield opened


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_a_view_with_the_schema_s_columns(run: RunFolder, name: str) -> None:
    answer = query(run, f"SELECT * FROM {name}")

    assert answer.column_names == [column.name for column in TABLES[name].columns]
    assert answer.num_rows == run.manifest.row_counts[name] == run.table(name).num_rows


def test_run_says_what_window_is_observed(run: RunFolder) -> None:
    (row,) = query(run, "FROM run").to_pylist()

    assert row == {
        "scenario": "synthetic-georgetown",
        "seed": 7,
        "replications": 2,
        "horizon_s": 1_209_600.0,
        "warm_up_s": 604_800.0,
        "observed_s": 604_800.0,
    }


def test_only_replications_done_are_seen(tmp_path: Path) -> None:
    writer = RunWriter.create(tmp_path / "run", plant_document(), (), seed=1, replications=4)
    for number in (1, 3):
        writer.write(number, tables_of({"shipments": [{"part": "gb200_nvl72"}]}, number))
    run = RunFolder.open(tmp_path / "run")

    assert query(run, "SELECT replication FROM shipments ORDER BY 1").to_pydict() == {"replication": [1, 3]}
    assert query(run, "FROM replications ORDER BY 1").to_pydict() == {"replication": [1, 3]}


def test_a_run_without_replications_answers_with_no_rows(tmp_path: Path) -> None:
    RunWriter.create(tmp_path / "run", plant_document(), (), seed=1, replications=1)
    run = RunFolder.open(tmp_path / "run")

    assert query(run, "FROM operations").num_rows == 0
    assert query(run, "FROM state_times").num_rows == 0


def test_extra_tables_are_views_too(tmp_path: Path) -> None:
    writer = RunWriter.create(tmp_path / "run", plant_document(), (), seed=1, replications=1)
    writer.write_extra("kpis", pa.table({"value": [4.5]}))

    assert query(RunFolder.open(tmp_path / "run"), "SELECT value FROM kpis").to_pydict() == {"value": [4.5]}


def test_limit_cuts_the_answer(run: RunFolder) -> None:
    assert query(run, "SELECT * FROM range(10) ORDER BY 1 DESC", limit=3).column(0).to_pylist() == [9, 8, 7]
    assert query(run, "SELECT 1 WHERE false", limit=3).num_rows == 0


def test_duckdb_s_message_is_passed_on(run: RunFolder) -> None:
    with pytest.raises(RunError, match="Table with name shipment does not exist"):
        query(run, "SELECT * FROM shipment")


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "-- nothing",
        "SELECT 1; SELECT 2",
        "DROP VIEW shipments",
        "CREATE TABLE mine AS SELECT 1",
        "COPY shipments TO 'shipments.csv'",
        "EXPLAIN ANALYZE COPY shipments TO 'shipments.csv'",
        "SET memory_limit = '10GB'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "CALL pragma_version()",
    ],
)
def test_a_query_is_one_select(run: RunFolder, sql: str) -> None:
    with pytest.raises(RunError, match="a query is one SELECT"):
        query(run, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
        "SELECT getenv('HOME')",
        "SELECT * FROM secret_table",
        "SELECT * FROM query('COPY (SELECT 1) TO ''{secret}''')",
        "SELECT * FROM sqlite_scan('{secret}', 'x')",
    ],
)
def test_a_query_reads_no_other_file(run: RunFolder, sql: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nsesame\n")
    secret_table = pa.table({"word": ["sesame"]})
    with pytest.raises(RunError, match="the query failed"):
        query(run, sql.format(secret=secret))
    assert (secret.read_text(), secret_table.num_rows) == ("word\nsesame\n", 1)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY shipments TO '{folder}/shipments.csv'",
        "COPY shipments TO '{folder}/tables/shipments/replication-0000.parquet'",
        "EXPORT DATABASE '{folder}/all'",
        "ATTACH '{folder}/new.db'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET allowed_directories = ['/']",
        "SET threads = 64",
        "LOAD httpfs",
    ],
)
def test_the_connection_itself_is_locked(run: RunFolder, connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    before = fingerprint(run.folder)
    with pytest.raises(duckdb.Error):
        connection.execute(sql.format(folder=str(run.folder).replace("'", "''")))
    assert fingerprint(run.folder) == before


def fingerprint(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_query_that_needs_much_memory_fails_and_leaves_no_file(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="Out of Memory"):
        query(run, "SELECT count(*) FROM (SELECT DISTINCT range, md5(range::VARCHAR) FROM range(9000000))")


def test_names_are_compared_as_text(tmp_path: Path) -> None:
    rows = {"states": [{"work_center": "burn_in", "state": "standby", "start_s": 0.0, "end_s": 1.0}]}
    run = run_of(tmp_path / "run", plant_document(), [rows, rows])

    assert query(run, "SELECT count(*) AS n FROM states WHERE state = 'standby'").to_pydict() == {"n": [2]}
