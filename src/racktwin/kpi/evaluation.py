"""All KPIs of a run as one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from racktwin.results import RunFolder
from racktwin.results.database import add_table
from racktwin.results.views import SUMMARY_VIEWS

from .bottleneck import bottlenecks
from .catalogue import KPIS
from .falls import largest_falls

if TYPE_CHECKING:
    import duckdb

SCHEMA = pa.schema(
    [("replication", pa.int64()), ("kpi", pa.string()), ("subject", pa.string()), ("value", pa.float64())]
)


_BATCH = 10
"""Replications evaluated together: enough to spread DuckDB's start-up, few enough to keep memory small."""
_KPIS_A_QUERY = 10
"""KPIs asked for together: on a small run half the time of one by one, most of which is planning."""


def compute(run: RunFolder, jobs: int = 2) -> pa.Table:
    """Every KPI of every replication done: ``replication``, ``kpi``, ``subject``, ``value`` (null: nothing to measure).

    Rows are in the order of KPIS, then by subject and replication; the same run gives the same bytes, whatever
    ``jobs``, the number of threads.
    """
    done = run.replications
    batches = [run.only(done[first : first + _BATCH]) for first in range(0, len(done), _BATCH)]
    with ThreadPoolExecutor(jobs) as pool:
        evaluated = pa.concat_tables([SCHEMA.empty_table(), *pool.map(_evaluate, batches)])
    evaluated = pa.concat_tables([evaluated, _zeros(evaluated, done)])
    rank = {name: place for place, name in enumerate(KPIS)}
    ranked = evaluated.append_column(
        "rank", pa.array([rank[name] for name in evaluated["kpi"].to_pylist()], pa.int64())
    )
    order = [("rank", "ascending"), ("subject", "ascending"), ("replication", "ascending")]
    return ranked.sort_by(order).select(SCHEMA.names)


def _zeros(evaluated: pa.Table, done: Sequence[int]) -> pa.Table:
    """The rows of counts that are 0, which no batch can know: their subjects may come up in another."""
    counts = pa.array([name for name, kpi in KPIS.items() if kpi.is_count])
    counted = evaluated.filter(pc.is_in(evaluated["kpi"], counts)).to_pydict()
    there = set(zip(counted["replication"], counted["kpi"], counted["subject"], strict=True))
    subjects = dict.fromkeys((kpi, subject) for _, kpi, subject in there)
    missing = [row for row in ((number, *subject) for subject in subjects for number in done) if row not in there]
    columns = {name: [row[place] for row in missing] for place, name in enumerate(SCHEMA.names[:3])}
    return pa.table({**columns, "value": [0.0] * len(missing)}, SCHEMA)


def _evaluate(run: RunFolder) -> pa.Table:
    limits, falls = bottlenecks(run), largest_falls(run)
    pa.default_memory_pool().release_unused()
    with run.connect(threads=1) as connection:
        _materialise(connection)
        add_table(connection, "bottlenecks", limits)
        add_table(connection, "largest_falls", falls)
        return pa.concat_tables(_tables(connection))


def _materialise(connection: duckdb.DuckDBPyConnection) -> None:
    """Put tables in the place of the summary views, so that each big table is read once."""
    for name in SUMMARY_VIEWS:
        connection.execute(f"CREATE TABLE {name}_rows AS FROM {name}")
        connection.execute(f"DROP VIEW {name}")
        connection.execute(f"ALTER TABLE {name}_rows RENAME TO {name}")


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[pa.Table]:
    yield SCHEMA.empty_table()
    selects = [
        f"(SELECT replication, '{kpi.name}' AS kpi, subject, value::DOUBLE AS value FROM ({kpi.sql}))"
        for kpi in KPIS.values()
    ]
    for first in range(0, len(selects), _KPIS_A_QUERY):
        query = " UNION ALL ".join(selects[first : first + _KPIS_A_QUERY])
        yield connection.sql(query).to_arrow_table().cast(SCHEMA)
