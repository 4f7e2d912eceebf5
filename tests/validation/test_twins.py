"""racktwin and SimPy agree on five plants, in the whole distribution of cycle times."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from benchmarks.line.plants import PLANTS

from .simpy_runs import SIZES, recorded, simulated
from .twins import MARGIN, Difference, compare


@cache
def _differences(plant: str) -> list[Difference]:
    return compare(plant)


@pytest.mark.slow
@pytest.mark.parametrize("plant", SIZES)
def test_simpy_tells_what_was_recorded(plant: str) -> None:
    """If this fails: python -m tests.validation.simpy_runs."""
    parts, replications = SIZES[plant]
    told = recorded(plant)
    assert len(told) == replications
    assert simulated(PLANTS[plant](parts), replications - 1) == pytest.approx(told[-1], rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("plant", SIZES)
def test_no_observable_differs(plant: str) -> None:
    assert [str(one) for one in _differences(plant) if not one.holds_zero] == []


@pytest.mark.slow
@pytest.mark.parametrize("plant", SIZES)
def test_a_difference_of_the_margin_would_be_noticed(plant: str) -> None:
    assert [str(one) for one in _differences(plant) if one.noticed > MARGIN] == []


@pytest.mark.slow
def test_the_comparison_notices_more_failed_tests() -> None:
    """15 % more work at the tests and at debug than in racktwin's plant."""
    plant = PLANTS["reentrant"](SIZES["reentrant"][0])
    worse = {
        name: replace(product, route=tuple(replace(step, p_fail=min(1.0, 1.8 * step.p_fail)) for step in product.route))
        for name, product in plant.products.items()
    }
    found = [one.observable for one in compare("reentrant", replace(plant, products=worse)) if not one.holds_zero]
    assert "cycle time, s: mean" in found
