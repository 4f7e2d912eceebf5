"""Rows of jobs at time zero: in which place each waits, what they need, and what is typical."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import tables
from .plan import FleetPlan
from .rows import records
from .tables import WHOLE

MOST_TYPICAL = 0.95
"""Typical jobs are the most frequent needs that make up this share of all jobs, as in the reference simulator."""


def jobs_of(plan: FleetPlan) -> tables.Records:
    given = plan.jobs
    jobs = records("jobs", len(given))
    milli = np.rint(np.where(given.gpus > 1.0, np.ceil(given.gpus), given.gpus) * WHOLE).astype(np.int64)
    jobs.submit_s, jobs.milli = given.submit_s, milli
    jobs.n_gpus = np.where(milli >= WHOLE, milli // WHOLE, 0)
    jobs.limit_s = given.limit_s
    jobs.is_done_by_limit = given.duration_s > given.limit_s
    jobs.work_s = jobs.left_s = np.minimum(given.duration_s, given.limit_s)
    for name in ("klass", "priority", "owner", "cpu_milli", "memory_mib", "pool"):
        jobs[name] = getattr(given, name)
    jobs.start_s = jobs.end_s = jobs.first_shadow_s = np.nan
    jobs.promised_s = np.inf
    jobs.rank, jobs.need = _ranks(plan, jobs), -1
    return jobs


def _ranks(plan: FleetPlan, jobs: tables.Records) -> npt.NDArray[np.int64]:
    """In which place each job waits."""
    came = np.arange(len(jobs))
    match int(plan.policy.get("order", tables.FIFO)):
        case tables.SJF:
            order = np.lexsort((came, jobs.limit_s))
        case tables.PRIORITY:
            order = np.lexsort((came, -jobs.priority))
        case tables.FAIR_SHARE:
            order = np.lexsort((came, jobs.owner))
        case _:
            order = came
    ranks = np.empty(len(jobs), np.int64)
    ranks[order] = came
    return ranks


def needs_of(plan: FleetPlan, jobs: tables.Records) -> tables.Records:
    """All distinct requirements of jobs that one node can hold; each job's is set."""
    columns = ("n_gpus", "milli", "cpu_milli", "memory_mib", "pool")
    stacked = np.stack([jobs[name] for name in columns], axis=1)
    distinct, inverse = np.unique(stacked, axis=0, return_inverse=True)
    needs = records("needs", max(len(distinct), 1))
    for position, name in enumerate(columns):
        needs[name][: len(distinct)] = distinct[:, position]
    jobs.need = inverse.reshape(-1)
    largest = max(kind.gpus for kind in plan.node_kinds)
    jobs.need[jobs.n_gpus > largest] = -1
    return needs


def typical_jobs(jobs: tables.Records) -> tables.Records:
    """The most popular needs and their shares, memory aside."""
    columns = np.stack([jobs.n_gpus, jobs.milli, jobs.cpu_milli, jobs.pool], axis=1)
    distinct, counts = np.unique(columns, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    if len(order) == 0:
        return records("typical", 1)
    share = np.cumsum(counts[order]) / counts.sum()
    kept = order[: int(np.searchsorted(share, MOST_TYPICAL)) + 1]
    typical = records("typical", len(kept))
    typical.n_gpus = np.where(distinct[kept, 1] > 0, np.maximum(distinct[kept, 0], 1), 0)
    typical.milli = np.minimum(distinct[kept, 1], WHOLE)
    typical.cpu_milli, typical.pool = distinct[kept, 2], distinct[kept, 3]
    typical.share = counts[kept] / counts[kept].sum()
    return typical


def owners_of(plan: FleetPlan, jobs: tables.Records) -> tables.Records:
    owners = records("owners", len(plan.owners))
    owners.weight = 1.0
    if int(plan.policy.get("order", tables.FIFO)) == tables.FAIR_SHARE:
        counts = np.bincount(jobs.owner, minlength=len(owners))
        owners.end_rank = np.cumsum(counts)
        owners.first_rank = owners.end_rank - counts
    return owners
