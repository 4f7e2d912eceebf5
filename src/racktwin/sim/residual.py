"""A law given that its time has not come yet: the total duration, conditioned on what has elapsed.

By inversion of the conditional survival function, S(t | t > e) = S(t) / S(e), so that one uniform gives one draw, as
in :mod:`racktwin.sim.distributions`. Where less than all probability lies below the elapsed time but nothing above it
(a fixed duration that is overdue), the total is what has elapsed: it ends at once.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .distributions import EMPIRICAL, EXPONENTIAL, FIXED, GAMMA, LOGNORMAL, TRIANGULAR, UNIFORM, WEIBULL
from .jit import entry_point
from .rng import uniform


def total_given(law: Any, samples: Any, elapsed_s: float, u: float) -> float:
    """The ``u``-quantile of the row ``law`` of a law table, given that it exceeds ``elapsed_s``; never below that."""
    elapsed_s = max(0.0, elapsed_s)
    if law.is_mirrored:
        u = 1.0 - u
    return max(elapsed_s, float(_TOTALS[int(law.kind)](law, samples, elapsed_s, u)))


def _fixed(law: Any, samples: Any, elapsed_s: float, u: float) -> float:
    return float(law.a)


def _uniform(law: Any, samples: Any, elapsed_s: float, u: float) -> float:
    low_s = max(elapsed_s, law.a)
    return low_s + (law.b - low_s) * u


def _triangular(law: Any, samples: Any, elapsed_s: float, u: float) -> float:
    low_s, mode_s, high_s = float(law.a), float(law.b), float(law.c)
    if elapsed_s >= high_s:
        return elapsed_s
    span_s = high_s - low_s
    if elapsed_s <= low_s:
        beyond = 1.0
    elif elapsed_s <= mode_s:
        beyond = 1.0 - (elapsed_s - low_s) ** 2 / (span_s * (mode_s - low_s))
    else:
        beyond = (high_s - elapsed_s) ** 2 / (span_s * (high_s - mode_s))
    survival = beyond * (1.0 - u)
    if survival * span_s >= high_s - mode_s:
        return low_s + math.sqrt((1.0 - survival) * span_s * (mode_s - low_s))
    return high_s - math.sqrt(survival * span_s * (high_s - mode_s))


def _exponential(law: Any, samples: Any, elapsed_s: float, u: float) -> float:
    return elapsed_s - law.a * math.log1p(-u)


def _gamma(law: Any, samples: Any, elapsed_s: float, u: float) -> float:
    from scipy import special  # a fifth of a second, which a run that branches into no future spares

    survival = special.gammaincc(law.a, elapsed_s / law.b) * (1.0 - u)
    if survival < 1e-290:  # so far out that the hazard is that of the exponential tail
        return elapsed_s - law.b * math.log1p(-u)
    return float(special.gammainccinv(law.a, survival)) * law.b


def _lognormal(law: Any, samples: Any, elapsed_s: float, u: float) -> float:
    from scipy import special

    if elapsed_s <= 0.0:
        log_survival = math.log1p(-u)
    elif law.b <= 0.0:
        return math.exp(law.a)
    else:
        log_survival = float(special.log_ndtr((law.a - math.log(elapsed_s)) / law.b)) + math.log1p(-u)
    return math.exp(law.a - law.b * float(special.ndtri_exp(log_survival)))


def _weibull(law: Any, samples: Any, elapsed_s: float, u: float) -> float:
    return law.b * ((elapsed_s / law.b) ** law.a - math.log1p(-u)) ** (1.0 / law.a)


def _empirical(law: Any, samples: Any, elapsed_s: float, u: float) -> float:
    values_s = samples[law.first : law.first + law.count]
    above = int(np.searchsorted(values_s, elapsed_s, side="right"))
    left = len(values_s) - above
    return float(values_s[above + int(u * left)]) if left else elapsed_s


_TOTALS = {
    FIXED: _fixed,
    UNIFORM: _uniform,
    TRIANGULAR: _triangular,
    EXPONENTIAL: _exponential,
    GAMMA: _gamma,
    LOGNORMAL: _lognormal,
    WEIBULL: _weibull,
    EMPIRICAL: _empirical,
}


@entry_point
def _fill_uniforms(keys: Any, entities: Any, draws: Any, out: Any) -> None:
    for index in range(out.size):
        out[index] = uniform(keys[index], entities[index], draws[index])


def uniforms(keys: list[int], entities: list[int], draws: list[int]) -> np.ndarray[Any, Any]:
    """The numbers of :func:`racktwin.sim.rng.uniform` for so many (key, entity, draw)."""
    out = np.empty(len(keys))
    with np.errstate(over="ignore"):
        _fill_uniforms(np.array(keys, np.uint64), np.array(entities, np.int64), np.array(draws, np.int64), out)
    return out
