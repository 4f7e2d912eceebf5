"""The plan against each dispatch rule, on the same random numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from racktwin.kpi import student_quantile
from racktwin.plan.schedule.plan import Plan

from .replay import Floats, Replayed
from .risk import order_done_s, weighted_tardiness_s


@dataclass(frozen=True)
class Versus:
    """One policy: means over replays, and (for rules) what the plan has less of, paired, with 95 % half widths."""

    policy: str
    tardiness_h: float
    on_time: float
    peak_kw: float
    makespan_d: float
    saved_h: float
    saved_half_h: float
    saved_kw: float
    saved_half_kw: float

    @property
    def saved_share(self) -> float:
        """By which share the plan's weighted tardiness is lower than this policy's; NaN where this has none."""
        return self.saved_h / self.tardiness_h if self.tardiness_h else math.nan


def versus(plan: Plan, replays: Sequence[Replayed], feed: str) -> list[Versus]:
    """All policies, the plan (the first of ``replays``) first; ``feed`` is whose peak is compared."""
    base_h = weighted_tardiness_s(plan, replays[0]) / 3600.0
    base_kw = _peak_kw(replays[0], feed)
    found = []
    for one in replays:
        late_h, peak_kw = weighted_tardiness_s(plan, one) / 3600.0, _peak_kw(one, feed)
        done_s = np.minimum(order_done_s(plan, one), one.horizon_s)
        found.append(
            Versus(
                one.policy,
                float(late_h.mean()),
                _on_time(plan, one),
                float(peak_kw.mean()),
                float(done_s.max(axis=1).mean()) / 86400.0,
                float((late_h - base_h).mean()),
                _half_width(late_h - base_h),
                float((peak_kw - base_kw).mean()),
                _half_width(peak_kw - base_kw),
            )
        )
    return found


def _peak_kw(replayed: Replayed, feed: str) -> Floats:
    return np.asarray(replayed.peak.get((feed, "power"), np.zeros(len(replayed.done_s))) / 1e3)


def _on_time(plan: Plan, replayed: Replayed) -> float:
    done_s = order_done_s(plan, replayed)
    first = {piece.order: piece for piece in reversed(plan.floor.pieces)}
    due_s = np.array([first[number].due_s for number in range(done_s.shape[1])])
    return float((done_s <= due_s)[:, np.isfinite(due_s)].mean()) if np.isfinite(due_s).any() else math.nan


def _half_width(differences: Floats) -> float:
    n = len(differences)
    if n < 2:
        return math.nan
    return student_quantile(n - 1, 0.95) * float(differences.std(ddof=1)) / math.sqrt(n)
