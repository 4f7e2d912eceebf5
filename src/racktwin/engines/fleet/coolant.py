"""The coolant acts back: liquid-cooled racks are capped while it is too warm for what their GPUs draw.

Every ``cool_s`` the plant is taken over the heat since, exactly as :func:`racktwin.sim.cooling.replay` does afterwards.
A cap comes at once, as deep as the coolant will need once it has settled to what is drawn then. It is eased a step at a
time, no sooner than ``hold_s`` after the last change and only if the next step would hold, so that a hall that cools
down because it is capped does not swing.
"""

from __future__ import annotations

from typing import Any

from racktwin.sim.cooling import cold_plate_power_w, delay_heat, flow_share, set_coolant, weather_row
from racktwin.sim.events import schedule
from racktwin.sim.jit import kernel

from .power import change_heat, deepest, mark_rack
from .tables import Fleet

LEAST_SHARE = 0.01
"""What of a plant counts as working when all of it is lost: by then every GPU is capped as deep as can be."""


@kernel
def begin_cooling(fleet: Fleet) -> None:
    """The first look at the coolant is pending; the water in the loops is as warm as the idle hall makes it."""
    clock = fleet.clock[0]
    if clock.cool_s <= 0.0:
        return
    for r in range(fleet.racks.size):
        clock.liquid_w += fleet.racks[r].draw_w * fleet.racks[r].liquid_share
    plant, heat_w = fleet.plants[0], clock.liquid_w
    fleet.cooled[0].excess_k = heat_w / (plant.coolant_capacity * flow_share(plant, heat_w))
    schedule(fleet.events, clock.cool_slot, clock.cool_s)


@kernel
def set_plant_share(fleet: Fleet, share: float) -> None:
    """Only a share of the CDUs and pumps works from now on; racks follow within the response time."""
    clock = fleet.clock[0]
    if clock.cool_s <= 0.0:
        return
    take_heat(fleet)
    clock.plant_share = share
    plant, design = fleet.plants[0], fleet.plants[1]
    share = max(share, LEAST_SHARE)
    plant.cdu_ua = design.cdu_ua * share
    plant.coolant_capacity = design.coolant_capacity * share
    plant.facility_capacity = design.facility_capacity * share
    schedule(fleet.events, clock.cool_slot, clock.now_s + max(clock.response_s, 1e-6))


@kernel
def take_heat(fleet: Fleet) -> None:
    """Take the plant over the heat since the coolant was last looked at."""
    clock = fleet.clock[0]
    lasts_s = clock.now_s - clock.cooled_s
    if lasts_s <= 0.0:
        return
    change_heat(fleet, 0.0)
    row = weather_row(fleet.weather, clock.into_year_s + clock.cooled_s)
    clock.heat_w, clock.heat_j = clock.heat_j / lasts_s, 0.0
    arrives_w = delay_heat(fleet.plants[0], clock.heat_w, lasts_s, fleet.cooled[0])
    set_coolant(fleet.plants[0], fleet.weather[row], arrives_w, fleet.cooled[0])
    clock.cooled_s = clock.now_s


@kernel
def gpu_limit_w(fleet: Fleet, cooled: Any) -> float:
    """What a GPU may draw on such coolant; where too little of it flows, its rise beyond design counts too."""
    clock = fleet.clock[0]
    warmer_k = max(cooled.return_k - cooled.supply_k - clock.rise_k, 0.0)
    return cold_plate_power_w(clock.resistance_k_per_w, clock.hottest_k, cooled.supply_k + warmer_k)


@kernel
def is_cool_at(fleet: Fleet, setting: int) -> bool:
    """Whether GPUs would be cool enough at another setting, once the coolant has settled to the heat of that."""
    clock = fleet.clock[0]
    idle_w = 0.0
    for r in range(fleet.racks.size):
        if fleet.racks[r].is_here:
            idle_w += fleet.racks[r].idle_w * fleet.racks[r].liquid_share
    present_w = fleet.most_w[clock.coolant_setting]
    share = fleet.most_w[setting] / present_w if present_w > 0.0 else 1.0
    heat_w = idle_w + max(clock.heat_w - idle_w, 0.0) * share
    row = weather_row(fleet.weather, clock.into_year_s + clock.now_s)
    set_coolant(fleet.plants[0], fleet.weather[row], heat_w, fleet.cooled[1])
    return fleet.most_w[setting] <= gpu_limit_w(fleet, fleet.cooled[1])


@kernel
def look_at_coolant(fleet: Fleet) -> None:
    """Cap liquid-cooled racks as far as the coolant asks for, or ease a step; the next look is pending."""
    clock = fleet.clock[0]
    take_heat(fleet)
    schedule(fleet.events, clock.cool_slot, clock.now_s + clock.cool_s)
    setting = clock.coolant_setting
    if fleet.most_w[setting] > gpu_limit_w(fleet, fleet.cooled[0]):
        setting = min(setting + 1, deepest(fleet))
        while setting < deepest(fleet) and not is_cool_at(fleet, setting):
            setting += 1
    elif setting > 0 and clock.now_s >= clock.ease_s and is_cool_at(fleet, setting - 1):
        setting -= 1
    if setting != clock.coolant_setting:
        clock.coolant_setting = setting
        clock.ease_s = clock.now_s + clock.hold_s
        for r in range(fleet.racks.size):
            if fleet.racks[r].liquid_share > 0.0:
                mark_rack(fleet, r)
