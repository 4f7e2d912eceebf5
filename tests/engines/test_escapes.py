"""What burn-in missed fails in service as its Weibull law says."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from racktwin.engines.fleet.escapes import escaped_defects, failures_by, hazard_per_s, p_failed
from racktwin.scenario import read_scenario
from tests.simulate import simulate_tables

HOUR_S = 3600.0
SHAPE, SCALE_S, BURN_IN_S = 0.5, 20 * HOUR_S, 12 * HOUR_S


@pytest.mark.slow
def test_escapes_of_a_line_fail_as_survivors_of_its_burn_in() -> None:
    """40 % of racks get a defect; those that outlive 12 h have a Weibull time beyond 12 h."""
    path = Path(str(resources.files("racktwin.examples").joinpath("validation", "burn_in.yaml")))
    scenario = read_scenario(path, ["horizon=40 d", "warm_up=0 d"]).scenario
    (tables,) = simulate_tables(scenario, 1, 7)
    escapes = escaped_defects(tables["shipments"], tables["defects"], 0.25)

    latent = sum(tables["shipments"]["latent_escapes"].to_pylist())
    assert escapes.num_rows == latent > 150
    p = [p_failed(SHAPE, SCALE_S, BURN_IN_S, t, 0.25) for t in escapes["fails_after_s"].to_pylist()]
    assert stats.kstest(p, "uniform").pvalue > 0.01
    within = failures_by(escapes, 30 * 24 * HOUR_S)
    assert sum(within.values()) / latent == pytest.approx(
        p_failed(SHAPE, SCALE_S, BURN_IN_S, 30 * 24 * HOUR_S, 0.25), abs=0.12
    )


def test_hazard_is_the_rate_at_which_the_probability_rises() -> None:
    def survival(t: float) -> float:
        return 1 - p_failed(SHAPE, SCALE_S, BURN_IN_S, t)

    for t in (0.0, 1e5, 1e6):
        rate = -(survival(t + 1) - survival(t)) / survival(t)
        assert hazard_per_s(SHAPE, SCALE_S, BURN_IN_S, t + 0.5) == pytest.approx(rate, rel=1e-4)
    cumulated, _ = integrate.quad(lambda t: hazard_per_s(SHAPE, SCALE_S, BURN_IN_S, t), 0, 1e6)
    assert np.exp(-cumulated) == pytest.approx(survival(1e6), rel=1e-6)


def test_longer_burn_in_leaves_a_smaller_hazard() -> None:
    hazards = [hazard_per_s(SHAPE, SCALE_S, hours * HOUR_S, 0.0) for hours in (0, 1, 12, 72)]
    assert hazards == sorted(hazards, reverse=True)
    assert hazards[0] == np.inf
