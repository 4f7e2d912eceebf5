"""Courses over time of one replication: limits, people, work in progress, equipment states, and any number."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from racktwin.results.schema import E10_STATES

from .answers import Opened, answer
from .courses import by_subject, code
from .problems import ApiError, errors
from .series import Buckets
from .span import Coursed
from .table_query import quoted

_MOST_GROUPS = 100
_KINDS = ("power", "heat", "flow")
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
        names = [*opened.run.scenario.feeds, *opened.run.scenario.cooling_loops]
        conditions, values = ["end_s > ? AND start_s < ?"], list[Any](course.window.span)
        for column, wanted in (("name", name), ("quantity", quantity)):
            if wanted:
                conditions.append(f"CAST({column} AS VARCHAR) = ?")
                values.append(wanted)
        subject = f"{code('name', names)} * 3 + {code('quantity', _KINDS)}"
        sql = (
            f'SELECT {subject} AS subject, start_s, end_s, draw, reserved, "limit", waiting '
            f"FROM limits WHERE {' AND '.join(conditions)}"
        )
        labels = [{"name": one, "quantity": kind} for one in names for kind in _KINDS]
        return by_subject(opened, course, sql, values, labels, _limit)

    return answer(request, opened, series)


def _limit(rows: dict[str, Any], buckets: Buckets) -> dict[str, Any]:
    times = rows["start_s"], rows["end_s"]
    return {
        "draw": buckets.means(*times, rows["draw"]),
        "draw_peak": buckets.peaks(*times, rows["draw"]),
        "reserved": buckets.means(*times, rows["reserved"]),
        "limit": buckets.peaks(*times, rows["limit"]),
        "waiting": buckets.means(*times, rows["waiting"]),
    }


@router.get("/labour")
def labour_series(request: Request, opened: Opened, course: Coursed) -> Response:
    """People present and at work by operator group, and operations that wait for them."""

    def series() -> dict[str, Any]:
        groups = list(opened.run.scenario.operator_groups)
        sql = (
            f"SELECT {code('operator_group', groups)} AS subject, start_s, end_s, present, busy, waiting FROM labour "
            "WHERE end_s > ? AND start_s < ?"
        )
        labels = [{"operator_group": group} for group in groups]
        return by_subject(opened, course, sql, list(course.window.span), labels, _labour)

    return answer(request, opened, series)


def _labour(rows: dict[str, Any], buckets: Buckets) -> dict[str, Any]:
    times = rows["start_s"], rows["end_s"]
    return {name: buckets.means(*times, rows[name]) for name in ("present", "busy", "waiting")}


@router.get("/states")
def state_series(request: Request, opened: Opened, course: Coursed) -> Response:
    """Work units in each SEMI E10 state, by work center: the time average of each bucket."""

    def series() -> dict[str, Any]:
        centers = list(opened.run.scenario.work_centers)
        subject = f"{code('work_center', centers)} * {len(E10_STATES)} + {code('state', E10_STATES)}"
        sql = f"SELECT {subject} AS subject, start_s, end_s FROM states WHERE end_s > ? AND start_s < ?"
        labels = [{"work_center": center, "state": state} for center in centers for state in E10_STATES]
        return by_subject(opened, course, sql, list(course.window.span), labels, _count)

    return answer(request, opened, series)


@router.get("/wip")
def wip_series(request: Request, opened: Opened, course: Coursed) -> Response:
    """Pieces in the plant by part: the time average of each bucket."""

    def series() -> dict[str, Any]:
        parts = [name for name, made in opened.run.scenario.parts.items() if made.routing is not None]
        sql = (
            f"SELECT {code('part', parts)} AS subject, release_s AS start_s, "
            "CASE WHEN isfinite(end_s) THEN end_s ELSE ? END AS end_s "
            "FROM work_orders WHERE (NOT isfinite(end_s) OR end_s > ?) AND release_s < ?"
        )
        values = [opened.run.manifest.horizon_s, *course.window.span]
        return by_subject(opened, course, sql, values, [{"part": name} for name in parts], _count)

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
        span, part = list(course.window.span), course.window.part
        is_interval = {"start_s", "end_s"} <= columns.keys()
        begin, end = ("start_s", "end_s") if is_interval else ("time_s", "time_s")
        group = f"CAST({quoted(by)} AS VARCHAR)" if by else "''"
        inside = f"{end} >= ? AND {begin} < ? AND isfinite({begin}) AND isfinite({end})"
        source = f"FROM {quoted(table)} WHERE {inside} AND isfinite(CAST({quoted(column)} AS DOUBLE))"
        largest = f"SELECT {group}, count(*) {source} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST_GROUPS}"
        names = sorted(name for name, _ in opened.rows(largest, span, part))
        sql = (
            f"SELECT {code(group, names)} AS subject, {begin} AS start_s, {end} AS end_s, "
            f"CAST({quoted(column)} AS DOUBLE) AS value {source} AND {group} IN (SELECT unnest(?))"
        )
        make = _average if is_interval else _mean_of_rows
        return by_subject(opened, course, sql, [*span, names], [{"name": name} for name in names], make)

    return answer(request, opened, series)


def _average(rows: dict[str, Any], buckets: Buckets) -> dict[str, Any]:
    return {"value": buckets.means(rows["start_s"], rows["end_s"], rows["value"])}


def _mean_of_rows(rows: dict[str, Any], buckets: Buckets) -> dict[str, Any]:
    return {"value": buckets.row_means(rows["start_s"], rows["value"])}


def _count(rows: dict[str, Any], buckets: Buckets) -> dict[str, Any]:
    return {"count": buckets.means(rows["start_s"], rows["end_s"], np.ones(len(rows["start_s"])))}
