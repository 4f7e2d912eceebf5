"""Raw cells as numbers, times and names, a column at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_MISSING = pa.array(["", "nan", "NaN", "NAN", "null", "NULL", "None", "none", "NA", "N/A", "-"])


def as_numbers(cells: pa.Array) -> tuple[Floats, Mask]:
    """Each cell as a number, NaN where there is none, and where a cell is neither a finite number nor missing."""
    if not _is_text(cells):
        values = np.asarray(pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False), np.float64)
        return values, np.isinf(values)
    try:
        values = np.asarray(pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False), np.float64)
    except pa.ArrowInvalid:
        return _numbers_one_by_one(cells)
    return values, np.isinf(values)


def _numbers_one_by_one(cells: pa.Array) -> tuple[Floats, Mask]:
    """Where not all cells are plain numbers."""
    text = _stripped(cells)
    is_number = pc.match_substring_regex(text, _NUMBER)
    values = pc.cast(pc.if_else(is_number, text, pa.scalar(None, pa.string())), pa.float64())
    found = np.asarray(pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False), np.float64)
    bad = ~_mask(is_number) & ~_mask(is_missing(text))
    return found, bad | np.isinf(found)


def as_times(cells: pa.Array) -> tuple[Floats, Mask, bool]:
    """Each cell as seconds (of a number: the number itself; of a timestamp: since 1970, UTC unless it says otherwise).

    NaN where missing; where a cell is neither; and whether the column holds timestamps.
    """
    if pa.types.is_timestamp(cells.type):
        return _epoch_s(cells), np.zeros(len(cells), bool), True
    if _is_text(cells):
        text = _stripped(cells)
        filled = text.filter(pc.invert(is_missing(text)))
        if len(filled) and "-" in filled[0].as_py()[1:] and ":" in filled[0].as_py():
            return *_parsed(text), True
    values, bad = as_numbers(cells)
    return values, bad, False


def as_names(cells: pa.Array) -> pa.Array:
    """Each cell as text without spaces around it; empty where missing."""
    text = _stripped(cells if _is_text(cells) else pc.cast(cells, pa.string()))
    return pc.if_else(is_missing(text), "", text)


def is_missing(text: pa.Array) -> pa.Array:
    """Where there is nothing, in any of the usual words for it."""
    return pc.or_(pc.is_null(text), pc.is_in(text, _MISSING))


def _parsed(text: pa.Array) -> tuple[Floats, Mask]:
    """Timestamps from ISO 8601 text, with or without a zone."""
    iso = pc.match_substring_regex(text, r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$")
    has_zone = pc.match_substring_regex(text, r"(Z|[+-]\d\d:?\d\d)$")
    nothing = pa.scalar(None, pa.string())
    found = np.full(len(text), np.nan)
    bad = ~_mask(iso) & ~_mask(is_missing(text))
    for zoned in (False, True):
        chosen = pc.and_(iso, has_zone if zoned else pc.invert(has_zone))
        kind = pa.timestamp("ns", tz="UTC") if zoned else pa.timestamp("ns")
        try:
            seconds = _epoch_s(pc.cast(pc.if_else(chosen, text, nothing), kind))
        except pa.ArrowInvalid:  # a day that no month has
            seconds = _one_by_one(pc.if_else(chosen, text, nothing), kind)
            bad |= _mask(chosen) & np.isnan(seconds)
        found = np.where(_mask(chosen), seconds, found)
    return found, bad


def _one_by_one(text: pa.Array, kind: pa.DataType) -> Floats:
    found = np.full(len(text), np.nan)
    for index, value in enumerate(text):
        try:
            found[index] = _epoch_s(pc.cast(pa.array([value.as_py()], pa.string()), kind))[0]
        except pa.ArrowInvalid:
            continue
    return found


def _epoch_s(stamps: pa.Array) -> Floats:
    whole = pc.cast(pc.cast(stamps, pa.timestamp("ns", tz=stamps.type.tz)), pa.int64())
    nanoseconds = np.asarray(pc.fill_null(whole, 0).to_numpy(zero_copy_only=False), np.int64)
    seconds = nanoseconds // 10**9 + (nanoseconds % 10**9) / 1e9
    return np.where(_mask(pc.is_null(stamps)), np.nan, seconds)


def _stripped(text: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.fill_null(text, ""))


def _is_text(cells: pa.Array) -> bool:
    return bool(pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type))


def _mask(values: Any) -> Mask:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), bool)
