"""A bound on every design, future by future: each future opens and holds for itself, at the full price.

What a design costs in a future is no less than the least that this future could cost with a first stage of its own,
and expected cost and CVaR of costs grow with each of them: so the mixture of those least costs bounds all designs (the
Lagrangian dual of Carøe and Schultz 1999 with equal multipliers). The futures are small programmes; HiGHS holds each
with its last basis, so that fixing an option costs a few pivots.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .design_problem import DesignProblem, mixed_usd, model_of
from .flows import Flags
from .program import Solution, again, highs
from .stages import Floats

_TOLERANCE = 1e-7
"""Of a future's cost, what HiGHS's tolerances may hide."""


@dataclass(frozen=True, order=True)
class Node:
    """All designs with openings between ``least`` and ``most`` cost at least ``bound``; ``shares[future, option]``,
    ``held[future, stock]``."""

    bound: float
    number: int
    least: Flags = field(compare=False)
    most: Flags = field(compare=False)
    future_usd: Floats = field(compare=False)
    shares: Floats = field(compare=False)
    held: Floats = field(compare=False)
    bases: tuple[Any, ...] = field(compare=False)
    """HiGHS's last basis of each future, where the parts of this node start from."""


class Futures:
    """The relaxed programme of each future by itself."""

    def __init__(self, problem: DesignProblem) -> None:
        self.problem = problem
        neutral = replace(problem, risk_weight=0.0)
        self.models = [model_of(neutral, (replace(future, probability=1.0),)) for future in problem.futures]
        self._solvers = [highs(model.arrays, None) for model in self.models]
        self._chances = np.array([future.probability for future in problem.futures])
        self._count = 0
        for solver in self._solvers:
            solver.setOptionValue("threads", 1)

    def root(self, deadline_s: float) -> Node:
        """Nothing fixed; each future starts from the basis of the one before, whose columns and rows are the same."""
        options = len(self.problem.options)
        unknown = Node(
            -np.inf,
            -1,
            np.zeros(options, bool),
            np.ones(options, bool),
            np.full(len(self.models), -np.inf),
            np.zeros((len(self.models), options)),
            np.zeros((len(self.models), len(self.problem.hold_usd))),
            (None,) * len(self.models),
        )
        return self.inside(unknown, unknown.least, unknown.most, np.inf, deadline_s)

    def inside(self, parent: Node, least: Flags, most: Flags, enough_usd: float, deadline_s: float) -> Node:
        """A part of ``parent``; likely futures first, the others keep its bound once ``enough_usd`` is reached.

        A future starts from its basis in the parent; where nothing is free, or there is none, from its neighbour's.
        """
        is_fixed = bool((least == most).all())
        future_usd = parent.future_usd.copy()
        shares, held = np.clip(parent.shares, least, most), parent.held.copy()
        bound, bases, basis = parent.bound, list(parent.bases), None
        for k in np.argsort(-self._chances, kind="stable"):
            if bound >= enough_usd or time.monotonic() > deadline_s:
                break
            basis = basis if parent.bases[k] is None or is_fixed else parent.bases[k]
            found = self._solve(int(k), least, most, basis)
            bases[k] = basis = self._solvers[k].getBasis()
            if found.status == "infeasible":
                bound = np.inf
            elif found.status == "optimal":
                future_usd[k] = max(future_usd[k], found.cost - _TOLERANCE * abs(found.cost))
                shares[k] = found.values[self.models[k].opened]
                held[k] = found.values[self.models[k].held]
                bound = max(parent.bound, mixed_usd(self.problem, future_usd))
        self._count += 1
        return Node(bound, self._count, least, most, future_usd, shares, held, tuple(bases))

    def cost(self, is_open: Flags, held: Floats, *, is_near: bool = False) -> list[Solution]:
        """Each future with the first stage fixed (its cost in each); from its own last basis if that ``is_near``."""
        first, basis, found = np.concatenate((is_open.astype(float), held)), None, []
        for solver, model in zip(self._solvers, self.models, strict=True):
            if basis is not None and not is_near:
                solver.setBasis(basis)
            found.append(again(solver, model.first_stage, first, first))
            basis = solver.getBasis()
        return found

    def mean(self, node: Node) -> Floats:
        """The share of each option that the futures would open, by their chances."""
        mean: Floats = self._chances @ node.shares
        return mean

    def _solve(self, number: int, least: Flags, most: Flags, basis: Any | None) -> Solution:
        solver, model = self._solvers[number], self.models[number]
        if basis is not None:
            solver.setBasis(basis)
        lower = np.concatenate((least.astype(float), model.arrays.lower[model.held]))
        upper = np.concatenate((most.astype(float), model.arrays.upper[model.held]))
        return again(solver, model.first_stage, lower, upper)
