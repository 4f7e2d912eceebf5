"""The hall at one moment: what each rack draws, holds and lacks, and how full each feed and loop is."""

from __future__ import annotations

from typing import Any

import numpy as np

from .hall import column, plant_of, racks_of, temperatures_k
from .open_runs import OpenRun
from .problems import ApiError

_NOW = "start_s <= $at AND end_s > $at"
_AROUND_S = 86400.0


def moment_of(opened: OpenRun, part: int, at_s: float) -> dict[str, Any]:
    """Racks in the order of ``/hall`` as columns; limits with their headroom; jobs at work and waiting."""
    racks = racks_of(opened)
    values = {"at": at_s}
    placed = _placed(opened, part, values, len(racks))
    drawn = _by_rack(opened, part, values, len(racks), "rack_power", "sum(draw_w), sum(reserved_w), max(setting)", 3)
    down = _by_rack(opened, part, values, len(racks), "outages", "count(*)", 1)
    cooling = opened.arrow(f"SELECT * EXCLUDE (replication) FROM cooling WHERE {_NOW}", values, part).to_pylist()
    queue = opened.rows(f"SELECT waiting, busy_gpus FROM hall_queue WHERE {_NOW}", values, part)
    waiting, busy = queue[0] if queue else (0, 0.0)
    return {
        "replication": part,
        "at_s": at_s,
        "racks": {
            "draw_w": drawn[:, 0],
            "reserved_w": drawn[:, 1],
            "setting": drawn[:, 2],
            "down_nodes": down[:, 0],
            "temperature_k": _temperatures(opened, racks, drawn[:, :1], placed["busy_gpus"], cooling),
            **placed,
        },
        "limits": opened.arrow(
            'SELECT name, quantity, draw, reserved, "limit", "limit" - draw AS headroom, waiting FROM limits '
            f"WHERE {_NOW} ORDER BY quantity DESC, name",
            values,
            part,
        ).to_pylist(),
        "cooling": cooling[0] if cooling else None,
        "at_work": len(set(placed.pop("all_jobs"))),
        "waiting": waiting,
        "busy_gpus": busy,
        "gpus": float(column(racks, "gpus").sum()),
    }


def _by_rack(
    opened: OpenRun, part: int, values: Any, racks: int, table: str, sums: str, width: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(racks, width) numbers of the rows of ``table`` that hold at the moment; 0 where there is none."""
    found = np.zeros((racks, width))
    sql = f"SELECT place, {sums} FROM {table} JOIN scenario_racks USING (rack) WHERE {_NOW} GROUP BY place"
    for place, *numbers in opened.rows(sql, values, part):
        found[place] = numbers
    return found


def _placed(opened: OpenRun, part: int, values: Any, racks: int) -> dict[str, Any]:
    """GPUs held and number of jobs per rack, and the job that holds most of them with its class."""
    found: dict[str, Any] = {
        "busy_gpus": np.zeros(racks), "jobs": np.zeros(racks), "top_job": [""] * racks, "top_class": [""] * racks,
    }  # fmt: skip
    sql = f"""
        SELECT place, job, job_class, sum(p.gpus) AS held FROM placements p JOIN scenario_racks USING (rack)
        JOIN (SELECT job, job_class FROM gpu_jobs) USING (job)
        WHERE p.{_NOW.replace("end_s", "p.end_s")} GROUP BY ALL ORDER BY held, job DESC
    """
    names = []
    for place, job, job_class, held in opened.rows(sql, values, part):
        found["busy_gpus"][place] += held
        found["jobs"][place] += 1
        found["top_job"][place], found["top_class"][place] = job, job_class
        names.append(job)
    return {**found, "all_jobs": names}


def _temperatures(opened: OpenRun, racks: list[dict[str, Any]], drawn: Any, busy: Any, cooling: list[Any]) -> Any:
    plant = plant_of(opened)
    if plant is None or not cooling:
        return np.full(len(racks), np.nan)
    coolant = np.array([[cooling[0]["supply_k"]]])
    warm = temperatures_k(racks, drawn, busy[:, None], coolant, float(plant.cold_plate.resistance_k_per_w))
    return np.where(drawn[:, 0] > 0, warm[:, 0], np.nan)


def rack_of(opened: OpenRun, part: int, rack: str, at_s: float) -> dict[str, Any]:
    """The nodes of one rack from the lowest number up, and the rack's draw and cap a day before and after."""
    known = {row["rack"]: row for row in racks_of(opened)}
    if rack not in known:
        raise ApiError(404, f"there is no rack {rack[:80]!r}", "see /hall for their names")
    values = {"at": at_s, "rack": rack}
    about = known[rack]
    nodes: list[dict[str, Any]] = [{"jobs": [], "down": None} for _ in range(about["compute_nodes"])]
    held = opened.arrow(
        """
        SELECT p.compute_node, p.job, j.job_class, p.gpus, p.start_s, p.attempt FROM placements p
        JOIN (SELECT job, job_class FROM gpu_jobs) j USING (job)
        WHERE p.rack = $rack AND p.start_s <= $at AND p.end_s > $at ORDER BY p.compute_node, p.start_s, p.job
        """,
        values,
        part,
    )
    for row in held.to_pylist():
        nodes[row.pop("compute_node")]["jobs"].append(row)
    sql = f"SELECT compute_node, cause, start_s, end_s FROM outages WHERE rack = $rack AND {_NOW}"
    for node, cause, start_s, end_s in opened.rows(sql, values, part):
        nodes[node]["down"] = {"cause": cause, "start_s": start_s, "end_s": end_s}
    course = opened.arrow(
        "SELECT start_s, end_s, draw_w, reserved_w, setting FROM rack_power "
        "WHERE rack = $rack AND end_s > $from AND start_s < $to ORDER BY start_s LIMIT 4000",
        {"rack": rack, "from": at_s - _AROUND_S, "to": at_s + _AROUND_S},
        part,
    )
    steps = {name: course[name].to_pylist() for name in course.column_names}
    return {"replication": part, "at_s": at_s, "about": about, "nodes": nodes, "course": steps}
