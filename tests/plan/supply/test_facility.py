"""Capacitated facility location: OR-Library's optima where its files are at hand, everything tried on small cases."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from racktwin.errors import RacktwinError
from racktwin.plan.supply.facility import locate
from racktwin.plan.supply.program import Program
from racktwin.plan.supply.stages import Floats

pytest.importorskip("highspy")

# Beasley, European Journal of Operational Research 33 (1988); the files carry no licence and are not shipped
OPTIMA = {
    "cap71": 932615.750,
    "cap72": 977799.400,
    "cap73": 1010641.450,
    "cap74": 1034976.975,
    "cap101": 796648.437,
    "cap102": 854704.200,
    "cap103": 893782.112,
    "cap104": 928941.750,
    "cap131": 793439.562,
    "cap132": 851495.325,
    "cap133": 893076.712,
    "cap134": 928941.750,
}


@pytest.mark.parametrize("name", OPTIMA)
def test_or_library(name: str) -> None:
    path = Path(os.environ.get("RACKTWIN_ORLIB", "")) / f"{name}.txt"
    if not path.is_file():
        pytest.skip("RACKTWIN_ORLIB names no folder with OR-Library's files")
    numbers = np.array(path.read_text().split(), float)
    facilities, customers = int(numbers[0]), int(numbers[1])
    places, rest = numbers[2 : 2 + 2 * facilities].reshape(-1, 2), numbers[2 + 2 * facilities :]
    table = rest.reshape(customers, facilities + 1)
    found = locate(places[:, 0], places[:, 1], table[:, 0], table[:, 1:].T.copy())

    assert found.cost_usd == pytest.approx(OPTIMA[name], abs=0.002)
    assert found.bound_usd == pytest.approx(found.cost_usd, rel=1e-9)


def _serving(is_open: Floats, capacity: Floats, demand: Floats, serving: Floats) -> float:
    """The transport programme with the facilities given, by scipy."""
    from scipy.optimize import linprog

    facilities, customers = serving.shape
    every = np.kron(np.ones((1, facilities)), np.eye(customers))
    held = np.kron(np.eye(facilities), demand[None, :])
    found = linprog(serving.ravel(), A_ub=held, b_ub=capacity * is_open, A_eq=every, b_eq=np.ones(customers))
    return float(found.fun) if found.status == 0 else np.inf


@pytest.mark.parametrize("seed", range(6))
def test_small_cases_by_trying_everything(seed: int) -> None:
    random = np.random.default_rng(seed)
    capacity, opening = random.integers(20, 60, 5).astype(float), random.integers(50, 400, 5).astype(float)
    demand, serving = random.integers(5, 20, 6).astype(float), random.uniform(10, 200, (5, 6))
    tried = [
        float(opening @ np.array(pick)) + _serving(np.array(pick), capacity, demand, serving)
        for pick in itertools.product([0.0, 1.0], repeat=5)
    ]

    assert locate(capacity, opening, demand, serving).cost_usd == pytest.approx(min(tried), rel=1e-7)


def test_too_little_room_is_said_with_how_much() -> None:
    with pytest.raises(RacktwinError, match="hold 5 too little"):
        locate(np.array([5.0]), np.ones(1), np.array([10.0]), np.ones((1, 1)))


def test_both_doors_to_the_solver_agree() -> None:
    programme = Program()
    x = programme.columns(3, np.array([1.0, 2.0, -1.0]), 0.0, 4.0)
    rows = programme.rows(2, np.array([2.0, -np.inf]), np.array([np.inf, 5.0]))
    programme.put(np.repeat(rows, 3), np.tile(x, 2), np.array([1, 1, 0, 1, 0, 1.0]))
    linear, whole = programme.solve_linear(), programme.solve()

    assert linear.cost == pytest.approx(whole.cost)
    assert linear.status == whole.status == "optimal"
    assert linear.row_duals == pytest.approx(whole.row_duals)
