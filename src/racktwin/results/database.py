"""SQL over a run: DuckDB views on its Parquet files, locked so that a query sees the run and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from racktwin.errors import RunError

from .dimensions import scenario_tables
from .manifest import refusal
from .schema import TABLES
from .tables import empty_table
from .views import summary_views

if TYPE_CHECKING:
    from .store import RunFolder


def connect(run: RunFolder, threads: int = 2, memory_limit: str = "256MB") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with a view per table, derived table and summary of ``run``, and its scenario as tables.

    Its settings are locked: ``memory_limit``, no spilling to disk, no extensions, no files but the run's own. Those
    it must be able to open, so SQL that is not ours goes through :func:`query`, which takes nothing but a SELECT.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "temp_directory": "",
            "enable_external_file_cache": False,  # the system keeps files; a copy here only takes memory
            "allocator_flush_threshold": "8MB",  # what a query has freed goes back at once
            "allocator_bulk_deallocation_flush_threshold": "8MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        },
    )
    files = {name: run.table_files(name) for name in TABLES} | {name: [path] for name, path in run.extras.items()}
    for name, paths in files.items():
        _add_view(connection, name, paths)
    _add_run(connection, run)
    for name, table in scenario_tables(run.scenario).items():
        add_table(connection, name, table)
    for name, sql in summary_views(run.manifest.warm_up_s, run.manifest.horizon_s).items():
        connection.execute(f"CREATE VIEW {name} AS {sql}")
    allowed = [path for paths in files.values() for path in paths]
    connection.execute(f"SET allowed_paths = [{', '.join(map(_literal, allowed))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def query(run: RunFolder, sql: str, limit: int | None = None) -> pa.Table:
    """The answer to one SELECT over the run, its first ``limit`` rows; RunError with DuckDB's message if it fails."""
    try:
        statements = duckdb.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise refusal(
                "a query is one SELECT", "racktwin query RUN 'SELECT part, count(*) FROM shipments GROUP BY 1'"
            )
        with run.connect() as connection:
            answer = connection.sql(sql)
            return (answer if limit is None else answer.limit(limit)).to_arrow_table()
    except duckdb.Error as error:
        raise RunError(f"the query failed: {error}") from error


def _add_view(connection: duckdb.DuckDBPyConnection, name: str, paths: list[str]) -> None:
    if paths:
        listed = ", ".join(map(_literal, paths))
        connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}])')
    else:
        add_table(connection, name, empty_table(name))


def add_table(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Copy a small table into the connection's memory."""
    connection.register("incoming", table)
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM incoming')
    connection.unregister("incoming")


def _add_run(connection: duckdb.DuckDBPyConnection, run: RunFolder) -> None:
    manifest = run.manifest
    row = {
        "scenario": manifest.scenario_name,
        "seed": manifest.seed,
        "replications": len(run.replications),
        "horizon_s": manifest.horizon_s,
        "warm_up_s": manifest.warm_up_s,
        "observed_s": run.observed_s,
    }
    add_table(connection, "run", pa.Table.from_pylist([row]))
    done = pa.table({"replication": pa.array(run.replications, pa.int64())})
    add_table(connection, "replications", done)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
