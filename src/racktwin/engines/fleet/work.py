"""The jobs of one replication: those the scenario lists, and those generated."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from racktwin.model import GpuDemand, Scenario
from racktwin.scenario.laws import law_row
from racktwin.sim.calendars import seconds_after
from racktwin.sim.distributions import LAW
from racktwin.sim.rng import stream_key

from .generate import draw_series, draw_uniforms
from .plan import Jobs
from .sources import Column, sourced

_FIRST_GUESS = 1.2


@dataclass(frozen=True)
class Work:
    """Jobs in order of submission, and what they are called."""

    jobs: Jobs
    names: tuple[str, ...]
    users: tuple[str, ...]


def seconds_of(scenario: Scenario, instant: dt.date | float) -> float:
    """Seconds after the scenario's start."""
    if isinstance(instant, float):
        return float(instant)
    return seconds_after(scenario.start, ZoneInfo(scenario.time_zone), instant)


def work_of(scenario: Scenario, pools: dict[str, int], replication: int, seed: int) -> Work:
    """All jobs of a replication. ``pools`` gives the pool of each GPU model."""
    parts = [_listed(scenario, pools)]
    parts += [_generated(scenario, name, demand, replication, seed) for name, demand in scenario.fleet.demand.items()]
    parts += [sourced(scenario, name, work, pools, replication, seed) for name, work in scenario.fleet.work.items()]
    merged = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    order = np.argsort(merged["submit_s"], kind="stable")
    merged = {key: values[order] for key, values in merged.items()}
    users, owner = np.unique(merged.pop("user").astype(str), return_inverse=True)
    names = tuple(merged.pop("name").astype(str).tolist())
    owner = owner.reshape(-1).astype(np.int64)
    return Work(Jobs(owner=owner, **merged), names, tuple(users.tolist()) or ("",))


def _listed(scenario: Scenario, pools: dict[str, int]) -> dict[str, Column]:
    jobs, classes = scenario.gpu_jobs, list(scenario.fleet.job_classes)
    durations = np.array([float(job.duration_s) for job in jobs])
    limits = [job.duration_s if job.time_limit_s is None else job.time_limit_s for job in jobs]
    return {
        "name": np.array([job.job or f"job_{number}" for number, job in enumerate(jobs, 1)], object),
        "user": np.array([job.user for job in jobs], object),
        "submit_s": np.array([seconds_of(scenario, job.submit) for job in jobs], float),
        "gpus": np.array([float(job.gpus) for job in jobs]),
        "duration_s": durations.astype(float),
        "limit_s": np.array([float(limit) for limit in limits]),
        "klass": np.array([classes.index(job.job_class) for job in jobs], np.int64),
        "priority": np.array([job.priority for job in jobs], np.int64),
        "cpu_milli": np.array([math.ceil(job.cores * 1000) for job in jobs], np.int64),
        "memory_mib": np.array([math.ceil(job.memory_gib * 1024) for job in jobs], np.int64),
        "pool": np.array([pools[job.gpu_model.split("|")[0]] if job.gpu_model else -1 for job in jobs], np.int64),
    }


def _series(law: Any, count: int, seed: int, replication: int, stream: str) -> npt.NDArray[np.float64]:
    samples: list[float] = []
    rows = np.zeros(1, LAW).view(np.recarray)
    for field, value in law_row(law, samples).items():
        rows[field][0] = value
    into = np.empty(count)
    with np.errstate(over="ignore"):
        draw_series(rows, np.array(samples, float), 0, stream_key(seed, replication, stream), into)
    return into


def _generated(scenario: Scenario, name: str, demand: GpuDemand, replication: int, seed: int) -> dict[str, Column]:
    """The jobs of one demand until the horizon."""
    stream, horizon_s = f"fleet/{name}", float(scenario.horizon_s)
    count = int(_FIRST_GUESS * horizon_s / max(demand.interarrival.mean_s, 1e-9)) + 64
    submit_s = np.cumsum(_series(demand.interarrival, count, seed, replication, f"{stream}/interarrival"))
    while submit_s[-1] < horizon_s:
        count *= 2
        submit_s = np.cumsum(_series(demand.interarrival, count, seed, replication, f"{stream}/interarrival"))
    submit_s = submit_s[submit_s < horizon_s]
    count = len(submit_s)
    chosen, owner = np.empty(count), np.empty(count)
    with np.errstate(over="ignore"):
        draw_uniforms(stream_key(seed, replication, f"{stream}/gpus"), chosen)
        draw_uniforms(stream_key(seed, replication, f"{stream}/user"), owner)
    bounds = np.cumsum([float(p) for _, p in demand.gpus])
    sizes = np.array([float(size) for size, _ in demand.gpus])
    duration_s = _series(demand.duration, count, seed, replication, f"{stream}/duration")
    users = np.floor(owner * int(demand.users)).astype(np.int64)
    return {
        "name": np.array([f"{name}_{number}" for number in range(1, count + 1)], object),
        "user": np.array([f"{name}_{user + 1}" for user in users], object),
        "submit_s": submit_s,
        "gpus": sizes[np.minimum(np.searchsorted(bounds, chosen), len(sizes) - 1)],
        "duration_s": duration_s,
        "limit_s": duration_s * float(demand.limit_factor),
        "klass": np.full(count, list(scenario.fleet.job_classes).index(demand.job_class), np.int64),
        "priority": np.full(count, demand.priority, np.int64),
        "cpu_milli": np.zeros(count, np.int64),
        "memory_mib": np.zeros(count, np.int64),
        "pool": np.full(count, -1, np.int64),
    }
