"""A CSV or Parquet file of any size as batches of raw columns, with the line each row stands in."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from .faults import TraceFaults

BLOCK_BYTES = 4 << 20
"""Of a CSV file this much is in memory at a time (three or four blocks, with what they are parsed into)."""

BATCH_ROWS = 1 << 16
"""Of a Parquet file this many rows."""

_LONGEST_HEAD = 1 << 16
_EMPTY = "empty lines"


@dataclass(frozen=True)
class Batch:
    """Some rows: the raw columns by the file's names, and the line (CSV) or number (Parquet) of each row."""

    columns: dict[str, pa.Array]
    lines: npt.NDArray[np.int64]

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.lines)


@dataclass(frozen=True)
class Layout:
    """What a text file does not say itself: its columns, where it has no line that names them."""

    names: tuple[str, ...]
    delimiter: str


def column_names(path: Path, faults: TraceFaults) -> list[str]:
    """The names of the file's columns; raises ScenarioError through ``faults``."""
    require_file(path, faults)
    if is_parquet(path):
        return list(_parquet(path, faults).schema_arrow.names)
    names, _ = _csv_head(path, faults)
    return names


def batches(path: Path, wanted: Sequence[str], faults: TraceFaults, layout: Layout | None = None) -> Iterator[Batch]:
    """The columns ``wanted``, batch by batch; raises ScenarioError through ``faults``.

    CSV cells are text. Rows with too few or too many cells are faults; empty lines are counted. A file may be
    compressed (``.gz``, ``.bz2``, ``.zst``). With a ``layout`` the first line holds data.
    """
    if layout is None and is_parquet(path):
        yield from _parquet_batches(path, wanted, faults)
        return
    if layout is None:
        names, delimiter = _csv_head(path, faults)
        head_lines = 1
    else:
        names, delimiter, head_lines = list(layout.names), layout.delimiter, 0
    chosen = [name for name in names if name in set(wanted)]
    yield from _csv_batches(path, names, chosen, delimiter, head_lines, faults)


def require_file(path: Path, faults: TraceFaults) -> None:
    """Raises ScenarioError through ``faults`` where there is no such file."""
    if path.is_dir():
        faults.file_fault("is a folder", "name the file in it")
    elif not path.is_file():
        faults.file_fault("there is no such file", "check the spelling and the folder")
    faults.raise_if_any()


def is_parquet(path: Path) -> bool:
    """Whether the file is read as Parquet."""
    return path.suffix.lower() in (".parquet", ".pq")


def _csv_head(path: Path, faults: TraceFaults) -> tuple[list[str], str]:
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            raw = stream.read(_LONGEST_HEAD)
        text = raw.decode("utf-8-sig", errors="strict" if len(raw) < _LONGEST_HEAD else "replace")
    except UnicodeDecodeError as error:
        faults.file_fault(f"not UTF-8: byte 0x{error.object[error.start]:02x}", "save the file as UTF-8 text")
        faults.raise_if_any()
        raise
    except (OSError, pa.ArrowException) as error:
        faults.file_fault(f"cannot be read: {_first_line(error)}", "check the file")
        faults.raise_if_any()
        raise
    head = text.partition("\n")[0].rstrip("\r")
    delimiter = max(",;\t", key=head.count)
    names = [name.strip() for name in next(csv.reader([head], delimiter=delimiter), [])]
    if not any(names):
        faults.file_fault("the file is empty", "the first line of a CSV file names its columns")
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.file_fault(f"column {name!r} occurs more than once", "rename one of them", 1)
    faults.raise_if_any()
    return names, delimiter


def _csv_batches(
    path: Path, names: list[str], wanted: list[str], delimiter: str, head_lines: int, faults: TraceFaults
) -> Iterator[Batch]:
    odd_rows: list[tuple[int, int, str]] = []

    def refuse(row: arrow_csv.InvalidRow) -> str:
        odd_rows.append((row.number or 0, row.actual_columns, row.text))
        return "skip"

    stream = pa.input_stream(str(path), compression="detect")
    try:
        reader = arrow_csv.open_csv(
            stream,
            arrow_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=names, skip_rows=head_lines),
            arrow_csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if head_lines else False,
                ignore_empty_lines=False,
                invalid_row_handler=refuse,
            ),
            arrow_csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
            ),
        )
        lines = _Lines(head_lines + 1)
        for batch in reader:
            numbers = lines.of(batch.num_rows, odd_rows)
            yield _without_empty(Batch(dict(zip(wanted, batch.columns, strict=True)), numbers), faults)
    except pa.ArrowInvalid as error:
        if "Empty CSV file" not in str(error):
            faults.file_fault(f"not CSV: {_first_line(error)}", "export the table again, as UTF-8")
    finally:
        stream.close()
    _complain(odd_rows, len(names), faults)


def _without_empty(batch: Batch, faults: TraceFaults) -> Batch:
    """The rows that hold anything; arrow makes a row of empty cells of an empty line."""
    filled = np.zeros(batch.n, bool)
    for cells in batch.columns.values():
        filled |= np.asarray(pc.greater(pc.binary_length(cells), 0).to_numpy(zero_copy_only=False), bool)
    if filled.all():
        return batch
    faults.leave_out(_EMPTY, int(np.count_nonzero(~filled)))
    return Batch({name: cells.filter(pa.array(filled)) for name, cells in batch.columns.items()}, batch.lines[filled])


class _Lines:
    """The lines of rows that were parsed, counted past those that were not; the first line is 1."""

    def __init__(self, first: int) -> None:
        self.next = first
        self.passed = 0

    def of(self, count: int, odd_rows: list[tuple[int, int, str]]) -> npt.NDArray[np.int64]:
        lines = np.arange(self.next, self.next + count, dtype=np.int64)
        while self.passed < len(odd_rows) and count and odd_rows[self.passed][0] <= lines[-1]:
            lines[lines >= odd_rows[self.passed][0]] += 1
            self.passed += 1
        self.next = int(lines[-1]) + 1 if count else self.next
        return lines


def _complain(odd_rows: list[tuple[int, int, str]], expected: int, faults: TraceFaults) -> None:
    bad = [row for row in odd_rows if row[2].strip()]
    faults.leave_out(_EMPTY, len(odd_rows) - len(bad))
    lines = np.array([line for line, _, _ in bad], np.int64)
    cells = [f"{found} cells in a table of {expected} columns" for _, found, _ in bad]
    faults.rows(np.ones(len(bad), bool), lines, "wrong number of cells", "quote cells that hold the separator", cells)


def _parquet(path: Path, faults: TraceFaults) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        faults.file_fault(f"not a Parquet file: {_first_line(error)}", "export the table again")
        faults.raise_if_any()
        raise


def _parquet_batches(path: Path, wanted: Sequence[str], faults: TraceFaults) -> Iterator[Batch]:
    first = 1
    with _parquet(path, faults) as file:
        for batch in file.iter_batches(BATCH_ROWS, columns=list(wanted), use_threads=False):
            columns = {name: _plain(batch.column(name)) for name in wanted}
            yield Batch(columns, np.arange(first, first + batch.num_rows, dtype=np.int64))
            first += batch.num_rows


def _plain(values: pa.Array) -> pa.Array:
    plain = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
    return plain.cast(pa.string()) if pa.types.is_large_string(plain.type) else plain


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
