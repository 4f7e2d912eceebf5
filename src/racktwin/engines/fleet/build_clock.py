"""The clock at time zero: rules, slots of events, and how many rows of each kind there can be."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from . import tables
from .plan import FleetPlan, has_budgets
from .rows import records
from .tables import WHOLE


def pieces_of(plan: FleetPlan) -> npt.NDArray[np.int64]:
    """The most pieces each job can be in."""
    largest = max(1, min((kind.gpus for kind in plan.node_kinds if kind.gpus), default=1))
    is_linked = any(kind.domain_gpus > kind.gpus for kind in plan.node_kinds)
    whole = np.ceil(plan.jobs.gpus)
    return np.maximum(whole if is_linked else np.ceil(whole / largest) + 1, 1).astype(np.int64)


def shares_per_gpu(plan: FleetPlan) -> int:
    shares = plan.jobs.gpus[(plan.jobs.gpus > 0) & (plan.jobs.gpus < 1)]
    return max(1, math.floor(1.0 / max(float(shares.min()), 1.0 / WHOLE))) if len(shares) else 1


def most_at_once(plan: FleetPlan, nodes: tables.Records) -> int:
    if (plan.jobs.gpus == 0).any():
        return len(plan.jobs)
    return int(nodes.n_gpus.sum()) * shares_per_gpu(plan)


def profile_rows(plan: FleetPlan, most_runs: int) -> int:
    if int(plan.policy.get("backfill", tables.NOBODY)) != tables.CONSERVATIVE:
        return 1
    return 2 * (most_runs + len(plan.jobs)) + 4


_DEFAULTS: dict[str, float] = {
    "domain_rule": tables.PREFER_DOMAIN,
    "most_waiting": -1,
    "backfill_depth": 1 << 40,
    "half_life_s": 7 * 86400.0,
    "is_recording": 1,
}


def clock_of(
    plan: FleetPlan, most_runs: int, n_failures: int, n_limits: int, most_pieces: int, is_by_gradient: bool
) -> tables.Records:
    clock = records("clock", 1)
    row = clock[0]
    for name, value in {**_DEFAULTS, **plan.policy}.items():
        row[name] = value
    row.horizon_s = plan.horizon_s
    row.first_failure_slot = most_runs
    row.first_response_slot = most_runs + n_failures
    row.timeline_slot = row.first_response_slot + n_limits
    row.tick_slot, row.submit_slot = row.timeline_slot + 1, row.timeline_slot + 3
    row.cool_slot = row.timeline_slot + 2
    if plan.coolant is not None:
        row.cool_s, row.hold_s, row.into_year_s = plan.coolant.every_s, plan.coolant.hold_s, plan.coolant.into_year_s
        row.hottest_k, row.resistance_k_per_w = plan.coolant.hottest_k, plan.coolant.resistance_k_per_w
        row.rise_k, row.plant_share = plan.coolant.rise_k, 1.0
    row.free_runs, row.free_pieces = most_runs, most_pieces
    row.choice = row.first = -1
    row.new_job = row.head = row.held_node = row.held_domain = row.held_gpu = row.held_limit = -1
    row.dirty_rack = row.dirty_limit = row.refusing_limit = -1
    row.is_sharing = int(is_by_gradient or bool(((plan.jobs.gpus > 0) & (plan.jobs.gpus < 1)).any()))
    row.has_linked = int(any(kind.domain_gpus > kind.gpus for kind in plan.node_kinds))
    row.has_budgets = int(has_budgets(plan))
    row.is_limited = int(n_limits > 0 or row.has_budgets)
    return clock
