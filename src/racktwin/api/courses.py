"""Rows of a run's tables brought to the buckets of a course: one by one, or summed by DuckDB where rows are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .open_runs import OpenRun
from .series import Buckets
from .span import Course

Make = Callable[[dict[str, Any], Buckets], dict[str, Any]]


def code(column: str, names: Iterable[str]) -> str:
    """SQL that turns the name in ``column`` into its place among ``names``: whole numbers are cheap to pass on."""
    words = [name.replace("'", "''") for name in names]
    cases = " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(words))
    return f"(CASE CAST({column} AS VARCHAR) {cases} ELSE 0 END)" if words else "0"


def by_subject(
    opened: OpenRun, course: Course, sql: str, values: Any, labels: Sequence[dict[str, str]], make: Make
) -> dict[str, Any]:
    """``make`` of the rows of each ``subject`` (a place in ``labels``) that ``sql`` finds, with its label."""
    rows = opened.arrays(sql, values, course.window.part)
    buckets = course.buckets
    order = np.argsort(rows["subject"], kind="stable")
    columns = {name: np.asarray(column)[order] for name, column in rows.items()}
    found, starts = np.unique(columns["subject"], return_index=True)
    ends = np.append(starts[1:], len(order))[: len(starts)]  # none where there is no row at all
    series = []
    for subject, begin, end in zip(found, starts, ends, strict=True):
        one = {name: column[begin:end].astype(np.float64) for name, column in columns.items()}
        series.append({**labels[int(subject)], **make(one, buckets)})
    return {**axis_of(course), "series": series}


def axis_of(course: Course) -> dict[str, Any]:
    """The replication, and the edges and middles of the buckets, s."""
    edges = course.buckets.edges
    return {"replication": course.window.part, "time_s": (edges[:-1] + edges[1:]) / 2, "edges_s": edges}


def bucket_means(opened: OpenRun, course: Course, source: str, subjects: int) -> npt.NDArray[np.float64]:
    """Time averages (``subjects``, points) of a step function: summed by DuckDB, so that rows may be millions.

    ``source`` is a SELECT of ours with ``subject`` (a whole number below ``subjects``), ``start_s``, ``end_s`` and
    ``value``; intervals of one subject add up. Each is cut at the edges that it crosses.
    """
    begin, end = course.window.span
    width = (end - begin) / course.points
    sql = f"""
        WITH cut AS (
            SELECT subject, greatest(start_s, $begin) - $begin AS a, least(end_s, $end) - $begin AS b, value
            FROM ({source}) WHERE end_s > $begin AND start_s < $end AND value <> 0
        ), pieces AS (
            SELECT *, unnest(range(CAST(floor(a / $width) AS BIGINT), CAST(ceil(b / $width) AS BIGINT))) AS bucket
            FROM cut
        )
        SELECT subject, least(bucket, $points - 1) AS bucket,
            sum(value * (least(b, (bucket + 1) * $width) - greatest(a, bucket * $width))) / $width AS mean
        FROM pieces GROUP BY ALL
    """
    values = {"begin": begin, "end": end, "width": width, "points": course.points}
    found = opened.arrays(sql, values, course.window.part)
    means = np.zeros((subjects, course.points))
    np.add.at(means, (found["subject"].astype(np.int64), found["bucket"].astype(np.int64)), found["mean"])
    return means
