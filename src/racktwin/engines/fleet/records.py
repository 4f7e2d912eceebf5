"""From the rows a kernel appended, and the jobs as they ended, to the tables of :mod:`racktwin.results.schema`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from racktwin.results.schema import TABLES

from . import tables
from .compile import Names
from .replicate import Outcome
from .work import Work

Array = npt.NDArray[Any]
Columns = dict[str, Array | tuple[Array, Sequence[str]]]

FATES = {
    tables.TO_COME: "to_come",
    tables.WAITING: "waiting",
    tables.HELD: "held",
    tables.AT_WORK: "at_work",
    tables.COMPLETED: "completed",
    tables.TIMED_OUT: "timed_out",
    tables.REJECTED: "rejected",
}
OUTCOMES = ("done", "cut_off", "preempted", "failed", "shed", "horizon")


def tables_of(outcome: Outcome, work: Work, names: Names, replication: int) -> dict[str, pa.Table]:
    """All tables of the fleet engine, in the schema's column order."""
    rows = outcome.rows
    columns = {
        "gpu_jobs": _gpu_jobs(outcome, work, names),
        "placements": _placements(rows["placement_rows"], work, names),
        "rack_power": _rack_power(rows["rack_rows"], names),
        "limits": _limits(rows["limit_rows"], names),
        "outages": _outages(rows["outage_rows"], names),
        "hall_queue": _queue(rows["queue_rows"]),
        "ballast": _ballast(rows["ballast_rows"], names),
    }
    return {name: _table(name, found, replication) for name, found in columns.items()}


def _table(name: str, columns: Columns, replication: int) -> pa.Table:
    first = next(iter(columns.values()))
    count = len(first[0] if isinstance(first, tuple) else first)
    columns["replication"] = np.full(count, replication, dtype=np.int64)
    return pa.table({column.name: _arrow(columns[column.name]) for column in TABLES[name].columns})


def _arrow(values: Array | tuple[Array, Sequence[str]]) -> pa.Array:
    if isinstance(values, tuple):
        codes, words = values
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words, pa.string()))
    return pa.array(np.ascontiguousarray(values))


def _gpu_jobs(outcome: Outcome, work: Work, names: Names) -> Columns:
    jobs = outcome.jobs
    fates = list(FATES.values())
    # what the horizon cut off was at work until then
    at_horizon = np.zeros(len(jobs), dtype=bool)
    placements = outcome.rows["placement_rows"]
    at_horizon[placements["job"][placements["outcome"] == tables.HORIZON]] = True
    activity = np.where(at_horizon, tables.AT_WORK, jobs.activity)
    return {
        "job": (np.arange(len(jobs)), work.names),
        "job_class": (jobs.klass, names.classes),
        "user": (jobs.owner, work.users),
        "gpus": jobs.milli / tables.WHOLE,
        "priority": jobs.priority,
        "submit_s": jobs.submit_s,
        "start_s": jobs.start_s,
        "end_s": jobs.end_s,
        "duration_s": work.jobs.duration_s,
        "time_limit_s": jobs.limit_s,
        "promised_s": jobs.first_shadow_s,
        "work_s": jobs.work_s - jobs.left_s,
        "lost_s": jobs.lost_s,
        "overhead_s": jobs.overhead_s,
        "busy_s": jobs.busy_s,
        "wait_power_s": jobs.power_wait_s,
        "attempts": jobs.attempts,
        "energy_j": jobs.energy_j,
        "fate": (activity, fates),
    }


def _placements(rows: Array, work: Work, names: Names) -> Columns:
    racks, numbers = np.array(names.node_racks, dtype=np.int64), np.array(names.node_numbers, dtype=np.int64)
    return {
        "job": (rows["job"], work.names or ("",)),
        "attempt": rows["attempt"],
        "rack": (racks[rows["node"]], names.racks),
        "compute_node": numbers[rows["node"]],
        "gpus": rows["milli"] / tables.WHOLE,
        "start_s": rows["start_s"],
        "end_s": rows["end_s"],
        "outcome": (rows["outcome"], OUTCOMES),
    }


def _rack_power(rows: Array, names: Names) -> Columns:
    return {
        "rack": (rows["rack"], names.racks),
        "start_s": rows["start_s"],
        "end_s": rows["end_s"],
        "draw_w": rows["draw_w"],
        "reserved_w": rows["reserved_w"],
        "setting": rows["setting"],
    }


def _limits(rows: Array, names: Names) -> Columns:
    distinct = tuple(dict.fromkeys(names.limits)) or ("",)
    position = np.array([distinct.index(name) for name in names.limits], dtype=np.int64)
    quantities = ("power", "heat", "flow")
    kind = np.array([quantities.index(quantity) for quantity in names.limit_quantities], dtype=np.int64)
    return {
        "name": (position[rows["limit"]] if len(position) else rows["limit"], distinct),
        "quantity": (kind[rows["limit"]] if len(kind) else rows["limit"], quantities),
        "start_s": rows["start_s"],
        "end_s": rows["end_s"],
        "draw": rows["draw"],
        "reserved": rows["reserved"],
        "limit": rows["capacity"],
        "waiting": rows["waiting"],
    }


def _outages(rows: Array, names: Names) -> Columns:
    racks, numbers = np.array(names.node_racks, dtype=np.int64), np.array(names.node_numbers, dtype=np.int64)
    return {
        "rack": (racks[rows["node"]], names.racks),
        "compute_node": numbers[rows["node"]],
        "start_s": rows["start_s"],
        "end_s": rows["end_s"],
        "cause": (np.maximum(rows["cause"], 0), names.causes),
    }


def _ballast(rows: Array, names: Names) -> Columns:
    return {
        "feed": (rows["limit"], names.limits or ("",)),
        "start_s": rows["start_s"],
        "end_s": rows["end_s"],
        "ballast_w": rows["watts"],
    }


def _queue(rows: Array) -> Columns:
    return {
        "start_s": rows["start_s"],
        "end_s": rows["end_s"],
        "waiting": rows["waiting"],
        "busy_gpus": rows["busy_milli"] / tables.WHOLE,
    }
