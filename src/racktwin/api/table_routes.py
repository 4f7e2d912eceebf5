"""Tables of a run: what there is, a page of one, a download, and SQL over all of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from racktwin.results.schema import TABLES

from .answers import Opened, answer, table_rows
from .open_runs import OpenRun
from .problems import ApiError, errors
from .table_query import OPERATORS, Selection, selection

router = APIRouter(prefix="/api/runs/{run}", tags=["tables"])
_MOST_SQL_BYTES = 16_000_000
_BATCH_ROWS = 20_000
_DEEPEST = 2_000_000

Filters = Annotated[
    list[str],
    Query(
        alias="filter",
        description=f"`column:operator:value`, repeat to combine; operators: {', '.join(OPERATORS)}",
        examples=[["part:eq:gb200_nvl72", "start_s:ge:86400"]],
    ),
]
Sort = Annotated[list[str], Query(description="a column, `-` before it for the largest first", examples=[["-start_s"]])]
Columns = Annotated[list[str], Query(alias="column", description="only these columns", examples=[["part", "start_s"]])]
Search = Annotated[str, Query(max_length=200, description="looked for in every column of text")]
Replication = Annotated[int | None, Query(ge=0, le=10**9, description="only this replication; all by default")]


class ColumnOut(BaseModel):
    """A column: its name with the unit, its type and its meaning."""

    name: str = Field(examples=["start_s"])
    type: str = Field(examples=["DOUBLE"])
    description: str = Field("", examples=["when it entered the work unit"])


class TableOut(BaseModel):
    """A table of the run and what one row of it is."""

    name: str = Field(examples=["operations"])
    kind: Literal["recorded", "derived", "view", "scenario"]
    row: str = Field(examples=["one visit of one part to one operation"])
    rows: int | None = Field(None, description="how many; null where it has not been counted", examples=[49985])


class TablesOut(BaseModel):
    """All tables of a run."""

    run: str
    tables: list[TableOut]


class PageOut(BaseModel):
    """One page of a table; ``rows`` in the order of ``columns``."""

    run: str
    table: str
    columns: list[ColumnOut]
    rows: list[list[Any]]
    total: int = Field(description="rows that fit the filters")
    offset: int
    limit: int


class AnswerOut(BaseModel):
    """The answer to a SELECT."""

    columns: list[ColumnOut]
    rows: list[list[Any]]
    more: bool = Field(description="whether rows were left out")


@router.get("/tables", response_model=TablesOut, responses=errors(404, 409))
def list_tables(request: Request, opened: Opened) -> Response:
    """The tables of a run: recorded, derived from it, views over it, and the scenario as tables."""
    return answer(
        request, opened, lambda: {"run": opened.name, "tables": [_described(opened, n) for n in opened.table_names]}
    )


@router.get("/tables/{table}", response_model=PageOut, responses=errors(404, 409))
def read_table(
    request: Request,
    opened: Opened,
    table: str,
    filters: Filters = [],  # noqa: B006 - FastAPI copies it
    sort: Sort = [],  # noqa: B006
    columns: Columns = [],  # noqa: B006
    search: Search = "",
    replication: Replication = None,
    offset: Annotated[int, Query(ge=0, le=_DEEPEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
) -> Response:
    """One page of a table, filtered and sorted by the server."""
    chosen = _selection(opened, table, filters, sort, columns, search)

    def page() -> dict[str, Any]:
        part = None if replication is None else opened.replication(replication)
        found = opened.arrow(f"{chosen.select} LIMIT {limit} OFFSET {offset}", chosen.values, part)
        ((total,),) = opened.rows(f"SELECT count(*) FROM {chosen.source}", chosen.values, part)
        return {
            "run": opened.name,
            "table": table,
            "columns": [_column(table, name, chosen.columns[name]) for name in chosen.chosen],
            "rows": table_rows(found),
            "total": total,
            "offset": offset,
            "limit": limit,
        }

    return answer(request, opened, page)


@router.get(
    "/tables/{table}/download",
    responses={**errors(404, 409, 429), 200: {"content": {"text/csv": {}, "application/vnd.apache.parquet": {}}}},
    response_class=StreamingResponse,
)
def download_table(
    opened: Opened,
    table: str,
    filters: Filters = [],  # noqa: B006
    sort: Sort = [],  # noqa: B006
    columns: Columns = [],  # noqa: B006
    search: Search = "",
    replication: Replication = None,
    format_: Annotated[Literal["csv", "parquet"], Query(alias="format")] = "csv",
) -> StreamingResponse:
    """The whole table as it is filtered and sorted, as CSV or Parquet."""
    chosen = _selection(opened, table, filters, sort, columns, search)
    part = None if replication is None else opened.replication(replication)
    name = f"{opened.name}-{table}.{format_}"
    kind = "text/csv" if format_ == "csv" else "application/vnd.apache.parquet"
    content = _stream(opened, chosen, part, format_)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_begun(content), media_type=kind, headers=headers)


@router.get("/sql", response_model=AnswerOut, responses=errors(404, 409))
def ask_sql(
    request: Request,
    opened: Opened,
    q: Annotated[
        str, Query(min_length=1, max_length=5000, examples=["SELECT part, count(*) FROM shipments GROUP BY 1"])
    ],
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> Response:
    """One SELECT over the run's tables; it sees the run and nothing else."""

    def ask() -> dict[str, Any]:
        _check_select(q)
        with opened.owner.cursor(opened) as cursor:
            found = cursor.sql(q).limit(limit + 1).to_arrow_table()
        if found.nbytes > _MOST_SQL_BYTES:
            size = f"{found.nbytes / 1e6:,.0f} MB"
            raise ApiError(422, f"the answer has {size}, more than a page can show", "ask for less, or download tables")
        columns = [{"name": item.name, "type": str(item.type), "description": ""} for item in found.schema]
        return {"columns": columns, "rows": table_rows(found.slice(0, limit)), "more": found.num_rows > limit}

    return answer(request, opened, ask)


def _check_select(sql: str) -> None:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise ApiError(422, f"the query failed: {str(error)[:500]}", "see docs/tables.md for the tables") from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise ApiError(422, "a query is one SELECT", "SELECT part, count(*) FROM shipments GROUP BY 1")


def _selection(opened: OpenRun, table: str, filters: Any, sort: Any, columns: Any, search: str) -> Selection:
    return selection(table, opened.columns(table), filters, sort, columns, search)


def _described(opened: OpenRun, name: str) -> dict[str, Any]:
    manifest = opened.run.manifest
    if name in TABLES:
        return {"name": name, "kind": "recorded", "row": TABLES[name].row, "rows": manifest.row_counts.get(name)}
    if name in opened.run.extras:
        return {"name": name, "kind": "derived", "row": "", "rows": None}
    kind = "scenario" if name.startswith("scenario_") or name in ("run", "replications") else "view"
    return {"name": name, "kind": kind, "row": "", "rows": None}


def _column(table: str, name: str, kind: str) -> dict[str, str]:
    known = {column.name: column.description for column in TABLES[table].columns} if table in TABLES else {}
    return {"name": name, "type": "VARCHAR" if kind.startswith("ENUM") else kind, "description": known.get(name, "")}


class _Pipe(io.RawIOBase):
    """A file to write to; what was written is taken from it in between."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._parts.append(bytes(content))
        return len(self._parts[-1])

    def take(self) -> bytes:
        content, self._parts = b"".join(self._parts), []
        return content


def _stream(opened: OpenRun, chosen: Selection, part: int | None, format_: str) -> Iterator[bytes]:
    pipe = _Pipe()
    with opened.owner.cursor(opened, part, is_download=True) as cursor:
        reader = cursor.sql(chosen.select, params=chosen.values).to_arrow_reader(_BATCH_ROWS)
        make: Any = pa.csv.CSVWriter if format_ == "csv" else pa.parquet.ParquetWriter
        schema = pa.schema([(item.name, _plain_type(item.type)) for item in reader.schema])
        with make(pipe, schema) as writer:
            for batch in reader:
                writer.write_table(pa.table(batch.columns, names=schema.names).cast(schema))
                if content := pipe.take():
                    yield content
    yield pipe.take()


def _plain_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _begun(content: Iterator[bytes]) -> Iterator[bytes]:
    """``content`` after its first part is made, so that what fails at once fails as an error, not half-way."""
    first = next(content, b"")

    def whole() -> Iterator[bytes]:
        yield first
        yield from content

    return whole()
