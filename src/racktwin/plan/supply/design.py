"""The cheapest network for an uncertain future: HiGHS directly where it is small, else relax, round, solve again.

A large two-stage problem is relaxed and solved by interior point, which bounds every design from below. Its opened
shares are rounded at several thresholds; a design's second stage falls apart into one linear programme per future when
what is held is fixed, or is solved whole to choose what is held. What is left of the gap goes to HiGHS with the options
that the relaxation leaves no doubt about fixed. The gap to the bound is always told.

What a relaxation hides is the opening of few dear options, of which it opens a little each. So the bound is raised by
branching on them, the one with most left to pay first, each node by interior point.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError

from .design_problem import DesignProblem, Model, model_of
from .program import Arrays, Solution, solve_interior, solve_whole
from .stages import Floats

Flags = npt.NDArray[np.bool_]
Report = Callable[[str], None]

_DIRECT = 10_000
_ROUNDED = 5
"""Thresholds tried before branching."""
_THRESHOLDS = (0.5, 0.2, 0.05, 0.8, 0.01)
_SURE = 1e-3
_SHUT = 1e-5


@dataclass(frozen=True)
class Design:
    """What to open and hold, what that costs in each future, and how far from the best it can be.

    ``cost_usd`` is the objective: first stage, and the weighted mean of expected cost and CVaR. ``sent``: per future,
    pieces by way and period.
    """

    problem: DesignProblem
    is_open: Flags
    held: Floats
    cost_usd: float
    bound_usd: float
    first_stage_usd: float
    future_usd: Floats
    lost_pieces: Floats
    sent: tuple[Floats, ...]
    method: str
    seconds: float

    @property
    def gap(self) -> float:
        """Share of the cost that another design may still save."""
        return max(0.0, self.cost_usd - self.bound_usd) / max(abs(self.cost_usd), 1e-12)

    @property
    def expected_usd(self) -> float:
        """First stage and mean over the futures."""
        weights = np.array([future.probability for future in self.problem.futures])
        return self.first_stage_usd + float(weights @ self.future_usd)

    @property
    def tail_usd(self) -> float:
        """First stage and the mean of the worst futures (CVaR at the problem's risk level)."""
        return self.first_stage_usd + conditional_value_at_risk(self.problem, self.future_usd)


def conditional_value_at_risk(problem: DesignProblem, future_usd: Floats) -> float:
    """The mean of the worst ``1 - risk_level`` of the futures' costs, a future counted in part where it straddles."""
    order = np.argsort(-future_usd)
    left, total = 1.0 - problem.risk_level, 0.0
    for number in order:
        share = min(left, problem.futures[number].probability)
        total += share * future_usd[number]
        left -= share
    return float(total / (1.0 - problem.risk_level))


def design(
    problem: DesignProblem,
    *,
    gap: float = 0.01,
    time_limit_s: float = 600.0,
    report: Report | None = None,
    direct_columns: int = _DIRECT,
) -> Design:
    """The best design found, to a relative ``gap`` if the time allows. RacktwinError if demand cannot be met at all."""
    tell = report or (lambda _: None)
    started = time.process_time()
    deadline_s = time.monotonic() + time_limit_s
    model = model_of(problem)
    tell(f"{model.size:,} columns, {len(model.arrays.row_lower):,} rows")
    if model.size <= direct_columns:
        found = solve_whole(model.arrays, gap=gap, time_limit_s=time_limit_s)
        if len(found.values):
            return _design(problem, model, found, found.bound, "HiGHS directly", started)
    return _Rounding(problem, model, gap, deadline_s, tell, started).run()


class _Rounding:
    """Relax, round, solve again; ``best`` is the cheapest design so far."""

    def __init__(
        self, problem: DesignProblem, model: Model, gap: float, deadline_s: float, tell: Report, started: float
    ) -> None:
        self.problem, self.model, self.gap, self.tell, self.started = problem, model, gap, tell, started
        self.deadline_s = deadline_s
        self.bound = -np.inf
        self.best: tuple[Solution, str] | None = None
        self._tried: set[bytes] = set()

    def run(self) -> Design:
        relaxed = solve_interior(self.model.arrays, time_limit_s=self._left_s())
        if relaxed.status != "optimal":
            raise RacktwinError(
                f"the relaxed design ended as {relaxed.status}\n    → give more time (--time), or longer periods"
            )
        self.bound = relaxed.cost - 1e-7 * abs(relaxed.cost)
        shares = relaxed.values[self.model.opened]
        doubtful = int(np.sum((shares > _SURE) & (shares < 1 - _SURE)))
        self.tell(f"bound {self.bound:,.0f} after {relaxed.seconds:.0f} s; {doubtful} options in doubt")
        for number, threshold in enumerate(_THRESHOLDS):
            if self._is_done():
                break
            self._try(shares >= threshold, f"rounded at {threshold:g}")
            if number + 1 == _ROUNDED:
                self._branch(shares)
        if not self._is_done():
            self._polish(shares)
        if self.best is None:
            raise RacktwinError("no design was found in the time given\n    → give more time (--time)")
        solution, method = self.best
        return _design(self.problem, self.model, solution, self.bound, method, self.started)

    def _left_s(self) -> float:
        return max(1.0, self.deadline_s - time.monotonic())

    def _is_done(self) -> bool:
        if time.monotonic() > self.deadline_s:
            return True
        return self.best is not None and self.best[0].cost - self.bound <= self.gap * abs(self.best[0].cost)

    def _branch(self, shares: Floats) -> None:
        """Raise the bound: nodes in the order of their bounds, until the gap is closed, or nothing is in doubt."""
        usd = np.array([option.opening_usd for option in self.problem.options])
        count = itertools.count()
        least, most = np.zeros(len(usd), bool), np.ones(len(usd), bool)
        nodes = [(self.bound, next(count), least, most, shares)]
        while nodes:
            bound, _, least, most, shares = heapq.heappop(nodes)
            self.bound = max(self.bound, bound)
            left_usd = np.where(most & ~least & (shares > _SHUT), (1.0 - shares) * usd, 0.0)
            if self._is_done() or left_usd.max(initial=0.0) <= 1e-6 * abs(bound):
                return
            option = int(np.argmax(left_usd))
            for is_open in (True, False):
                lower, upper = least.copy(), most.copy()
                lower[option] = upper[option] = is_open
                node = solve_interior(_fixed(self.model, lower, upper), time_limit_s=self._left_s())
                if node.status == "infeasible":
                    continue
                solved = node.status == "optimal"
                cost = node.cost - 1e-7 * abs(node.cost) if solved else bound
                inside = node.values[self.model.opened] if solved else shares
                heapq.heappush(nodes, (cost, next(count), lower, upper, inside))
            if nodes:
                self.tell(f"branched on {self.problem.options[option].name}: bound {nodes[0][0]:,.0f}")

    def _try(self, is_open: Flags, how: str) -> None:
        if is_open.tobytes() in self._tried:
            return
        self._tried.add(is_open.tobytes())
        found = solve_interior(_fixed(self.model, is_open, is_open), time_limit_s=self._left_s())
        if found.status == "optimal":
            self._keep(found, f"relaxed, {how}, solved again")

    def _keep(self, found: Solution, how: str) -> None:
        if self.best is None or found.cost < self.best[0].cost:
            self.best = (found, how)
        gap = (self.best[0].cost - self.bound) / abs(self.best[0].cost)
        self.tell(f"{how}: {found.cost:,.0f}, gap {gap:.2%}")

    def _polish(self, shares: Floats) -> None:
        """HiGHS on the options in doubt, those without fixed as the relaxation has them."""
        arrays = _fixed(self.model, shares > 1 - _SURE, shares > _SURE)
        found = solve_whole(arrays, gap=self.gap / 2, time_limit_s=self._left_s())
        if len(found.values):
            self._keep(found, "sure options fixed, HiGHS on the rest")


def _fixed(model: Model, least: Flags, most: Flags) -> Arrays:
    """The programme with opened columns between ``least`` and ``most``."""
    arrays = model.arrays
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    lower[model.opened], upper[model.opened] = least.astype(float), most.astype(float)
    return Arrays(arrays.cost, lower, upper, arrays.is_whole, arrays.row_lower, arrays.row_upper, arrays.matrix)


def _design(problem: DesignProblem, model: Model, found: Solution, bound: float, method: str, started: float) -> Design:
    values = np.maximum(found.values, 0.0)
    first = float(model.first_stage_usd @ values[np.concatenate((model.opened, model.held))])
    future_usd = np.array([float(usd @ values[columns]) for columns, usd in model.future_cost])
    lost = np.array([values[block.owed[:, -1]] for block in model.columns])
    sent = tuple(values[block.sent] for block in model.columns)
    is_open = values[model.opened] > 0.5
    seconds = time.process_time() - started
    held = np.where(values[model.held] > 1e-6, values[model.held], 0.0)
    return Design(problem, is_open, held, found.cost, bound, first, future_usd, lost, sent, method, seconds)
