"""A trace model gives back what its trace was made of."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from racktwin.calibrate.gpu_jobs import arrival_rates, fit_gpu_jobs
from racktwin.errors import ScenarioError
from racktwin.traces import GPU_JOBS, GpuJobs, JobGroup, Positive, TraceModel, generate_gpu_jobs, read_model

HOUR_S, DAY_S = 3600.0, 86_400.0
PLACES = (np.arange(200) + 0.5) / 200


def _lognormal(median: float, sigma: float) -> Positive:
    quantiles = stats.lognorm(sigma, scale=median).ppf(PLACES)
    return Positive("lognormal", {}, 0, math.nan, math.nan, tuple(quantiles))


def _model(shape: float = 1.0) -> TraceModel:
    spacing = stats.gamma(shape, scale=1 / shape).ppf(PLACES)
    rates = tuple(0.01 * (1 + 0.8 * math.sin(2 * math.pi * hour / 24)) for hour in range(24))
    groups = (
        JobGroup("training", 0.6, (8.0, 16.0), (0.7, 0.3), _lognormal(7200.0, 1.5), 1, 2.0),
        JobGroup("inference", 0.4, (0.25, 0.5), (0.5, 0.5), _lognormal(600.0, 0.5), 2, math.nan),
    )
    return TraceModel("made", rates, Positive("gamma", {}, 0, 1.0, 1.0, tuple(spacing)), groups, (0.75, 0.25))


def _made(shape: float = 1.0, days: float = 10.0, **options: float) -> GpuJobs:
    return GpuJobs("made", generate_gpu_jobs(_model(shape), days * DAY_S, seed=3, **options), 0.0, {}, {})  # type: ignore[arg-type]


def test_a_fit_of_a_generated_trace_is_its_model() -> None:
    trace = _made()
    model = fit_gpu_jobs(trace, bootstraps=49)

    assert trace.jobs.num_rows == pytest.approx(8640, rel=0.05)
    assert trace.jobs.schema == GPU_JOBS
    assert np.array(model.rate_per_s) == pytest.approx(np.array(_model().rate_per_s), abs=0.003)
    training, inference = sorted(model.groups, key=lambda group: -group.share)[0], model.groups[0]
    assert inference.job_class == "inference"
    assert inference.share == pytest.approx(0.4, abs=0.02)
    assert inference.gpus == (0.25, 0.5)
    assert inference.duration_s.law == "lognormal"
    assert inference.duration_s.ad_p > 0.01
    assert inference.duration_s.at(np.array([0.5])) == pytest.approx([600.0], rel=0.05)
    assert training.limit_factor == pytest.approx(2.0)
    assert math.isnan(inference.limit_factor)
    assert model.user_shares == pytest.approx((0.75, 0.25), abs=0.02)


@pytest.mark.parametrize(("shape", "law"), [(1.0, "exponential"), (0.4, "gamma")])
def test_bursts_of_arrivals_are_told_from_a_poisson_process(shape: float, law: str) -> None:
    spacing = fit_gpu_jobs(_made(shape, 4.0), bootstraps=0).spacing
    assert spacing.law == law
    assert float(np.mean(spacing.quantiles)) == pytest.approx(1.0, abs=0.08)


def test_a_long_tail_keeps_its_mean() -> None:
    """A thousandth of the jobs are a thousand times as long: half of all GPU hours, and no quantile of 200 shows it."""
    jobs = _made(days=6.0).jobs.to_pydict()
    jobs["duration_s"] = [1e6 if index % 1000 == 0 else 1000.0 + index % 7 for index in range(len(jobs["job"]))]
    trace = GpuJobs("tail", pa.table(jobs, schema=GPU_JOBS), 0.0, {}, {})
    drawn = generate_gpu_jobs(fit_gpu_jobs(trace), 60 * DAY_S)
    assert np.mean(drawn["duration_s"]) == pytest.approx(np.mean(jobs["duration_s"]), rel=0.15)


def test_rates_follow_the_hour_of_the_week_from_two_weeks_on() -> None:
    week = np.concatenate([np.arange(0, HOUR_S, 10.0) + day * DAY_S for day in range(5)])  # an hour each working day
    submit_s = np.concatenate([week + k * 7 * DAY_S for k in range(3)])
    rates = arrival_rates(np.sort(submit_s))

    assert len(rates) == 168
    assert rates[[0, 24, 48]] == pytest.approx(0.1)
    assert rates[[1, 23, 5 * 24]] == pytest.approx(0.1 * len(submit_s) / (submit_s[-1] + 1), rel=1e-6)


def test_load_scales_arrivals_and_leaves_jobs_as_they_are() -> None:
    once, twice = _made(days=3.0).jobs, _made(days=3.0, load=2.0).jobs
    n = once.num_rows

    assert twice.num_rows == pytest.approx(2 * n, rel=0.1)
    assert twice.slice(0, n)["duration_s"].equals(once["duration_s"])
    assert twice.slice(0, n)["gpus"].equals(once["gpus"])


def test_the_same_seed_gives_the_same_trace_and_another_another() -> None:
    first, second = (generate_gpu_jobs(_model(), DAY_S, seed=1) for _ in range(2))
    other = generate_gpu_jobs(_model(), DAY_S, seed=1, replication=1)
    unknown = ["time_limit_s", "cpus", "memory_bytes"]  # NaN is not equal to itself
    assert first.drop_columns(unknown).equals(second.drop_columns(unknown))
    assert not first["submit_s"].equals(other["submit_s"])


def test_a_model_survives_its_file(tmp_path: Path) -> None:
    model = fit_gpu_jobs(_made(days=2.5), bootstraps=0)
    (tmp_path / "model.json").write_text(model.as_json(), encoding="utf-8")
    again = read_model(tmp_path / "model.json")
    assert generate_gpu_jobs(again, DAY_S)["submit_s"].equals(generate_gpu_jobs(model, DAY_S)["submit_s"])


def test_a_handful_of_jobs_is_a_model_too() -> None:
    jobs = _made(days=1.0).jobs.slice(0, 5)
    model = fit_gpu_jobs(GpuJobs("five", pa.table(jobs), 0.0, {}, {}))
    assert len(model.rate_per_s) == 1
    assert sum(group.share for group in model.groups) == pytest.approx(1.0)
    assert generate_gpu_jobs(model, 3600.0).num_rows >= 1


@pytest.mark.parametrize(("count", "says"), [(1, "one job has no time"), (3, "submitted at one instant")])
def test_a_trace_without_two_arrivals_is_refused(count: int, says: str) -> None:
    jobs = _made(days=1.0).jobs.slice(0, count)
    place = jobs.schema.get_field_index("submit_s")
    jobs = jobs.set_column(place, "submit_s", pa.array(np.zeros(count)))
    with pytest.raises(ScenarioError, match=says):
        fit_gpu_jobs(GpuJobs("one.csv", pa.table(jobs), 0.0, {}, {}))
