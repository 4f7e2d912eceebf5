"""From a cooling plant to the row that kernels take: conductances from approaches, flows from rises."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from racktwin.model.cooling import CoolingPlant, CoolingTower, DryCooler
from racktwin.sim.cooling import DRY, PLANT, TOWER
from racktwin.sim.exchangers import crossflow_units, tower_ratio

WATER_J_PER_M3_K = 4.13e6
"""Density times specific heat of water at 35 °C."""

WATER_J_PER_KG_K = 4180.0


def cooling_plants(plants: list[CoolingPlant]) -> Any:
    """A record table of :data:`racktwin.sim.cooling.PLANT`, one row a plant."""
    table = np.zeros(len(plants), PLANT).view(np.recarray)
    for row, plant in zip(table, plants, strict=True):
        for name, value in _row(plant).items():
            row[name] = value
    return table


def _row(plant: CoolingPlant) -> dict[str, float]:
    heat_w, cdu, chiller = plant.heat_w, plant.cdu, plant.chiller
    coolant, facility = heat_w / cdu.coolant_rise_k, heat_w / cdu.facility_rise_k
    return {
        "set_point_k": plant.supply_k,
        "heat_w": heat_w,
        "cdu_ua": counterflow_ua(heat_w, coolant, facility, cdu.approach_k),
        "coolant_capacity": coolant,
        "facility_capacity": facility,
        "least_flow": cdu.least_flow,
        "cdu_pump_w": heat_w * cdu.pump_share,
        "facility_pump_w": heat_w * cdu.facility_pump_share,
        "fan_w": heat_w * plant.outdoors.fan_share,
        "least_fan": plant.outdoors.least_fan,
        "cycles": 5.0,
        "chiller_w": 0.0 if chiller is None else heat_w * chiller.capacity,
        "chiller_carnot": 0.5 if chiller is None else chiller.carnot,
        "chiller_reach_k": 1.0 if chiller is None else chiller.reach_k,
        "mass_j_per_k": plant.water_m3_per_w * heat_w * WATER_J_PER_M3_K,
        **(
            _dry(plant.outdoors, heat_w, facility)
            if isinstance(plant.outdoors, DryCooler)
            else _tower(plant.outdoors, heat_w, facility)
        ),
    }


def counterflow_ua(heat_w: float, hot: float, cold: float, approach_k: float) -> float:
    """The conductance, W/K, of a counterflow exchanger whose hot side leaves ``approach_k`` above the cold inlet.

    ``hot`` and ``cold`` are capacity flows, W/K: heat by the logarithmic mean of the two end differences.
    """
    other_k = heat_w / hot + approach_k - heat_w / cold
    if abs(other_k - approach_k) < 1e-9:
        return heat_w / approach_k
    if other_k <= 0.0:
        raise ValueError("the cold side would leave hotter than the hot side enters")
    return heat_w * math.log(other_k / approach_k) / (other_k - approach_k)


def _dry(cooler: DryCooler, heat_w: float, water: float) -> dict[str, float]:
    """Air of the water's capacity flow at full speed; the conductance that gives the approach."""
    effectiveness = (heat_w / water) / (heat_w / water + cooler.approach_k)
    return {"kind": DRY, "air_capacity": water, "air_ua": crossflow_units(effectiveness, 1.0) * water}


def _tower(tower: CoolingTower, heat_w: float, water: float) -> dict[str, float]:
    """The ratio at which York's correlation gives the approach, and air by mass."""
    return {
        "kind": TOWER,
        "water_by_air": tower_ratio(float(tower.wet_bulb_k), heat_w / water, float(tower.approach_k)),
        "air_kg_per_s": water / WATER_J_PER_KG_K / tower.water_by_air,
        "cycles": tower.cycles,
        "drift": tower.drift,
    }
