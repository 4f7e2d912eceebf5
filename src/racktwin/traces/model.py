"""What a job trace is like, in numbers small enough to write down: arrivals, sizes, durations, users."""

from __future__ import annotations

import json
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

    def write(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def read_model(path: Path) -> TraceModel:
    """The model in a JSON file that :meth:`TraceModel.write` wrote."""
    raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    groups = tuple(
        JobGroup(**{**group, "gpus": tuple(group["gpus"]), "gpu_shares": tuple(group["gpu_shares"]),
                    "duration_s": _positive(group["duration_s"])})
        for group in raw["groups"]
    )  # fmt: skip
    return TraceModel(
        raw["name"], tuple(raw["rate_per_s"]), _positive(raw["spacing"]), groups, tuple(raw["user_shares"])
    )


def _positive(raw: dict[str, Any]) -> Positive:
    return Positive(**{**raw, "quantiles": tuple(raw["quantiles"])})


def cumulated(rates: Sequence[float]) -> Floats:
    """Expected arrivals until the end of each hour of a period, from 0."""
    return np.concatenate([[0.0], np.cumsum(rates) * HOUR_S])
