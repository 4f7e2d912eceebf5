"""From a duration of the model to a row of the kernels' table of laws: where model and sim meet, for all engines."""

from __future__ import annotations

import math
from typing import Any

from racktwin.model import DurationDistribution
from racktwin.model.distribution import (
    Empirical,
    Exponential,
    Fixed,
    Gamma,
    Lognormal,
    Triangular,
    Uniform,
    Weibull,
)
from racktwin.sim import distributions as laws


def law_row(law: DurationDistribution, samples: list[float]) -> dict[str, Any]:
    """The fields of a :data:`racktwin.sim.distributions.LAW` row; the values of an empirical law go to ``samples``."""
    match law:
        case Fixed():
            return {"kind": laws.FIXED, "a": float(law.value_s)}
        case Uniform():
            return {"kind": laws.UNIFORM, "a": float(law.low_s), "b": float(law.high_s)}
        case Triangular():
            return {"kind": laws.TRIANGULAR, "a": float(law.low_s), "b": float(law.mode_s), "c": float(law.high_s)}
        case Exponential():
            return {"kind": laws.EXPONENTIAL, "a": float(law.average_s)}
        case Gamma():
            shape = 1.0 / law.cv**2
            return {"kind": laws.GAMMA, "a": shape, "b": law.average_s / shape}
        case Lognormal():
            variance = math.log1p(law.cv**2)
            return {
                "kind": laws.LOGNORMAL,
                "a": math.log(law.average_s) - variance / 2.0,
                "b": math.sqrt(variance),
            }
        case Weibull():
            return {"kind": laws.WEIBULL, "a": float(law.shape), "b": float(law.scale_s)}
        case Empirical():
            first = len(samples)
            samples.extend(sorted(law.values_s))
            return {"kind": laws.EMPIRICAL, "first": first, "count": len(law.values_s)}
