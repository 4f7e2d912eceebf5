"""``racktwin query``: SQL over the tables of a run."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_SHOWN = 50


class Format(StrEnum):
    """How the answer is written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def query(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; 'racktwin tables' lists the tables.")],
    form: Annotated[Format, typer.Option("--format", help="How the answer is written.")] = Format.table,
    limit: Annotated[
        int | None, typer.Option(min=1, help=f"Rows at most (table: {_ROWS_SHOWN} unless said otherwise).")
    ] = None,
) -> None:
    """Ask a run with SQL (DuckDB).

    Besides its tables there are kpis and marginals. For example, racks shipped per replication:

        racktwin query runs/georgetown "SELECT replication, count(*) FROM shipments GROUP BY 1 ORDER BY 1"
    """
    from racktwin.results.database import query as ask
    from racktwin.results.store import RunFolder

    shown = limit if limit is not None or form is not Format.table else _ROWS_SHOWN
    answer = ask(RunFolder.open(run), sql, None if shown is None else shown + 1)
    if shown is not None:
        if form is Format.table and limit is None and answer.num_rows > shown:
            note(f"only the first {shown} rows are shown; --limit N or --format csv gives more")
        answer = answer.slice(0, shown)
    _WRITERS[form](answer)


def _write_table(answer: pa.Table) -> None:
    import pyarrow.types as types

    numbers = [field.name for field in answer.schema if types.is_integer(field.type) or types.is_floating(field.type)]
    columns = [column.to_pylist() for column in answer.columns]
    print_table(answer.column_names, (list(map(_text, row)) for row in zip(*columns, strict=True)), numbers=numbers)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return number(value) if isinstance(value, float) else str(value)


def _write_csv(answer: pa.Table) -> None:
    import pyarrow.csv

    pyarrow.csv.write_csv(_without_dictionaries(answer), sys.stdout.buffer)


def _write_json(answer: pa.Table) -> None:
    print_json(answer.to_pylist())


def _write_parquet(answer: pa.Table) -> None:
    import pyarrow.parquet

    if sys.stdout.isatty():
        raise typer.BadParameter("Parquet is not text: send it to a file with > answer.parquet")
    pyarrow.parquet.write_table(answer, sys.stdout.buffer)


def _without_dictionaries(answer: pa.Table) -> pa.Table:
    """The same rows with names written out."""
    import pyarrow.types as types

    plain = [
        column.cast(field.type.value_type) if types.is_dictionary(field.type) else column
        for field, column in zip(answer.schema, answer.columns, strict=True)
    ]
    return answer.from_arrays(plain, names=answer.column_names)


_WRITERS = {
    Format.table: _write_table,
    Format.csv: _write_csv,
    Format.json: _write_json,
    Format.parquet: _write_parquet,
}
