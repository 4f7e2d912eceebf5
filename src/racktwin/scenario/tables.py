"""CSV and Parquet files a scenario names: read into rows, each with its line, and set in the file's place.

``order_book: {file: orders.csv}``, ``part_receipts: {file: receipts.parquet}`` and
``{empirical: {file: repair_times.csv, column: minutes, unit: min}}``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from racktwin.errors import Problem, ScenarioError
from racktwin.model import GpuJob, PartReceipt, WorkOrder
from racktwin.model.quantity import Unit
from racktwin.spelling import did_you_mean

from .document import Document, Place, Steps
from .folder import MAX_TABLE_BYTES, Folder, decode
from .yaml_text import MAX_VALUES, scalar

MAX_PROBLEMS_PER_FILE = 20
_ROW_TABLES: dict[str, type[BaseModel]] = {"order_book": WorkOrder, "part_receipts": PartReceipt, "gpu_jobs": GpuJob}
_NUMBER_COLUMNS = {"quantity", "priority"}


@dataclass(frozen=True)
class Row:
    """A row of a table; ``line`` is that of the CSV file, or the row's number in a Parquet file."""

    line: int
    cells: dict[str, Any]


def inline_tables(document: Document, folder: Folder, problems: list[Problem]) -> None:
    """Put the content of each file that ``document`` names where it names it; adds to ``problems``."""
    for key, model in _ROW_TABLES.items():
        if isinstance(document.value.get(key), dict):
            try:
                _inline_rows(document, folder, (key,), model)
            except ScenarioError as error:
                problems += _cut_short(error.problems)
                document.value[key] = []  # so that this fault is not told twice
    for steps, parameters in list(_empirical(document.value, ())):
        if "values_s" not in parameters:
            try:
                _inline_values(document, folder, steps, parameters)
            except ScenarioError as error:
                problems += _cut_short(error.problems)
                parameters["values_s"] = [1.0]


def _cut_short(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MAX_PROBLEMS_PER_FILE:
        return problems
    first = problems[:MAX_PROBLEMS_PER_FILE]
    message = f"and {len(problems) - len(first)} more problems in this file"
    return [*first, replace(problems[len(first)], message=message)]


def _inline_rows(document: Document, folder: Folder, steps: Steps, model: type[BaseModel]) -> None:
    place = document.place(steps)
    named = document.value[steps[0]]
    key = str(steps[0])
    if set(named) != {"file"} or not isinstance(named["file"], str):
        raise ScenarioError([place.problem(key, "expected a list, or a file", f"{key}: {{file: {key}.csv}}")])
    path = folder.find(named["file"], folder.beside(place), document.place((*steps, "file")))
    rows, columns = read_table(path, folder, document.place((*steps, "file")))
    shown = folder.show(path)
    _check_columns(shown, key, columns, model)
    body = Document([row.cells for row in rows], {(): place})
    for index, row in enumerate(rows):
        body.places[(index,)] = Place(shown, row.line)
    document.put(steps, body)


def _check_columns(shown: str, key: str, columns: Sequence[str], model: type[BaseModel]) -> None:
    fields = {info.alias or name: info.is_required() for name, info in model.model_fields.items()}
    head = Place(shown, 1)
    problems = [
        head.problem(key, f"unknown column {column!r}", did_you_mean(column, fields, "columns"))
        for column in columns
        if column not in fields
    ]
    problems += [
        head.problem(key, f"column {name!r} is missing", f"add it; the columns are {', '.join(fields)}")
        for name, required in fields.items()
        if required and name not in columns
    ]
    if problems:
        raise ScenarioError(problems)


def _empirical(value: Any, steps: Steps) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Every ``empirical`` law of a document that names a file, with its steps."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "empirical" and isinstance(inner, dict) and isinstance(inner.get("file"), str):
                yield (*steps, key), inner
            else:
                yield from _empirical(inner, (*steps, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _empirical(inner, (*steps, index))


def _inline_values(document: Document, folder: Folder, steps: Steps, parameters: dict[str, Any]) -> None:
    file_place = document.place((*steps, "file"))
    path = folder.find(parameters["file"], folder.beside(file_place), file_place)
    rows, columns = read_table(path, folder, file_place)
    column, unit = str(parameters.get("column", "")), parameters.get("unit", "s")
    place, dotted = document.place((*steps, "column")), document.dotted(steps)
    if column not in columns:
        remedy = did_you_mean(column, columns, "columns")
        raise ScenarioError([place.problem(dotted, f"{parameters['file']} has no column {column!r}", remedy)])
    factor_s = _seconds_per(unit, document.place((*steps, "unit")), dotted)
    shown = folder.show(path)
    values_s, problems = [], []
    for row in rows:
        value = _number(row.cells.get(column))
        if value is None or not math.isfinite(value * factor_s) or value < 0:
            found = repr(row.cells.get(column, "")) + " is not a duration"
            remedy = f"column {column!r} must hold numbers of {unit}, 0 or more, in every row"
            problems.append(Place(shown, row.line).problem(dotted, found, remedy))
        else:
            values_s.append(value * factor_s)
    if not rows:
        problems.append(Place(shown, 1).problem(dotted, "the file has no rows", "give at least one value"))
    if problems:
        raise ScenarioError(problems)
    parameters["values_s"] = values_s


def _seconds_per(unit: Any, place: Place, dotted: str) -> float:
    try:
        return float(Unit(("s",), "min").validate(f"1 {unit}"))
    except PydanticCustomError:
        problem = place.problem(dotted, f"{unit!r} is not a unit of time", "unit: s, min, h or d")
        raise ScenarioError([problem]) from None


def _number(cell: Any) -> float | None:
    value = scalar(cell.strip()) if isinstance(cell, str) else cell
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def read_table(path: Path, folder: Folder, asked_at: Place) -> tuple[list[Row], list[str]]:
    """The rows and column names of a CSV or Parquet file; raises ScenarioError if it is neither."""
    content = folder.read(path, asked_at, MAX_TABLE_BYTES)
    shown = folder.show(path)
    if path.suffix.lower() == ".csv":
        return _read_csv(decode(content, shown), shown)
    if path.suffix.lower() == ".parquet":
        return _read_parquet(content, shown)
    message = f"{path.suffix or 'no suffix'}: not a kind of table racktwin reads"
    raise ScenarioError([asked_at.problem("", f"{shown}: {message}", "use .csv or .parquet")])


def _read_csv(text: str, shown: str) -> tuple[list[Row], list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        if not any(header) or len(set(header)) != len(header):
            message = "the first line must name the columns, each once, separated by commas"
            raise ScenarioError([Place(shown, 1).problem("", message, "for example: product,quantity,release,due")])
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    message = f"{len(cells)} cells, but the header names {len(header)} columns"
                    remedy = 'quote a cell that holds a comma: "a, b"'
                    problems.append(Place(shown, reader.line_num).problem("", message, remedy))
                rows.append(Row(reader.line_num, _cells(header, cells)))
    except csv.Error as error:
        message = f"not valid CSV: {error}"
        raise ScenarioError([Place(shown, reader.line_num).problem("", message, "check quotes and commas")]) from None
    _check_size(len(rows) * len(header), shown)
    if problems:
        raise ScenarioError(problems)
    return rows, header


def _cells(header: list[str], cells: list[str]) -> dict[str, Any]:
    """Cells by column; an empty cell means the column's default."""
    written = ((name, cell.strip()) for name, cell in zip(header, cells, strict=False))
    return {name: scalar(cell) if name in _NUMBER_COLUMNS else cell for name, cell in written if cell}


def _read_parquet(content: bytes, shown: str) -> tuple[list[Row], list[str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            _check_size(file.metadata.num_rows * file.metadata.num_columns, shown)
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        message = f"not valid Parquet: {' '.join(str(error).split())[:160]}"
        raise ScenarioError([Place(shown, 0).problem("", message, "write the file again, or give a CSV")]) from None
    records = [
        {name: _plain(cell) for name, cell in record.items() if cell is not None} for record in table.to_pylist()
    ]
    return [Row(number, record) for number, record in enumerate(records, start=1)], list(table.column_names)


def _plain(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else cell


def _check_size(values: int, shown: str) -> None:
    if values > MAX_VALUES * 5:
        message = f"more than {MAX_VALUES * 5:,} values"
        raise ScenarioError([Place(shown, 0).problem("", message, "keep the rows and columns that are needed")])
