"""A cooling plant: CDU, facility water, and a dry cooler or tower with or without a chiller; cold plates.

Coolant leaves the CDU at its set-point as long as the plant can make the facility water cold enough; fans run as slow
as that allows, then the chiller helps (with all of the heat where outdoors is warmer than the return), then the coolant
gets warmer. Flow follows the heat, down to a least share; pumps and fans follow the cube of theirs. Temperatures in K,
heat and power in W, water in kg/s.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .exchangers import counterflow, crossflow, tower_approach_k
from .jit import entry_point, kernel
from .psychrometrics import enthalpy_j_per_kg, saturated_humidity, saturated_temperature_k

DRY, TOWER = range(2)
"""Kinds of heat rejection."""

PLANT = np.dtype(
    [
        ("kind", "i8"),
        ("set_point_k", "f8"),  # coolant to the racks
        ("heat_w", "f8"),  # design heat
        ("cdu_ua", "f8"),  # conductance of all CDUs at design flow, W/K
        ("coolant_capacity", "f8"),  # capacity flow of the coolant at design flow, W/K
        ("facility_capacity", "f8"),  # of the facility water
        ("least_flow", "f8"),
        ("cdu_pump_w", "f8"),
        ("facility_pump_w", "f8"),
        ("fan_w", "f8"),
        ("least_fan", "f8"),
        ("air_capacity", "f8"),  # dry cooler: of the air at full speed, W/K
        ("air_ua", "f8"),  # dry cooler: at full speed, W/K
        ("water_by_air", "f8"),  # tower: York's ratio at design
        ("air_kg_per_s", "f8"),  # tower: dry air at full speed
        ("cycles", "f8"),  # tower: cycles of concentration
        ("drift", "f8"),  # tower: share of the water flow
        ("chiller_w", "f8"),  # heat the chiller can take; 0: there is none
        ("chiller_carnot", "f8"),  # its COP by Carnot's
        ("chiller_reach_k", "f8"),  # evaporator below, condenser above its water
        ("mass_j_per_k", "f8"),  # heat capacity of the water between racks and CDU
    ]
)
WEATHER = np.dtype(
    [("start_s", "f8"), ("dry_bulb_k", "f8"), ("wet_bulb_k", "f8"), ("humidity", "f8"), ("pressure_pa", "f8")]
)
COOLED = np.dtype(
    [
        ("supply_k", "f8"),  # coolant to the racks
        ("return_k", "f8"),  # coolant from the racks
        ("facility_supply_k", "f8"),
        ("facility_return_k", "f8"),
        ("rejected_w", "f8"),  # to the outside, with the chiller's work
        ("pump_w", "f8"),
        ("fan_w", "f8"),
        ("chiller_w", "f8"),  # electrical
        ("water_kg_per_s", "f8"),
        ("fan_speed", "f8"),
        ("excess_k", "f8"),  # what water on its way to the CDU is warmer than the supply, at the end of the interval
    ]
)
"""What a plant does; power, water and temperatures."""

LATENT_J_PER_KG = 2.45e6
_FULL = 1.0 - 1e-12


@kernel
def flow_share(plant: Any, heat_w: float) -> float:
    """The share of design flow: as the heat's, not below the least."""
    return min(max(heat_w / plant.heat_w, plant.least_flow), 1.0)


@kernel
def facility_supply_needed_k(plant: Any, heat_w: float, flow: float, supply_k: float) -> float:
    """How warm the facility water may be so that coolant leaves the CDU at ``supply_k``.

    Films on both sides of a plate follow flow to the power 0.8 (Dittus-Boelter), so the conductance does.
    """
    coolant, facility = plant.coolant_capacity * flow, plant.facility_capacity * flow
    least = min(coolant, facility)
    effectiveness = counterflow(plant.cdu_ua * flow**0.8 / least, least / max(coolant, facility))
    return supply_k + heat_w / coolant - heat_w / (effectiveness * least)


@kernel
def leaving_k(plant: Any, weather: Any, heat_w: float, flow: float, speed: float) -> float:
    """How cold the outdoor plant makes the facility water with its fans at ``speed`` (a share, above 0)."""
    water = plant.facility_capacity * flow
    if plant.kind == TOWER:
        ratio = plant.water_by_air * flow / speed
        return weather.wet_bulb_k + tower_approach_k(weather.wet_bulb_k, heat_w / water, ratio)
    air = plant.air_capacity * speed
    least = min(water, air)
    effectiveness = crossflow(plant.air_ua * speed**0.6 / least, least / max(water, air))
    return weather.dry_bulb_k + heat_w / (effectiveness * least) - heat_w / water


@kernel
def fan_speed(plant: Any, weather: Any, heat_w: float, flow: float, wanted_k: float) -> float:
    """The least share of fan speed that makes the facility water as cold as wanted, or 1."""
    if leaving_k(plant, weather, heat_w, flow, 1.0) >= wanted_k:
        return 1.0
    low, high = plant.least_fan, 1.0
    if leaving_k(plant, weather, heat_w, flow, low) <= wanted_k:
        return low
    while high - low > 1e-4:
        middle = 0.5 * (low + high)
        if leaving_k(plant, weather, heat_w, flow, middle) > wanted_k:
            low = middle
        else:
            high = middle
    return high


@kernel
def chiller_power_w(plant: Any, heat_w: float, cold_k: float, warm_k: float) -> float:
    """Electrical power to lift ``heat_w`` from water of ``cold_k`` to ``warm_k``, by a share of Carnot's COP."""
    evaporator, condenser = cold_k - plant.chiller_reach_k, warm_k + plant.chiller_reach_k
    lift = max(condenser - evaporator, 5.0)
    return heat_w * lift / (plant.chiller_carnot * evaporator)


@kernel
def tower_water_kg_per_s(plant: Any, weather: Any, heat_w: float, flow: float, speed: float) -> float:
    """Make-up water: what air leaving saturated takes along, what is blown down for that, and drift."""
    air = plant.air_kg_per_s * speed
    if heat_w <= 0.0 or air <= 0.0:
        return 0.0
    enthalpy = enthalpy_j_per_kg(weather.dry_bulb_k, weather.humidity) + heat_w / air
    leaving = saturated_temperature_k(enthalpy, weather.pressure_pa)
    evaporated = air * max(saturated_humidity(leaving, weather.pressure_pa) - weather.humidity, 0.0)
    evaporated = min(evaporated, 1.2 * heat_w / LATENT_J_PER_KG)
    drift = plant.drift * plant.facility_capacity * flow / 4180.0
    return evaporated + max(evaporated / (plant.cycles - 1.0) - drift, 0.0) + drift


@kernel
def _chilled_k(
    plant: Any, weather: Any, total_w: float, flow: float, made_k: float, wanted_k: float, out: Any
) -> float:
    """How cold the chiller helps full fans, which make ``made_k``, to make the facility water; ``out`` has its work."""
    water = plant.facility_capacity * flow
    unmet_w = 0.0
    for _ in range(4):  # the chiller's work warms the water it rejects to: a contraction of a tenth a turn
        needed_w = min(water * max(made_k - wanted_k, 0.0), total_w)
        chilled_w = min(plant.chiller_w, needed_w)
        unmet_w = needed_w - chilled_w
        out.chiller_w = chiller_power_w(plant, chilled_w, wanted_k + unmet_w / water, made_k)
        out.rejected_w = total_w + out.chiller_w
        made_k = leaving_k(plant, weather, out.rejected_w, flow, 1.0)
    return wanted_k + unmet_w / water


@kernel
def set_coolant(plant: Any, weather: Any, heat_w: float, out: Any) -> None:
    """The coolant's temperatures as :func:`cool` finds them, to the last bit, without the search for the fans' speed.

    The coolant is at its set-point whenever fans at some speed make the water cold enough: full fans tell.
    """
    flow = flow_share(plant, heat_w)
    total_w = heat_w + (plant.cdu_pump_w + plant.facility_pump_w) * (flow * flow * flow)
    wanted_k = facility_supply_needed_k(plant, heat_w, flow, plant.set_point_k)
    made_k = leaving_k(plant, weather, total_w, flow, 1.0)
    if made_k > wanted_k and plant.chiller_w > 0.0:
        made_k = _chilled_k(plant, weather, total_w, flow, made_k, wanted_k, out)
    out.supply_k = plant.set_point_k + max(made_k - wanted_k, 0.0)
    out.return_k = out.supply_k + heat_w / (plant.coolant_capacity * flow)


@kernel
def cool(plant: Any, weather: Any, heat_w: float, out: Any) -> None:
    """What the plant does in a steady state under ``heat_w``; ``out`` is a row of :data:`COOLED`."""
    flow = flow_share(plant, heat_w)
    cube = flow * flow * flow
    out.pump_w = (plant.cdu_pump_w + plant.facility_pump_w) * cube
    total_w = heat_w + out.pump_w
    wanted_k = facility_supply_needed_k(plant, heat_w, flow, plant.set_point_k)
    speed = fan_speed(plant, weather, total_w, flow, wanted_k)
    made_k = leaving_k(plant, weather, total_w, flow, speed)
    out.chiller_w, out.rejected_w = 0.0, total_w
    if speed >= _FULL and made_k > wanted_k and plant.chiller_w > 0.0:
        made_k = _chilled_k(plant, weather, total_w, flow, made_k, wanted_k, out)
    out.facility_supply_k = max(made_k, wanted_k) if speed <= plant.least_fan else made_k
    warmer_k = max(out.facility_supply_k - wanted_k, 0.0)
    out.supply_k = plant.set_point_k + warmer_k
    out.return_k = out.supply_k + heat_w / (plant.coolant_capacity * flow)
    out.facility_return_k = out.facility_supply_k + total_w / (plant.facility_capacity * flow)
    out.fan_w = plant.fan_w * speed * speed * speed if heat_w > 0.0 else 0.0
    out.fan_speed = speed
    out.water_kg_per_s = 0.0
    if plant.kind == TOWER:
        out.water_kg_per_s = tower_water_kg_per_s(plant, weather, out.rejected_w, flow, speed)


@kernel
def delay_heat(plant: Any, heat_w: float, lasts_s: float, out: Any) -> float:
    """The heat that arrives at the CDU on average over ``lasts_s`` of constant ``heat_w``, delayed by water in loops.

    Water of one temperature takes the heat up: M d(excess)/dt = heat − C × excess, C the coolant's capacity flow. What
    arrives at the CDU follows what is made with the time constant M / C, and the difference is in the water: energy is
    conserved to rounding. ``out.excess_k`` is that of the interval before, and becomes that at the end of this one.
    """
    coolant = plant.coolant_capacity * flow_share(plant, heat_w)
    steady_k = heat_w / coolant
    if plant.mass_j_per_k <= 0.0 or lasts_s <= 0.0:
        out.excess_k = steady_k
        return heat_w
    time_s = plant.mass_j_per_k / coolant
    decay = math.exp(-lasts_s / time_s)
    arrives_w = heat_w + coolant * (out.excess_k - steady_k) * (1.0 - decay) * time_s / lasts_s
    out.excess_k = steady_k + (out.excess_k - steady_k) * decay
    return arrives_w


@kernel
def settle(plant: Any, weather: Any, heat_w: float, lasts_s: float, out: Any) -> None:
    """What the plant does on average over ``lasts_s`` of constant heat, as :func:`delay_heat` lets it arrive."""
    cool(plant, weather, delay_heat(plant, heat_w, lasts_s, out), out)


@kernel
def cold_plate_power_w(resistance_k_per_w: float, hottest_k: float, supply_k: float) -> float:
    """The most a device may draw so that it stays at ``hottest_k`` on coolant of ``supply_k``, W."""
    return max(hottest_k - supply_k, 0.0) / resistance_k_per_w


@kernel
def weather_row(weather: Any, time_s: float) -> int:
    """The row of hourly weather that holds at ``time_s``; a year repeats."""
    count = len(weather)
    step_s = weather[1].start_s - weather[0].start_s
    return math.floor((time_s - weather[0].start_s) / step_s) % count


@entry_point
def replay(plants: Any, weather: Any, starts_s: Any, lasts_s: Any, heats_w: Any, out: Any) -> None:
    """Run the first plant through intervals of constant heat; ``out`` is a row of :data:`COOLED` for each."""
    plant = plants[0]
    before_k = heats_w[0] / (plant.coolant_capacity * flow_share(plant, heats_w[0]))
    for index in range(len(starts_s)):
        row = out[index]
        row.excess_k = before_k
        settle(plant, weather[weather_row(weather, starts_s[index])], heats_w[index], lasts_s[index], row)
        before_k = row.excess_k
