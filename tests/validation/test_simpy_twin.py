"""racktwin and SimPy agree on the tray line: means and tails of cycle time, waits, tests and throughput."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from scipy import stats

from racktwin.model import Scenario
from tests.simulate import simulate_tables
from tests.untraced import untraced

from . import observe, simpy_twin
from .known_answers import load
from .observe import Tables

REPLICATIONS = 12
SEED = 20260105
PARTS = ("compute_tray", "switch_tray")


def _ours(scenario: Scenario, tables: Tables) -> dict[str, float]:
    told = {"throughput": observe.throughput_per_s(scenario, tables)}
    for part in PARTS:
        shipments = observe.watched(scenario, tables["shipments"], "release_s", part=part)
        told |= _cycles(part, pc.subtract(shipments["shipped_s"], shipments["release_s"]).to_numpy())
        tests = observe.watched(scenario, tables["operations"], "queued_s", part=part, operation="test", visit=1)
        told[f"{part} wait"] = float(np.mean(pc.subtract(tests["start_s"], tests["queued_s"]).to_numpy()))
        told[f"{part} failures"] = float(np.mean(shipments["failures"].to_numpy()))
    return told


def _simpy(scenario: Scenario, seed: int, replication: int) -> list[simpy_twin.Shipment]:
    with untraced():
        return simpy_twin.run(scenario, seed, replication)


def _theirs(scenario: Scenario, shipments: list[simpy_twin.Shipment]) -> dict[str, float]:
    warm_up_s, horizon_s = float(scenario.warm_up_s), float(scenario.horizon_s)
    told = {"throughput": sum(one.shipped_s >= warm_up_s for one in shipments) / (horizon_s - warm_up_s)}
    for part in PARTS:
        seen = [one for one in shipments if one.part == part and warm_up_s <= one.release_s < horizon_s - warm_up_s]
        told |= _cycles(part, np.array([one.shipped_s - one.release_s for one in seen]))
        told[f"{part} wait"] = float(np.mean([one.first_wait_for_test_s for one in seen]))
        told[f"{part} failures"] = float(np.mean([one.tests - 1 for one in seen]))
    return told


def _cycles(part: str, cycles_s: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, float]:
    p50, p95 = np.quantile(cycles_s, [0.5, 0.95])
    return {f"{part} mean": float(cycles_s.mean()), f"{part} p50": float(p50), f"{part} p95": float(p95)}


def differences(ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> list[str]:
    """Observables whose means differ: Welch's test, 1 % for the whole family (Bonferroni)."""
    found = []
    for name in ours[0]:
        one, other = [told[name] for told in ours], [told[name] for told in theirs]
        if np.ptp(one) == np.ptp(other) == 0.0 and one[0] == other[0]:
            continue
        p = float(stats.ttest_ind(one, other, equal_var=False).pvalue)
        if not p >= 0.01 / len(ours[0]):
            found.append(f"{name}: {np.mean(one):g} against {np.mean(other):g}, p = {p:.2g}")
    return found


@pytest.mark.slow
def test_the_comparison_notices_a_wider_feed() -> None:
    scenario = load("tray_line").model_copy(update={"horizon_s": 100 * 86400.0})
    wide = scenario.feeds["test_floor"].model_copy(update={"limit_w": 60e3})
    wider = scenario.model_copy(update={"feeds": {"test_floor": wide}})
    plain = [_theirs(scenario, _simpy(scenario, SEED, replication)) for replication in range(8)]
    again = [_theirs(scenario, _simpy(scenario, SEED + 1, replication)) for replication in range(8)]
    eased = [_theirs(wider, _simpy(wider, SEED + 1, replication)) for replication in range(8)]
    assert differences(plain, again) == []
    assert differences(plain, eased) != []


@pytest.mark.slow
def test_racktwin_agrees_with_simpy() -> None:
    scenario = load("tray_line")
    ours = [_ours(scenario, tables) for tables in simulate_tables(scenario, REPLICATIONS, SEED)]
    theirs = [_theirs(scenario, _simpy(scenario, SEED, replication)) for replication in range(REPLICATIONS)]
    assert differences(ours, theirs) == []
