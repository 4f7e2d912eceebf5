"""One replication of a compiled line: copy the tables, name the streams, run the kernel, gather the rows."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa

from racktwin.errors import SimulationError
from racktwin.results.schema import TABLES
from racktwin.results.tables import empty_table
from racktwin.sim.rng import stream_key

from . import kernel
from .compile import CompiledLine, free_rows
from .records import number_visits, shipments_of, tables_of
from .tables import ROW_TABLES, Line


def fresh_line(compiled: CompiledLine, replication: int, seed: int) -> Line:
    """A copy of the line at time zero, with the random streams of one replication."""
    line = Line(
        *(
            np.empty_like(table) if name in ROW_TABLES else table.copy()
            for name, table in compiled.line._asdict().items()
        )
    )
    for table, names in compiled.streams.items():
        getattr(line, table)["key"] = [stream_key(seed, replication, name) for name in names]
    return line


def replicate(compiled: CompiledLine, replication: int, seed: int, *, is_recording: bool = True) -> dict[str, pa.Table]:
    """Simulate one replication to the horizon.

    Without recording only ``shipments`` has rows. Raises SimulationError if the simulated state breaks one of its own
    rules.
    """
    line = fresh_line(compiled, replication, seed)
    line.clock[0].is_recording = int(is_recording)
    batches: list[dict[str, pa.Table]] = []

    def flush() -> None:
        batches.append(
            tables_of(line, compiled.names, replication)
            if is_recording
            else shipments_of(line, compiled.names, replication)
        )
        clock = line.clock[0]
        clock.wide_rows = clock.middle_rows = clock.narrow_rows = 0

    # Philox multiplies modulo 2^64; uncompiled, numpy would warn of it
    with np.errstate(over="ignore"):
        kernel.start(line)
        while (status := kernel.run(line)) != kernel.DONE:
            if status == kernel.STUCK:
                raise SimulationError(_stuck(line))
            if status == kernel.OVERFLOW:
                raise SimulationError("one event needs more rows than foreseen; please report this scenario")
            if status == kernel.ROWS_FULL:
                flush()
            else:
                line = _with_room(line, "items" if status == kernel.ITEMS_FULL else "defects")
        first_item = 0
        while (first_item := kernel.close(line, first_item)) >= 0:
            flush()
    flush()
    _check(line)
    tables = {name: pa.concat_tables([batch[name] for batch in batches]) for name in batches[0]}
    if not is_recording:
        return {**_empty_tables(), **tables}
    return {**tables, "operations": number_visits(tables["operations"])}


@cache
def _empty_tables() -> dict[str, pa.Table]:
    return {name: empty_table(name) for name, table in TABLES.items() if table.engine == "line"}


def _with_room(line: Line, name: Literal["items", "defects"]) -> Line:
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
    return line._replace(**{name: np.concatenate([old, new]).view(np.recarray)})


def _stuck(line: Line) -> str:
    day = line.clock[0].now_s / 86400.0
    return (
        f"time stands still at day {day:.3f}: work of zero duration goes round in a circle "
        "(an order that is replaced as it ships, or a test that always fails); give its operations a duration"
    )


def _check(line: Line) -> None:
    """The limits were kept and nobody works without being there."""
    for limit in line.limits:
        if limit.reserved > limit.limit * (1.0 + 1e-6):
            raise SimulationError(f"a limit of {limit.limit:g} holds reservations of {limit.reserved:g}")
    if any(line.crews.busy > line.crews.present) or any(line.crews.busy < 0):
        raise SimulationError("people work who are not there")
