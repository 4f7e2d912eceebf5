"""Sampling of durations and counts from tables of laws.

A law is a row of :data:`LAW`; each sample uses one uniform by inversion, so that it is monotone in the uniform and
keeps common random numbers in step. Only gamma rejects (Marsaglia and Tsang, ACM TOMS 26, 2000), on sub-draws.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .jit import inlined, kernel
from .rng import uniform

FIXED, UNIFORM, TRIANGULAR, EXPONENTIAL, GAMMA, LOGNORMAL, WEIBULL, EMPIRICAL = range(8)

LAW = np.dtype([("kind", "i4"), ("is_mirrored", "i4"), ("a", "f8"), ("b", "f8"), ("c", "f8"), ("first", "i4"),
                ("count", "i4")])  # fmt: skip
"""``a, b, c`` by kind: fixed value · uniform low, high · triangular low, mode, high · exponential mean · gamma shape,
scale · lognormal mu, sigma · weibull shape, scale · empirical: ``count`` sorted samples from ``first``. A mirrored law
takes 1 − u for each uniform u (antithetic streams)."""

SUB_DRAWS = 1 << 40
"""Draw numbers below this belong to the caller; rejection adds multiples of it, four per attempt."""

_NEGLIGIBLE = 1e-25
"""Relative weight at which a tail of the binomial ends: the rest is far less than the least uniform, 2**-53."""

# Rational approximation of the normal quantile by P. J. Acklam, relative error below 1.15e-9.
_A = (
    -39.69683028665376,
    220.9460984245205,
    -275.9285104469687,
    138.357751867269,
    -30.66479806614716,
    2.506628277459239,
)
_B = (-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572)
_C = (-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
      2.938163982698783)  # fmt: skip
_D = (0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416)


@kernel
def normal_quantile(p: float) -> float:
    """The standard normal quantile of ``p`` in (0, 1)."""
    if p < 0.02425:
        q = math.sqrt(-2.0 * math.log(p))
        top = ((((_C[0] * q + _C[1]) * q + _C[2]) * q + _C[3]) * q + _C[4]) * q + _C[5]
        return top / ((((_D[0] * q + _D[1]) * q + _D[2]) * q + _D[3]) * q + 1.0)
    if p > 1.0 - 0.02425:
        q = math.sqrt(-2.0 * math.log(1.0 - p))
        top = ((((_C[0] * q + _C[1]) * q + _C[2]) * q + _C[3]) * q + _C[4]) * q + _C[5]
        return -top / ((((_D[0] * q + _D[1]) * q + _D[2]) * q + _D[3]) * q + 1.0)
    q = p - 0.5
    r = q * q
    top = (((((_A[0] * r + _A[1]) * r + _A[2]) * r + _A[3]) * r + _A[4]) * r + _A[5]) * q
    return top / (((((_B[0] * r + _B[1]) * r + _B[2]) * r + _B[3]) * r + _B[4]) * r + 1.0)


@kernel
def _mirrored(u: float, is_mirrored: int) -> float:
    return 1.0 - u if is_mirrored else u


@kernel
def _standard_gamma(shape: float, key: Any, entity: int, draw: int, is_mirrored: int) -> float:
    """Gamma of mean ``shape`` and scale 1."""
    boost = 1.0
    if shape < 1.0:
        boost = _mirrored(uniform(key, entity, draw + SUB_DRAWS), is_mirrored) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    attempt = draw
    while True:
        x = normal_quantile(_mirrored(uniform(key, entity, attempt), is_mirrored))
        root = 1.0 + c * x
        v = root * root * root  # a power is rounded differently compiled and not: test_contract.py
        attempt += 2 * SUB_DRAWS
        if v > 0.0 and math.log(uniform(key, entity, attempt)) < 0.5 * x * x + d - d * v + d * math.log(v):
            return d * v * boost
        attempt += 2 * SUB_DRAWS


@inlined
def sample(law: Any, samples: Any, key: Any, entity: int, draw: int) -> float:
    """A sample of the row ``law`` of a law table (seconds, or the unit the law is in)."""
    if law.kind == FIXED:
        return law.a
    if law.kind == GAMMA:
        return _standard_gamma(law.a, key, entity, draw, law.is_mirrored) * law.b
    u = _mirrored(uniform(key, entity, draw), law.is_mirrored)
    if law.kind == EXPONENTIAL:
        return -law.a * math.log(1.0 - u)  # exact, as u has 53 bits, and three times as fast as log1p
    if law.kind == LOGNORMAL:
        return math.exp(law.a + law.b * normal_quantile(u))
    if law.kind == WEIBULL:
        return law.b * (-math.log(1.0 - u)) ** (1.0 / law.a)
    if law.kind == UNIFORM:
        return law.a + (law.b - law.a) * u
    if law.kind == EMPIRICAL:
        return samples[law.first + int(u * law.count)]
    span = law.c - law.a
    if span <= 0.0:
        return law.a
    if u < (law.b - law.a) / span:
        return law.a + math.sqrt(u * span * (law.b - law.a))
    return law.c - math.sqrt((1.0 - u) * span * (law.c - law.b))


@kernel
def _rise(n: int, odds: float, k: int) -> float:
    """P(k + 1) / P(k) of the binomial."""
    return odds * (n - k) / (k + 1)


@kernel
def _lower_tail(n: int, odds: float, mode: int) -> Any:
    """Where the tail below ``mode`` ends, the weight there, and the weight of the tail; that of the mode is 1."""
    k, weight, total = mode, 1.0, 0.0
    while k > 0 and weight > _NEGLIGIBLE:
        k -= 1
        weight /= _rise(n, odds, k)
        total += weight
    return k, weight, total


@kernel
def _upper_tail(n: int, odds: float, mode: int) -> Any:
    """Where the tail above ``mode`` ends, the weight there, and the weight of the tail; that of the mode is 1."""
    k, weight, total = mode, 1.0, 0.0
    while k < n and weight > _NEGLIGIBLE:
        weight *= _rise(n, odds, k)
        k += 1
        total += weight
    return k, weight, total


@kernel
def binomial(n: int, p: float, u: float) -> int:
    """The binomial(n, p) quantile of ``u``, in a time that grows with the standard deviation.

    Probabilities are taken relative to that of the mode, so none that matters underflows, and summed from the end
    that is nearer to ``u``, so both tails are as exact as the uniform.
    """
    if p <= 0.0 or n <= 0:
        return 0
    if p >= 1.0:
        return n
    odds = p / (1.0 - p)
    mode = min(n, int((n + 1) * p))
    low, low_weight, below = _lower_tail(n, odds, mode)
    high, high_weight, above = _upper_tail(n, odds, mode)
    total = below + 1.0 + above
    if u <= 0.5:
        k, weight, summed = low, low_weight, low_weight
        while summed < u * total and k < high:
            weight *= _rise(n, odds, k)
            k += 1
            summed += weight
        return k
    k, weight, summed = high, high_weight, high_weight
    while summed <= (1.0 - u) * total and k > low:
        k -= 1
        weight /= _rise(n, odds, k)
        summed += weight
    return k


@kernel
def poisson(mean: float, u: float) -> float:
    """The Poisson quantile of ``u``, in a time that grows with the standard deviation.

    As :func:`binomial`: probabilities relative to that of the mode, summed from the end that is nearer to ``u``.
    """
    if mean <= 0.0:
        return 0.0
    mode = float(math.floor(mean))
    low, low_weight, below = mode, 1.0, 0.0
    while low > 0.0 and low_weight > _NEGLIGIBLE:
        low_weight *= low / mean
        low -= 1.0
        below += low_weight
    high, high_weight, above = mode, 1.0, 0.0
    while high_weight > _NEGLIGIBLE:
        high += 1.0
        high_weight *= mean / high
        above += high_weight
    total = below + 1.0 + above
    if u <= 0.5:
        k, weight, summed = low, low_weight, low_weight
        while summed < u * total and k < high:
            k += 1.0
            weight *= mean / k
            summed += weight
        return k
    k, weight, summed = high, high_weight, high_weight
    while summed <= (1.0 - u) * total and k > low:
        weight *= k / mean
        k -= 1.0
        summed += weight
    return k
