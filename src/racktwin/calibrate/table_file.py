"""Observed operations, or equipment states, as a CSV or Parquet table of anyone's making."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from racktwin.spelling import did_you_mean

from .build import RawVisit, observed_from
from .faults import Faults
from .laws import Floats
from .mapping import COLUMNS, STATE_COLUMNS, Mapping
from .observation import STATES, Observed
from .plant import Plant
from .times import Clock, read_times

_TIMES = ("start", "end", "released")
_NEEDED = ("serial_number", "operation", "start", "end")
_NEEDED_STATES = ("work_center", "work_unit", "state", "start", "end")


@dataclass(frozen=True)
class RawTable:
    """A file's cells by column, and each row's line (CSV) or number (Parquet)."""

    columns: dict[str, list[Any]]
    rows: list[int]


def read_operations(path: Path, mapping: Mapping, plant: Plant, faults: Faults) -> Observed:
    """The visits in the table at ``path``; raises ScenarioError through ``faults``."""
    table = _read(path, faults)
    used = _used_columns(table, mapping, COLUMNS, _NEEDED, faults)
    faults.raise_if_any()
    times = {name: _times(table, name, used, mapping, plant, faults) for name in (*_TIMES, "work") if name in used}
    texts = {name: _texts(table.columns[used[name][0]]) for name in used if name not in times}
    cells: dict[str, Sequence[Any]] = {**texts, **{f"{name}_s": values.tolist() for name, values in times.items()}}
    raw = [
        RawVisit(row=row, **{name: values[index] for name, values in cells.items()})
        for index, row in enumerate(table.rows)
    ]
    return observed_from(path.name, raw, mapping, plant, faults, list(used))


def read_states(path: Path, mapping: Mapping, plant: Plant, faults: Faults) -> pa.Table:
    """The equipment states in the table at ``path``; an interval without an end lasts until the last one seen."""
    table = _read(path, faults)
    used = _used_columns(table, mapping, STATE_COLUMNS, _NEEDED_STATES, faults)
    faults.raise_if_any()
    start_s, end_s = (_times(table, name, used, mapping, plant, faults) for name in ("start", "end"))
    texts = {name: _texts(table.columns[used[name][0]]) for name in used if name not in ("start", "end")}
    centers = [mapping.work_centers.get(name, name) for name in texts["work_center"]]
    for row, begun, ended, center in zip(table.rows, start_s, end_s, centers, strict=True):
        if np.isnan(begun):
            faults.row(row, "start is empty", "every state needs its start")
        if ended < begun:
            faults.row(row, f"ends {begun - ended:g} s before it starts", "were the columns swapped?")
        if center not in plant.scenario.work_centers:
            remedy = did_you_mean(center, plant.scenario.work_centers, "work centers")
            faults.row(row, f"unknown work center {center!r}", remedy)
    if not table.rows:
        faults.file_fault("there are no rows", "give a table with at least one state")
    faults.raise_if_any()
    keep = np.array([row not in faults.bad_rows for row in table.rows])
    last_s = np.nanmax(np.concatenate([start_s[keep], end_s[keep]])) if keep.any() else 0.0
    columns = {
        "replication": np.zeros(len(table.rows), np.int64),
        "work_center": centers,
        "work_unit": texts["work_unit"],
        "state": [mapping.states.get(state, state) for state in texts["state"]],
        "reason": texts.get("reason", [""] * len(table.rows)),
        "start_s": start_s,
        "end_s": np.where(np.isnan(end_s), last_s, end_s),
    }
    return pa.table(columns, schema=STATES).filter(pa.array(keep))


def _used_columns(
    table: RawTable, mapping: Mapping, known: Iterable[str], needed: Sequence[str], faults: Faults
) -> dict[str, tuple[str, bool]]:
    """Our columns that the file has: its name for each, and whether that name itself says seconds (``start_s``)."""
    used: dict[str, tuple[str, bool]] = {}
    for name in known:
        theirs = mapping.columns.get(name)
        if theirs is not None and theirs not in table.columns:
            remedy = did_you_mean(theirs, table.columns, "columns of the file")
            faults.file_fault(f"there is no column {theirs!r} (mapped to {name})", remedy)
        elif theirs is not None:
            used[name] = (theirs, False)
        elif f"{name}_s" in table.columns:
            used[name] = (f"{name}_s", True)
        elif name in table.columns:
            used[name] = (name, False)
        elif name in needed:
            has = did_you_mean(name, table.columns, "columns of the file")
            faults.file_fault(f"column {name!r} is missing", f"--map {name}=THEIR_NAME; {has}")
    return used


def _times(
    table: RawTable, name: str, used: dict[str, tuple[str, bool]], mapping: Mapping, plant: Plant, faults: Faults
) -> Floats:
    theirs, in_seconds = used[name]
    unit = 1.0 if in_seconds else mapping.seconds_per_unit
    clock = Clock.of(plant.scenario, mapping.zone)
    return read_times(table.columns[theirs], table.rows, name, unit, clock, faults.row)


def _texts(cells: Sequence[Any]) -> list[str]:
    return ["" if cell is None or cell != cell else str(cell).strip() for cell in cells]


def _read(path: Path, faults: Faults) -> RawTable:
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path, faults)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.file_fault(f"not UTF-8: byte 0x{error.object[error.start]:02x}", "save the file as UTF-8 text")
        text = ""
    return _parse_csv(text.replace("\0", "�"), faults)


def _parse_csv(text: str, faults: Faults) -> RawTable:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    head: list[str] = []
    cells: list[list[str]] = []
    rows: list[int] = []
    try:
        head = [name.strip() for name in next(reader, [])]
        for record in reader:
            if not record:
                continue
            if len(record) != len(head):
                message = f"{len(record)} cells in a table of {len(head)} columns"
                faults.row(reader.line_num, message, "quote cells that hold the separator")
                continue
            cells.append(record)
            rows.append(reader.line_num)
    except csv.Error as error:
        faults.file_fault(f"line {reader.line_num}: not CSV: {error}", "export the table again")
    if not head:
        faults.file_fault("the file is empty", "the first line of a CSV file names its columns")
    for name in sorted({name for name in head if head.count(name) > 1}):
        faults.file_fault(f"column {name!r} occurs more than once", "rename one of them")
    columns = {name: [record[index] for record in cells] for index, name in enumerate(head)}
    return RawTable(columns, rows)


def _delimiter(text: str) -> str:
    head = text[:10_000].partition("\n")[0]
    return max(",;\t", key=head.count)


def _read_parquet(path: Path, faults: Faults) -> RawTable:
    try:
        table = pq.ParquetFile(path).read(use_threads=False)
    except (OSError, pa.ArrowException) as error:
        faults.file_fault(f"not a Parquet file: {str(error).splitlines()[0]}", "export the table again")
        faults.raise_if_any()
        raise
    columns = {name: table[name].to_pylist() for name in table.column_names}
    return RawTable(columns, list(range(1, table.num_rows + 1)))
