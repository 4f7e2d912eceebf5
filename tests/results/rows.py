"""Turn lists of plain rows into the tables of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from racktwin.results.schema import TABLES
from racktwin.results.store import RunFolder, RunWriter
from racktwin.results.tables import arrow_schema

Rows = Mapping[str, Iterable[Mapping[str, Any]]]

_DEFAULTS: dict[str, Any] = {"int64": 0, "float64": 0.0, "bool": False, "str": ""}


def tables_of(rows: Rows, replication: int) -> dict[str, pa.Table]:
    """All tables of a replication; columns a row leaves out are 0, False or empty, tables left out are empty."""
    tables = {}
    for name, table in TABLES.items():
        given = list(rows.get(name, ()))
        columns = {
            column.name: [row.get(column.name, _DEFAULTS[column.type]) for row in given] for column in table.columns
        }
        unknown = {key for row in given for key in row} - columns.keys()
        assert not unknown, f"{name}: {unknown}"
        columns["replication"] = [replication] * len(given)
        tables[name] = pa.table(columns, schema=arrow_schema(table))
    return tables


def run_of(path: Path, document: Mapping[str, Any], replications: Sequence[Rows], seed: int = 1) -> RunFolder:
    """A finished run with these rows."""
    writer = RunWriter.create(path, document, (), seed=seed, replications=len(replications))
    for number, rows in enumerate(replications):
        writer.write(number, tables_of(rows, number))
    writer.finish("finished")
    return RunFolder.open(path)
