"""One replication on its way into a run folder: rows are written as they come, files appear when all are there."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .manifest import OwnFileRecord, refusal
from .parquet import PARQUET_SETTINGS, dictionary_columns
from .schema import TABLES
from .tables import arrow_schema, conform, require_all

GROUP_ROWS = 1 << 18
"""Rows of a table that are gathered before they are written: a file up to so long has one row group."""


class ReplicationWriter:
    """Takes the tables of one replication batch by batch; no more than ``GROUP_ROWS`` of each wait in memory."""

    def __init__(self, folder: Path, replication: int) -> None:
        self._folder = folder
        self._replication = replication
        self._given: set[str] = set()
        self._files: dict[str, _TableFile] = {}
        self.row_counts: dict[str, int] = dict.fromkeys(TABLES, 0)

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """More rows of some tables; RunError if they do not fit the schema."""
        for name, table in conform(self._replication, tables).items():
            self._given.add(name)
            self.row_counts[name] += table.num_rows
            self._file(name).add(table)

    def put_in_place(self) -> list[OwnFileRecord]:
        """Complete all files and let them appear; RunError if a table of an engine that ran was never given."""
        require_all(self._replication, self._given)
        for name in TABLES:
            self._file(name).close()
        return [self._files[name].put_in_place() for name in TABLES]

    def discard(self) -> None:
        """Leave nothing behind."""
        for file in self._files.values():
            file.discard()

    def _file(self, name: str) -> _TableFile:
        if name not in self._files:
            self._files[name] = _TableFile(self._folder, table_path(name, self._replication), name)
        return self._files[name]


class _TableFile:
    """A Parquet file in the making, under a temporary name once it has begun."""

    def __init__(self, folder: Path, path: str, name: str) -> None:
        self._target = folder / path
        self._path = path
        self._waiting = [arrow_schema(TABLES[name]).empty_table()]
        self._writer: Any = None
        self._temporary: Path | None = None
        self._has_rows = False

    def add(self, table: pa.Table) -> None:
        self._waiting.append(table)
        if sum(one.num_rows for one in self._waiting) >= GROUP_ROWS:
            self._write()

    def _write(self) -> None:
        rows = pa.concat_tables(self._waiting).unify_dictionaries()
        self._waiting = [self._waiting[0]]
        try:
            if self._writer is None:
                self._begin(rows.schema)
            self._writer.write_table(rows, row_group_size=max(1, rows.num_rows))
        except OSError as error:
            raise self._refusal(error) from error
        self._has_rows = True

    def _begin(self, schema: pa.Schema) -> None:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self._target.parent, prefix=f".{self._target.name}.", suffix=".tmp")
        os.close(handle)
        self._temporary = Path(temporary)
        self._writer = pq.ParquetWriter(
            temporary, schema, use_dictionary=dictionary_columns(schema), **PARQUET_SETTINGS
        )

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        if not self._has_rows or any(one.num_rows for one in self._waiting):
            self._write()
        self._writer.close()

    def put_in_place(self) -> OwnFileRecord:
        """Let the closed file appear."""
        assert self._temporary is not None
        try:
            with self._temporary.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.chmod(self._temporary, 0o644)
            os.replace(self._temporary, self._target)
        except OSError as error:
            raise self._refusal(error) from error
        self._temporary = None
        return OwnFileRecord(path=self._path, sha256=digest)

    def discard(self) -> None:
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)

    def _refusal(self, error: OSError) -> Exception:
        return refusal(f"{self._target} cannot be written: {error.strerror}", "free some space, or choose a folder")


def table_path(name: str, replication: int) -> str:
    """Where a replication's table lies, relative to the run folder."""
    return f"tables/{name}/replication-{replication:04d}.parquet"
