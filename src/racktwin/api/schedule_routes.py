"""The schedule: what every work unit did, as bars; merged where there would be more bars than a screen can show."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from .answers import Opened, answer
from .open_runs import OpenRun
from .problems import errors
from .span import Windowed

router = APIRouter(prefix="/api/runs/{run}/schedule", tags=["schedule"])
_FINEST, _COARSEST = 400, 24
_MOST_MERGED = 24_000


@router.get("", responses=errors(404, 409))
def read_schedule(
    request: Request,
    opened: Opened,
    window: Windowed,
    work_center: Annotated[list[str], Query(description="only these; all by default")] = [],  # noqa: B006
    order_number: Annotated[int | None, Query(ge=0, lt=2**63, description="only the pieces of this order")] = None,
    most: Annotated[int, Query(ge=100, le=20_000, description="merge bars where there are more")] = 6000,
) -> Response:
    """Bars in columns: unit (place in ``units``), start, end of work, leaving, piece, part, operation, outcome, order.

    Where more than ``most`` bars fall into the window, those that begin in the same slice of it (a four-hundredth;
    longer ones where there are many work units) on the same work unit are one bar with a ``count``. Of several, piece
    and order are -1, part and operation empty.
    """
    return answer(request, opened, lambda: _schedule(opened, window.part, window.span, work_center, order_number, most))


def _schedule(
    opened: OpenRun, part: int, span: tuple[float, float], centers: list[str], order: int | None, most: int
) -> dict[str, Any]:
    conditions, values = ["o.left_s > ? AND o.start_s < ?"], list[Any](span)
    if centers:
        conditions.append(f"CAST(o.work_center AS VARCHAR) IN ({', '.join('?' * len(centers))})")
        values += centers
    source = "operations o"
    if order is not None:
        source += " SEMI JOIN (SELECT serial_number FROM work_orders WHERE order_number = ?) USING (serial_number)"
        values.insert(0, order)
    where = f"FROM {source} WHERE {' AND '.join(conditions)}"
    ((count,),) = opened.rows(f"SELECT count(*) {where}", values, part)
    sql = _exact(where) if count <= most else _merged(where, span, _slices(opened, centers))
    bars = opened.arrow(sql, values, part)
    units = sorted(
        {
            (center, unit)
            for center, unit in zip(bars["work_center"].to_pylist(), bars["work_unit"].to_pylist(), strict=True)
        },
        key=_plant_order(opened),
    )
    place = {unit: number for number, unit in enumerate(units)}
    columns = {name: bars[name].to_pylist() for name in bars.column_names}
    keys = zip(columns.pop("work_center"), columns.pop("work_unit"), strict=True)
    return {
        "replication": part,
        "from_s": span[0],
        "to_s": span[1],
        "total": count,
        "merged": count > most,
        "units": [{"work_center": center, "work_unit": unit} for center, unit in units],
        "bars": {"unit": [place[key] for key in keys], **columns},
    }


def _exact(where: str) -> str:
    orders = "LEFT JOIN (SELECT serial_number, order_number FROM work_orders) w ON w.serial_number = b.serial_number"
    return f"""
        SELECT b.*, w.order_number FROM (
            SELECT CAST(o.work_center AS VARCHAR) AS work_center, o.work_unit, o.start_s, o.end_s, o.left_s,
                o.serial_number, CAST(o.part AS VARCHAR) AS part, CAST(o.operation AS VARCHAR) AS operation,
                CAST(o.outcome AS VARCHAR) AS outcome, o.cap, 1 AS count {where}
        ) b {orders} ORDER BY b.work_center, b.work_unit, b.start_s
    """


def _slices(opened: OpenRun, centers: list[str]) -> int:
    """Into how many slices of time bars are merged, so that their number stays within what a browser draws at ease."""
    named = opened.run.scenario.work_centers
    units = sum(int(g.count) for name, center in named.items() if not centers or name in centers for g in center.groups)
    return max(_COARSEST, min(_FINEST, _MOST_MERGED // max(1, units)))


def _merged(where: str, span: tuple[float, float], slices: int) -> str:
    width = (span[1] - span[0]) / slices
    slice_ = f"CAST(floor((greatest(o.start_s, {span[0]!r}) - {span[0]!r}) / {width!r}) AS INTEGER)"
    alone = "CASE WHEN count(*) = 1 THEN CAST(any_value(o.{0}) AS VARCHAR) ELSE '' END AS {0}"
    return f"""
        SELECT CAST(o.work_center AS VARCHAR) AS work_center, o.work_unit, min(o.start_s) AS start_s,
            max(o.end_s) AS end_s, max(o.left_s) AS left_s, -1 AS serial_number,
            {alone.format("part")}, {alone.format("operation")},
            CASE WHEN bool_or(CAST(o.outcome AS VARCHAR) IN ('fail', 'scrap')) THEN 'fail' ELSE 'pass' END AS outcome,
            min(o.cap) AS cap, count(*) AS count, -1 AS order_number {where}
        GROUP BY o.work_center, o.work_unit, {slice_} ORDER BY 1, 2, 3
    """


def _plant_order(opened: OpenRun) -> Any:
    rank = {name: place for place, name in enumerate(opened.run.scenario.work_centers)}
    return lambda unit: (rank.get(unit[0], len(rank)), unit[1])
