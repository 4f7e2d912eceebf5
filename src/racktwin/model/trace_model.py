"""What a job trace is like, in numbers small enough to write down: arrivals, sizes, durations, users."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
HOUR_S = 3600.0


@dataclass(frozen=True)
class Positive:
    """A positive random quantity by its ``quantiles`` at (k + 0.5) / n, between which its logarithm is linear.

    ``law`` and ``parameters``: the parametric law the quantiles were taken from, or ``empirical``. ``ks_p``, ``ad_p``:
    whether that law can have made the sample (bootstrap p-values); NaN of an empirical one.
    """

    law: str
    parameters: dict[str, float]
    n: int
    ks_p: float
    ad_p: float
    quantiles: tuple[float, ...]

    def at(self, p: Floats) -> Floats:
        """The quantile at ``p``."""
        places = (np.arange(len(self.quantiles)) + 0.5) / len(self.quantiles)
        return np.asarray(np.exp(np.interp(p, places, np.log(self.quantiles))), np.float64)


@dataclass(frozen=True)
class JobGroup:
    """Jobs of a class and of like size: their share of all jobs, their GPUs, and how long they run."""

    job_class: str
    share: float
    gpus: tuple[float, ...]
    gpu_shares: tuple[float, ...]
    duration_s: Positive
    priority: int
    limit_factor: float


@dataclass(frozen=True)
class TraceModel:
    """A trace to be generated.

    ``rate_per_s``: arrivals a second in each hour of a period (a week, a day, or one hour where the trace is too short
    to tell), the first of them beginning at time 0. ``spacing``: time between arrivals in units of its expected value;
    a Poisson process has an exponential one. ``user_shares``: the largest first.
    """

    name: str
    rate_per_s: tuple[float, ...]
    spacing: Positive
    groups: tuple[JobGroup, ...]
    user_shares: tuple[float, ...]

    def as_json(self) -> str:
        """What is not a number is null."""
        return json.dumps(_plain(asdict(self)), indent=1) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def read_model(path: Path) -> TraceModel:
    """The model in a JSON file that holds :meth:`TraceModel.as_json`."""
    return model_of(json.loads(path.read_text("utf-8")))


def model_of(raw: Any) -> TraceModel:
    """The model of its parsed JSON; KeyError, TypeError or ValueError if it is none."""
    groups = tuple(
        JobGroup(
            **{
                **group,
                "gpus": tuple(group["gpus"]),
                "gpu_shares": tuple(group["gpu_shares"]),
                "duration_s": _positive(group["duration_s"]),
                "limit_factor": _known(group["limit_factor"]),
            }
        )
        for group in raw["groups"]
    )
    model = TraceModel(
        raw["name"], tuple(raw["rate_per_s"]), _positive(raw["spacing"]), groups, tuple(raw["user_shares"])
    )
    if not groups or not model.rate_per_s or min(model.rate_per_s) < 0 or max(model.rate_per_s) <= 0:
        raise ValueError("no jobs, or no arrivals")
    return model


def _positive(raw: dict[str, Any]) -> Positive:
    if not raw["quantiles"] or not all(value > 0 for value in raw["quantiles"]):
        raise ValueError("quantiles must be above 0")
    known = {name: _known(raw[name]) for name in ("ks_p", "ad_p")}
    return Positive(**{**raw, **known, "quantiles": tuple(raw["quantiles"])})


def _known(value: float | None) -> float:
    return math.nan if value is None else float(value)


def cumulated(rates: Sequence[float]) -> Floats:
    """Expected arrivals until the end of each hour of a period, from 0."""
    return np.concatenate([[0.0], np.cumsum(rates) * HOUR_S])
