"""Safety stock by guaranteed service: published optima, stockpyl's, and those found by trying everything."""

from __future__ import annotations

import json
import time
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.errors import RacktwinError
from racktwin.plan.supply.guaranteed import Placement, place_stock
from racktwin.plan.supply.stages import NO_LIMIT, StageNetwork, pooled
from racktwin.sim.jit import IS_COMPILED

from .published_networks import FOLDER, published_network, published_solution
from .random_stages import cheapest_by_trying, random_stages

_TREES = json.loads((FOLDER / "stockpyl_trees.json").read_text())


def _tree(case: dict[str, Any]) -> StageNetwork:
    size = len(case["periods"])
    deviation = np.array(case["deviation"], float)
    arcs = np.array(case["arcs"], np.int64).reshape(-1, 2)
    mean, seen = pooled(size, arcs, np.ones(len(arcs)), np.zeros(size), deviation)
    names = tuple(map(str, range(size)))
    return StageNetwork(
        names,
        np.array(case["periods"]),
        np.array(case["holding"]),
        mean,
        seen,
        np.full(size, case["factor"]),
        np.array(case["service"]),
        arcs,
        np.array(case["inbound"]),
    )


def test_200_trees_cost_what_stockpyl_finds() -> None:
    costs = [place_stock(_tree(case)).cost_usd for case in _TREES]

    assert costs == pytest.approx([case["cost"] for case in _TREES], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", ["bulldozer", "battery"])
def test_published_stage_costs(name: str) -> None:
    """Graves and Willems print whole dollars; 25 % or 30 % a year of the value summed up."""
    rate = {"bulldozer": 0.3, "battery": 0.25}[name]
    placement = place_stock(published_network(name, carrying_rate=rate, of_value_added=False))
    printed = {stage: row["cost"] for stage, row in published_solution(name)}
    found = dict(zip(placement.network.names, placement.stage_cost_usd, strict=True))

    assert found == pytest.approx(printed, rel=3e-4, abs=1.0)


@pytest.mark.slow
def test_network_with_circles_costs_what_is_published() -> None:
    """Humair and Willems' toys; the reference charges stock on the value a stage adds."""
    placement = place_stock(published_network("toys", carrying_rate=1.0, of_value_added=True))

    assert placement.cost_usd == pytest.approx(published_solution("toys")["cost"], rel=1e-9)
    assert placement.gap < 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_small_networks_cost_what_trying_everything_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    network = random_stages(random, int(random.integers(2, 7)), int(random.integers(0, 6)))
    placement = place_stock(network)

    assert placement.cost_usd == pytest.approx(cheapest_by_trying(network), rel=1e-9, abs=1e-9)
    assert placement.gap < 1e-8


@pytest.mark.slow
def test_hundred_stages_with_circles_to_proven_optimum() -> None:
    placement = place_stock(random_stages(np.random.default_rng(5), 60, 30, 8), time_limit_s=60)

    assert placement.gap < 1e-8
    assert placement.nodes > 1


@pytest.mark.slow
def test_search_cut_short_still_gives_a_bound() -> None:
    network = random_stages(np.random.default_rng(5), 60, 40, 8)
    cut, whole = place_stock(network, node_limit=1), place_stock(network)

    assert cut.bound_usd <= whole.cost_usd * (1 + 1e-9)
    assert whole.cost_usd <= cut.cost_usd * (1 + 1e-9)


def _keeps_promises(placement: Placement) -> bool:
    network = placement.network
    waits = all(placement.inbound[j] >= placement.service[i] for i, j in network.arcs.tolist())
    limited = network.longest_service != NO_LIMIT
    return (
        waits
        and bool(np.all(placement.net_periods >= 0))
        and bool(np.all(placement.service[limited] <= network.longest_service[limited]))
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(0, 8))
def test_promises_are_kept_and_patient_customers_cost_no_more(seed: int, size: int, extra: int) -> None:
    network = random_stages(np.random.default_rng(seed), size, extra)
    patient = StageNetwork(**{**vars_of(network), "longest_service": np.where(network.longest_service >= 0, 9, -1)})
    placement = place_stock(network)

    assert _keeps_promises(placement)
    assert placement.cost_usd == pytest.approx(float(placement.stage_cost_usd.sum()))
    assert place_stock(patient).cost_usd <= placement.cost_usd * (1 + 1e-9)


def vars_of(network: StageNetwork) -> dict[str, Any]:
    return {one.name: getattr(network, one.name) for one in fields(network)}


@pytest.mark.slow
def test_a_tree_of_1000_stages_in_under_a_tenth_of_a_second() -> None:
    random = np.random.default_rng(3)
    network = random_tree(random, 1000)
    place_stock(network)
    started = time.process_time()
    place_stock(network)

    assert not IS_COMPILED or time.process_time() - started < 0.1


def random_tree(random: np.random.Generator, size: int) -> StageNetwork:
    arcs = []
    for k in range(1, size):
        near = int(random.integers(max(0, k - 8), k))
        arcs.append((k, near) if random.random() < 0.6 else (near, k))
    rows = np.array(arcs, np.int64)
    longest = np.where(np.isin(np.arange(size), rows[:, 0]), NO_LIMIT, random.integers(0, 4, size))
    deviation, holding = random.uniform(5, 40, size), random.uniform(1, 100, size)
    names = tuple(map(str, range(size)))
    periods = random.integers(0, 11, size)
    return StageNetwork(names, periods, holding, 2 * deviation, deviation, np.full(size, 1.6), longest, rows)


def test_a_circle_is_refused_by_name() -> None:
    network = random_stages(np.random.default_rng(0), 3, 0)

    with pytest.raises(RacktwinError, match="circle: stage 0, stage 1"):
        StageNetwork(**{**vars_of(network), "arcs": np.array([(0, 1), (1, 0)])})


def test_negative_and_missing_values_are_told_together() -> None:
    network = random_stages(np.random.default_rng(0), 3, 0)
    wrong = {"periods": np.array([1, -1, 1]), "holding_usd": np.ones(2)}

    with pytest.raises(RacktwinError, match=r"periods of stage 1 is negative[\s\S]*holding_usd has 2 values for 3"):
        StageNetwork(**{**vars_of(network), **wrong})
