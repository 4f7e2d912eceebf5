"""Studies in the workspace: folders with an ``about.json`` and tables, as the planning commands write them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_PLACES = ("*/about.json", "runs/*/about.json", "studies/*/about.json", "plans/*/about.json")
_MOST = 200


@dataclass(frozen=True)
class Study:
    """A folder of a study, and what its ``about.json`` tells.

    It is called by its path in the workspace: ``plans/monday`` and ``studies/monday`` are two.
    """

    name: str
    folder: Path
    about: dict[str, Any]

    def table(self, name: str) -> pa.Table:
        """One of its tables; OSError or ValueError if it cannot be read."""
        return pq.read_table(self.folder / f"{name}.parquet")


def told_by(
    studies: Iterator[Study], table: str, tell: Callable[[Study, list[dict[str, Any]]], dict[str, Any]]
) -> list[dict[str, Any]]:
    """What ``tell`` makes of each study and the rows of its ``table``; unreadable or empty ones are passed over."""
    found = []
    for study in studies:
        try:
            rows = study.table(table).to_pylist()
        except (OSError, ValueError):
            continue
        if rows:
            found.append(tell(study, rows))
    return found


def studies_of(root: Path, scenario: str, table: str) -> Iterator[Study]:
    """The studies of a scenario below ``root`` that hold ``table``; what cannot be read or leads out is passed over."""
    for about in sorted({path for place in _PLACES for path in root.glob(place)})[:_MOST]:
        file = about.parent / f"{table}.parquet"
        if not all(path.resolve().is_relative_to(root) and path.is_file() for path in (about, file)):
            continue
        try:
            told = json.loads(about.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(told, dict) and told.get("scenario_name") == scenario:
            yield Study(about.parent.relative_to(root).as_posix(), about.parent, told)
