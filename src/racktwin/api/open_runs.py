"""Runs that are open: their DuckDB connections and answers, kept while they are asked for and a limit of memory holds.

A finished run never changes, so an answer is kept under the run's version; the version of a run that goes on changes
with every replication that is done.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from racktwin.errors import RacktwinError
from racktwin.results import RunFolder
from racktwin.results.dimensions import SCENARIO_TABLES
from racktwin.results.manifest import Manifest
from racktwin.results.schema import TABLES
from racktwin.results.views import SUMMARY_VIEWS

from .problems import ApiError
from .workspace import Workspace, version_of

_MOST_CONNECTIONS = 3
_MEMORY = "128MB"
_MOST_ANSWER_BYTES = 24_000_000
_MOST_COLUMNS = 500
_AT_ONCE = 3
_MOST_DOWNLOADS = 8
_DOWNLOAD_S = 600.0


@dataclass(frozen=True)
class OpenRun:
    """One run at one version."""

    name: str
    version: str
    run: RunFolder
    owner: OpenRuns

    @cached_property
    def table_names(self) -> tuple[str, ...]:
        """Tables, derived tables, views and the scenario's tables."""
        return tuple(sorted({*TABLES, *self.run.extras, *SUMMARY_VIEWS, *SCENARIO_TABLES, "run", "replications"}))

    def columns(self, table: str) -> dict[str, str]:
        """Name and DuckDB type of each column; ApiError 404 if there is no such table."""
        if table not in self.table_names:
            raise ApiError(404, f"there is no table {table[:80]!r}", f"choose from {', '.join(self.table_names)}")
        return self.owner.columns(self, table)

    def replication(self, wanted: int | None) -> int:
        """``wanted`` if it is done, the first one for None; ApiError 404 otherwise."""
        done = self.run.replications
        if not done:
            raise ApiError(409, f"no replication of {self.name!r} is done yet", "wait for it, or open another run")
        if wanted is None:
            return done[0]
        if wanted not in done:
            raise ApiError(404, f"replication {wanted} is not in the run", f"choose from {done[0]} to {done[-1]}")
        return wanted

    def arrow(self, sql: str, values: Any = None, replication: int | None = None) -> pa.Table:
        """The answer to our own ``sql``, over all replications or one."""
        with self.owner.cursor(self, replication) as cursor:
            return cursor.sql(sql, params=values).to_arrow_table()

    def rows(self, sql: str, values: Any = None, replication: int | None = None) -> list[tuple[Any, ...]]:
        """The same as Python values."""
        with self.owner.cursor(self, replication) as cursor:
            return (cursor.execute(sql, values) if values is not None else cursor.execute(sql)).fetchall()

    def arrays(self, sql: str, values: Any = None, replication: int | None = None) -> dict[str, Any]:
        """The same as one numpy array per column."""
        with self.owner.cursor(self, replication) as cursor:
            found = (cursor.execute(sql, values) if values is not None else cursor.execute(sql)).fetchnumpy()
            return dict(found)


class OpenRuns:
    """The least recently used connection and answer go first."""

    def __init__(self, workspace: Workspace, timeout_s: float) -> None:
        self._workspace = workspace
        self._timeout_s = timeout_s
        self._lock = threading.RLock()
        self._opened: OrderedDict[str, OpenRun] = OrderedDict()
        self._connections: OrderedDict[tuple[str, str, int | None], duckdb.DuckDBPyConnection] = OrderedDict()
        self._connecting: dict[tuple[str, str, int | None], threading.Lock] = {}
        self._answers: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._columns: dict[tuple[str, str, str], dict[str, str]] = {}
        self._answer_bytes = 0
        self._making: dict[tuple[str, ...], Future[bytes]] = {}
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._downloads = threading.BoundedSemaphore(_MOST_DOWNLOADS)

    def get(self, name: str) -> OpenRun:
        """The run at its present version; ApiError 404 if there is none."""
        manifest = self._workspace.manifest(name)
        version = _version(manifest)
        with self._lock:
            known = self._opened.get(name)
            if known is None or known.version != version:
                path = self._workspace.run_path(name)
                run = RunFolder(path.resolve(), manifest)
                _check_files(run, self._workspace.root)
                known = self._opened[name] = OpenRun(name, version, run, self)
            self._opened.move_to_end(name)
            while len(self._opened) > 50:
                self._opened.popitem(last=False)
            return known

    @contextmanager
    def cursor(
        self, opened: OpenRun, replication: int | None = None, is_download: bool = False
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that is interrupted when a query takes too long; DuckDB's errors become ApiErrors.

        A download has turns of its own, and more time: a slow reader must not keep queries waiting.
        """
        with self._download_turn() if is_download else self._turns:
            cursor = self._connection(opened, replication).cursor()
            timeout_s = _DOWNLOAD_S if is_download else self._timeout_s
            timer = threading.Timer(timeout_s, cursor.interrupt)
            timer.daemon = True
            timer.start()
            try:
                yield cursor
            except duckdb.InterruptException:
                raise ApiError(
                    422, f"this takes more than {self._timeout_s:g} s", "ask for less: filter first"
                ) from None
            except duckdb.OutOfMemoryException:
                raise ApiError(
                    422, "this needs more memory than the server gives a query", "ask for less: filter first"
                ) from None
            except duckdb.Error as error:
                raise ApiError(422, f"the query failed: {str(error)[:500]}", "see the table's columns") from None
            finally:
                timer.cancel()
                cursor.close()

    @contextmanager
    def _download_turn(self) -> Iterator[None]:
        if not self._downloads.acquire(blocking=False):
            raise ApiError(429, "too many downloads at once", "try again when one has ended")
        try:
            yield
        finally:
            self._downloads.release()

    def _connection(self, opened: OpenRun, replication: int | None) -> duckdb.DuckDBPyConnection:
        key = (opened.name, opened.version, replication)
        with self._lock:
            turn = self._connecting.setdefault(key, threading.Lock())
        with turn:  # others wait for this connection only, not for the server
            with self._lock:
                known = self._connections.get(key)
            if known is None:
                part = opened.run if replication is None else opened.run.only([replication])
                known = part.connect(memory_limit=_MEMORY)
        with self._lock:
            self._connections[key] = known
            self._connections.move_to_end(key)
            while len(self._connections) > _MOST_CONNECTIONS:
                old, _ = self._connections.popitem(last=False)  # closed when its last cursor is
                self._connecting.pop(old, None)
        return known

    def columns(self, opened: OpenRun, table: str) -> dict[str, str]:
        """Name and DuckDB type of each column of a table that is there, remembered while others are asked for."""
        key = (opened.name, opened.version, table)
        with self._lock:
            if key in self._columns:
                return self._columns[key]
        # information_schema would look into the files of every table
        found = {name: kind for name, kind, *_ in opened.rows(f'DESCRIBE "{table}"')}
        with self._lock:
            while len(self._columns) > _MOST_COLUMNS:
                self._columns.pop(next(iter(self._columns)))
            self._columns[key] = found
        return found

    def warm(self, opened: OpenRun) -> None:
        """Connect to the run in the background: whoever looks at its head looks at more of it next."""
        if opened.run.replications:
            threading.Thread(target=self._warm, args=(opened,), daemon=True).start()

    def _warm(self, opened: OpenRun) -> None:
        with contextlib.suppress(duckdb.Error, RacktwinError, OSError):
            self._connection(opened, None)
            self._connection(opened, opened.run.replications[0])
            if opened.run.scenario.network is not None:
                import_module("scipy.optimize")  # 0.4 s; what a site's loss costs is a linear programme

    def answer(self, opened: OpenRun, key: Sequence[str], make: Callable[[], bytes]) -> bytes:
        """``make()``, or what it gave for this version of the run before; who asks meanwhile waits for the same."""
        full = (opened.name, opened.version, *key)
        with self._lock:
            if full in self._answers:
                self._answers.move_to_end(full)
                return self._answers[full]
            begun = self._making.get(full)
            if begun is None:
                mine = self._making[full] = Future[bytes]()
        if begun is not None:
            return begun.result()
        try:
            made = make()
            mine.set_result(made)
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._making[full]
        self._keep(full, made)
        return made

    def _keep(self, full: tuple[str, ...], made: bytes) -> None:
        with self._lock:
            if full not in self._answers and len(made) < _MOST_ANSWER_BYTES // 4:
                self._answers[full] = made
                self._answer_bytes += len(made)
                while self._answer_bytes > _MOST_ANSWER_BYTES:
                    self._answer_bytes -= len(self._answers.popitem(last=False)[1])


def _version(manifest: Manifest) -> str:
    words = (manifest.started_utc.isoformat(), manifest.status, *(record.sha256 for record in manifest.written))
    return version_of("\n".join(words).encode())[:16]


def _check_files(run: RunFolder, root: Path) -> None:
    for record in run.manifest.written:
        if not (run.folder / record.path).resolve().is_relative_to(root):
            raise ApiError(409, f"{record.path} of the run leads out of the workspace", "copy the file into the run")
