"""Clark and Scarf: the book's systems, and the cost of a policy worked out forwards from its distributions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest

from racktwin.errors import RacktwinError
from racktwin.plan.supply.demand_law import poisson_demand
from racktwin.plan.supply.serial import EchelonLevels, SerialStage, serial_normal, serial_poisson
from racktwin.plan.supply.stages import Floats


def _stages(holding: Sequence[float], lead_times: Sequence[float]) -> list[SerialStage]:
    return [SerialStage(h, t) for h, t in zip(holding, lead_times, strict=True)]


def test_example_6_1_of_the_book() -> None:
    """Snyder and Shen print S* = (6.49, 12.02, 22.71) and a cost of 47.65."""
    found = serial_normal(_stages([3, 2, 2], [1, 1, 2]), 37.12, 5, 1)

    assert found.levels == pytest.approx((6.49, 12.02, 22.71), abs=0.005)
    assert found.cost_usd == pytest.approx(47.66, abs=0.011)


class System(NamedTuple):
    holding: list[float]
    lead_times: list[float]
    demand: tuple[float, ...]
    levels: tuple[float, ...]
    cost: float


# stockpyl 1.0.2 (numpy 1.26), whose grids are coarse: customer's stage first
NORMAL = {
    "problem 6.1": System([1, 1], [1, 1], (15, 100, 15), (123.939, 228.488), 166.2705),
    "problem 6.2a": System(
        [2, 2, 1, 1, 1], [0.5] * 5, (24, 64, 8), (40.671, 74.345, 109.265, 142.003, 174.429), 451.7288
    ),
    "problem 6.16": System([5, 2], [8, 3], (24, 20, 4), (171.062, 232.113), 438.2396),
}


@pytest.mark.parametrize("name", NORMAL)
def test_normal_systems_of_the_book(name: str) -> None:
    system = NORMAL[name]
    backorder, mean, deviation = system.demand
    found = serial_normal(_stages(system.holding, system.lead_times), backorder, mean, deviation)

    assert found.levels == pytest.approx(system.levels, rel=4e-3)
    assert found.cost_usd == pytest.approx(system.cost, rel=5e-4)


POISSON = {  # levels by stockpyl, Shang and Song (2003) table 1
    "shang song 1": System([0.25] * 4, [0.25] * 4, (9, 16), (8, 13, 18, 22), 12.6869),
    "shang song 9": System([0.25, 2.5, 2.5, 0.25], [0.25] * 4, (9, 16), (9, 10, 13, 19), 53.0064),
    "shang song 17": System([0.25] * 4, [0.25] * 4, (99, 16), (11, 17, 22, 27), 16.1979),
    "shang song 25": System([0.25, 2.5, 2.5, 0.25], [0.25] * 4, (99, 16), (11, 14, 18, 26), 74.5543),
    "problem 6.2b": System([2, 2, 1, 1, 1], [0.5] * 5, (24, 64), (41, 74, 109, 142, 174), 453.6856),
}


@pytest.mark.parametrize("name", POISSON)
def test_poisson_systems(name: str) -> None:
    """stockpyl leaves out the demand beyond four deviations: up to 5e-4 of the cost where backorders are dear."""
    system = POISSON[name]
    backorder, rate = system.demand
    found = serial_poisson(_stages(system.holding, system.lead_times), backorder, rate)

    assert found.levels == system.levels
    assert found.cost_usd == pytest.approx(system.cost, rel=5e-4)


def _cost_forwards(levels: tuple[float, ...], stages: list[SerialStage], backorder: float, rate: float) -> float:
    """From the supplier down: what reaches a stage is the lesser of its level and what is left upstream."""
    offset, cost = 400, 0.0
    position: Floats = np.zeros(2 * offset)
    position[offset + int(levels[-1])] = 1.0
    for k in range(len(stages) - 1, -1, -1):
        top = offset + int(levels[k])
        position[top] += position[top + 1 :].sum()
        position[top + 1 :] = 0.0
        law = poisson_demand(rate * stages[k].lead_time)
        left = np.convolve(position, law[::-1])[len(law) - 1 :]
        cost += stages[k].added_holding_usd * float(left @ (np.arange(len(left)) - offset))
        position = left
    owed = float(position @ np.maximum(offset - np.arange(len(position)), 0))
    return cost + (backorder + sum(stage.added_holding_usd for stage in stages)) * owed


@pytest.mark.parametrize("name", POISSON)
def test_cost_is_that_of_the_policy_and_no_neighbour_is_cheaper(name: str) -> None:
    backorder, rate = POISSON[name].demand
    stages = _stages(POISSON[name].holding, POISSON[name].lead_times)
    found = serial_poisson(stages, backorder, rate)
    neighbours = [
        _cost_forwards((*found.levels[:k], found.levels[k] + move, *found.levels[k + 1 :]), stages, backorder, rate)
        for k in range(len(stages))
        for move in (-1, 1)
    ]

    assert found.cost_usd == pytest.approx(_cost_forwards(found.levels, stages, backorder, rate), rel=1e-9)
    assert min(neighbours) >= found.cost_usd * (1 - 1e-9)


def test_one_stage_is_a_newsvendor() -> None:
    from racktwin.plan.supply.single_stage import newsvendor_normal

    found, known = serial_normal([SerialStage(0.18, 4)], 0.7, 50, 8), newsvendor_normal(0.18, 0.7, 200, 16)

    assert found.levels[0] == pytest.approx(known.level, rel=1e-5)
    assert found.cost_usd == pytest.approx(known.cost_usd, rel=1e-5)


def test_local_levels_add_up_to_echelon_levels() -> None:
    assert EchelonLevels((6.0, 12.0, 22.0), 1.0).local_levels == (6.0, 6.0, 10.0)
    assert EchelonLevels((15.0, 12.0, 22.0), 1.0).local_levels == (12.0, 0.0, 10.0)


def test_nothing_to_hold_is_refused() -> None:
    with pytest.raises(RacktwinError, match="not above 0"):
        serial_poisson([SerialStage(0.0, 1)], 5, 2)
