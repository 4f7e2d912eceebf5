"""The same inventory levels as stockpyl (Snyder), at every stage in every period."""

from __future__ import annotations

import importlib.util
import json
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .random_stages import POLICIES, SHAPES
from .stock_theory import Stage, Stages

RECORDED = Path(__file__).parent / "stockpyl_levels.json"
needs_stockpyl = pytest.mark.skipif(importlib.util.find_spec("stockpyl") is None, reason="stockpyl is not installed")


def stages(shape: str, kinds: tuple[str, ...], is_whole: bool, seed: int, periods: int) -> Stages:
    """A random network of that shape."""
    rng = np.random.default_rng(seed)
    return SHAPES[shape](rng, int(rng.integers(2, 7)), periods, kinds, is_whole)


def same(ours: Any, theirs: Any, is_whole: bool) -> bool:
    """Equal to the bit where demand is whole; else sums may be taken in another order."""
    return bool(np.array_equal(ours, theirs) if is_whole else np.allclose(ours, theirs, rtol=0, atol=1e-11))


def recorded() -> list[dict[str, Any]]:
    """Networks with the levels that stockpyl 1.0.2 gave (``record`` wrote them)."""
    cases: list[dict[str, Any]] = json.loads(RECORDED.read_text())
    return cases


@pytest.mark.parametrize("number", range(18))
def test_levels_as_recorded(number: int) -> None:
    case = recorded()[number]
    network = Stages([Stage(**stage) for stage in case["stages"]], case["periods"])

    assert same(network.kernel_levels(), np.array(case["levels"]), case["is_whole"])


@needs_stockpyl
@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kinds", POLICIES, ids="+".join)
def test_levels_as_stockpyl_gives_them_now(shape: str, kinds: tuple[str, ...]) -> None:
    for seed in range(3):
        is_whole = seed != 1
        network = stages(shape, kinds, is_whole, 100 + seed, 30)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = network.stockpyl_levels()
        assert same(network.kernel_levels(), theirs, is_whole)


def record() -> None:
    """Write the cases of :data:`RECORDED` anew, with the stockpyl that is installed."""
    cases = []
    for number, (shape, kinds, is_whole) in enumerate(
        (shape, kinds, is_whole) for shape in SHAPES for kinds in POLICIES for is_whole in (True, False)
    ):
        network = stages(shape, kinds, is_whole, number, 24)
        levels = network.stockpyl_levels()
        plain = [asdict(stage) for stage in network.stages]
        cases.append({"stages": plain, "periods": 24, "is_whole": is_whole, "levels": levels.tolist()})
    RECORDED.write_text(json.dumps(cases, default=float, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    record()
