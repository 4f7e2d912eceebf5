"""Random networks of stock theory: serial, distribution and assembly systems."""

from __future__ import annotations

from typing import Any

from .stock_theory import Stage, Stages

Rng = Any


def _policy(rng: Rng, kinds: tuple[str, ...]) -> tuple[str, float, float]:
    a, b = float(rng.integers(3, 20)), float(rng.integers(1, 15))
    policies = {"BS": ("BS", a, 0.0), "EBS": ("EBS", 3 * a, 0.0), "sS": ("sS", a, a + b), "rQ": ("rQ", a, b)}
    return policies[str(rng.choice(kinds))]


def _demand(rng: Rng, periods: int, is_whole: bool) -> list[float]:
    values = rng.integers(0, 10, periods) if is_whole else rng.gamma(2, 2, periods)
    return [float(value) for value in values]


def _stage(rng: Rng, kinds: tuple[str, ...], after: list[tuple[int, float]]) -> Stage:
    return Stage(
        _policy(rng, kinds), int(rng.integers(0, 4)), int(rng.integers(0, 3)), after, float(rng.integers(0, 30))
    )


def serial(rng: Rng, size: int, periods: int, kinds: tuple[str, ...], is_whole: bool) -> Stages:
    """One stage after another, the last with customers."""
    stages = [_stage(rng, kinds, [(number - 1, 1.0)] if number else []) for number in range(size)]
    stages[-1].demand = _demand(rng, periods, is_whole)
    return Stages(stages, periods)


def distribution(rng: Rng, size: int, periods: int, kinds: tuple[str, ...], is_whole: bool) -> Stages:
    """A tree from one source; customers at the leaves and at some stages above."""
    upstream = [-1, *(int(rng.integers(0, number)) for number in range(1, size))]
    stages = [_stage(rng, kinds, [(before, 1.0)] if before >= 0 else []) for before in upstream]
    for number, stage in enumerate(stages):
        if number not in upstream or rng.random() < 0.3:
            stage.demand = _demand(rng, periods, is_whole)
    return Stages(stages, periods)


def assembly(rng: Rng, size: int, periods: int, kinds: tuple[str, ...], is_whole: bool) -> Stages:
    """A tree into one product, 1 to 3 pieces of each part in it; one where positions are of echelons."""
    most = 1 if "EBS" in kinds else 3
    downstream = [int(rng.integers(number + 1, size)) for number in range(size - 1)]
    stages = []
    for number in range(size):
        parts = [before for before in range(number) if downstream[before] == number]
        stages.append(_stage(rng, kinds, [(before, float(rng.integers(1, most + 1))) for before in parts]))
    stages[-1].demand = _demand(rng, periods, is_whole)
    return Stages(stages, periods)


SHAPES = {"serial": serial, "distribution": distribution, "assembly": assembly}
POLICIES: tuple[tuple[str, ...], ...] = (("BS",), ("BS", "sS", "rQ"), ("EBS",))
