"""Courses over time of one replication: limits, people, work in progress and equipment states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from racktwin.results.schema import E10_STATES

from .answers import Opened, answer
from .open_runs import OpenRun
from .problems import ApiError, errors
from .series import Buckets
from .table_query import quoted

_MOST_GROUPS = 100
router = APIRouter(prefix="/api/runs/{run}/series", tags=["time"])

Points = Annotated[int, Query(ge=2, le=5000, description="buckets between from_s and to_s")]
From = Annotated[float | None, Query(ge=0, le=1e12, description="s after the scenario's start; 0 by default")]
To = Annotated[float | None, Query(gt=0, le=1e12, description="s; the horizon by default")]
Which = Annotated[int | None, Query(ge=0, le=10**9, description="the first replication by default")]


def window(opened: OpenRun, from_s: float | None, to_s: float | None) -> tuple[float, float]:
    """The interval asked for; ApiError 422 if it is empty."""
    begin, end = from_s or 0.0, to_s if to_s is not None else opened.run.manifest.horizon_s
    if end <= begin:
        raise ApiError(422, "to_s is not after from_s", "ask for an interval of some length")
    return begin, end


@router.get("/limits", responses=errors(404, 409))
def limit_series(
    request: Request,
    opened: Opened,
    name: Annotated[str, Query(max_length=80, description="a feed or cooling loop; all by default")] = "",
    quantity: Annotated[str, Query(max_length=20, description="power, heat or flow; all by default")] = "",
    replication: Which = None,
    from_s: From = None,
    to_s: To = None,
    points: Points = 400,
) -> Response:
    """Draw (mean and peak), reservation and limit of feeds and cooling loops, and how many operations wait for each."""
    span = window(opened, from_s, to_s)
    part = opened.replication(replication)

    def series() -> dict[str, Any]:
        kinds = ("power", "heat", "flow")
        scenario = opened.run.scenario
        names = [*scenario.feeds, *scenario.cooling_loops]
        subjects = [(one, kind) for one in names for kind in kinds]
        conditions, values = ["end_s > ? AND start_s < ?"], list[Any](span)
        for column, wanted in (("name", name), ("quantity", quantity)):
            if wanted:
                conditions.append(f"CAST({column} AS VARCHAR) = ?")
                values.append(wanted)
        subject = f"{code('name', names)} * 3 + {code('quantity', kinds)}"
        found = opened.arrays(
            f'SELECT {subject} AS subject, start_s, end_s, draw, reserved, "limit", waiting '
            f"FROM limits WHERE {' AND '.join(conditions)}",
            values,
            part,
        )
        labels = [{"name": one, "quantity": kind} for one, kind in subjects]
        return by_subject(found, labels, Buckets.over(*span, points), _limit, part)

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


@router.get("/labour", responses=errors(404, 409))
def labour_series(
    request: Request,
    opened: Opened,
    replication: Which = None,
    from_s: From = None,
    to_s: To = None,
    points: Points = 400,
) -> Response:
    """People present and at work by operator group, and operations that wait for them."""
    span = window(opened, from_s, to_s)
    part = opened.replication(replication)

    def series() -> dict[str, Any]:
        groups = list(opened.run.scenario.operator_groups)
        found = opened.arrays(
            f"SELECT {code('operator_group', groups)} AS subject, start_s, end_s, present, busy, waiting FROM labour "
            "WHERE end_s > ? AND start_s < ?",
            list(span),
            part,
        )
        labels = [{"operator_group": group} for group in groups]
        return by_subject(found, labels, Buckets.over(*span, points), _labour, part)

    return answer(request, opened, series)


def _labour(rows: dict[str, Any], buckets: Buckets) -> dict[str, Any]:
    times = rows["start_s"], rows["end_s"]
    return {name: buckets.means(*times, rows[name]) for name in ("present", "busy", "waiting")}


@router.get("/states", responses=errors(404, 409))
def state_series(
    request: Request,
    opened: Opened,
    replication: Which = None,
    from_s: From = None,
    to_s: To = None,
    points: Points = 200,
) -> Response:
    """Work units in each SEMI E10 state, by work center: the time average of each bucket."""
    span = window(opened, from_s, to_s)
    part = opened.replication(replication)

    def series() -> dict[str, Any]:
        centers = list(opened.run.scenario.work_centers)
        subject = f"{code('work_center', centers)} * {len(E10_STATES)} + {code('state', E10_STATES)}"
        found = opened.arrays(
            f"SELECT {subject} AS subject, start_s, end_s FROM states WHERE end_s > ? AND start_s < ?",
            list(span),
            part,
        )
        labels = [{"work_center": center, "state": state} for center in centers for state in E10_STATES]
        return by_subject(found, labels, Buckets.over(*span, points), _count, part)

    return answer(request, opened, series)


@router.get("/wip", responses=errors(404, 409))
def wip_series(
    request: Request,
    opened: Opened,
    replication: Which = None,
    from_s: From = None,
    to_s: To = None,
    points: Points = 400,
) -> Response:
    """Pieces in the plant by part: the time average of each bucket."""
    span = window(opened, from_s, to_s)
    part = opened.replication(replication)

    def series() -> dict[str, Any]:
        parts = [name for name, made in opened.run.scenario.parts.items() if made.routing is not None]
        found = opened.arrays(
            f"SELECT {code('part', parts)} AS subject, release_s AS start_s, "
            "CASE WHEN isfinite(end_s) THEN end_s ELSE ? END AS end_s "
            "FROM work_orders WHERE (NOT isfinite(end_s) OR end_s > ?) AND release_s < ?",
            [opened.run.manifest.horizon_s, *span],
            part,
        )
        return by_subject(found, [{"part": name} for name in parts], Buckets.over(*span, points), _count, part)

    return answer(request, opened, series)


@router.get("/column", responses=errors(404, 409))
def column_series(
    request: Request,
    opened: Opened,
    table: Annotated[str, Query(max_length=80, examples=["limits"])],
    column: Annotated[str, Query(max_length=80, examples=["draw"])],
    by: Annotated[str, Query(max_length=80, description="one course per value of this column", examples=["name"])] = "",
    replication: Which = None,
    from_s: From = None,
    to_s: To = None,
    points: Points = 200,
) -> Response:
    """Course of any number of any table with ``start_s`` and ``end_s`` (time average) or ``time_s`` (mean of the rows).

    The hundred groups with the most rows; null where a bucket has no row of a table with ``time_s``.
    """
    span = window(opened, from_s, to_s)
    part = opened.replication(replication)
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
        begin, end = ("start_s", "end_s") if is_interval else ("time_s", "time_s")
        group = f"CAST({quoted(by)} AS VARCHAR)" if by else "''"
        inside = f"{end} >= ? AND {begin} < ? AND isfinite({begin}) AND isfinite({end})"
        source = f"FROM {quoted(table)} WHERE {inside} AND isfinite(CAST({quoted(column)} AS DOUBLE))"
        largest = f"SELECT {group}, count(*) {source} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST_GROUPS}"
        names = sorted(name for name, _ in opened.rows(largest, list(span), part))
        found = opened.arrays(
            f"SELECT {code(group, names)} AS subject, {begin} AS start_s, {end} AS end_s, "
            f"CAST({quoted(column)} AS DOUBLE) AS value {source} AND {group} IN (SELECT unnest(?))",
            [*span, names],
            part,
        )
        make = _average if is_interval else _mean_of_rows
        return by_subject(found, [{"name": name} for name in names], Buckets.over(*span, points), make, part)

    return answer(request, opened, series)


def _average(rows: dict[str, Any], buckets: Buckets) -> dict[str, Any]:
    return {"value": buckets.means(rows["start_s"], rows["end_s"], rows["value"])}


def _mean_of_rows(rows: dict[str, Any], buckets: Buckets) -> dict[str, Any]:
    return {"value": buckets.row_means(rows["start_s"], rows["value"])}


def _count(rows: dict[str, Any], buckets: Buckets) -> dict[str, Any]:
    return {"count": buckets.means(rows["start_s"], rows["end_s"], np.ones(len(rows["start_s"])))}


def code(column: str, names: Iterable[str]) -> str:
    """SQL that turns the name in ``column`` into its place among ``names``: whole numbers are cheap to pass on."""
    words = [name.replace("'", "''") for name in names]
    cases = " ".join(f"WHEN '{word}' THEN {number}" for number, word in enumerate(words))
    return f"(CASE CAST({column} AS VARCHAR) {cases} ELSE 0 END)" if words else "0"


def by_subject(
    rows: dict[str, Any], labels: Sequence[dict[str, str]], buckets: Buckets, make: Any, part: int
) -> dict[str, Any]:
    """``make`` of the rows of each ``subject`` (a place in ``labels``), with its label."""
    order = np.argsort(rows["subject"], kind="stable")
    columns = {name: np.asarray(column)[order] for name, column in rows.items()}
    found, starts = np.unique(columns["subject"], return_index=True)
    series = []
    for subject, begin, end in zip(found, starts, [*starts[1:], len(order)], strict=True):
        one = {name: column[begin:end].astype(np.float64) for name, column in columns.items()}
        series.append({**labels[int(subject)], **make(one, buckets)})
    middle = (buckets.edges[:-1] + buckets.edges[1:]) / 2
    return {"replication": part, "time_s": middle, "edges_s": buckets.edges, "series": series}
