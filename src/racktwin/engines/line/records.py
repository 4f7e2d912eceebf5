"""From the rows a kernel appended to the tables of :mod:`racktwin.results.schema`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from racktwin.results.schema import TABLES, WAIT_CAUSES
from racktwin.sim.states import E10_STATES, REASONS

from . import recording
from .compile import Names
from .tables import Line
from .unpacking import columns_of, same

Array = npt.NDArray[Any]
Columns = dict[str, Array | tuple[Array, tuple[str, ...]]]
Slot = Callable[[int], Array]
"""The values of one slot (``i`` or ``x``) of the rows of one table."""
Reader = Callable[[Slot, Slot, Names], Columns]

_SLOTS: dict[Reader, tuple[list[int], list[int]]] = {}

_OUTCOMES = ("pass", "fail", "false_fail", "scrap", "repaired")
_ORDER_FATES = ("in_progress", "in_stock", "shipped", "consumed", "scrapped")
_DEFECT_FATES = ("open", "repaired", "scrapped", "escaped")
_MATERIAL_REASONS = ("receipt", "made", "consumed", "replacement", "recovered")

_ARROW_TYPES = {
    np.dtype(np.int32): pa.int32(),
    np.dtype(np.int64): pa.int64(),
    np.dtype(np.float64): pa.float64(),
    np.dtype(np.bool_): pa.bool_(),
}

WAIT_COLUMNS = tuple(f"wait_{cause}_s" for cause in WAIT_CAUSES)


def tables_of(line: Line, names: Names, replication: int) -> dict[str, pa.Table]:
    """All tables that the rows recorded since the last time hold, in the schema's column order.

    The column ``visit`` of operations is 0 until a :class:`visits.VisitCounter` has seen it.
    """
    clock = line.clock[0]
    wide, middle = line.wide[: clock.wide_rows], line.middle[: clock.middle_rows]
    narrow = line.narrow[: clock.narrow_rows]
    readers: dict[str, tuple[Array, int, Reader]] = {
        "operations": (wide, recording.OPERATIONS, _operations),
        "work_orders": (middle, recording.WORK_ORDERS, _work_orders),
        "shipments": (middle, recording.SHIPMENTS, _shipments),
        "defects": (middle, recording.DEFECTS, _defects),
        "states": (narrow, recording.STATES, _states),
        "limits": (narrow, recording.LIMITS, _limits),
        "labour": (narrow, recording.LABOUR, _labour),
        "material": (narrow, recording.MATERIAL, _material),
        "genealogy": (narrow, recording.GENEALOGY, _genealogy),
    }
    return {name: _table(name, rows, table, read, names, replication) for name, (rows, table, read) in readers.items()}


def shipments_of(line: Line, names: Names, replication: int) -> dict[str, pa.Table]:
    """The only table that is recorded without recording."""
    rows = line.middle[: line.clock[0].middle_rows]
    return {"shipments": _table("shipments", rows, recording.SHIPMENTS, _shipments, names, replication)}


def _table(name: str, rows: Array, table: int, read: Reader, names: Names, replication: int) -> pa.Table:
    wholes, reals = _slots_of(read, names)
    words = rows.view(np.ndarray).view(np.int64).reshape(len(rows), rows.itemsize // 8)
    first_real = 1 + rows.dtype["i"].shape[0]
    slots = np.array([*(1 + slot for slot in wholes), *(first_real + slot for slot in reals)], np.int64)
    found = columns_of(words, table, slots)
    columns = read(
        lambda slot: found[wholes.index(slot)],
        lambda slot: found[len(wholes) + reals.index(slot)].view(np.float64),
        names,
    )
    columns["replication"] = same(replication, len(found[0]))
    order = [column.name for column in TABLES[name].columns]
    return pa.Table.from_arrays([_arrow(columns[column]) for column in order], order)


def _slots_of(read: Reader, names: Names) -> tuple[list[int], list[int]]:
    """The slots of ``i`` and ``x`` that the columns are made of: what is asked for where there are no rows."""
    if read not in _SLOTS:
        asked: tuple[list[int], list[int]] = ([], [])

        def empty(kind: int, dtype: type) -> Slot:
            def ask(slot: int) -> Array:
                if slot not in asked[kind]:
                    asked[kind].append(slot)
                return np.empty(0, dtype)

            return ask

        read(empty(0, np.int64), empty(1, np.float64), names)
        _SLOTS[read] = asked
    return _SLOTS[read]


def _arrow(values: Array | tuple[Array, tuple[str, ...]]) -> pa.Array:
    if isinstance(values, tuple):
        codes, words = values
        return pa.DictionaryArray.from_arrays(_from_numpy(codes.astype(np.int32, copy=False)), _text_array(words))
    return _from_numpy(values)


@lru_cache(maxsize=256)
def _text_array(words: tuple[str, ...]) -> pa.Array:
    """The words as Arrow's strings, without ``pa.array`` for the same reason as :func:`_from_numpy`."""
    texts = [word.encode() for word in words]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(texts)))


def _from_numpy(values: Array) -> pa.Array:
    """The array on the same memory. ``pa.array`` would import pandas where that is installed: a third of a second."""
    bits = np.packbits(values, bitorder="little") if values.dtype == np.bool_ else values
    return pa.Array.from_buffers(_ARROW_TYPES[values.dtype], len(values), [None, pa.py_buffer(bits)])


def _named(codes: Array, words: tuple[str, ...]) -> tuple[Array, tuple[str, ...]]:
    """Codes into ``words``; -1 is the empty string."""
    return np.where(codes < 0, np.int32(len(words)), codes), (*words, "")


def _operations(i: Slot, x: Slot, names: Names) -> Columns:
    unit, operation = i(3), i(2)
    centers, numbers = np.array(names.unit_centers, dtype=np.int32), np.array(names.unit_numbers, dtype=np.int64)
    levels = tuple(dict.fromkeys((*names.operation_levels, "")))
    level_of = np.array([levels.index(level) for level in names.operation_levels], dtype=np.int32)
    waits = {column: x(4 + index) for index, column in enumerate(WAIT_COLUMNS)}
    return {
        "serial_number": i(0),
        "part": (i(1), names.parts),
        "operation": _words(operation, names.operations),
        "level": (level_of[operation], levels),
        "work_center": (centers[unit], names.work_centers),
        "work_unit": numbers[unit],
        "visit": np.zeros(len(unit), dtype=np.int64),
        "queued_s": x(0),
        "start_s": x(1),
        "end_s": x(2),
        "left_s": x(3),
        **waits,
        "setup_s": x(17),
        "work_s": x(11),
        "down_s": x(12),
        "blocked_s": x(13),
        "energy_j": x(14),
        "labour_s": x(15),
        "cap": x(16),
        "outcome": _named(i(4), _OUTCOMES),
        "defect_kind": _named(i(5), names.defect_kinds),
    }


def _words(codes: Array, words: tuple[str, ...]) -> tuple[Array, tuple[str, ...]]:
    """As :func:`_named`, for words that repeat (operations of the same name in several routings)."""
    distinct = tuple(dict.fromkeys((*words, "")))
    position = np.array([distinct.index(word) for word in (*words, "")], dtype=np.int32)
    return position[np.where(codes < 0, len(words), codes)], distinct


def _work_orders(i: Slot, x: Slot, names: Names) -> Columns:
    sources = (*names.sources, "order_book", "component")
    is_order = i(5) == 1
    own = np.where(i(3) < 0, len(names.sources), i(3))
    return {
        "serial_number": i(0),
        "part": (i(1), names.parts),
        "order_number": i(2),
        "source": (np.where(is_order, own, len(names.sources) + 1), sources),
        "wanted_s": x(0),
        "release_s": x(1),
        "due_s": x(2),
        "end_s": x(3),
        "fate": _named(i(4), _ORDER_FATES),
    }


def _shipments(i: Slot, x: Slot, names: Names) -> Columns:
    return {
        "serial_number": i(0),
        "part": (i(1), names.parts),
        "order_number": i(2),
        "latent_escapes": i(3),
        "patent_escapes": i(4),
        "failures": i(5),
        "release_s": x(0),
        "due_s": x(1),
        "shipped_s": x(2),
        "energy_j": x(3),
        "labour_s": x(4),
        "stress_s": x(5),
    }


def _defects(i: Slot, x: Slot, names: Names) -> Columns:
    origins = (*names.parts, *names.operations)
    origin = np.where(i(2) >= 0, i(2), len(names.parts) + i(3))
    return {
        "defect": i(0),
        "kind": _named(i(1), names.defect_kinds),
        "origin": _words(origin, origins),
        "serial_number": i(4),
        "latent": i(5) == 1,
        "found_at": _words(i(6), names.operations),
        "created_s": x(0),
        "precipitates_at_stress_s": x(1),
        "precipitated_s": x(2),
        "found_s": x(3),
        "end_s": x(4),
        "fate": _named(i(7), _DEFECT_FATES),
    }


def _states(i: Slot, x: Slot, names: Names) -> Columns:
    centers, numbers = np.array(names.unit_centers, dtype=np.int32), np.array(names.unit_numbers, dtype=np.int64)
    unit = i(0)
    return {
        "work_center": (centers[unit], names.work_centers),
        "work_unit": numbers[unit],
        "state": (i(1), E10_STATES),
        "reason": (i(2), REASONS),
        "serial_number": i(3),
        "start_s": x(0),
        "end_s": x(1),
    }


def _limits(i: Slot, x: Slot, names: Names) -> Columns:
    index = i(0)
    return {
        "name": _words(index, names.limits),
        "quantity": _words(index, names.limit_quantities),
        "start_s": x(0),
        "end_s": x(1),
        "draw": x(2),
        "reserved": x(3),
        "limit": x(4),
        "waiting": i(1),
    }


def _labour(i: Slot, x: Slot, names: Names) -> Columns:
    return {
        "operator_group": (i(0), names.operator_groups),
        "start_s": x(0),
        "end_s": x(1),
        "present": i(1),
        "busy": i(2),
        "waiting": i(3),
    }


def _material(i: Slot, x: Slot, names: Names) -> Columns:
    return {
        "part": (i(0), names.parts),
        "time_s": x(0),
        "change": i(1),
        "on_hand": i(2),
        "reason": _named(i(3), _MATERIAL_REASONS),
    }


def _genealogy(i: Slot, x: Slot, names: Names) -> Columns:
    return {
        "serial_number": i(0),
        "part": (i(1), names.parts),
        "child_serial_number": i(2),
        "lot": _named(i(3), names.lots),
        "pieces": x(1).astype(np.int64),
        "time_s": x(0),
    }
