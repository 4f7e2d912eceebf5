"""What limits the plant at each instant, by the active-period method.

Roser, Nakano and Tanaka, "A practical bottleneck detection method", Winter Simulation Conference 2001, and
"Comparison of bottleneck detection methods for AGV systems", Winter Simulation Conference 2003: the momentary
bottleneck is whatever has been active without a break for the longest period; it is the *sole* bottleneck but where its
period overlaps that of the bottleneck before or after it, in which time the bottleneck *shifts* between the two.

Candidates are not machines alone:

- a work center is active while none of its work units is idle. The paper looks at each machine; with parallel work
  units one busy unit limits nothing while another stands idle, so a period lasts only while there is no spare unit;
- an operator group is active while everybody present is busy and an operation waits for them, also when nobody is
  present: then the hours are the limit;
- a feed or a cooling loop is active while an operation waits for it.

All periods are cut to the observed window first; :mod:`racktwin.kpi.active` finds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .active import Floats, Periods, active_periods

if TYPE_CHECKING:
    from racktwin.results import RunFolder

Integers = npt.NDArray[np.int64]


class Verdict(NamedTuple):
    """What one candidate came to, as shares of the observed window, and its mean active period, s (NaN if none)."""

    bottleneck_share: float
    sole_share: float
    shifting_share: float
    active_share: float
    mean_active_s: float


def bottlenecks(run: RunFolder) -> pa.Table:
    """A row per replication and candidate: ``replication``, ``subject`` (kind:name) and the verdict's columns."""
    rows = []
    for replication in run.replications:
        verdicts = judge(active_periods(run, replication), run.observed_s)
        rows += [(replication, subject, *verdict) for subject, verdict in verdicts.items()]
    fields = [("replication", pa.int64()), ("subject", pa.string())]
    schema = pa.schema([*fields, *((name, pa.float64()) for name in Verdict._fields)])
    columns = [[row[i] for row in rows] for i in range(len(schema))]
    return pa.table(columns, schema=schema)


def judge(candidates: dict[str, Periods], observed_s: float) -> dict[str, Verdict]:
    """Each candidate's verdict, from the active periods of all (already cut to the observed window).

    Where two periods are of one length, the earlier wins, then the candidate named first.
    """
    lengths = [len(periods.start_s) for periods in candidates.values()]
    owner = np.repeat(np.arange(len(candidates)), lengths)
    start_s = _joined([periods.start_s for periods in candidates.values()])
    end_s = _joined([periods.end_s for periods in candidates.values()])
    reign = _reigns(start_s, end_s, owner)
    shares = [
        np.bincount(owner[reign.period], weights=time_s, minlength=len(candidates)) / observed_s
        for time_s in (reign.end_s - reign.start_s, reign.sole_s, reign.shifting_s)
    ]
    active_s = np.bincount(owner, weights=end_s - start_s, minlength=len(candidates))
    return {
        name: Verdict(
            float(shares[0][i]),
            float(shares[1][i]),
            float(shares[2][i]),
            float(active_s[i] / observed_s),
            float(active_s[i] / lengths[i]) if lengths[i] else float("nan"),
        )
        for i, name in enumerate(candidates)
    }


class _Reigns(NamedTuple):
    """The momentary bottlenecks in order of time; ``period`` numbers the active period that reigns."""

    period: Integers
    start_s: Floats
    end_s: Floats
    sole_s: Floats
    shifting_s: Floats


def _reigns(start_s: Floats, end_s: Floats, owner: Integers) -> _Reigns:
    """Who is the bottleneck when. A period reigns once at most: what outlasts it cannot end before it does."""
    edges, slot = np.unique(np.concatenate([start_s, end_s]), return_inverse=True)
    by_length = np.lexsort((-owner, -start_s, end_s - start_s))
    rank = np.empty(len(by_length), np.int64)
    rank[by_length] = np.arange(len(by_length))
    best = _highest(slot[: len(start_s)], slot[len(start_s) :], rank, max(len(edges) - 1, 0))
    changes = np.flatnonzero(np.diff(best, prepend=-2) != 0)
    until = np.append(changes[1:], len(best))
    reigning = best[changes] >= 0
    period = by_length[best[changes][reigning]]
    from_s, to_s = edges[changes[reigning]], edges[until[reigning]]
    before, after = _handover(period, from_s, to_s, start_s, end_s)
    length_s = to_s - from_s
    sole_s = np.maximum(length_s - np.clip(before[1] - from_s, 0, length_s) - np.clip(to_s - after[0], 0, length_s), 0)
    overlap_s = np.maximum(np.minimum(before[1], after[1]) - np.maximum(before[0], after[0]), 0)
    shifting_s = (before[1] - before[0]) + (after[1] - after[0]) - overlap_s
    return _Reigns(period, from_s, to_s, sole_s, shifting_s)


def _handover(
    period: Integers, from_s: Floats, to_s: Floats, start_s: Floats, end_s: Floats
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """For each reign the overlap of its period with the one before and the one after; empty if they do not meet."""
    meets = from_s[1:] == to_s[:-1]
    overlap_from_s = np.maximum(start_s[period[1:]], start_s[period[:-1]])
    overlap_to_s = np.minimum(end_s[period[1:]], end_s[period[:-1]])
    before = (
        np.append(from_s[:1], np.where(meets, overlap_from_s, from_s[1:])),
        np.append(from_s[:1], np.where(meets, overlap_to_s, from_s[1:])),
    )
    after = (
        np.append(np.where(meets, overlap_from_s, to_s[:-1]), to_s[-1:]),
        np.append(np.where(meets, overlap_to_s, to_s[:-1]), to_s[-1:]),
    )
    return before, after


def _highest(first: Integers, after: Integers, rank: Integers, size: int) -> Integers:
    """For each of ``size`` slots the highest rank of the periods over it (``first`` to before ``after``), or -1.

    O(n log n): each period is two overlapping blocks of a power of two; blocks are halved from the largest down.
    """
    level = np.frexp(np.maximum(after - first, 1).astype(np.float64))[1] - 1
    best = np.full(size, -1, np.int64)
    for power in range(int(level.max(initial=0)), -1, -1):
        half, mine = 1 << power, level == power
        if power < int(level.max(initial=0)):
            np.maximum(best[half:], best[:-half].copy(), out=best[half:])
        np.maximum.at(best, first[mine], rank[mine])
        np.maximum.at(best, after[mine] - half, rank[mine])
    return best


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.empty(0)
