"""The jobs of ``fleet.work``: traces as they were read, jobs drawn from models of traces, instances of services."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from racktwin.model import GpuGenerator, GpuService, GpuTrace, GpuWork, Scenario, TraceJobs
from racktwin.scenario.hall_size import largest_gpus, most_of_each

Column = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


def sourced(
    scenario: Scenario, name: str, work: GpuWork, pools: dict[str, int], replication: int, seed: int
) -> dict[str, Column]:
    """The jobs of one source until the horizon, as columns of :class:`racktwin.engines.fleet.build.Jobs` and names."""
    horizon_s = float(scenario.horizon_s)
    if work.service is not None:
        return _of_service(scenario, name, work.service, horizon_s)
    if work.trace is not None:
        columns = _of_trace(scenario, name, work.trace, pools, horizon_s)
        source: GpuTrace | GpuGenerator = work.trace
    else:
        assert work.model is not None
        source = work.model
        columns = _of_model(scenario, name, source, horizon_s, replication, seed)
    columns["gpus"] = scaled(columns["gpus"], float(source.gpu_scale))
    columns["priority"] = columns["priority"] + source.priority
    fits = (columns["gpus"] <= columns.pop("most")) & (columns["submit_s"] < horizon_s)
    return {key: values[fits] for key, values in columns.items()}


def scaled(gpus: Floats, scale: float) -> Floats:
    """So many times as many GPUs; whole ones from one on."""
    asked = np.asarray(gpus, np.float64) * scale
    return np.where(asked > 1.0, np.ceil(asked - 1e-9), asked)


def class_codes(scenario: Scenario, source: GpuTrace | GpuGenerator, words: Sequence[str]) -> npt.NDArray[np.int64]:
    """The class of the scenario for each word of a source; -1 where it has none."""
    classes = list(scenario.fleet.job_classes)

    def code(word: str) -> int:
        name = source.job_classes.get(word, word)
        if name not in classes and source.job_class is not None:
            name = source.job_class
        return classes.index(name) if name in classes else -1

    return np.array([code(word) for word in words], np.int64)


def _of_trace(
    scenario: Scenario, name: str, trace: GpuTrace, pools: dict[str, int], horizon_s: float
) -> dict[str, Column]:
    jobs = trace.jobs or TraceJobs()
    submit_s, count = np.array(jobs.submit_s, np.float64) / float(trace.load), len(jobs.submit_s)
    duration_s = np.array(jobs.duration_s, np.float64)
    codes = np.array(jobs.job_class or [0] * count, np.int64)
    models = [pools.get(model.split("|")[0], -1) for model in jobs.gpu_models] or [-1]
    users = np.array([f"{name}/{user}" if user else name for user in jobs.users] or [name], object)
    columns: dict[str, Column] = {
        "name": np.array([f"{name}/{job}" for job in jobs.job], object),
        "user": users[np.array(jobs.user or [0] * count, np.int64)],
        "submit_s": submit_s,
        "gpus": np.array(jobs.gpus, np.float64),
        "duration_s": duration_s,
        "limit_s": _known(jobs.time_limit_s, duration_s),
        "klass": class_codes(scenario, trace, jobs.job_classes or ("",))[codes],
        "priority": np.array(jobs.priority or [0] * count, np.int64),
        "cpu_milli": np.ceil(_known(jobs.cpus, np.zeros(count)) * 1000).astype(np.int64),
        "memory_mib": np.ceil(_known(jobs.memory_bytes, np.zeros(count)) / 2**20).astype(np.int64),
        "pool": np.array(models, np.int64)[np.array(jobs.gpu_model or [0] * count, np.int64)],
        "most": np.array(most_of_each(scenario, trace), np.float64),
    }
    return _repeated(columns, horizon_s) if trace.repeat and count else columns


def _known(values: Sequence[float | None], otherwise: Floats) -> Floats:
    if not values:
        return otherwise
    found = np.array([math.nan if value is None else value for value in values], np.float64)
    return np.where(np.isnan(found), otherwise, found)


def _repeated(columns: dict[str, Column], horizon_s: float) -> dict[str, Column]:
    """The jobs again and again; between the last and the first passes the mean time between two."""
    submit_s = columns["submit_s"]
    period_s = float(submit_s[-1]) * (1.0 + 1.0 / max(len(submit_s) - 1, 1)) or horizon_s
    times = max(math.ceil(horizon_s / period_s), 1)
    found = {key: np.tile(values, times) for key, values in columns.items()}
    found["submit_s"] = (submit_s + np.arange(times)[:, None] * period_s).reshape(-1)
    names = columns["name"]
    found["name"] = np.concatenate([names, *(names + f"#{turn}" for turn in range(2, times + 1))])
    return found


def _of_model(
    scenario: Scenario, name: str, model: GpuGenerator, horizon_s: float, replication: int, seed: int
) -> dict[str, Column]:
    from racktwin.traces import generate_gpu_jobs

    assert model.fitted is not None
    jobs = generate_gpu_jobs(
        model.fitted,
        horizon_s,
        seed=seed,
        replication=replication,
        load=float(model.load),
        stream=f"fleet/{name}",
    )
    count = jobs.num_rows
    duration_s, limit_s = (jobs[column].to_numpy() for column in ("duration_s", "time_limit_s"))
    coded = jobs["job_class"].combine_chunks().dictionary_encode()
    codes = class_codes(scenario, model, coded.dictionary.to_pylist() or [""])
    return {
        "name": np.array([f"{name}/{number}" for number in range(1, count + 1)], object),
        "user": np.array([f"{name}/{user}" if user else name for user in jobs["user"].to_pylist()], object),
        "submit_s": jobs["submit_s"].to_numpy(),
        "gpus": jobs["gpus"].to_numpy(),
        "duration_s": duration_s,
        "limit_s": np.where(np.isnan(limit_s), duration_s, limit_s),
        "klass": codes[coded.indices.to_numpy()] if count else np.zeros(0, np.int64),
        "priority": jobs["priority"].to_numpy(),
        "cpu_milli": np.zeros(count, np.int64),
        "memory_mib": np.zeros(count, np.int64),
        "pool": np.full(count, -1, np.int64),
        "most": np.full(count, float(largest_gpus(scenario))),
    }


def _of_service(scenario: Scenario, name: str, service: GpuService, horizon_s: float) -> dict[str, Column]:
    begin_s, end_s = instances(service, horizon_s)
    count = len(begin_s)
    return {
        "name": np.array([f"{name}/{number}" for number in range(1, count + 1)], object),
        "user": np.full(count, name, object),
        "submit_s": begin_s,
        "gpus": np.full(count, float(service.gpus)),
        "duration_s": end_s - begin_s,
        "limit_s": end_s - begin_s,
        "klass": np.full(count, list(scenario.fleet.job_classes).index(service.job_class), np.int64),
        "priority": np.full(count, service.priority, np.int64),
        "cpu_milli": np.zeros(count, np.int64),
        "memory_mib": np.zeros(count, np.int64),
        "pool": np.full(count, -1, np.int64),
    }


def service_draws(services: Sequence[GpuService], horizon_s: float) -> list[tuple[float, float]]:
    """(time, share of full draw) of the instances of a class whenever it changes: by how many tokens each is asked for.

    Services of one class share a draw, weighted by their GPUs at work.
    """
    counted: list[tuple[float, Floats, Floats]] = []
    for service in services:
        tokens, needed = _needed(service, horizon_s)
        assert service.requests is not None
        most = needed * service.requests.step_s * float(service.rate_per_s)
        load = np.divide(tokens, most, out=np.ones(len(tokens)), where=most > 0)
        least = float(service.unloaded_draw)
        gpus: Floats = np.asarray(needed * float(service.gpus), np.float64)
        counted.append(
            (service.requests.step_s, gpus, np.asarray(gpus * (least + (1.0 - least) * np.minimum(load, 1.0))))
        )
    edges_s = np.unique(np.concatenate([np.arange(len(gpus)) * step_s for step_s, gpus, _ in counted]))
    rows = [((edges_s // step_s).astype(np.int64), gpus, drawn) for step_s, gpus, drawn in counted]
    at_work = np.sum([gpus[np.minimum(row, len(gpus) - 1)] for row, gpus, _ in rows], axis=0)
    drawn = np.sum([values[np.minimum(row, len(values) - 1)] for row, _, values in rows], axis=0)
    shares = np.divide(drawn, at_work, out=np.ones(len(edges_s)), where=at_work > 0)
    changes = np.flatnonzero(np.concatenate([[shares[:1] != 1.0], [np.diff(shares) != 0.0]], axis=None))
    return [(float(edges_s[row]), float(shares[row])) for row in changes.tolist()]


def _needed(service: GpuService, horizon_s: float) -> tuple[Floats, npt.NDArray[np.int64]]:
    """(tokens asked for, instances there) in each step."""
    assert service.requests is not None
    step_s, tokens = service.requests.step_s, np.array(service.requests.tokens, np.float64) * float(service.load)
    steps = math.ceil(horizon_s / step_s)
    if service.repeat:
        tokens = np.resize(tokens, steps)
    tokens = tokens[:steps]
    needed = np.ceil(tokens / (step_s * float(service.rate_per_s) * float(service.target)) - 1e-9)
    return tokens, needed.astype(np.int64)


def instances(service: GpuService, horizon_s: float) -> tuple[Floats, Floats]:
    """When each instance of a service comes and goes, by time of coming.

    In each step as many are there as its tokens need at ``target`` of their rate; the last to come is the first to go.
    """
    assert service.requests is not None
    step_s, (_, needed) = service.requests.step_s, _needed(service, horizon_s)
    begins, ends = [], []
    for number in range(int(needed.max(initial=0))):
        is_there = np.concatenate([[0], (needed > number).astype(np.int64), [0]])
        changes = np.diff(is_there)
        begins.append(np.flatnonzero(changes == 1) * step_s)
        ends.append(np.flatnonzero(changes == -1) * step_s)
    begin_s = np.concatenate([np.zeros(0), *begins])
    end_s = np.minimum(np.concatenate([np.zeros(0), *ends]), horizon_s)
    order = np.lexsort((-end_s, begin_s))
    return begin_s[order], end_s[order]
