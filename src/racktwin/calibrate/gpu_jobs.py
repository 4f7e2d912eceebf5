"""A model of a job trace, fitted to one: each part says how well it describes what it was fitted to."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import numpy.typing as npt

from racktwin.errors import Problem, ScenarioError
from racktwin.model.trace_model import HOUR_S, Floats, JobGroup, Positive, TraceModel, cumulated
from racktwin.traces import GpuJobs

from .choice import FittedLaw, choose_law
from .laws import sample_of
from .observation import column

_QUANTILES = 200
_FEWEST = 30
"""Groups with fewer jobs are fitted together with the next smaller one of their class."""

_WEEK, _DAY = 168, 24
_SIZES = (1.0, 2.0, 8.0, 9.0, 33.0, 129.0)
"""Jobs of like size: below a GPU, one, 2 to 7, 8, 9 to 32, 33 to 128, more."""

_MOST_USERS = 200


def fit_gpu_jobs(trace: GpuJobs, bootstraps: int = 199) -> TraceModel:
    """The model of ``trace``. Arrival rates by the hour of the week from two weeks on, of the day from two days on.

    Laws are chosen as for the line (:func:`racktwin.calibrate.choice.choose_law`): by AIC, and where the best is
    rejected at 1 % the quantiles of the sample take its place. Raises ScenarioError for a trace without two arrivals.
    """
    submit_s = np.asarray(column(trace.jobs, "submit_s"), np.float64)
    if len(submit_s) < 2 or submit_s[-1] <= submit_s[0]:
        message = (
            "all jobs are submitted at one instant" if len(submit_s) > 1 else "one job has no time between arrivals"
        )
        raise ScenarioError([Problem(trace.name, 0, "", message, "give a trace with jobs at two instants or more")])
    rates = arrival_rates(submit_s)
    spacing = _spacing(submit_s, rates)
    return TraceModel(
        name=trace.name,
        rate_per_s=tuple(float(rate) for rate in rates),
        spacing=_positive(spacing, bootstraps),
        groups=tuple(_groups(trace, bootstraps)),
        user_shares=_user_shares(trace),
    )


def arrival_rates(submit_s: Floats) -> Floats:
    """Arrivals a second by hour of the period, averaged over periods, and a tenth of the mean at least."""
    span_s = float(submit_s[-1]) + 1.0
    hours = _WEEK if span_s >= 2 * _WEEK * HOUR_S else _DAY if span_s >= 2 * _DAY * HOUR_S else 1
    mean = len(submit_s) / span_s
    if hours == 1:
        return np.array([mean])
    counts = np.bincount((submit_s // HOUR_S).astype(np.int64) % hours, minlength=hours)
    whole = np.arange(math.ceil(span_s / HOUR_S)) % hours
    rates = counts / np.maximum(np.bincount(whole, minlength=hours), 1) / HOUR_S
    return np.maximum(rates, 0.1 * mean)


def _spacing(submit_s: Floats, rates: Floats) -> Floats:
    """Times between arrivals in units of their expected value (the time-rescaling theorem): mean about 1."""
    per_period, period_s = cumulated(list(rates)), HOUR_S * len(rates)
    periods = np.floor(submit_s / period_s)
    within = np.interp(submit_s - periods * period_s, np.arange(len(per_period)) * HOUR_S, per_period)
    return np.diff(periods * per_period[-1] + within)


def _groups(trace: GpuJobs, bootstraps: int) -> list[JobGroup]:
    gpus, duration_s = (np.asarray(column(trace.jobs, name), np.float64) for name in ("gpus", "duration_s"))
    limit_s, priority = (np.asarray(column(trace.jobs, name)) for name in ("time_limit_s", "priority"))
    classes = column(trace.jobs, "job_class")
    found = []
    for name in sorted(set(classes.tolist())):
        for rows in _by_size(gpus, np.flatnonzero(classes == name)):
            sizes, counts = np.unique(np.round(gpus[rows], 3), return_counts=True)
            factors = limit_s[rows] / duration_s[rows]
            known = factors[np.isfinite(factors)]
            found.append(
                JobGroup(
                    job_class=name,
                    share=len(rows) / len(gpus),
                    gpus=tuple(float(size) for size in sizes),
                    gpu_shares=tuple(float(count) / len(rows) for count in counts),
                    duration_s=_positive(duration_s[rows], bootstraps),
                    priority=int(Counter(priority[rows].tolist()).most_common(1)[0][0]),
                    limit_factor=float(np.median(known)) if len(known) * 2 > len(rows) else math.nan,
                )
            )
    return found


def _by_size(gpus: Floats, rows: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    sizes = np.searchsorted(np.array(_SIZES), gpus[rows], side="right")
    parts: list[npt.NDArray[np.int64]] = []
    for size in range(len(_SIZES) + 1):
        part = rows[sizes == size]
        if not len(part):
            continue
        if parts and (len(part) < _FEWEST or len(parts[-1]) < _FEWEST):
            parts[-1] = np.concatenate([parts[-1], part])
        else:
            parts.append(part)
    return parts


def _positive(values: Floats, bootstraps: int) -> Positive:
    kept = values[values > 0]
    least = float(kept.min()) if len(kept) else 1.0
    sample = sample_of(np.maximum(values, least * 1e-3))  # arrivals in the same second
    chosen = choose_law(sample, bootstraps=bootstraps) if sample.n >= _FEWEST else None
    places = (np.arange(min(_QUANTILES, max(sample.n, 1))) + 0.5) / min(_QUANTILES, max(sample.n, 1))
    if chosen is None or chosen.law in ("empirical", "fixed"):
        quantiles = np.quantile(sample.values, places)
        kept = _with_mean(quantiles, float(sample.values.mean()))
        return Positive("empirical", {}, sample.n, math.nan, math.nan, tuple(float(q) for q in kept))
    return _parametric(chosen, sample.n)


def _with_mean(quantiles: Floats, mean: float) -> Floats:
    """The quantiles with the last one moved so that their mean is the sample's, which long tails would lose."""
    if len(quantiles) < 2 or quantiles[-2] <= 0:
        return quantiles
    fine = (np.arange(20 * len(quantiles)) + 0.5) / (20 * len(quantiles))
    low, high = float(quantiles[-2]), float(quantiles[-1]) * 1e3
    for _ in range(80):
        middle = math.sqrt(low * high)
        tried = np.append(quantiles[:-1], middle)
        if Positive("", {}, 0, 0.0, 0.0, tuple(tried)).at(fine).mean() < mean:
            low = middle
        else:
            high = middle
    return np.append(quantiles[:-1], math.sqrt(low * high))


def _parametric(chosen: FittedLaw, n: int) -> Positive:
    places = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    found = _with_mean(np.asarray(chosen.fit.distribution.ppf(places), np.float64), chosen.mean_s)
    quantiles = tuple(float(q) for q in found)
    goodness = chosen.goodness
    ks_p, ad_p = (goodness.ks_p, goodness.ad_p) if goodness else (math.nan, math.nan)
    return Positive(chosen.law, dict(chosen.fit.parameters), n, ks_p, ad_p, quantiles)


def _user_shares(trace: GpuJobs) -> tuple[float, ...]:
    counts = Counter(column(trace.jobs, "user").tolist())
    if set(counts) == {""}:
        return ()
    largest = counts.most_common(_MOST_USERS)
    return tuple(count / trace.jobs.num_rows for _, count in largest)
