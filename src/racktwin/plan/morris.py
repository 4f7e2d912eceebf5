"""Elementary effects: which of many inputs matter at all, for a few runs each.

Morris, Technometrics 33 (1991); μ* and groups by Campolongo, Cariboni and Saltelli, Environmental Modelling and
Software 22 (2007). Written here in fifty lines, since SALib would bring pandas and matplotlib along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Design:
    """``points[t, s]`` is where trajectory ``t`` stands after ``s`` steps (inputs from 0 to 1).

    ``moved[t, s]`` is the group that its step ``s`` moves; ``sign[t, s]`` the way it goes, 0 where the inputs
    of a group go different ways.
    """

    points: Floats
    moved: Whole
    sign: Floats
    step: float


@dataclass(frozen=True)
class Effects:
    """Per group: mean absolute effect of going from end to end, its standard error, mean and deviation of the effects.

    ``mu`` and ``sigma`` are NaN for groups of several inputs; all is NaN where ``n``, the effects seen, is 0. A
    ``sigma`` as large as ``mu_star`` tells of curvature or of inputs that act together.
    """

    mu_star: Floats
    error: Floats
    mu: Floats
    sigma: Floats
    n: Whole


def morris_design(groups: Sequence[int], trajectories: int, random: np.random.Generator, levels: int = 4) -> Design:
    """Trajectories over inputs in ``groups`` (numbers from 0): each step moves one group, and each group moves once."""
    of = np.asarray(groups, np.int64)
    count = int(of.max()) + 1
    step = levels / (2.0 * (levels - 1))
    starts = np.arange(levels // 2) / (levels - 1)
    points = np.empty((trajectories, count + 1, len(of)))
    moved = np.empty((trajectories, count), np.int64)
    sign = np.empty((trajectories, count))
    for t in range(trajectories):
        up = random.random(len(of)) < 0.5
        at = random.choice(starts, len(of)) + np.where(up, 0.0, step)
        moved[t] = random.permutation(count)
        points[t, 0] = at
        for s, group in enumerate(moved[t]):
            mine = of == group
            at = np.where(mine, at + np.where(up, step, -step), at)
            points[t, s + 1] = at
            ways = np.unique(np.where(up[mine], 1.0, -1.0))
            sign[t, s] = ways[0] if len(ways) == 1 else 0.0
    return Design(np.clip(points, 0.0, 1.0), moved, sign, step)


def elementary_effects(design: Design, outputs: Floats, is_single: npt.NDArray[np.bool_]) -> Effects:
    """From the outputs at the points (``[t, s]``; NaN where there is none) to the effects of each group.

    ``is_single`` says which groups are one input alone: theirs have a direction.
    """
    change = np.diff(outputs, axis=1) / design.step
    by_group = [change[design.moved == group] for group in range(len(is_single))]
    signed = [(change * design.sign)[design.moved == group] for group in range(len(is_single))]
    sizes = [np.abs(one[~np.isnan(one)]) for one in by_group]
    ways = [one[~np.isnan(one)] if single else np.empty(0) for one, single in zip(signed, is_single, strict=True)]
    return Effects(
        np.array([_mean(one) for one in sizes]),
        np.array([_deviation(one) / np.sqrt(max(len(one), 1)) for one in sizes]),
        np.array([_mean(one) for one in ways]),
        np.array([_deviation(one) for one in ways]),
        np.array([len(one) for one in sizes], np.int64),
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _deviation(values: Floats) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")
