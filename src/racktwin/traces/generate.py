"""A job trace from a model of one, drawn from named streams: job k has the same size whatever the load."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from racktwin.model.trace_model import HOUR_S, Floats, TraceModel, cumulated
from racktwin.sim.draws import fill_uniforms
from racktwin.sim.rng import stream_key

from .schema import GPU_JOBS

_BATCH = 4096


def generate_gpu_jobs(
    model: TraceModel,
    horizon_s: float,
    *,
    seed: int = 0,
    replication: int = 0,
    load: float = 1.0,
    stream: str = "traces",
) -> pa.Table:
    """Jobs submitted until ``horizon_s`` (:data:`GPU_JOBS`), ``load`` times as many a second as the model says.

    ``stream`` begins the names of the random streams.
    """
    submit_s = _arrivals(model, horizon_s, seed, replication, load, stream)
    n = len(submit_s)

    def uniforms(name: str) -> Floats:
        out = np.empty(n)
        fill_uniforms(stream_key(seed, replication, f"{stream}/{name}"), 0, 0, out)
        return out

    group = _chosen([group.share for group in model.groups], uniforms("group"))
    u_gpus, u_duration, u_user = (uniforms(name) for name in ("gpus", "duration", "user"))
    gpus, duration_s, limit_s = np.zeros(n), np.zeros(n), np.full(n, np.nan)
    priority, job_class = np.zeros(n, np.int64), np.full(n, "", object)
    for index, of_group in enumerate(model.groups):
        rows = np.flatnonzero(group == index)
        gpus[rows] = np.asarray(of_group.gpus)[_chosen(of_group.gpu_shares, u_gpus[rows])]
        duration_s[rows] = of_group.duration_s.at(u_duration[rows])
        limit_s[rows] = duration_s[rows] * of_group.limit_factor
        priority[rows], job_class[rows] = of_group.priority, of_group.job_class
    users = _chosen(model.user_shares, u_user) if model.user_shares else np.zeros(n, np.int64)
    columns = {
        "job": [f"job-{index + 1}" for index in range(n)],
        "submit_s": submit_s,
        "gpus": gpus,
        "duration_s": duration_s,
        "time_limit_s": limit_s,
        "job_class": list(job_class),
        "priority": priority,
        "user": [f"user-{index + 1}" for index in users] if model.user_shares else [""] * n,
        "cpus": np.full(n, np.nan),
        "memory_bytes": np.full(n, np.nan),
        "gpu_model": [""] * n,
    }
    return pa.table(columns, schema=GPU_JOBS)


def _arrivals(model: TraceModel, horizon_s: float, seed: int, replication: int, load: float, stream: str) -> Floats:
    """Arrivals of a renewal process in the time that runs as the rate does."""
    per_period = cumulated(model.rate_per_s) * load
    period_s = HOUR_S * len(model.rate_per_s)
    expected = per_period[-1] * horizon_s / period_s
    key = stream_key(seed, replication, f"{stream}/arrival")
    spacings: list[Floats] = []
    total, drawn = 0.0, 0
    while total < expected + per_period[-1]:
        u = np.empty(_BATCH)
        fill_uniforms(key, drawn, 0, u)
        spacings.append(model.spacing.at(u))
        total += float(spacings[-1].sum())
        drawn += _BATCH
    operational = np.cumsum(np.concatenate(spacings))
    periods = np.floor(operational / per_period[-1])
    within = operational - periods * per_period[-1]
    times_s = periods * period_s + np.interp(within, per_period, np.arange(len(per_period)) * HOUR_S)
    return np.asarray(times_s[times_s < horizon_s], np.float64)


def _chosen(shares: tuple[float, ...] | list[float], u: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    edges = np.cumsum(shares) / np.sum(shares)
    return np.minimum(np.searchsorted(edges, u, side="right"), len(edges) - 1)
