"""Courses over time of one replication: limits, people, work in progress, equipment states, and any number."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from racktwin.results.schema import E10_STATES

from .answers import Opened, answer
from .courses import axis_of, courses
from .open_runs import OpenRun
from .problems import ApiError, errors
from .span import Course, Coursed
from .table_query import quoted

_MOST_GROUPS = 100
_KINDS = ("power", "heat", "flow")
_COUNT = {"count": "1.0"}
router = APIRouter(prefix="/api/runs/{run}/series", tags=["time"], responses=errors(404, 409))


@router.get("/limits")
def limit_series(
    request: Request,
    opened: Opened,
    course: Coursed,
    name: Annotated[str, Query(max_length=80, description="a feed or cooling loop; all by default")] = "",
    quantity: Annotated[str, Query(max_length=20, description="power, heat or flow; all by default")] = "",
) -> Response:
    """Draw (mean and peak), reservation and limit of feeds and cooling loops, and how many operations wait for each."""

    def series() -> dict[str, Any]:
        conditions, values = ["true"], list[Any]()
        for column, wanted in (("name", name), ("quantity", quantity)):
            if wanted:
                conditions.append(f"CAST({column} AS VARCHAR) = ?")
                values.append(wanted)
        source = f"FROM limits WHERE {' AND '.join(conditions)}"
        means = {"draw": "draw", "reserved": "reserved", "waiting": "waiting"}
        peaks = {"draw_peak": "draw", "limit": '"limit"'}
        found = courses(opened, course, source, _names("name", "quantity"), means, peaks, values or None)
        names = [*opened.run.scenario.feeds, *opened.run.scenario.cooling_loops]
        listed = [
            {"name": one, "quantity": kind, **found[one, kind]}
            for one in names
            for kind in _KINDS
            if (one, kind) in found
        ]
        return {**axis_of(course), "series": listed}

    return answer(request, opened, series)


@router.get("/labour")
def labour_series(request: Request, opened: Opened, course: Coursed) -> Response:
    """People present and at work by operator group, and operations that wait for them."""

    def series() -> dict[str, Any]:
        means = {name: name for name in ("present", "busy", "waiting")}
        found = courses(opened, course, "FROM labour", _names("operator_group"), means)
        groups = [group for group in opened.run.scenario.operator_groups if (group,) in found]
        return {**axis_of(course), "series": [{"operator_group": group, **found[group,]} for group in groups]}

    return answer(request, opened, series)


@router.get("/states")
def state_series(request: Request, opened: Opened, course: Coursed) -> Response:
    """Work units in each SEMI E10 state, by work center: the time average of each bucket."""

    def series() -> dict[str, Any]:
        found = courses(opened, course, "FROM states", _names("work_center", "state"), _COUNT)
        listed = [
            {"work_center": center, "state": state, **found[center, state]}
            for center in opened.run.scenario.work_centers
            for state in E10_STATES
            if (center, state) in found
        ]
        return {**axis_of(course), "series": listed}

    return answer(request, opened, series)


@router.get("/wip")
def wip_series(request: Request, opened: Opened, course: Coursed) -> Response:
    """Pieces in the plant by part: the time average of each bucket."""

    def series() -> dict[str, Any]:
        source = (
            "FROM (SELECT part, release_s AS start_s, CASE WHEN isfinite(end_s) THEN end_s ELSE ? END AS end_s "
            "FROM work_orders)"
        )
        found = courses(opened, course, source, _names("part"), _COUNT, None, [opened.run.manifest.horizon_s])
        made = [name for name, part in opened.run.scenario.parts.items() if part.routing is not None]
        return {**axis_of(course), "series": [{"part": name, **found[name,]} for name in made if (name,) in found]}

    return answer(request, opened, series)


@router.get("/column")
def column_series(
    request: Request,
    opened: Opened,
    course: Coursed,
    table: Annotated[str, Query(max_length=80, examples=["limits"])],
    column: Annotated[str, Query(max_length=80, examples=["draw"])],
    by: Annotated[str, Query(max_length=80, description="one course per value of this column", examples=["name"])] = "",
) -> Response:
    """Course of any number of any table with ``start_s`` and ``end_s`` (time average) or ``time_s`` (mean of the rows).

    The hundred groups with the most rows; null where a bucket has no row of a table with ``time_s``.
    """
    columns = opened.columns(table)
    for name in (column, *([by] if by else [])):
        if name not in columns:
            raise ApiError(422, f"there is no column {name!r}", f"choose from {', '.join(columns)}")
    if not {"start_s", "end_s"} <= columns.keys() and "time_s" not in columns:
        raise ApiError(422, f"{table!r} has no course", "choose a table with start_s and end_s, or with time_s")
    if columns[column] not in ("DOUBLE", "BIGINT", "INTEGER", "FLOAT"):
        raise ApiError(422, f"{column!r} is not a number", f"it is of type {columns[column]}")

    def series() -> dict[str, Any]:
        is_interval = {"start_s", "end_s"} <= columns.keys()
        number = f"CAST({quoted(column)} AS DOUBLE)"
        group = f"CAST({quoted(by)} AS VARCHAR)" if by else "''"
        begin, end = ("start_s", "end_s") if is_interval else ("time_s", "time_s")
        inside = f"isfinite({begin}) AND isfinite({end}) AND isfinite({number})"
        source = f"FROM {quoted(table)} WHERE {inside}"
        names = _largest(opened, course, f"{source} AND {end} >= ? AND {begin} < ?", group)
        chosen = f"{source} AND {group} IN (SELECT unnest(?))"
        if is_interval:
            averages = courses(opened, course, chosen, [group], {"value": number}, None, [names])
            found = {name: one["value"] for (name,), one in averages.items()}
        else:
            found = _row_means(opened, course, chosen, group, number, names)
        listed = [{"name": name, "value": found[name]} for name in names if name in found]
        return {**axis_of(course), "series": listed}

    return answer(request, opened, series)


def _names(*columns: str) -> list[str]:
    """Columns of words as text, whatever their type."""
    return [f"CAST({column} AS VARCHAR)" for column in columns]


def _largest(opened: OpenRun, course: Course, source: str, group: str) -> list[str]:
    """The groups with the most rows in the window, by name."""
    sql = f"SELECT {group}, count(*) {source} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST_GROUPS}"
    return sorted(name for name, _ in opened.rows(sql, list(course.window.span), course.window.part))


def _row_means(
    opened: OpenRun, course: Course, source: str, group: str, number: str, names: list[str]
) -> dict[str, Any]:
    """The mean of the rows in each bucket; not-a-number where there is none."""
    begin, end = course.window.span
    place = f"least(CAST(floor((time_s - {begin!r}) / {course.buckets.width_s!r}) AS INTEGER), {course.points - 1})"
    window = f"AND time_s >= {begin!r} AND time_s < {end!r}"
    sql = f"SELECT {group}, {place}, avg({number}) {source} {window} GROUP BY ALL"
    found = {name: np.full(course.points, np.nan) for name in names}
    for name, bucket, mean in opened.rows(sql, [names], course.window.part):
        found[name][bucket] = mean
    return found
