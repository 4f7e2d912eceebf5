"""Tables of Arrow, checked against the schema."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa

from racktwin.errors import RunError

from .manifest import refusal
from .schema import TABLES, Table

_ARROW_TYPES = {
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "str": pa.dictionary(pa.int32(), pa.string()),
}


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a run's table; ``str`` columns are dictionary-encoded, and no value is null.

    A column that may hold nulls costs a fourth of the time that a table takes to be written.
    """
    return pa.schema([pa.field(column.name, _ARROW_TYPES[column.type], nullable=False) for column in table.columns])


def empty_table(name: str) -> pa.Table:
    """The run table of that name without rows; its columns may be null, as those a run of an earlier version lacks."""
    schema = arrow_schema(TABLES[name])
    return pa.schema([field.with_nullable(True) for field in schema]).empty_table()


def conform(replication: int, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Rows of one replication in the exact schema of their tables; RunError lists everything that does not fit."""
    problems = [f"table {name!r} is not known" for name in tables if name not in TABLES]
    known = [name for name in TABLES if name in tables]
    problems += [problem for name in known for problem in _misfits(TABLES[name], tables[name], replication)]
    if problems:
        raise _misfit(replication, problems)
    return {name: tables[name].cast(arrow_schema(TABLES[name])) for name in known}


def require_all(replication: int, given: Collection[str]) -> None:
    """RunError if a table of an engine that ran is missing; those of the others are empty."""
    alone = {TABLES[name].engines for name in given if len(TABLES[name].engines) == 1}
    ran = {engines[0] for engines in alone} or {"line"}
    absent = [name for name in TABLES if name not in given and not ran.isdisjoint(TABLES[name].engines)]
    if absent:
        raise _misfit(replication, [f"table {name!r} is missing" for name in absent])


def _misfit(replication: int, problems: Sequence[str]) -> RunError:
    return refusal(
        "the tables of replication {} do not fit the schema:\n  {}".format(replication, "\n  ".join(problems)),
        "see racktwin.results.schema.TABLES",
    )


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
    if not misfits and table.num_rows and table["replication"].unique().to_pylist() != [replication]:
        misfits.append(f"{schema.name}.replication: not everywhere {replication}")
    return misfits


def _fits(found: pa.DataType, expected: str) -> bool:
    if expected != "str":
        return bool(found == _ARROW_TYPES[expected])
    return _is_text(found) or (pa.types.is_dictionary(found) and _is_text(found.value_type))


def _is_text(found: pa.DataType) -> bool:
    return bool(pa.types.is_string(found) or pa.types.is_large_string(found))
