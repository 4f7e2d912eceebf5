"""All KPIs of a run as one table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from racktwin.results import RunFolder
from racktwin.results.database import add_table
from racktwin.results.views import SUMMARY_VIEWS

from .bottleneck import bottlenecks
from .catalogue import KPIS

if TYPE_CHECKING:
    import duckdb

SCHEMA = pa.schema(
    [("replication", pa.int64()), ("kpi", pa.string()), ("subject", pa.string()), ("value", pa.float64())]
)


def compute(run: RunFolder) -> pa.Table:
    """Every KPI of every replication done: ``replication``, ``kpi``, ``subject``, ``value`` (null: nothing to measure).

    Rows are in the order of KPIS, then by subject and replication; the same run gives the same bytes.
    """
    limits = bottlenecks(run)
    pa.default_memory_pool().release_unused()
    with run.connect(threads=1) as connection:
        _materialise(connection)
        add_table(connection, "bottlenecks", limits)
        return pa.concat_tables(_tables(connection))


def _materialise(connection: duckdb.DuckDBPyConnection) -> None:
    """Put tables in the place of the summary views, so that each big table is read once."""
    for name in SUMMARY_VIEWS:
        connection.execute(f"CREATE TABLE {name}_rows AS FROM {name}")
        connection.execute(f"DROP VIEW {name}")
        connection.execute(f"ALTER TABLE {name}_rows RENAME TO {name}")


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[pa.Table]:
    yield SCHEMA.empty_table()
    for kpi in KPIS.values():
        yield (
            connection.sql(
                f"SELECT replication, '{kpi.name}' AS kpi, subject, value::DOUBLE AS value FROM ({kpi.sql}) "
                "ORDER BY subject, replication"
            )
            .to_arrow_table()
            .cast(SCHEMA)
        )
