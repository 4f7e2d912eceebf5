"""The state of a line: fresh at time zero, copied at any instant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from racktwin.sim import rows
from racktwin.sim.rng import stream_keys

from .compile import CompiledLine, free_rows
from .tables import CANDIDATE, ROW_TABLES, Line, Records
from .user_rules import install

NEVER_WRITTEN = ("phases", "levels", "kinds", "links", "paths", "steps", "laws", "samples")
"""Tables that no kernel writes: copies of a line share them (tests/engines/line/test_snapshot.py holds that)."""


@dataclass(frozen=True)
class Snapshot:
    """A line at an instant, with the rows recorded until then. It never changes; any number of runs go on from it.

    ``written`` are the rows already in tables, shared by all that go on from here; rows since then are in ``line``.
    """

    line: Line
    replication: int
    seed: int
    written: tuple[dict[str, pa.Table], ...]
    plant: str

    @property
    def now_s(self) -> float:
        """The instant, in seconds after the scenario's start."""
        return float(self.line.clock[0].now_s)

    @cached_property
    def state_bytes(self) -> int:
        """Bytes of the tables that are the snapshot's own: neither shared nor rows of what happened."""
        return sum(
            getattr(self.line, name).nbytes for name in Line._fields if name not in (*NEVER_WRITTEN, *ROW_TABLES)
        )


def fresh_line(compiled: CompiledLine, replication: int, seed: int) -> Line:
    """A copy of the line at time zero, with the random streams of one replication."""
    line = with_room_to_record(copied(compiled.line), compiled)
    if compiled.is_antithetic and replication % 2:
        laws = rows.copied(line.laws)
        laws["is_mirrored"] = 1
        line = line._replace(laws=laws)
    rekey(line, compiled, replication, seed)
    install(line, compiled.rules)
    return line


def rekey(line: Line, compiled: CompiledLine, replication: int, seed: int, future: int = 0) -> None:
    """Name the random streams of the line: those of a replication, or of one of its other futures.

    Antithetic, an odd replication has the streams of the one before.
    """
    if compiled.is_antithetic:
        replication -= replication % 2
    suffix = f"/future {future}" if future else ""
    for table, names in compiled.streams.items():
        getattr(line, table)["key"] = stream_keys(seed, replication, [name + suffix for name in names])


def copied(line: Line) -> Line:
    """A copy with the rows recorded so far, and without room for more."""
    tables = {
        name: table if name in NEVER_WRITTEN else rows.copied(table)
        for name, table in line._asdict().items()
        if name not in ROW_TABLES
    }
    clock = line.clock[0]
    written: dict[str, Any] = {name: rows.copied(getattr(line, name)[: clock[f"{name}_rows"]]) for name in ROW_TABLES}
    return Line(**tables, **written)


def with_room_to_record(line: Line, compiled: CompiledLine) -> Line:
    """The line with as much room for rows as a fresh one has, and its own rows in it."""
    return line._replace(
        **{name: _extended(getattr(line, name), len(getattr(compiled.line, name))) for name in ROW_TABLES}
    )


def _extended(written: Records, count: int) -> Records:
    table = np.empty(count, written.dtype).view(np.recarray)
    table[: len(written)] = written
    return table


def with_room(line: Line, name: Literal["items", "defects"]) -> Line:
    """The line with at least twice the rows of items or defects."""
    clock, old = line.clock[0], getattr(line, name)
    count = max(len(old), int(clock.most_items if name == "items" else clock.most_defects))
    new = free_rows(name, count, first=len(old))
    if name == "items":
        new.next[-1], clock.free_item = clock.free_item, len(old)
        clock.free_items += count
    else:
        new.next[-1], clock.free_defect = clock.free_defect, len(old)
        clock.free_defects += count
    return line._replace(**{name: rows.joined(old, new)})


def with_more_candidates(line: Line) -> Line:
    """The line with room for twice as many candidates of a rule."""
    return line._replace(candidates=np.zeros(2 * len(line.candidates), CANDIDATE).view(np.recarray))
