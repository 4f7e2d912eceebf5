"""The folder of a sweep: each finished point at once and whole, so that a killed run goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from racktwin.errors import RunError
from racktwin.results.manifest import racktwin_version, write_atomically
from racktwin.results.parquet import parquet_bytes

from .design import Design

_ABOUT, _POINTS = "about.json", "points"


class SweepFolder:
    """A sweep in ``folder``, begun or taken up again."""

    def __init__(self, folder: Path, design: Design) -> None:
        self.folder, self.design = folder, design

    @classmethod
    def open(
        cls, folder: Path, document: Mapping[str, Any], design: Design, replications: int, seed: int | None
    ) -> SweepFolder:
        """Begin in a new or empty folder, or go on in one with the very same sweep; RunError for any other."""
        asked = {
            "document": dict(document),
            "design": asdict(design),
            "replications": replications,
            "seed": seed,
            "racktwin_version": racktwin_version(),
        }
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        (about := folder / _ABOUT)
        if about.exists():
            if _digest_of(about) != digest:
                raise RunError(
                    f"{folder} holds another sweep\n    → choose another folder with --out, or remove this one"
                )
        elif any(folder.iterdir()):
            raise RunError(f"{folder} exists and is not empty\n    → choose another folder with --out")
        else:
            text = json.dumps({"digest": digest, **asked}, indent=1, ensure_ascii=False, default=str)
            write_atomically(about, f"{text}\n".encode())
        (folder / _POINTS).mkdir(exist_ok=True)
        return cls(folder, design)

    def done(self) -> dict[int, dict[str, Any]]:
        """The points that are done; a file that is damaged counts as not done."""
        found = {}
        for number in range(len(self.design.points)):
            try:
                found[number] = json.loads(self._path(number).read_bytes())
            except (OSError, ValueError):
                continue
        return found

    def write(self, number: int, result: Mapping[str, Any]) -> None:
        """Keep what a point came to, whole or not at all."""
        write_atomically(self._path(number), json.dumps(dict(result)).encode())

    def write_table(self) -> pa.Table:
        """All points that are done as one table, ``sweep.parquet``: a row per point and replication."""
        table = self.table()
        write_atomically(self.folder / "sweep.parquet", parquet_bytes(table))
        return table

    def table(self) -> pa.Table:
        """Columns: point, a column per path, refused, replication, a column per KPI."""
        rows: list[dict[str, Any]] = []
        for number, result in sorted(self.done().items()):
            values = dict(zip(self.design.paths, self.design.points[number], strict=True))
            base = {"point": number, **values, "refused": result.get("refused", "")}
            kpis: dict[str, list[float | None]] = result.get("kpis", {})
            count = max((len(column) for column in kpis.values()), default=0)
            rows += [{**base, "replication": r, **{name: kpis[name][r] for name in kpis}} for r in range(count)]
            if not count:
                rows.append({**base, "replication": None})
        names = dict.fromkeys(name for row in rows for name in row)
        return pa.table({name: [row.get(name) for row in rows] for name in names})

    def _path(self, number: int) -> Path:
        return self.folder / _POINTS / f"point-{number:06d}.json"


def _digest_of(about: Path) -> str:
    try:
        return str(json.loads(about.read_bytes())["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        raise RunError(f"{about} is damaged\n    → remove the folder and sweep again") from None
