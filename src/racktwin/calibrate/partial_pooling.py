"""What to expect of one more member of a group, from its own members and those of the other groups.

A random-effects model: a group's mean is the overall mean plus something of variance τ², a member is its group's mean
plus something of the group's variance. Small groups lean on the others, large ones on themselves. Method of moments,
as in DerSimonian and Laird, Controlled Clinical Trials 7 (1986); a group's variance is shrunk to that of all members by
two pseudo-degrees of freedom.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import stats

_PSEUDO_DEGREES = 2.0
COVERAGE = 0.90
"""The share of new members that the intervals are made to hold."""


@dataclass(frozen=True)
class Expected:
    """A new member's expected value and its :data:`COVERAGE` prediction interval; ``n`` members of its own group."""

    value: float
    low: float
    high: float
    n: int


@lru_cache
def _quantile(degrees: int) -> float:
    return float(stats.t.ppf(0.5 + COVERAGE / 2, degrees))


def expected_of(groups: Mapping[str, Sequence[float]], wanted: str) -> Expected:
    """What to expect of one more member of the group ``wanted``, which may be none of ``groups``.

    At least one group must hold two members, or two groups one.
    """
    values = {name: np.asarray(members, float) for name, members in groups.items() if len(members)}
    sizes = np.array([len(members) for members in values.values()])
    means = np.array([members.mean() for members in values.values()])
    total, overall = int(sizes.sum()), float(sizes @ means / sizes.sum())
    squares = {name: float(((members - members.mean()) ** 2).sum()) for name, members in values.items()}
    degrees = total - len(values)
    if degrees:
        within, between = sum(squares.values()) / degrees, 0.0
        if len(values) > 1:
            excess = float(sizes @ (means - overall) ** 2) - (len(values) - 1) * within
            between = max(0.0, excess / (total - float((sizes**2).sum()) / total))
    else:  # a member each: their spread holds both
        within, between = float(means.var(ddof=1)), 0.0
    own = values.get(wanted)
    count = 0 if own is None else len(own)
    prior = _PSEUDO_DEGREES * (within + between)
    own_variance = (squares.get(wanted, 0.0) + prior) / (max(count - 1, 0) + _PSEUDO_DEGREES)
    trust = between / (between + own_variance / count) if count and between > 0 else 0.0
    value = overall if own is None else overall + trust * (float(own.mean()) - overall)
    of_overall = within / total + between * float((sizes**2).sum()) / total**2
    of_mean = (trust * own_variance / count if count else between) + (1 - trust) ** 2 * of_overall
    reach = _quantile(max(total - 1, 1)) * math.sqrt(own_variance + of_mean)
    return Expected(value, value - reach, value + reach, count)
