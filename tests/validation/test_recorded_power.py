"""Recorded halls against the model: errors within what the page says."""

from __future__ import annotations

import numpy as np
import pytest

from . import recorded_power as recorded
from .fleet_report import PAGE, page


@pytest.mark.slow
def test_gpt3_run_from_tables_made_without_it() -> None:
    measured = recorded.gpt3_measured()
    expected, low, high = recorded.gpt3_expected()

    assert len(recorded.held_back_points()) == 1
    assert expected.mean_w == pytest.approx(measured.mean_w, rel=0.03)
    assert expected.peak_w == pytest.approx(measured.peak_w, rel=0.06)
    assert low < measured.mean_w < high


def test_one_training_job_does_not_diversify() -> None:
    assert recorded.coincidence(recorded.gpt3_nodes_w()) == pytest.approx(0.987, abs=0.002)
    shuffled = np.array([np.roll(node, 37 * index) for index, node in enumerate(recorded.gpt3_nodes_w())])
    assert recorded.coincidence(shuffled) < 0.96


@pytest.mark.slow
def test_frontier_day_keeps_its_energy_and_the_loops_shave_its_peak() -> None:
    groups, _ = recorded.frontier_w()
    made_w = groups.sum(axis=0)
    out = recorded.frontier_replayed()
    arrived_w = out.rejected_w - out.pump_w

    assert arrived_w.mean() == pytest.approx(made_w.mean(), rel=1e-4)
    assert 0.9 < arrived_w.max() / made_w.max() < 1.0
    assert np.all(out.supply_k == pytest.approx(298.15, abs=0.01))
    assert 303 < out.facility_return_k.mean() < 315


@pytest.mark.slow
def test_page_is_current() -> None:
    """If this fails: python -m tests.validation.fleet_report."""
    assert PAGE.read_text(encoding="utf-8") == page()
