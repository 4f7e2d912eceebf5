"""Morris and Sobol on functions whose indices are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from racktwin.plan import simulations_needed
from racktwin.plan.morris import elementary_effects, morris_design
from racktwin.plan.sobol import sobol

Floats = npt.NDArray[np.float64]
_A, _B = 7.0, 0.1


def ishigami(rows: Floats) -> Floats:
    """sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1 over [-π, π]³ (Ishigami and Homma, 1990)."""
    x = (2 * rows - 1) * math.pi
    return np.asarray(np.sin(x[:, 0]) + _A * np.sin(x[:, 1]) ** 2 + _B * x[:, 2] ** 4 * np.sin(x[:, 0]))


def ishigami_indices() -> tuple[list[float], list[float]]:
    """First-order and total indices, in closed form."""
    first = 0.5 * (1 + _B * math.pi**4 / 5) ** 2
    second = _A**2 / 8
    third_with_first = _B**2 * math.pi**8 * (1 / 18 - 1 / 50)
    variance = first + second + third_with_first
    alone = [first / variance, second / variance, 0.0]
    total = [(first + third_with_first) / variance, second / variance, third_with_first / variance]
    return alone, total


def test_sobol_of_ishigami() -> None:
    found = sobol(ishigami, 3, 2048, np.random.default_rng(1))
    alone, total = ishigami_indices()

    assert found.alone == pytest.approx(alone, abs=0.03)
    assert found.total == pytest.approx(total, abs=0.03)
    assert np.all((found.total_low <= found.total) & (found.total <= found.total_high))


def test_sobol_asks_for_as_many_as_it_says() -> None:
    asked: list[int] = []

    def count(rows: Floats) -> Floats:
        asked.append(len(rows))
        return ishigami(rows)

    sobol(count, 3, 16, np.random.default_rng(1))

    assert sum(asked) == simulations_needed(3, 16)


def test_sobol_of_a_constant_is_nothing() -> None:
    found = sobol(lambda rows: np.full(len(rows), 3.0), 2, 8, np.random.default_rng(1))

    assert list(found.total) == [0.0, 0.0]


def run(groups: list[int], weights: Floats, trajectories: int = 8) -> tuple[Floats, Floats, Floats]:
    design = morris_design(groups, trajectories, np.random.default_rng(3))
    sizes = np.bincount(groups)
    found = elementary_effects(design, design.points @ weights, sizes == 1)
    return found.mu_star, found.mu, found.sigma


def test_morris_of_a_linear_function_is_exact() -> None:
    """The effect of an input is its slope, whatever the others do."""
    mu_star, mu, sigma = run([0, 1, 2, 3], np.array([3.0, -2.0, 0.0, 0.5]))

    assert mu_star == pytest.approx([3.0, 2.0, 0.0, 0.5], abs=1e-9)
    assert mu == pytest.approx([3.0, -2.0, 0.0, 0.5], abs=1e-9)
    assert sigma == pytest.approx([0.0] * 4, abs=1e-9)


def test_morris_of_groups() -> None:
    """A group's effect is at most the sum of its inputs' slopes; it has no direction."""
    mu_star, mu, _ = run([0, 0, 1, 2, 2], np.array([3.0, 1.0, -2.0, 0.0, 0.0]), trajectories=20)

    assert 2.0 < mu_star[0] < 4.0
    assert mu_star[1:] == pytest.approx([2.0, 0.0], abs=1e-9)
    assert math.isnan(mu[0])
    assert mu[1] == pytest.approx(-2.0)


def test_morris_ranks_ishigami() -> None:
    """All three matter, and x1 and x3 act together: σ as large as μ* (Saltelli et al., Global Sensitivity Analysis)."""
    design = morris_design([0, 1, 2], 200, np.random.default_rng(4))
    outputs = ishigami(design.points.reshape(-1, 3)).reshape(design.points.shape[:2])
    found = elementary_effects(design, outputs, np.ones(3, bool))

    assert np.all(found.mu_star > 1.0)
    assert found.sigma[2] > found.mu_star[2]
    assert np.all(found.n == 200)


def test_trajectories_move_one_group_at_a_time_on_the_grid() -> None:
    design = morris_design([0, 1, 1, 2], 10, np.random.default_rng(5))
    steps = np.diff(design.points, axis=1)

    assert np.unique(np.round(design.points * 3, 9)).tolist() == [0, 1, 2, 3]
    assert np.allclose(np.abs(steps[steps != 0]), 2 / 3)
    assert sorted(np.count_nonzero(steps, axis=2).ravel().tolist()) == [1] * 20 + [2] * 10
    assert all(sorted(row) == [0, 1, 2] for row in design.moved.tolist())


def test_effects_beside_a_missing_output_are_left_out() -> None:
    design = morris_design([0, 1], 3, np.random.default_rng(6))
    outputs = design.points @ np.array([1.0, 2.0])
    outputs[0, 1] = np.nan
    outputs[1] = np.nan
    found = elementary_effects(design, outputs, np.ones(2, bool))

    assert list(found.n) == [1, 1]
    assert found.mu_star == pytest.approx([1.0, 2.0])
    assert np.all(np.isnan(found.sigma))
