"""Moist air, heat exchangers and the cooling plant, against tables, closed forms and conservation."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.engines.fleet.compile_cooling import cooling_plants, counterflow_ua
from racktwin.model.cooling import CoolingPlant
from racktwin.sim import cooling, exchangers, psychrometrics
from racktwin.sim.moist_air import fill_humidity

ZERO_C_K = psychrometrics.ZERO_C_K


@numba.njit
def _air(t: float, rh: float, p: float) -> Any:
    w = psychrometrics.humidity_ratio(t, rh, p)
    return (
        w,
        psychrometrics.wet_bulb_k(t, w, p),
        psychrometrics.enthalpy_j_per_kg(t, w),
        psychrometrics.saturation_pressure_pa(t),
        psychrometrics.saturated_temperature_k(
            psychrometrics.enthalpy_j_per_kg(t, psychrometrics.saturated_humidity(t, p)), p
        ),
    )


@numba.njit
def _effectiveness(ntu: float, ratio: float) -> Any:
    return exchangers.counterflow(ntu, ratio), exchangers.crossflow(ntu, ratio)


@numba.njit
def _approach(wet_bulb: float, span: float, ratio: float) -> Any:
    return exchangers.tower_approach_k(wet_bulb, span, ratio)


@numba.njit
def _cold_plate(resistance: float, hottest: float, supply: float) -> Any:
    return cooling.cold_plate_power_w(resistance, hottest, supply)


@pytest.mark.parametrize(
    ("t_c", "rh", "p", "humidity", "wet_bulb_c", "enthalpy", "saturation"),
    [  # psychrolib 2.5.0
        (25, 0.5, 101325, 0.009881, 17.889, 50322, 3169.216),
        (35, 0.4, 101325, 0.014132, 23.934, 71473, 5627.819),
        (40, 0.1, 99000, 0.004673, 18.401, 52276, 7383.460),
        (10, 0.9, 99000, 0.007022, 9.148, 27751, 1227.995),
        (-5, 0.6, 101325, 0.001483, -6.791, -1334, 401.764),
        (30, 1.0, 101325, 0.027203, 30.000, 99732, 4246.030),
        (0.5, 0.3, 85000, 0.001394, -4.351, 3991, 633.775),
    ],
)
def test_moist_air_is_that_of_psychrolib(
    t_c: float, rh: float, p: float, humidity: float, wet_bulb_c: float, enthalpy: float, saturation: float
) -> None:
    w, wet_bulb, h, vapour, again = _air(t_c + ZERO_C_K, rh, p)
    assert w == pytest.approx(humidity, abs=1e-6)
    assert wet_bulb - ZERO_C_K == pytest.approx(wet_bulb_c, abs=2e-3)
    assert h == pytest.approx(enthalpy, abs=2)
    assert vapour == pytest.approx(saturation, rel=1e-6)
    assert again == pytest.approx(t_c + ZERO_C_K, abs=1e-3)


def _counterflow_by_slices(ntu: float, ratio: float, slices: int = 4000) -> float:
    """Shoot along the exchanger: hot enters at 1, cold at 0; the cold end is adjusted until it is 0."""
    low, high = 0.0, 1.0
    for _ in range(60):
        cold_out = 0.5 * (low + high)
        hot, cold = 1.0, cold_out
        for _ in range(slices):
            flow = (hot - cold) * ntu / slices
            hot -= flow
            cold -= flow * ratio
        low, high = (cold_out, high) if cold < 0 else (low, cold_out)
    return 1.0 - hot


@pytest.mark.parametrize(("ntu", "ratio"), [(0.5, 0.5), (2.0, 0.8), (3.0, 0.3)])
def test_counterflow_is_that_of_a_thousand_slices(ntu: float, ratio: float) -> None:
    assert _effectiveness(ntu, ratio)[0] == pytest.approx(_counterflow_by_slices(ntu, ratio), rel=2e-3)


def test_exchangers_in_the_limits() -> None:
    assert _effectiveness(3.0, 1.0)[0] == pytest.approx(0.75)
    assert _effectiveness(2.0, 0.0)[1] == pytest.approx(1 - np.exp(-2))
    assert all(_effectiveness(n, 0.7)[0] > _effectiveness(n, 0.7)[1] for n in (0.5, 1.0, 3.0))


def _crossflow_by_cells(ntu: float, ratio: float, cells: int = 200) -> float:
    """Hot streams, of the smaller flow, pass cold ones at right angles, neither mixes; they enter at 1 and 0."""
    cold = np.zeros(cells)
    hot_out = np.empty(cells)
    for lane in range(cells):
        hot = 1.0
        for place in range(cells):
            heat = (hot - cold[place]) * ntu / cells
            hot -= heat
            cold[place] += heat * ratio
        hot_out[lane] = hot
    return float(1.0 - hot_out.mean())


@pytest.mark.parametrize(("ntu", "ratio"), [(1.0, 1.0), (1.5, 1.0), (3.0, 0.5)])
def test_crossflow_is_that_of_many_cells_within_two_percent(ntu: float, ratio: float) -> None:
    """The correlation is an approximation (Incropera 11.32)."""
    assert _effectiveness(ntu, ratio)[1] == pytest.approx(_crossflow_by_cells(ntu, ratio), rel=0.02)


def test_york_tower_has_its_reference_point() -> None:
    """Water in 35.0, out 29.4, wet bulb 25.6 °C (95, 85, 78 °F): the point at which flows are design flows."""
    assert _approach(25.56 + ZERO_C_K, 5.56, 1.0) == pytest.approx(3.89, abs=0.25)


@given(st.floats(0, 26), st.floats(2, 20), st.floats(0.3, 2.0))
def test_more_air_or_a_warmer_wet_bulb_bring_water_nearer(wet_bulb: float, span: float, ratio: float) -> None:
    assert _approach(wet_bulb + ZERO_C_K, span, ratio) <= _approach(wet_bulb + ZERO_C_K, span, ratio * 1.1) + 1e-9


def test_conductance_gives_the_approach_back() -> None:
    for hot, cold in ((2e5, 2e5), (1e5, 2e5), (2e5, 1.3e5)):
        ua = counterflow_ua(1e6, hot, cold, 4.0)
        least, most = min(hot, cold), max(hot, cold)
        effectiveness = _effectiveness(ua / least, least / most)[0]
        hot_in = 300.0 + 4.0 + 1e6 / hot
        assert effectiveness * least * (hot_in - 300.0) == pytest.approx(1e6)


def _plant(**keys: Any) -> Any:
    return cooling_plants([CoolingPlant.model_validate({"heat": "10 MW", **keys})])


def _weather(dry_c: float, humidity: float = 0.5, pressure: float = 99_000.0) -> Any:
    rows = np.zeros(2, cooling.WEATHER).view(np.recarray)
    rows.start_s = [0.0, 3600.0]
    rows.dry_bulb_k = dry_c + ZERO_C_K
    rows.pressure_pa = pressure
    fill_humidity(rows, np.full(2, humidity))
    return rows


def _run(plant: Any, weather: Any, heats_w: Any, lasts_s: float = 0.0) -> Any:
    heats = np.atleast_1d(np.asarray(heats_w, float))
    out = np.zeros(len(heats), cooling.COOLED).view(np.recarray)
    starts = np.arange(len(heats)) * lasts_s
    cooling.replay(plant, weather, starts, np.full(len(heats), lasts_s), heats, out)
    return out


TOWER = {"outdoors": {"kind": "cooling_tower"}}
CHILLED = {**TOWER, "chiller": {}, "supply": "20 degC"}


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([{}, TOWER, CHILLED, {"chiller": {}, "supply": "25 degC"}]),
    st.floats(-10, 43),
    st.floats(0.05, 1.0),
    st.floats(0.01, 1.0),
)
def test_heat_in_is_heat_out_and_waters_balance(keys: dict[str, Any], dry_c: float, rh: float, share: float) -> None:
    plant, weather = _plant(**keys), _weather(dry_c, rh)
    heat_w = share * 1e7
    (row,) = _run(plant, weather, heat_w)
    flow = max(share, 0.3)

    assert row.rejected_w == pytest.approx(heat_w + row.pump_w + row.chiller_w)
    assert row.return_k - row.supply_k == pytest.approx(heat_w / (1e6 * flow))
    assert row.pump_w == pytest.approx(1e7 * (0.0125 + 0.0072) * flow**3)
    assert row.fan_w == pytest.approx(plant[0].fan_w * row.fan_speed**3)
    assert row.supply_k >= plant[0].set_point_k - 1e-6
    if row.supply_k > plant[0].set_point_k + 0.01:
        assert row.fan_speed == 1.0
    assert row.facility_supply_k < row.supply_k
    outside_k = weather[0].wet_bulb_k if plant[0].kind == cooling.TOWER else weather[0].dry_bulb_k
    if not plant[0].chiller_w:
        assert row.facility_supply_k >= outside_k


def test_design_point_is_met_at_full_fan() -> None:
    """At design heat and wet bulb a tower makes what its approach says, and no more."""
    plant = _plant(**TOWER, supply="20 degC")
    weather = _weather(35.0)
    weather.wet_bulb_k = 25.6 + ZERO_C_K
    (row,) = _run(plant, weather, 1e7)
    assert row.fan_speed == 1.0
    assert row.facility_supply_k - ZERO_C_K == pytest.approx(25.6 + 3.9, abs=0.15)  # pumps add 2 %
    assert row.supply_k - row.facility_supply_k == pytest.approx(4.0, abs=1e-6)


def test_warmer_set_point_needs_less_fan_and_no_chiller() -> None:
    cool, warm = (_run(_plant(**TOWER, chiller={}, supply=f"{t} degC"), _weather(30.0), 6e6)[0] for t in (20, 40))
    assert warm.chiller_w == 0 < cool.chiller_w
    assert warm.fan_w < 0.2 * cool.fan_w


def test_dry_cooler_on_a_hot_day_warms_the_coolant_and_throttles() -> None:
    (row,) = _run(_plant(supply="40 degC"), _weather(42.0), 1e7)
    assert row.supply_k - ZERO_C_K > 50
    assert _cold_plate(0.03, 85 + ZERO_C_K, row.supply_k) < _cold_plate(0.03, 85 + ZERO_C_K, 40 + ZERO_C_K) == 1500


def test_chiller_at_its_rating_point_has_its_rated_cop() -> None:
    """6.7 °C chilled, condenser water of 34.6 °C: COP 6.28 (0.56 kW/ton)."""

    @numba.njit
    def ask(plants: Any) -> Any:
        return cooling.chiller_power_w(plants[0], 6.28e6, 6.7 + 273.15, 34.6 + 273.15)

    assert ask(_plant(**CHILLED)) == pytest.approx(1e6, rel=0.02)


def test_tower_evaporates_what_its_heat_can() -> None:
    """All latent: heat / 2.45 MJ/kg; US DOE's rule of thumb is 1 % of the flow for each 10 °F (0.9 of that)."""
    (row,) = _run(_plant(**TOWER), _weather(30.0, 0.4), 1e7)
    evaporated = row.water_kg_per_s * (1 - 1 / 5.0)
    assert 0.6 < evaporated / (row.rejected_w / 2.45e6) < 1.15


def test_water_in_the_loops_delays_but_keeps_energy() -> None:
    """Heat steps up and down; what has not arrived yet is in the water."""
    plant, weather = _plant(supply="25 degC", cdu={"least_flow": 1.0}), _weather(30.0)
    heats = np.repeat([4e6, 1e7, 5e6], 200)
    out = _run(plant, weather, heats, 15.0)
    arrived = out.rejected_w - out.pump_w - out.chiller_w
    made, came = heats[200:400].sum() * 15.0, arrived[200:400].sum() * 15.0
    time_s = plant[0].mass_j_per_k / plant[0].coolant_capacity

    assert made - came == pytest.approx(plant[0].mass_j_per_k * (out.excess_k[399] - out.excess_k[199]), abs=1e-3)
    assert heats[2:].sum() * 15 - arrived[2:].sum() * 15 == pytest.approx(
        plant[0].mass_j_per_k * (out.excess_k[-1] - out.excess_k[1]), abs=1.0
    )
    assert arrived[200] < 0.6 * 1e7
    assert arrived[399] == pytest.approx(1e7, rel=1e-3)
    half_life = np.flatnonzero(arrived[200:] > 7e6)[0] * 15.0
    assert half_life == pytest.approx(time_s * np.log(2), abs=20)


@given(st.lists(st.floats(0.0, 1e7), min_size=2, max_size=30))
@settings(deadline=None, max_examples=30)
def test_energy_is_conserved_whatever_heat_and_flow_do(heats: list[float]) -> None:
    plant = _plant(supply="25 degC")
    out = _run(plant, _weather(20.0), heats, 60.0)
    first_k = heats[0] / (1e6 * max(heats[0] / 1e7, 0.3))
    stored_j = plant[0].mass_j_per_k * (out.excess_k[-1] - first_k)
    arrived_j = float((out.rejected_w - out.pump_w).sum()) * 60.0

    assert sum(heats) * 60.0 == pytest.approx(arrived_j + stored_j, rel=1e-9, abs=1.0)


def test_nothing_running_draws_nothing() -> None:
    (row,) = _run(_plant(**TOWER), _weather(20.0), 0.0)
    assert row.fan_w == row.chiller_w == 0
    assert row.water_kg_per_s < 0.01
    assert row.pump_w == pytest.approx(1e7 * 0.0197 * 0.027)


@numba.njit
def _coolant(plant: Any, weather: Any, heat_w: float, out: Any) -> None:
    cooling.set_coolant(plant, weather, heat_w, out)


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from([{}, TOWER, CHILLED, {"chiller": {}, "supply": "25 degC"}, {"supply": "40 degC"}]),
    st.floats(-10, 43),
    st.floats(0.05, 1.0),
    st.floats(0.0, 1.2),
)
def test_the_coolant_alone_is_to_the_last_bit_that_of_the_whole_plant(
    keys: dict[str, Any], dry_c: float, rh: float, share: float
) -> None:
    """The hall's kernel asks for it each minute, and needs no speed of fans."""
    plant, weather = _plant(**keys), _weather(dry_c, rh)
    (row,) = _run(plant, weather, share * 1e7)
    out = np.zeros(1, cooling.COOLED).view(np.recarray)
    _coolant(plant[0], weather[0], share * 1e7, out[0])

    assert (out[0].supply_k, out[0].return_k) == (row.supply_k, row.return_k)
