"""A run folder: written replication by replication, read as typed tables.

Layout: ``manifest.json``, ``tables/<table>/replication-0000.parquet``, ``extra/<name>.parquet``, ``report.html``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from racktwin.model import Scenario
from racktwin.scenario import SourceFile, scenario_from_document

from .manifest import (
    MANIFEST_NAME,
    FileRecord,
    Manifest,
    OwnFileRecord,
    RuleRecord,
    racktwin_version,
    read_manifest,
    recorded_versions,
    refusal,
    write_atomically,
    write_manifest,
)
from .parquet import parquet_bytes, read_parquet
from .replication import ReplicationWriter, table_path
from .schema import TABLES
from .tables import empty_table
from .views import SUMMARY_VIEWS

if TYPE_CHECKING:
    import duckdb

_AGAIN = "run the scenario again into another folder"
_TAKEN_NAMES = {*TABLES, *SUMMARY_VIEWS, "run", "replications"}
_EXTRA_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


class RunWriter:
    """Writes a run folder; replications may be written from several threads.

    A file appears whole or not at all, and a replication counts as done once all of its tables are in place.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self._manifest = manifest
        self._lock = threading.Lock()
        self._begun: set[int] = set()

    @classmethod
    def create(
        cls,
        path: Path,
        document: Mapping[str, Any],
        files: Iterable[SourceFile],
        *,
        seed: int,
        replications: int,
        rules: Mapping[str, RuleRecord] | None = None,
    ) -> RunWriter:
        """Start a run in the new or empty folder ``path``; RunError if anything is in it."""
        scenario = scenario_from_document(document)
        folder = Path(path)
        _make_empty(folder)
        manifest = Manifest(
            racktwin_version=racktwin_version(),
            scenario_name=scenario.name,
            scenario_title=scenario.title,
            document=dict(document),
            source_files=tuple(FileRecord(path=str(file.path), sha256=file.sha256) for file in files),
            seed=seed,
            replications_planned=replications,
            started_utc=dt.datetime.now(dt.UTC),
            horizon_s=float(scenario.horizon_s),
            warm_up_s=float(scenario.warm_up_s),
            versions=recorded_versions(),
            rules=dict(rules or {}),
            row_counts=dict.fromkeys(TABLES, 0),
        )
        write_manifest(folder, manifest)
        return cls(folder, manifest)

    @classmethod
    def resume(cls, run: RunFolder) -> RunWriter:
        """Go on writing ``run``: its replications that are done stay, its manifest says that it runs again."""
        manifest = run.manifest.model_copy(update={"status": "running", "finished_utc": None})
        write_manifest(run.folder, manifest)
        writer = cls(run.folder, manifest)
        writer._begun.update(manifest.replications_done)
        return writer

    def write(self, replication: int, tables: Mapping[str, pa.Table]) -> None:
        """Store all tables of one replication; RunError if they do not fit the schema or are there already."""
        with self.replication(replication) as rows:
            rows.add(tables)

    @contextlib.contextmanager
    def replication(self, replication: int) -> Iterator[ReplicationWriter]:
        """Store one replication batch by batch; it is there once the block ends, and not at all if it fails.

        RunError as in :meth:`write`.
        """
        self._begin(replication)
        rows = ReplicationWriter(self.folder, replication)
        try:
            yield rows
            records = rows.put_in_place()
        except BaseException:
            rows.discard()
            self._begun.discard(replication)
            raise
        with self._lock:
            counts = self._manifest.row_counts
            self._update(
                replications_done=tuple(sorted((*self._manifest.replications_done, replication))),
                row_counts={name: counts[name] + rows.row_counts[name] for name in TABLES},
                written=_merged(self._manifest.written, records),
            )

    def _begin(self, replication: int) -> None:
        planned = self._manifest.replications_planned
        with self._lock:
            if not 0 <= replication < planned:
                raise refusal(f"replication {replication} is not one of the {planned} planned", "number them from 0")
            if replication in self._begun:
                raise refusal(f"replication {replication} is written already", "write each replication once")
            self._begun.add(replication)

    def write_extra(self, name: str, table: pa.Table) -> None:
        """Store (or replace) a table derived from the run, such as its KPIs."""
        if not _EXTRA_NAME.match(name) or name in _TAKEN_NAMES or name.startswith("scenario_"):
            raise refusal(f"{name!r} cannot name an extra table", "use a new name of lower-case letters, digits and _")
        record = self._put(extra_path(name), parquet_bytes(table))
        with self._lock:
            self._update(written=_merged(self._manifest.written, [record]))

    def finish(self, status: Literal["finished", "interrupted", "failed"]) -> None:
        """Say how the run ended."""
        with self._lock:
            self._update(status=status, finished_utc=dt.datetime.now(dt.UTC))

    @property
    def run(self) -> RunFolder:
        """What has been written so far, to be read."""
        return RunFolder(self.folder.absolute(), self._manifest)

    def _put(self, path: str, content: memoryview) -> OwnFileRecord:
        target = self.folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(target, content)
        except OSError as error:
            raise refusal(
                f"{target} cannot be written: {error.strerror}", "free some space, or choose a folder"
            ) from error
        return OwnFileRecord(path=path, sha256=hashlib.sha256(content).hexdigest())

    def _update(self, **changes: Any) -> None:
        manifest = self._manifest.model_copy(update=changes)
        write_manifest(self.folder, manifest)
        self._manifest = manifest


class RunFolder:
    """A run folder, read only. Only replications that are done are seen."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(cls, path: str | Path) -> RunFolder:
        """The run in ``path``; RunError if it is missing, no run, of a newer format, or any of its files is damaged."""
        folder = Path(path).absolute()
        run = cls(folder, read_manifest(folder))
        run._verify()
        return run

    def _verify(self) -> None:
        listed = {record.path for record in self.manifest.written}
        # a run of an earlier version has none of the tables that came later
        names = [name for name in TABLES if name in self.manifest.row_counts]
        needed = (table_path(name, number) for name in names for number in self.replications)
        if unlisted := sorted(path for path in needed if path not in listed):
            raise refusal(f"{self.folder / MANIFEST_NAME} is damaged: it does not list {unlisted[0]}", _AGAIN)
        for record in self.manifest.written:
            path = self.folder / record.path
            if not path.is_file():
                raise refusal(f"{path} is missing from the run", _AGAIN)
            if _sha256(path) != record.sha256:
                raise refusal(f"{path} is damaged: its contents are not what was written", _AGAIN)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that was run, from the manifest's own copy."""
        return scenario_from_document(self.manifest.document)

    @property
    def replications(self) -> tuple[int, ...]:
        """The replications that are done, ascending."""
        return self.manifest.replications_done

    def only(self, replications: Sequence[int]) -> RunFolder:
        """The run as if only these of its replications were done."""
        return RunFolder(self.folder, self.manifest.model_copy(update={"replications_done": tuple(replications)}))

    @property
    def observed_s(self) -> float:
        """Length of the observed window, from the warm-up's end to the horizon, s."""
        return self.manifest.horizon_s - self.manifest.warm_up_s

    @property
    def report_path(self) -> Path:
        """Where the run's report is, or would be."""
        return self.folder / "report.html"

    def table_files(self, name: str) -> list[str]:
        """Absolute paths of a table's files, one per replication done."""
        if name not in TABLES:
            raise refusal(f"there is no table {name!r}", f"choose from {', '.join(TABLES)}")
        if name not in self.manifest.row_counts:
            return []
        return [str(self.folder / table_path(name, number)) for number in self.replications]

    def table(self, name: str, columns: Sequence[str] | None = None, replication: int | None = None) -> pa.Table:
        """A table over all replications done (or one of them), all columns or some.

        A column that a run of an earlier version does not have is null.
        """
        files = self.table_files(name)
        if replication is not None:
            if replication not in self.replications:
                raise refusal(f"replication {replication} is not in the run", f"choose from {self.replications}")
            files = files and [files[self.replications.index(replication)]]
        empty = empty_table(name) if columns is None else empty_table(name).select(columns)
        tables = [empty, *read_parquet(files, columns)]
        return pa.concat_tables(tables, promote_options="default").unify_dictionaries()

    @property
    def extras(self) -> dict[str, str]:
        """Names of the derived tables and the absolute paths of their files."""
        records = (Path(record.path) for record in self.manifest.written if record.path.startswith("extra/"))
        return {path.stem: str(self.folder / path) for path in records}

    def extra(self, name: str) -> pa.Table:
        """The derived table of that name; RunError if the run has none."""
        if name not in self.extras:
            raise refusal(f"{self.folder} has no table {name!r}", f"it has {', '.join(self.extras) or 'none'}")
        return read_parquet([self.extras[name]], None)[0]

    def connect(self, threads: int = 2, memory_limit: str = "256MB") -> duckdb.DuckDBPyConnection:
        """SQL over the run: see :func:`racktwin.results.database.connect`."""
        from .database import connect

        return connect(self, threads, memory_limit)


def extra_path(name: str) -> str:
    """Where a derived table lies, relative to the run folder."""
    return f"extra/{name}.parquet"


def _make_empty(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = any(folder.iterdir())
    except OSError as error:
        raise refusal(f"{folder} cannot be made: {error.strerror}", "choose another folder") from error
    if occupied:
        raise refusal(f"{folder} exists and is not empty", "choose another folder, or remove this one")


def _merged(records: Iterable[OwnFileRecord], new: Iterable[OwnFileRecord]) -> tuple[OwnFileRecord, ...]:
    by_path = {record.path: record for record in (*records, *new)}
    return tuple(by_path[path] for path in sorted(by_path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
