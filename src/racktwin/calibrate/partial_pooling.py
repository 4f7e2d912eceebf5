"""What to expect of one more member of a group, from its own members and those of the other groups.

A random-effects model: a group's mean is the overall mean plus something of variance τ², a member is its group's mean
plus something of the group's variance. Small groups lean on the others, large ones on themselves. Method of moments,
as in DerSimonian and Laird, Controlled Clinical Trials 7 (1986); a group's variance is shrunk to that of all members by
two pseudo-degrees of freedom.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
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

    def widened(self, factor: float) -> Expected:
        """With both ends ``factor`` times as far from the value."""
        low, high = (self.value + factor * (end - self.value) for end in (self.low, self.high))
        return Expected(self.value, low, high, self.n)


@lru_cache
def two_sided_t(degrees: int) -> float:
    """How many standard deviations to either side hold :data:`COVERAGE` of Student's t."""
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
    reach = two_sided_t(max(total - 1, 1)) * math.sqrt(own_variance + of_mean)
    return Expected(value, value - reach, value + reach, count)


def held_back_factor(worlds: Iterable[Mapping[str, Sequence[float]]]) -> float:
    """By how much intervals must be wider to hold members that they were not made from; at least 1.

    Each member of each world's groups is predicted from the rest of its world. Of the n misses, each by the reach that
    was stated, the ceil((n + 1) COVERAGE)-th smallest: split-conformal prediction's rank (Lei et al., J. Am. Stat.
    Assoc. 113, 2018), taken over the left-out as the jackknife does.
    """
    scores = sorted(score for groups in worlds for score in _scores(groups))
    rank = math.ceil((len(scores) + 1) * COVERAGE - 1e-9)
    return max(1.0, scores[rank - 1]) if rank <= len(scores) else math.inf


def _scores(groups: Mapping[str, Sequence[float]]) -> Iterable[float]:
    for name, members in groups.items():
        for place, member in enumerate(members):
            rest = [other for position, other in enumerate(members) if position != place]
            expected = expected_of({**groups, name: rest}, name)
            yield abs(member - expected.value) / (expected.high - expected.value)
