"""The cheapest setting that keeps the requirements: settings in the order of their cost, those ruled out left out.

Costs are known, only performance is random; so the first setting in the order of cost that is judged to keep all
requirements is the answer. Ruled out is whatever has no more of anything than a setting that was judged to fail: this
takes it that more of something never hurts, and is checked where settings were judged.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from racktwin.errors import RacktwinError

from .feasible import Requirement, Verdict, judge
from .levers import Lever
from .plant import Samples, Setting

MOST_SETTINGS = 1_000_000


@dataclass(frozen=True)
class Progress:
    """Settings judged so far, of those allowed."""

    judged: int
    allowed: int


@dataclass(frozen=True)
class CapacityPlan:
    """``best`` is the cheapest setting found to keep all requirements (None: none of those judged does).

    With probability ``confidence`` every judgement is right, but for requirements missed or kept by less than their
    tolerance; so no cheaper setting keeps them all by more than that, if more of something never hurts.
    ``is_decided``: False where judgements or replications ran out before. ``contradictions``: pairs of settings in
    which the one with more of everything was judged to fail and the one with less to do.
    """

    levers: tuple[Lever, ...]
    requirements: tuple[Requirement, ...]
    best: Setting | None
    is_decided: bool
    confidence: float
    judged: dict[Setting, Verdict]
    contradictions: tuple[tuple[Setting, Setting], ...]

    def cost_usd_per_year(self, setting: Setting) -> float:
        """What the setting costs."""
        return cost_of(self.levers, setting)


def cost_of(levers: Sequence[Lever], setting: Setting) -> float:
    """What a setting of the levers costs, USD a year."""
    return sum(lever.cost_usd_per_year[level] for lever, level in zip(levers, setting, strict=True))


def plan_capacity(
    levers: Sequence[Lever],
    requirements: Sequence[Requirement],
    samples: Samples,
    *,
    confidence: float = 0.95,
    first: int = 10,
    at_most: int = 100,
    judgements: int = 60,
    report: Callable[[Progress], None] | None = None,
) -> CapacityPlan:
    """Search; each setting gets up to ``at_most`` replications, and up to ``judgements`` settings are judged."""
    if not levers or not requirements:
        raise RacktwinError("nothing to plan\n    → give at least one lever and one requirement")
    search = _Search(
        tuple(levers), tuple(requirements), samples, (1.0 - confidence) / judgements, first, at_most, judgements, report
    )
    best, is_decided = search.run()
    return CapacityPlan(
        tuple(levers),
        tuple(requirements),
        best,
        is_decided,
        confidence,
        search.judged,
        tuple(search.contradictions()),
    )


class _Search:
    def __init__(
        self,
        levers: tuple[Lever, ...],
        requirements: tuple[Requirement, ...],
        samples: Samples,
        p_wrong: float,
        first: int,
        at_most: int,
        judgements: int,
        report: Callable[[Progress], None] | None,
    ) -> None:
        self._levers, self._requirements, self._samples = levers, requirements, samples
        self._p_wrong, self._first, self._at_most = p_wrong, first, at_most
        self._judgements, self._report = judgements, report
        self.judged: dict[Setting, Verdict] = {}

    def run(self) -> tuple[Setting | None, bool]:
        top = tuple(len(lever.values) - 1 for lever in self._levers)
        if self._judge(top).kept is not True:
            return None, self.judged[top].kept is False
        least = self._least_levels(top)
        is_sure = True
        for setting in _by_cost(self._levers, least):
            if self._is_ruled_out(setting):
                continue
            if setting not in self.judged and len(self.judged) >= self._judgements:
                return self._cheapest_kept(), False
            kept = self._judge(setting).kept
            if kept:
                return setting, is_sure
            is_sure = is_sure and kept is not None
        return self._cheapest_kept(), is_sure

    def _least_levels(self, top: Setting) -> Setting:
        """Per lever the lowest level at which the plant with all else at its most is not judged to fail: bisection."""
        least = []
        for lever in range(len(top)):
            low, high = -1, top[lever]
            while high - low > 1 and len(self.judged) < self._judgements:
                middle = (low + high) // 2
                setting = (*top[:lever], middle, *top[lever + 1 :])
                low, high = (middle, high) if self._judge(setting).kept is False else (low, middle)
            least.append(low + 1)
        return tuple(least)

    def _judge(self, setting: Setting) -> Verdict:
        if setting not in self.judged:
            kpis = [one.kpi for one in self._requirements]
            self.judged[setting] = judge(
                self._requirements,
                lambda r: [self._samples.value(setting, kpi, r) for kpi in kpis],
                p_wrong=self._p_wrong,
                first=self._first,
                at_most=self._at_most,
            )
            if self._report is not None:
                self._report(Progress(len(self.judged), self._judgements))
        return self.judged[setting]

    def _is_ruled_out(self, setting: Setting) -> bool:
        return any(
            verdict.kept is False and _is_within(setting, other)
            for other, verdict in self.judged.items()
            if other != setting
        )

    def _cheapest_kept(self) -> Setting | None:
        kept = [setting for setting, verdict in self.judged.items() if verdict.kept]
        return min(kept, key=lambda setting: (cost_of(self._levers, setting), setting), default=None)

    def contradictions(self) -> Iterator[tuple[Setting, Setting]]:
        for less, verdict in self.judged.items():
            for more, other in self.judged.items():
                if verdict.kept and other.kept is False and less != more and _is_within(less, more):
                    yield less, more


def _is_within(less: Setting, more: Setting) -> bool:
    return all(a <= b for a, b in zip(less, more, strict=True))


def _by_cost(levers: Sequence[Lever], least: Setting) -> Iterator[Setting]:
    """All settings from ``least`` upwards, the cheapest first (a heap: the whole lattice is never listed)."""
    heap = [(cost_of(levers, least), least)]
    seen = {least}
    while heap:
        _, setting = heapq.heappop(heap)
        yield setting
        for lever, level in enumerate(setting):
            if level + 1 < len(levers[lever].values):
                following = (*setting[:lever], level + 1, *setting[lever + 1 :])
                if following not in seen:
                    if len(seen) > MOST_SETTINGS:
                        raise RacktwinError("too many settings\n    → fewer levels, or fewer levers")
                    seen.add(following)
                    heapq.heappush(heap, (cost_of(levers, following), following))
