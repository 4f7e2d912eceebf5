"""Tables between Arrow and Parquet: checked against the schema, and the same bytes for the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from racktwin.errors import RunError

from .manifest import refusal
from .schema import TABLES, Table

_ARROW_TYPES = {
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "str": pa.dictionary(pa.int32(), pa.string()),
}
_ONE_ROW_GROUP = 1 << 26
_CONTINUOUS = ("_s", "_j")


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a run's table; ``str`` columns are dictionary-encoded."""
    return pa.schema([(column.name, _ARROW_TYPES[column.type]) for column in table.columns])


def empty_table(name: str) -> pa.Table:
    """The run table of that name without rows."""
    return arrow_schema(TABLES[name]).empty_table()


def conform(replication: int, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables of one replication in their exact schema; RunError lists everything that does not fit.

    The tables of an engine that did not run are empty.
    """
    problems = [f"table {name!r} is not known" for name in tables if name not in TABLES]
    alone = {TABLES[name].engines for name in tables if name in TABLES and len(TABLES[name].engines) == 1}
    ran = {engines[0] for engines in alone} or {"line"}
    absent = [name for name in TABLES if name not in tables]
    problems += [f"table {name!r} is missing" for name in absent if not ran.isdisjoint(TABLES[name].engines)]
    conformed = {name: empty_table(name) for name in absent if ran.isdisjoint(TABLES[name].engines)}
    for name in TABLES.keys() & tables.keys():
        found = _misfits(TABLES[name], tables[name], replication)
        problems += found
        if not found:
            conformed[name] = tables[name].cast(arrow_schema(TABLES[name]))
    if problems:
        raise refusal(
            "the tables of replication {} do not fit the schema:\n  {}".format(replication, "\n  ".join(problems)),
            "see racktwin.results.schema.TABLES",
        )
    return {name: conformed[name] for name in TABLES}


def _misfits(schema: Table, table: pa.Table, replication: int) -> list[str]:
    expected = [column.name for column in schema.columns]
    if table.column_names != expected:
        missing = [name for name in expected if name not in table.column_names]
        extra = [name for name in table.column_names if name not in expected]
        what = f"missing {missing}, unknown {extra}" if missing or extra else f"not in the order {expected}"
        return [f"{schema.name}: columns {what}"]
    misfits = []
    for column, values in zip(schema.columns, table.columns, strict=True):
        if not _fits(values.type, column.type):
            misfits.append(f"{schema.name}.{column.name}: expected {column.type}, found {values.type}")
        elif values.null_count:
            misfits.append(f"{schema.name}.{column.name}: {values.null_count} nulls (write NaN or '' for 'none')")
    if (
        not misfits
        and table.num_rows
        and pc.min_max(table["replication"]).as_py() != dict.fromkeys(("min", "max"), replication)
    ):
        misfits.append(f"{schema.name}.replication: not everywhere {replication}")
    return misfits


def _fits(found: pa.DataType, expected: str) -> bool:
    if expected != "str":
        return bool(found == _ARROW_TYPES[expected])
    return _is_text(found) or (pa.types.is_dictionary(found) and _is_text(found.value_type))


def _is_text(found: pa.DataType) -> bool:
    return bool(pa.types.is_string(found) or pa.types.is_large_string(found))


def parquet_bytes(table: pa.Table) -> memoryview:
    """``table`` as Parquet. One row group, so that a reader sums its rows in one order, always.

    LZ4: a third larger than Zstandard level 1, and written in four fifths of its time. Dictionaries for all but times
    and energies, whose values seldom repeat (on 300k rows of ``limits``: half the time at the same size).
    """
    repeated = [name for name in table.column_names if not name.endswith(_CONTINUOUS)]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="lz4",
        use_dictionary=repeated,
        row_group_size=_ONE_ROW_GROUP,
        write_statistics=False,
    )
    return memoryview(sink.getvalue())


def read_parquet(paths: Sequence[str], columns: Sequence[str] | None) -> list[pa.Table]:
    """The files' tables, in order; RunError if one cannot be read."""
    try:
        return [pq.ParquetFile(path).read(columns=columns, use_threads=False) for path in paths]
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"a table of the run cannot be read: {error}") from error
