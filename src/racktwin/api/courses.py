"""Rows of a run's tables brought to the buckets of a course. DuckDB sums them, so that they may be millions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .open_runs import OpenRun
from .span import Course

Floats = npt.NDArray[np.float64]
Key = tuple[Any, ...]


def code(column: str, names: Iterable[str]) -> str:
    """SQL that turns the name in ``column`` into its place among ``names``: whole numbers are cheap to pass on."""
    words = [name.replace("'", "''") for name in names]
    cases = " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(words))
    return f"(CASE CAST({column} AS VARCHAR) {cases} ELSE 0 END)" if words else "0"


def courses(
    opened: OpenRun,
    course: Course,
    source: str,
    keys: Sequence[str],
    means: Mapping[str, str],
    peaks: Mapping[str, str] | None = None,
    values: Any = None,
) -> dict[Key, dict[str, Floats]]:
    """Mean and peak of each bucket by the values of ``keys``; those without a row are left out.

    ``source`` begins with FROM and has ``start_s`` and ``end_s``; ``means`` and ``peaks`` are SQL by name.
    """
    buckets, tops = course.buckets, peaks or {}
    named = {f"key_{place}": key for place, key in enumerate(keys)}
    sql = buckets.grouped(source, named, means, tops)
    rows = opened.arrays(sql, values, course.window.part)
    found: dict[Key, dict[str, Floats]] = {}
    for key, places in _by_key([rows.pop(name) for name in named]):
        one = {name: _numbers(column[places]) for name, column in rows.items()}
        found[key] = {name: buckets.mean(one, name) for name in means}
        found[key] |= {name: buckets.peak(one, name) for name in tops}
    return found


def _by_key(columns: Sequence[Any]) -> Iterable[tuple[Key, npt.NDArray[np.int64]]]:
    """Each combination of the columns' values, and the rows that have it."""
    if not columns or not len(columns[0]):
        return
    coded = [np.unique(np.asarray(column), return_inverse=True) for column in columns]
    whole = np.zeros(len(columns[0]), np.int64)
    for names, place in coded:
        whole = whole * len(names) + place
    order = np.argsort(whole, kind="stable")
    _, starts = np.unique(whole[order], return_index=True)
    for places in np.split(order, starts[1:]):
        yield tuple(names[place[places[0]]] for names, place in coded), places


def _numbers(column: Any) -> Floats:
    """As numbers; what is missing is nothing."""
    filled = column.filled(0) if isinstance(column, np.ma.MaskedArray) else column
    return np.asarray(filled, np.float64)


def axis_of(course: Course) -> dict[str, Any]:
    """The replication, and the edges and middles of the buckets, s."""
    edges = course.buckets.edges
    return {"replication": course.window.part, "time_s": (edges[:-1] + edges[1:]) / 2, "edges_s": edges}


def bucket_means(opened: OpenRun, course: Course, source: str, subjects: int) -> Floats:
    """Time averages (``subjects``, points) of a step function.

    ``source`` is a SELECT of ours with ``subject`` (a whole number below ``subjects``), ``start_s``, ``end_s`` and
    ``value``; intervals of one subject add up.
    """
    means = np.zeros((subjects, course.points))
    for (subject,), one in courses(opened, course, f"FROM ({source})", ["subject"], {"mean": "value"}).items():
        means[int(subject)] = one["mean"]
    return means
