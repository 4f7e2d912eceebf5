"""A hall of three racks in two rows whose tables are written by hand, so that every number can be told in advance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from racktwin.results import RunFolder
from tests.results.rows import run_of

NAN = float("nan")
HOUR_S = 3600.0
DOCUMENT: dict[str, Any] = {
    "racktwin": 1, "name": "hall", "start": "2023-07-03", "horizon": "10 h", "warm_up": "1 h", "replications": 1,
    "feeds": {"utility": {"limit": "100 kW"}, "panel": {"limit": "90 kW", "parent": "utility"}},
    "cooling_loops": {"cdu": {"medium": "liquid", "heat_limit": "80 kW"}},
    "hall": {
        "price": {"fixed": "40 USD/MWh"},
        "cooling_plant": {"heat": "80 kW", "supply": "32 degC", "cold_plate": {"resistance": "0.03 K/W"}},
        "compute_nodes": {
            "hgx": {"gpu_model": "H100", "gpus": 8, "host_power": "1000 W", "host_factor": 1.0, "idle_gpu": "100 W"}
        },
        "racks": {
            "wet": {"compute_node": "hgx", "compute_nodes": 2, "count": 2, "feeds": ["panel"],
                    "cooling_loops": ["cdu"], "liquid_fraction": "80 %"},
            "dry": {"compute_node": "hgx", "compute_nodes": 1, "feeds": ["panel"], "liquid_fraction": "0 %"},
        },
    },
    "fleet": {
        "job_classes": {"training_llm": {}, "inference_llm": {}},
        "demand": {"one": {"job_class": "training_llm", "interarrival": {"exponential": {"mean": "1 h"}},
                           "gpus": [[8, "100 %"]], "duration": "1 h"}},
    },
}  # fmt: skip


def hall_run(path: Path) -> RunFolder:
    """``early`` holds 12 GPUs of wet-0 in hours 1 to 5, ``late`` 4 of wet-1 in hours 4 to 10; ``last`` waits from 8."""
    return run_of(path, DOCUMENT, [hall_rows()], 7)


def hall_rows() -> dict[str, list[dict[str, Any]]]:
    """The tables of that run."""
    return {
        "gpu_jobs": [
            _job("early", "training_llm", 12, 0.5, 1.0, 5.0, "completed"),
            _job("late", "inference_llm", 4, 4.0, 4.0, NAN, "at_work"),
            _job("last", "training_llm", 16, 8.0, NAN, NAN, "waiting"),
        ],
        "placements": [
            _placed("early", "wet-0", 0, 8, 1, 5, "done"),
            _placed("early", "wet-0", 1, 4, 1, 5, "done"),
            _placed("late", "wet-1", 0, 4, 4, 10, "horizon"),
        ],
        "rack_power": [
            _power("wet-0", 0, 1, 3600.0, 3600.0, 0), _power("wet-0", 1, 5, 8400.0, 9000.0, 2),
            _power("wet-0", 5, 10, 3600.0, 3600.0, 0), _power("wet-1", 0, 4, 3600.0, 3600.0, 0),
            _power("wet-1", 4, 10, 5200.0, 5400.0, 0), _power("dry-0", 0, 10, 1800.0, 1800.0, 0),
        ],
        "outages": [{"rack": "wet-1", "compute_node": 1, "start_s": 2 * HOUR_S, "end_s": 6 * HOUR_S, "cause": "nodes"}],
        "hall_queue": [
            {"start_s": 0.0, "end_s": 8 * HOUR_S, "waiting": 0, "busy_gpus": 12.0},
            {"start_s": 8 * HOUR_S, "end_s": 10 * HOUR_S, "waiting": 1, "busy_gpus": 4.0},
        ],
        "hall_hours": [_priced(0, 5, 31.5), _priced(5, 10, 80.0)],
        "cooling": [_cooled(0, 5, 13800.0, 600.0), _cooled(5, 10, 10600.0, 400.0)],
        "limits": [
            _limit("utility", 100e3, 0, 5, 13800.0), _limit("utility", 100e3, 5, 10, 10600.0),
            _limit("panel", 90e3, 0, 10, 12000.0),
        ],
    }  # fmt: skip


def _job(name: str, klass: str, gpus: int, submit_h: float, start_h: float, end_h: float, fate: str) -> dict[str, Any]:
    busy_s = ((10.0 if end_h != end_h else end_h) - start_h) * HOUR_S if start_h == start_h else 0.0
    return {
        "job": name, "job_class": klass, "user": "u", "gpus": float(gpus), "submit_s": submit_h * HOUR_S,
        "start_s": start_h * HOUR_S, "end_s": end_h * HOUR_S, "busy_s": busy_s, "work_s": busy_s, "fate": fate,
        "attempts": int(start_h == start_h),
    }  # fmt: skip


def _placed(job: str, rack: str, node: int, gpus: int, from_h: float, to_h: float, outcome: str) -> dict[str, Any]:
    times = {"start_s": from_h * HOUR_S, "end_s": to_h * HOUR_S}
    return {
        "job": job,
        "attempt": 1,
        "rack": rack,
        "compute_node": node,
        "gpus": float(gpus),
        **times,
        "outcome": outcome,
    }


def _power(rack: str, from_h: float, to_h: float, draw: float, reserved: float, setting: int) -> dict[str, Any]:
    times = {"start_s": from_h * HOUR_S, "end_s": to_h * HOUR_S}
    return {"rack": rack, **times, "draw_w": draw, "reserved_w": reserved, "setting": setting}


def _priced(first: int, last: int, usd_per_mwh: float) -> dict[str, Any]:
    return {"start_s": first * HOUR_S, "end_s": last * HOUR_S, "price_usd_per_j": usd_per_mwh / 3.6e9}


def _cooled(from_h: float, to_h: float, it_w: float, overhead_w: float) -> dict[str, Any]:
    times = {"start_s": from_h * HOUR_S, "end_s": to_h * HOUR_S}
    more = {"pump_w": overhead_w / 2, "fan_w": overhead_w / 2, "chiller_w": 0.0}
    return {**times, "it_w": it_w, "supply_k": 305.15, "return_k": 312.15, **more}


def _limit(name: str, limit: float, from_h: float, to_h: float, draw: float) -> dict[str, Any]:
    times = {"start_s": from_h * HOUR_S, "end_s": to_h * HOUR_S}
    return {"name": name, "quantity": "power", **times, "draw": draw, "reserved": draw + 600.0, "limit": limit}
