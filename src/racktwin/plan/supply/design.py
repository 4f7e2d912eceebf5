"""The cheapest network for an uncertain future: HiGHS directly where it is small, else future by future.

A large two-stage problem is taken apart: each future by itself gives a bound (``design_bound``) and says what it would
open and hold. Openings that the futures agree on least dearly are branched on until the bound suffices; what they open
on average is rounded at several thresholds, and what to hold is found for it (``design_held``). What is left of the gap
goes to HiGHS on all futures at once. The gap to the bound is always told.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from racktwin.errors import RacktwinError

from .design_bound import Futures, Node
from .design_held import Plan, Slopes
from .design_problem import DesignProblem, Model, coarser, conditional_value_at_risk, model_of, size_of
from .flows import Flags
from .program import Arrays, Solution, solve_whole
from .stages import Floats

Report = Callable[[str], None]

_DIRECT = 10_000
_THRESHOLDS = (0.01, 0.05, 0.2, 0.5)
"""Of the mean share that the futures open: options above it are opened."""
_NEAR = 0.3
"""Of the gap asked for: a plan so near to the cost with hindsight is good enough for its openings."""
_LONGER, _MERGED = 20_000, 4
"""A future of more columns is first designed with as many periods in one."""
_WHOLE = 100_000
"""Columns up to which HiGHS may have the whole programme if all else leaves a gap."""
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
    columns = size_of(problem)
    tell(f"{columns:,} columns")
    if columns <= direct_columns:
        model = model_of(problem)
        found = solve_whole(model.arrays, gap=gap, time_limit_s=time_limit_s)
        if len(found.values):
            return _of_whole(problem, model, found, found.bound, "HiGHS directly", started)
    first = None
    if len(problem.futures) > 1 and columns > _LONGER * len(problem.futures):
        first = design(coarser(problem, _MERGED), gap=gap, time_limit_s=time_limit_s / 4, report=report)
    return _Search(problem, gap, deadline_s, tell, started).run(first)


class _Search:
    """``best`` is the cheapest plan so far, ``bound`` what every design costs at least."""

    def __init__(self, problem: DesignProblem, gap: float, deadline_s: float, tell: Report, started: float) -> None:
        self.problem, self.gap, self.tell, self.started = problem, gap, tell, started
        self.deadline_s = deadline_s
        self.futures = Futures(problem)
        self.usd = np.array([option.opening_usd for option in problem.options])
        self.bound = -np.inf
        self.best: Plan | None = None
        self.method = ""
        self._tried: set[bytes] = set()
        self._trying_s = 0.0

    def run(self, first: Design | None) -> Design:
        """``first``: a design of the same problem on longer periods."""
        root = self.futures.root(self.deadline_s)
        if not np.isfinite(root.bound):
            raise RacktwinError("the futures took all the time given\n    → give more time (--time), or longer periods")
        self.slopes = Slopes(self.problem, self.futures, root)
        self.tell(f"{time.process_time() - self.started:.0f} s: bound {root.bound:,.0f}")
        if first is not None:
            began = time.process_time()
            self._keep(self.slopes.plan(first.is_open, first.held), "designed on longer periods")
            self._trying_s += time.process_time() - began
        self._branch(root)
        if not self._is_done():
            whole = self._whole(root)
            if whole is not None:
                return whole
        if self.best is None:
            raise RacktwinError("no design was found in the time given\n    → give more time (--time)")
        return self._answer(self.best)

    def _is_done(self) -> bool:
        return time.monotonic() > self.deadline_s or self.bound >= self._enough()

    def _enough(self) -> float:
        """A bound that closes the gap."""
        return np.inf if self.best is None else self.best.cost_usd - self.gap * abs(self.best.cost_usd)

    def _branch(self, root: Node) -> None:
        """Nodes in the order of their bounds; in between, roundings of what their futures open."""
        nodes, settled = [root], np.inf
        while nodes:
            node = heapq.heappop(nodes)
            self.bound = max(self.bound, min(settled, node.bound))
            shares = self.futures.mean(node)
            if self.best is None or self._trying_s <= (time.process_time() - self.started) / 3:
                self._round(node, shares)
            if self._is_done():
                return
            left_usd = np.where(node.most & ~node.least & (shares > _SHUT), (1.0 - shares) * self.usd, 0.0)
            option = int(np.argmax(left_usd)) if len(left_usd) else 0
            if left_usd.max(initial=0.0) <= 1e-6 * abs(node.bound):
                self._round(node, shares)
                settled = min(settled, node.bound)
                continue
            for is_open in (True, False):
                least, most = node.least.copy(), node.most.copy()
                least[option] = most[option] = is_open
                heapq.heappush(nodes, self.futures.inside(node, least, most, self._enough(), self.deadline_s))
            self.tell(
                f"{time.process_time() - self.started:.0f} s: branched on {self.problem.options[option].name}: "
                f"bound {min(settled, nodes[0].bound):,.0f}"
            )
        self.bound = max(self.bound, settled)

    def _round(self, node: Node, shares: Floats) -> None:
        """The first threshold that opens what was not tried yet."""
        for threshold in _THRESHOLDS:
            is_open = node.least | (node.most & (shares >= threshold))
            if is_open.tobytes() not in self._tried:
                self._tried.add(is_open.tobytes())
                began = time.process_time()
                self._try(node, is_open, f"future by future, rounded at {threshold:g}")
                self._trying_s += time.process_time() - began
                return

    def _try(self, node: Node, is_open: Flags, how: str) -> None:
        """These openings, unless even with hindsight they cost more than the best plan."""
        most_usd = np.inf if self.best is None else self.best.cost_usd
        hindsight = self.futures.inside(node, is_open, is_open, most_usd, self.deadline_s)
        if hindsight.bound >= most_usd:
            return

        def is_enough(plan: Plan) -> bool:
            self._keep(plan, how)
            return self._is_done() or plan.cost_usd - hindsight.bound <= _NEAR * self.gap * abs(plan.cost_usd)

        plan = self.slopes.plan(is_open, hindsight.held.max(axis=0))
        self._keep(self.slopes.improve(plan, hindsight.held, is_enough), how)

    def _keep(self, plan: Plan, how: str) -> None:
        if self.best is not None and plan.cost_usd >= self.best.cost_usd:
            return
        self.best, self.method = plan, how
        gap = (self.best.cost_usd - self.bound) / abs(self.best.cost_usd)
        self.tell(f"{time.process_time() - self.started:.0f} s: {how}: {plan.cost_usd:,.0f}, gap {gap:.2%}")

    def _whole(self, root: Node) -> Design | None:
        """HiGHS on all futures at once; of many columns only with the options fixed that are sure."""
        model, shares = model_of(self.problem), self.futures.mean(root)
        is_all = model.size <= _WHOLE
        arrays = model.arrays if is_all else _fixed(model, shares > 1 - _SURE, shares > _SURE)
        found = solve_whole(arrays, gap=self.gap, time_limit_s=max(1.0, self.deadline_s - time.monotonic()))
        if is_all:
            self.bound = max(self.bound, found.bound)
        if len(found.values) == 0 or (self.best is not None and self.best.cost_usd <= found.cost):
            return None
        how = "HiGHS on all futures" if is_all else "sure options fixed, HiGHS on the rest"
        self.tell(f"{how}: {found.cost:,.0f}")
        return _of_whole(self.problem, model, found, self.bound, how, self.started)

    def _answer(self, plan: Plan) -> Design:
        models, values = self.futures.models, [np.maximum(future.values, 0.0) for future in plan.futures]
        pairs = list(zip(models, values, strict=True))
        first_usd = float(models[0].first_stage_usd @ values[0][models[0].first_stage])
        return Design(
            self.problem,
            plan.is_open,
            np.where(plan.held > 1e-6, plan.held, 0.0),
            plan.cost_usd,
            self.bound,
            first_usd,
            np.array([float(model.future_cost[0][1] @ value[model.future_cost[0][0]]) for model, value in pairs]),
            np.array([value[model.columns[0].owed[:, -1]] for model, value in pairs]),
            tuple(value[model.columns[0].sent] for model, value in pairs),
            self.method,
            time.process_time() - self.started,
        )


def _fixed(model: Model, least: Flags, most: Flags) -> Arrays:
    """The programme with opened columns between ``least`` and ``most``."""
    arrays = model.arrays
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    lower[model.opened], upper[model.opened] = least.astype(float), most.astype(float)
    return Arrays(arrays.cost, lower, upper, arrays.is_whole, arrays.row_lower, arrays.row_upper, arrays.matrix)


def _of_whole(
    problem: DesignProblem, model: Model, found: Solution, bound: float, method: str, started: float
) -> Design:
    values = np.maximum(found.values, 0.0)
    first = float(model.first_stage_usd @ values[model.first_stage])
    future_usd = np.array([float(usd @ values[columns]) for columns, usd in model.future_cost])
    lost = np.array([values[block.owed[:, -1]] for block in model.columns])
    sent = tuple(values[block.sent] for block in model.columns)
    is_open = values[model.opened] > 0.5
    seconds = time.process_time() - started
    held = np.where(values[model.held] > 1e-6, values[model.held], 0.0)
    return Design(problem, is_open, held, found.cost, bound, first, future_usd, lost, sent, method, seconds)
