"""The cooling plant that acts back on a hall: its rows, what it caps, and which loops go with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from racktwin.model import ComputeNode, Scenario

from .compile_cooling import cooling_plants
from .plan import CoolantPlan, FleetPlan
from .plant import into_year_s, liquid_shares, weather_rows
from .settings import most_draw_w


def with_coolant(scenario: Scenario, plan: FleetPlan, nodes: Sequence[ComputeNode]) -> FleetPlan:
    """The plan with a plant that caps liquid-cooled racks, where the hall has one and lets it."""
    hall = scenario.hall
    assert hall is not None
    if hall.cooling_plant is None or not hall.throttling:
        return plan
    plate, shares = hall.cooling_plant.cold_plate, liquid_shares(scenario)
    coolant = CoolantPlan(
        plant=cooling_plants([hall.cooling_plant]),
        weather=weather_rows(hall.weather),
        most_w=most_draw_w(scenario.fleet.power, scenario.fleet.job_classes, nodes),
        hottest_k=float(plate.hottest_k),
        resistance_k_per_w=float(plate.resistance_k_per_w),
        rise_k=float(hall.cooling_plant.cdu.coolant_rise_k),
        into_year_s=into_year_s(scenario.start),
    )
    racks = [replace(rack, liquid_share=shares.get(rack.name, 0.0)) for rack in plan.racks]
    leaves = {name for rack in hall.racks.values() for name in rack.cooling_loops}
    feeding = {
        name: float(scenario.cooling_loops[name].heat_limit_w)
        for name in leaves
        if scenario.cooling_loops[name].medium == "liquid"
    }
    limits = [
        replace(limit, plant_weight=feeding[limit.name] / sum(feeding.values()))
        if limit.quantity == "heat" and limit.name in feeding
        else limit
        for limit in plan.limits
    ]
    return replace(plan, racks=racks, limits=limits, coolant=coolant)
