"""Step functions of time, brought to as many points as a chart has: exact means and peaks of each bucket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Buckets:
    """``edges`` (n + 1,) in s; bucket *i* is from ``edges[i]`` to ``edges[i + 1]``."""

    edges: Floats

    @classmethod
    def over(cls, from_s: float, to_s: float, count: int) -> Buckets:
        """``count`` equal buckets."""
        return cls(np.linspace(from_s, max(to_s, from_s + 1e-6), count + 1))

    def means(self, start_s: Floats, end_s: Floats, value: Floats) -> Floats:
        """Time averages (n,) of the step function that has ``value`` from ``start_s`` to ``end_s`` and else 0.

        Rows may overlap; they add up. The integral of all rows up to *t* is Σ v·max(0, t − start) less
        Σ v·max(0, t − end), and each sum is linear between sorted corners: cumulative sums give it at every edge.
        """
        integral = _ramps(start_s, value, self.edges) - _ramps(end_s, value, self.edges)
        return np.asarray(np.diff(integral) / np.diff(self.edges))

    def peaks(self, start_s: Floats, end_s: Floats, value: Floats) -> Floats:
        """The largest ``value`` of any row that touches each bucket (n,); 0 where none does."""
        count = len(self.edges) - 1
        peaks = np.zeros(count)
        kept = (end_s > start_s) & (end_s > self.edges[0]) & (start_s < self.edges[-1])
        first = np.clip(np.searchsorted(self.edges, start_s[kept], "right") - 1, 0, count - 1)
        last = np.clip(np.searchsorted(self.edges, end_s[kept], "left") - 1, 0, count - 1)
        np.maximum.at(peaks, first, value[kept])
        np.maximum.at(peaks, last, value[kept])
        long = last - first > 1
        for begin, end, size in zip(first[long], last[long], value[kept][long], strict=True):
            np.maximum(peaks[begin + 1 : end], size, out=peaks[begin + 1 : end])
        return peaks

    def row_means(self, time_s: Floats, value: Floats) -> Floats:
        """The mean ``value`` of the rows in each bucket (n,); NaN where there is none."""
        count = len(self.edges) - 1
        place = np.clip(np.searchsorted(self.edges, time_s, "right") - 1, 0, count - 1)
        rows = np.bincount(place, minlength=count).astype(np.float64)
        sums = np.bincount(place, weights=value, minlength=count)
        means: Floats = np.divide(sums, rows, out=np.full(count, np.nan), where=rows > 0)
        return means


def _ramps(corner_s: Floats, value: Floats, at_s: Floats) -> Floats:
    """Σ value · max(0, t − corner) at each ``at_s``."""
    order = np.argsort(corner_s, kind="stable")
    corners, slopes = corner_s[order], value[order]
    slope = np.concatenate(([0.0], np.cumsum(slopes)))
    offset = np.concatenate(([0.0], np.cumsum(slopes * corners)))
    place = np.searchsorted(corners, at_s, "right")
    return np.asarray(slope[place] * at_s - offset[place])
