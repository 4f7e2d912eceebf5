"""The coolant acts back: racks are capped while it is too warm for their GPUs, no sooner and no longer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.compile_cooling import cooling_plants
from racktwin.engines.fleet.plan import CoolantPlan, FleetPlan, LimitPlan, plain_jobs
from racktwin.engines.fleet.replicate import Outcome, simulate
from racktwin.model.cooling import CoolingPlant
from racktwin.sim.cooling import COOLED, WEATHER, replay

from .halls import FULL_W, LEVELS, hall, power_settings

RACK_W = 500.0 + 16 * FULL_W
HOT_K, MILD_K, SWITCH_S = 273.15 + 46.0, 273.15 + 20.0, 7200.0


def weather(*dry_bulbs_k: float) -> Any:
    """Hours of a year of dry air; the last one goes on."""
    rows = np.zeros(8760, WEATHER).view(np.recarray)
    rows.start_s = np.arange(8760) * 3600.0
    rows.dry_bulb_k = np.append(dry_bulbs_k, np.full(8760 - len(dry_bulbs_k), dry_bulbs_k[-1]))
    rows.wet_bulb_k, rows.pressure_pa, rows.humidity = rows.dry_bulb_k - 5.0, 101_325.0, 0.005
    return rows


def cooled(plan: FleetPlan, skies: Any, resistance_k_per_w: float = 0.05, **limit: Any) -> FleetPlan:
    """The hall with all of its heat in a plant of just its size."""
    plant = CoolingPlant.model_validate({"heat": f"{2 * RACK_W} W", "water": "1e-9 L/W"})
    caps = np.linspace(1.0, 0.4, LEVELS)
    coolant = CoolantPlan(cooling_plants([plant]), skies, FULL_W * caps, 273.15 + 85.0, resistance_k_per_w, 10.0)
    racks = [replace(rack, liquid_share=1.0) for rack in plan.racks]
    return replace(plan, racks=racks, coolant=coolant, **limit)


def settings_by_hour(outcome: Outcome, rack: int = 0) -> list[tuple[float, int]]:
    """When a rack's setting changed, and to what."""
    rows = outcome.rows["rack_rows"]
    mine = rows[rows["rack"] == rack]
    changes = np.flatnonzero(np.diff(mine["setting"], prepend=0))
    return [(float(mine["start_s"][row]), int(mine["setting"][row])) for row in changes]


def full_hall(**options: Any) -> FleetPlan:
    """Both racks at work for four hours."""
    return hall(plain_jobs([0.0], [32.0], [4 * 3600.0]), horizon_s=20_000.0, **options)


def test_mild_weather_caps_nobody() -> None:
    plan = full_hall()
    warm = simulate(build(cooled(plan, weather(MILD_K))))
    free = simulate(build(plan))
    assert warm.jobs.end_s.tolist() == free.jobs.end_s.tolist()
    assert settings_by_hour(warm) == []


def test_hot_hours_slow_a_job_and_are_eased_step_by_step() -> None:
    outcome = simulate(build(cooled(full_hall(), weather(MILD_K, HOT_K, MILD_K))))
    changes = settings_by_hour(outcome)
    assert changes[0][0] == pytest.approx(3600.0 + 60.0)  # at the first look in the hot hour
    deepest = max(setting for _, setting in changes)
    eased = [(at_s, setting) for at_s, setting in changes if at_s >= SWITCH_S]
    assert [setting for _, setting in eased] == list(range(deepest - 1, -1, -1))
    assert np.diff([at_s for at_s, _ in eased]).min() >= 900.0 - 1e-9
    assert outcome.jobs.end_s[0] > 4 * 3600.0


def test_in_steady_heat_the_setting_is_the_lowest_that_is_cool_enough() -> None:
    """Each setting tried by itself through the plant: the hall is at the first whose own coolant carries its GPUs."""
    plan = cooled(full_hall(), weather(HOT_K))
    assert plan.coolant is not None
    draws_w, found = power_settings().draw_w[0], []
    for setting in range(LEVELS):
        out = np.zeros(1, COOLED).view(np.recarray)
        heat_w = 2 * 500.0 + 32 * draws_w[setting]
        replay(plan.coolant.plant, plan.coolant.weather, np.zeros(1), np.ones(1), np.full(1, heat_w), out)
        found.append(plan.coolant.most_w[setting] <= (273.15 + 85.0 - out.supply_k[0]) / 0.05)
    expected = found.index(True)
    assert 0 < expected < LEVELS - 1
    changes = settings_by_hour(simulate(build(plan)))
    assert [change for change in changes if change[0] < 4 * 3600.0] == [(60.0, expected)]


def test_a_lost_cdu_caps_within_the_response_and_kills_nothing() -> None:
    """Three quarters of the only loop are lost for an hour; racks are capped, though work would wait for its limit."""
    limits = (LimitPlan("cdu", "heat", 2 * (RACK_W + 16 * 0.1 * FULL_W), False, plant_weight=1.0),)
    steps = ((3600.0, tables.LIMIT_TRIP, 0, 0.7), (7200.0, tables.LIMIT_TRIP, 0, 1.0))
    plan = full_hall(limits=limits, paths=((0, 1.0, -1),), steps=steps, response_s=10.0)
    outcome = simulate(build(cooled(plan, weather(MILD_K))))
    changes = settings_by_hour(outcome)
    assert changes[0][0] == pytest.approx(3610.0)
    assert outcome.jobs.attempts[0] == 1
    rows = outcome.rows["limit_rows"]
    over = rows[rows["draw"] > rows["capacity"] * (1 + 1e-9)]
    assert (over["is_emergency"] == 1).all()
    assert float((over["end_s"] - over["start_s"]).sum()) == pytest.approx(10.0)
    assert changes[-1][1] == 0
