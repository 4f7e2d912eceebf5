"""The plant as a picture that moves: its layout, and what happens in a window of time as packed columns."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from racktwin.results.dimensions import products
from racktwin.results.schema import E10_STATES

from .answers import Opened, answer
from .courses import code
from .open_runs import OpenRun
from .problems import ApiError, errors
from .span import Part, Window, Windowed

router = APIRouter(prefix="/api/runs/{run}/floor", tags=["floor"])
_ROWS_PER_CHUNK = 60_000
_MOST_CHUNKS = 5000
_MOST_ROWS = 400_000
_ROWS = """
    SELECT (SELECT count(*) FROM states WHERE end_s > $begin AND start_s < $end)
        + (SELECT count(*) FROM operations WHERE left_s > $begin AND queued_s < $end)
"""
MEDIA_TYPE = "application/vnd.racktwin.columns"


@router.get("", responses=errors(404, 409))
def read_layout(request: Request, opened: Opened, part: Part) -> Response:
    """Work centers with their units, place and step; the line's feeds, loops, people; how long a window to ask for."""

    def layout() -> dict[str, Any]:
        scenario, manifest = opened.run.scenario, opened.run.manifest
        steps, levels = _steps(scenario)
        centers = [
            {
                "name": name,
                "units": sum(int(group.count) for group in center.groups),
                "step": steps.get(name),
                "level": levels.get(name, ""),
                "x_m": None if center.position is None else float(center.position.x_m),
                "y_m": None if center.position is None else float(center.position.y_m),
            }
            for name, center in scenario.work_centers.items()
        ]
        ((states, visits),) = opened.rows(
            "SELECT (SELECT count(*) FROM states), (SELECT count(*) FROM operations)", None, part
        )
        chunks = min(max(1, math.ceil((states + visits) / _ROWS_PER_CHUNK)), _MOST_CHUNKS)
        return {
            "run": opened.name,
            "replication": part,
            "start": str(manifest.document.get("start", "")),
            "time_zone": str(manifest.document.get("time_zone", "UTC")),
            "horizon_s": manifest.horizon_s,
            "warm_up_s": manifest.warm_up_s,
            "chunk_s": manifest.horizon_s / chunks,
            "centers": centers,
            "parts": _parts(scenario),
            "states": list(E10_STATES),
            "feeds": [
                {"name": n, "parent": f.parent, "limit_w": float(f.limit_w)}
                for n, f in scenario.feeds.items()
                if n not in scenario.hall_feeds
            ],
            "loops": [
                {"name": n, "parent": loop.parent, "medium": loop.medium, "limit_w": float(loop.heat_limit_w)}
                for n, loop in scenario.cooling_loops.items()
                if n not in scenario.hall_loops
            ],
            "people": [
                {"name": n, "headcount": sum(int(crew.headcount) for crew in group.crews)}
                for n, group in scenario.operator_groups.items()
            ],
        }

    return answer(request, opened, layout)


@router.get(
    "/window",
    responses={**errors(404, 409), 200: {"content": {MEDIA_TYPE: {}}}},
    response_class=Response,
)
def read_window(request: Request, opened: Opened, window: Windowed) -> Response:
    """States of work units, visits of pieces, and pieces, that overlap the window: columns after a JSON header.

    Layout: uint32 length of the header, header (``columns``: name, type, length; ``origin_s``), padding to eight
    bytes, then each column little-endian, padded to eight bytes. Times are float32 seconds after ``origin_s``.
    ``chunk_s`` of the layout is a good length; a window of more than 400,000 rows is refused.
    """
    return answer(request, opened, lambda: pack(_window(opened, window), window.from_s), MEDIA_TYPE)


@router.get("/history", responses=errors(404, 409))
def read_history(
    request: Request,
    opened: Opened,
    part: Part,
    serial_number: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
    work_center: Annotated[str, Query(max_length=80)] = "",
    work_unit: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> Response:
    """Every visit of one piece (``serial_number``), or of all pieces at one work unit, in order of time."""
    by_piece = serial_number is not None
    where = "serial_number = ?" if by_piece else "CAST(work_center AS VARCHAR) = ? AND work_unit = ?"
    values = [serial_number] if by_piece else [work_center, work_unit]

    def history() -> dict[str, Any]:
        sql = f"SELECT * EXCLUDE (replication) FROM operations WHERE {where} ORDER BY start_s LIMIT {limit}"
        visits = opened.arrow(sql, values, part).to_pylist()
        orders: list[Any] = []
        if by_piece:
            orders = opened.arrow(
                "SELECT * EXCLUDE (replication) FROM work_orders WHERE serial_number = ?", values, part
            ).to_pylist()
        return {"replication": part, "visits": visits, "piece": orders[0] if orders else None}

    return answer(request, opened, history)


def pack(columns: dict[str, Any], origin_s: float) -> bytes:
    """Numpy columns in one block, each at a multiple of eight bytes."""
    listed = [{"name": name, "type": str(column.dtype), "length": len(column)} for name, column in columns.items()]
    header = json.dumps({"origin_s": origin_s, "columns": listed}).encode()
    header += b" " * (-(4 + len(header)) % 8)
    parts = [len(header).to_bytes(4, "little"), header]
    for column in columns.values():
        content = column.tobytes()
        parts += [content, b"\0" * (-len(content) % 8)]
    return b"".join(parts)


def _window(opened: OpenRun, window: Window) -> dict[str, Any]:
    part, (from_s, to_s) = window.part, window.span
    ((rows,),) = opened.rows(_ROWS, {"begin": from_s, "end": to_s}, part)
    if rows > _MOST_ROWS:
        raise ApiError(422, f"{rows:,} rows fall into this window", "ask for chunk_s of /floor at a time")
    first_unit = _first_units(opened)
    parts = _part_names(opened.run.scenario)
    states = opened.arrays(
        f"SELECT {_offset(first_unit)} + work_unit AS unit, "
        f"{code('state', E10_STATES)} AS state, "
        "serial_number AS serial, start_s, end_s FROM states WHERE end_s > ? AND start_s < ? ORDER BY unit, start_s",
        [from_s, to_s],
        part,
    )
    pieces = opened.arrays(
        f"SELECT serial_number AS serial, {code('part', parts)} AS part, release_s, "
        "CASE WHEN isfinite(end_s) THEN end_s ELSE 1e30 END AS end_s FROM work_orders "
        "WHERE release_s < ? AND (NOT isfinite(end_s) OR end_s > ?) ORDER BY serial",
        [to_s, from_s],
        part,
    )
    visits = opened.arrays(
        f"""
        SELECT serial, center, unit, queued_s, start_s, left_s FROM (
            SELECT serial_number AS serial, {code("work_center", first_unit)} AS center,
                {_offset(first_unit)} + work_unit AS unit, queued_s, start_s, left_s,
                row_number() OVER (PARTITION BY serial_number, left_s > $begin ORDER BY left_s DESC) AS newest
            FROM operations SEMI JOIN (
                SELECT serial_number FROM work_orders WHERE release_s < $end AND (NOT isfinite(end_s) OR end_s > $begin)
            ) USING (serial_number)
            WHERE queued_s < $end
        ) WHERE left_s > $begin OR newest = 1 ORDER BY serial, queued_s
        """,
        {"begin": from_s, "end": to_s},
        part,
    )
    return {
        "state_unit": states["unit"].astype(np.int32),
        "state_code": states["state"].astype(np.uint8),
        "state_serial": states["serial"].astype(np.int32),
        "state_start": _relative(states["start_s"], from_s),
        "state_end": _relative(states["end_s"], from_s),
        "piece_serial": pieces["serial"].astype(np.int32),
        "piece_part": pieces["part"].astype(np.uint8),
        "piece_release": _relative(pieces["release_s"], from_s),
        "piece_end": _relative(pieces["end_s"], from_s),
        "visit_serial": visits["serial"].astype(np.int32),
        "visit_center": visits["center"].astype(np.uint16),
        "visit_unit": visits["unit"].astype(np.int32),
        "visit_queued": _relative(visits["queued_s"], from_s),
        "visit_start": _relative(visits["start_s"], from_s),
        "visit_left": _relative(visits["left_s"], from_s),
    }


def _relative(times_s: Any, origin_s: float) -> Any:
    return (np.asarray(times_s, np.float64) - origin_s).astype(np.float32)


def _offset(first_unit: dict[str, int]) -> str:
    """SQL for the number of a work center's first unit."""
    return f"(list_value({', '.join(map(str, first_unit.values()))})[{code('work_center', first_unit)} + 1])"


def _first_units(opened: OpenRun) -> dict[str, int]:
    first, total = {}, 0
    for name, center in opened.run.scenario.work_centers.items():
        first[name] = total
        total += sum(int(group.count) for group in center.groups)
    return first


def _part_names(scenario: Any) -> list[str]:
    return [name for name, part in scenario.parts.items() if part.routing is not None]


def _parts(scenario: Any) -> list[dict[str, Any]]:
    shipped = products(scenario)
    return [{"name": name, "product": name in shipped} for name in _part_names(scenario)]


def _steps(scenario: Any) -> tuple[dict[str, int], dict[str, str]]:
    """How far down the longest chain of operations each work center lies, and the highest level made there."""
    steps: dict[str, int] = {}
    levels: dict[str, str] = {}
    depth: dict[str, int] = {}
    for name in sorted(_part_names(scenario), key=lambda one: _height(scenario, one)):
        part = scenario.parts[name]
        step = max((depth.get(below, 0) for below in part.bill_of_materials), default=0)
        routing = scenario.routings[part.routing]
        for operation in routing.operations:
            center = operation.work_center
            steps[center] = max(steps.get(center, 0), step)
            levels[center] = max(
                levels.get(center, ""), operation.level or routing.level or "", key=lambda x: (len(x), x)
            )
            step += not operation.rework
        depth[name] = step
    return steps, levels


def _height(scenario: Any, name: str) -> int:
    part = scenario.parts[name]
    if part.routing is None:
        return 0
    return 1 + max((_height(scenario, below) for below in part.bill_of_materials), default=0)
