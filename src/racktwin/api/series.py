"""Step functions of time, brought to as many points as a chart has: exact means and peaks of each bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_ROUND_OFF = 1e-9
_DUST = 1e-13
"""Of the largest sum: what is left of it where all that began has ended."""


@dataclass(frozen=True)
class Buckets:
    """``edges`` (n + 1,) in s; bucket *i* is from ``edges[i]`` to ``edges[i + 1]``."""

    edges: Floats

    @classmethod
    def over(cls, from_s: float, to_s: float, count: int) -> Buckets:
        """``count`` equal buckets."""
        return cls(np.linspace(from_s, max(to_s, from_s + 1e-6), count + 1))

    @property
    def width_s(self) -> float:
        """Length of each bucket."""
        return float(self.edges[-1] - self.edges[0]) / (len(self.edges) - 1)

    def grouped(self, source: str, keys: Mapping[str, str], means: Mapping[str, str], peaks: Mapping[str, str]) -> str:
        """SQL that sums rows by key, by the bucket they begin in and by the one they end in.

        ``source`` begins with FROM and has ``start_s`` and ``end_s``; the others are SQL by the name they get. However
        many rows there are, one scan leaves at most a few groups for each bucket: what :meth:`mean` and
        :meth:`peak` need. Times are cut to the window and counted from its begin, so that sums keep their digits.
        """
        begin, end, width = float(self.edges[0]), float(self.edges[-1]), self.width_s
        last = len(self.edges) - 2
        sums = "".join(f", sum({v}) AS {n}, sum({v} * a) AS {n}_a, sum({v} * b) AS {n}_b" for n, v in means.items())
        tops = "".join(f", max({value}) AS {name}" for name, value in peaks.items())
        named = "".join(f"{sql} AS {name}, " for name, sql in keys.items())
        return f"""
            SELECT {named}
                least(CAST(floor(a / {width!r} + {_ROUND_OFF}) AS INTEGER), {last}) AS first_,
                greatest(first_, CAST(ceil(b / {width!r} - {_ROUND_OFF}) AS INTEGER) - 1) AS last_{sums}{tops}
            FROM (
                SELECT *, greatest(start_s, {begin!r}) - {begin!r} AS a, least(end_s, {end!r}) - {begin!r} AS b
                {source}
            ) WHERE end_s > {begin!r} AND start_s < {end!r} AND b > a GROUP BY ALL
        """

    def mean(self, rows: Mapping[str, Floats], name: str) -> Floats:
        """Time averages (n,) of the step function that ``rows`` of :meth:`grouped` sum up; overlapping rows add up.

        A row counts for the rest of its first bucket, whole for those after it, and less what is left of its last.
        """
        first, last, count = *_ends(rows), len(self.edges) - 1
        right = np.arange(1, count + 1) * self.width_s
        begun = np.bincount(first, rows[name], count)
        ended = np.bincount(last, rows[name], count)
        level = np.concatenate(([0.0], np.cumsum(begun - ended)[:-1]))
        partly = begun * right - np.bincount(first, rows[f"{name}_a"], count)
        partly -= ended * right - np.bincount(last, rows[f"{name}_b"], count)
        mean = level + partly / self.width_s
        return np.asarray(np.where(np.abs(mean) > _DUST * np.abs(rows[name]).max(initial=0.0), mean, 0.0))

    def peak(self, rows: Mapping[str, Floats], name: str) -> Floats:
        """The largest value of any row that touches each bucket (n,); 0 where none does."""
        first, last = _ends(rows)
        peaks = np.zeros(len(self.edges) - 1)
        np.maximum.at(peaks, first, rows[name])
        np.maximum.at(peaks, last, rows[name])
        for place in np.flatnonzero(last - first > 1):
            inside = slice(first[place] + 1, last[place])
            np.maximum(peaks[inside], rows[name][place], out=peaks[inside])
        return peaks


def _ends(rows: Mapping[str, Any]) -> tuple[Ints, Ints]:
    return rows["first_"].astype(np.int64), rows["last_"].astype(np.int64)
