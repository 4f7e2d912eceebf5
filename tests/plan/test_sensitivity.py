"""A queue's ranges, tried: what must matter does, what cannot does not, and by how much theory says."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from racktwin.errors import RacktwinError
from racktwin.plan import Progress, Sweep, screen, sensitivity, shares, tornado, unknowns
from racktwin.plan.unrecorded import Experiment

from .queue import queue

_TEST = "routings.tray.operations.test.duration.exponential.mean"
_MASS = "parts.tray.mass"
_CELL = "work_centers.cell.work_units"


def test_tornado_ranks_by_swing(tmp_path: Path) -> None:
    file = queue(tmp_path)
    bars = tornado(Sweep(file, "cycle_time_mean", replications=2), unknowns(file))
    swings = [bar.swing for bar in bars if not math.isnan(bar.swing)]
    by_path = {bar.unknown.path: bar for bar in bars}

    assert swings == sorted(swings, reverse=True)
    assert bars[0].unknown.path in (_TEST, _CELL)
    assert by_path[_MASS].swing == 0
    assert by_path[_CELL].high < by_path[_CELL].base == by_path[_CELL].low
    assert math.isnan(by_path["demand.trays.due_in.uniform.low"].high)


def test_a_bar_is_what_the_overrides_give(tmp_path: Path) -> None:
    (bar,) = tornado(Sweep(queue(tmp_path), "cycle_time_mean", 3), unknowns(queue(tmp_path), [_TEST]))
    by_hand = [
        Experiment.of(queue(tmp_path, f"{_TEST}={mean}").scenario, "cycle_time_mean").mean(3)
        for mean in ("30 min", "48 min", "1 h")
    ]

    assert [bar.low, bar.base, bar.high] == by_hand


def test_energy_is_linear_in_power_and_time(tmp_path: Path) -> None:
    """Energy per tray: 0.9 · power · test time, so its two factors decide it and nothing else does."""
    file = queue(tmp_path)
    found = screen(Sweep(file, "energy_per_product"), unknowns(file), trajectories=4)
    by_path = {one.path: one for one in found.influences}
    per_hour = 0.9 * 6.0

    assert found.immovable == ("demand.trays.due_in.uniform.low",)
    assert {one.path for one in found.influences[:2]} == {_TEST, "parts.tray.rated_power"}
    assert by_path[_TEST].mu == pytest.approx(per_hour * 0.5, rel=0.25)
    assert by_path["parts.tray.rated_power"].mu == pytest.approx(0.9 * 2.0 * 0.75, rel=0.4)
    assert by_path[_MASS].mu_star == by_path[_MASS].mu == 0
    assert found.refused == 0


def test_ends_of_a_law_that_may_cross_stay(tmp_path: Path) -> None:
    """Either may move alone, but low at 4 h and high at 3 h is no law."""
    low, high = "{value: 2 h, low: 1 h, high: 4 h}", "{value: 5 h, low: 3 h, high: 6 h}"
    file = queue(tmp_path, f"demand.trays.due_in={{uniform: {{low: {low}, high: {high}}}}}")
    found = screen(Sweep(file, "on_time_share"), unknowns(file, ["demand", "parts"]), trajectories=3)

    assert found.immovable == ("demand.trays.due_in.uniform.low", "demand.trays.due_in.uniform.high")
    assert found.refused == 0


def test_many_quantities_are_screened_by_entity_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensitivity, "MOST_SCREENED", 3)
    file = queue(tmp_path)
    seen: list[Progress] = []
    found = screen(Sweep(file, "cycle_time_mean", report=seen.append), unknowns(file), trajectories=3)
    entities = [one for one in found.influences if one.stage == "entities"]
    quantities = [one for one in found.influences if one.stage == "quantities"]

    assert {one.path: one.quantities for one in entities} == {
        "work_centers.cell": 1,
        "work_centers.bench": 2,
        "parts.tray": 2,
        "routings.tray.operations.test": 1,
        "routings.tray.operations.pack": 1,
        "routings.tray.operations.scan": 1,
    }
    assert {_TEST, _CELL} <= {one.path for one in quantities}
    assert len(quantities) <= 3
    assert [(step.stage, step.total) for step in seen if step.done == step.total][-1][0] == "quantities"


def test_what_acts_together_is_told(tmp_path: Path) -> None:
    """With more cells a longer test hurts less: σ is as large as μ*."""
    file = queue(tmp_path)
    found = screen(Sweep(file, "cycle_time_mean"), unknowns(file, [_TEST, _CELL]), trajectories=20)

    assert all(one.sigma > one.mu_star > 0 for one in found.influences)


def test_shares_of_a_product(tmp_path: Path) -> None:
    """Energy is power times time with spreads of 1/6 and 1/3 of their means, so variance is shared about 1 to 4."""
    file = queue(tmp_path)
    found = shares(Sweep(file, "energy_per_product"), unknowns(file, [_TEST, "parts.tray.rated_power"]), points=32)
    power, test = found.total

    assert 0.1 < power < 0.4
    assert 0.6 < test < 0.95
    assert power + test == pytest.approx(1.0, abs=0.1)


def test_shares_refuse_what_cannot_be(tmp_path: Path) -> None:
    file = queue(tmp_path)
    with pytest.raises(RacktwinError, match="plants cannot be"):
        shares(Sweep(file, "throughput"), unknowns(file, ["demand"]), points=8)
    with pytest.raises(RacktwinError, match="power of two"):
        shares(Sweep(file, "throughput"), unknowns(file), points=10)
    with pytest.raises(RacktwinError, match="one trajectory"):
        screen(Sweep(file, "throughput"), unknowns(file), trajectories=1)
