"""Snapshots on disk: plain arrays with their types, no code; of this version of the engine, or refused.

The file is a NumPy ``.npz``: the state's tables, the rows recorded so far as Arrow streams, and a description. Reading
it executes nothing. The engine trusts the state it finds, as it trusts its own: load snapshots you wrote yourself, and
pass a state on to others as an observed state (docs/live_state.md), which is checked.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from racktwin.errors import SimulationError
from racktwin.results.manifest import racktwin_version, write_atomically
from racktwin.sim.jit import source_digest

from .state import Snapshot
from .tables import DTYPES, Line

_FORMAT = "racktwin line snapshot 1"
_DESCRIPTION = "description"


def save_snapshot(snapshot: Snapshot, path: str | Path) -> None:
    """Write the snapshot to ``path``: the same snapshot, the same bytes. The file appears whole or not at all."""
    described = {
        "format": _FORMAT,
        "racktwin": racktwin_version(),
        "engine": source_digest(__name__),
        "plant": snapshot.plant,
        "replication": snapshot.replication,
        "seed": snapshot.seed,
        "now_s": snapshot.now_s,
        "batches": len(snapshot.written),
        "tables": sorted(snapshot.written[0]) if snapshot.written else [],
    }
    arrays: dict[str, Any] = {_DESCRIPTION: np.frombuffer(json.dumps(described).encode(), np.uint8)}
    for name, table in snapshot.line._asdict().items():
        arrays[f"state/{name}"] = np.asarray(table)
    centers = arrays["state/centers"] = arrays["state/centers"].copy()
    centers["rule"] = 0  # an address is of this process
    for number, batch in enumerate(snapshot.written):
        for name, table in batch.items():
            arrays[f"rows/{number}/{name}"] = _stream(table)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_atomically(Path(path), content.getvalue())


def load_snapshot(path: str | Path) -> Snapshot:
    """The snapshot that :func:`save_snapshot` wrote.

    Raises SimulationError if the file is missing, damaged, no snapshot, or of another version of the engine.
    """
    try:
        with np.load(io.BytesIO(Path(path).read_bytes()), allow_pickle=False) as file:
            described = _described(file, path)
            tables = {name: _state_table(file, name) for name in Line._fields}
            written = tuple(
                {name: _table(file[f"rows/{number}/{name}"]) for name in described["tables"]}
                for number in range(described["batches"])
            )
    except OSError as error:
        raise _refusal(path, f"cannot be read: {error.strerror or error}", "check the name") from error
    except (KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile, pa.ArrowException) as error:
        raise _refusal(path, f"is no snapshot, or damaged: {error}", "save it again") from error
    return Snapshot(Line(**tables), described["replication"], described["seed"], written, described["plant"])


def _described(file: Any, path: str | Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(file[_DESCRIPTION].tobytes())
    if described["format"] != _FORMAT or described["engine"] != source_digest(__name__):
        raise _refusal(
            path,
            f"was written by racktwin {described['racktwin']} with another version of the engine",
            "take it again with this version, or carry the state over as an observed state",
        )
    return described


def _state_table(file: Any, name: str) -> Any:
    table = file[f"state/{name}"]
    expected = DTYPES.get(name, np.dtype(np.float64))
    if table.dtype != expected or table.ndim != 1:
        raise ValueError(f"table {name} has another type")
    return table.view(np.recarray) if name in DTYPES else table


def _stream(table: pa.Table) -> Any:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return np.frombuffer(sink.getvalue(), np.uint8)


def _table(content: Any) -> pa.Table:
    return pa.ipc.open_stream(pa.py_buffer(content.tobytes())).read_all()


def _refusal(path: str | Path, what: str, remedy: str) -> SimulationError:
    return SimulationError(f"{path} {what}\n    → {remedy}")
