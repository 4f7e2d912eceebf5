"""Moist air: saturation, humidity, wet bulb and enthalpy. ASHRAE Handbook Fundamentals (2021), chapter 1."""

from __future__ import annotations

import math

from .jit import kernel

ZERO_C_K = 273.15
_RATIO = 0.621945
"""Molar mass of water by that of dry air."""


@kernel
def saturation_pressure_pa(temperature_k: float) -> float:
    """Pressure of saturated water vapour, Pa, over ice or water (Hyland and Wexler 1983; ASHRAE 1.5, 1.6)."""
    t = temperature_k
    if t < 273.16:
        ice = -5.6745359e3 / t + 6.3925247 - 9.677843e-3 * t + 6.2215701e-7 * t * t + 2.0747825e-9 * t * t * t
        return math.exp(ice - 9.484024e-13 * t * t * t * t + 4.1635019 * math.log(t))
    water = -5.8002206e3 / t + 1.3914993 - 4.8640239e-2 * t + 4.1764768e-5 * t * t - 1.4452093e-8 * t * t * t
    return math.exp(water + 6.5459673 * math.log(t))


@kernel
def saturated_humidity(temperature_k: float, pressure_pa: float) -> float:
    """Kilograms of vapour per kilogram of dry air at saturation (ASHRAE 1.23)."""
    vapour = min(saturation_pressure_pa(temperature_k), 0.99 * pressure_pa)
    return _RATIO * vapour / (pressure_pa - vapour)


@kernel
def humidity_ratio(temperature_k: float, relative_humidity: float, pressure_pa: float) -> float:
    """Kilograms of vapour per kilogram of dry air; ``relative_humidity`` from 0 to 1 (ASHRAE 1.20, 1.22)."""
    vapour = min(relative_humidity * saturation_pressure_pa(temperature_k), 0.99 * pressure_pa)
    return _RATIO * vapour / (pressure_pa - vapour)


@kernel
def enthalpy_j_per_kg(temperature_k: float, humidity: float) -> float:
    """Enthalpy of moist air per kilogram of dry air, J/kg, 0 for dry air at 0 °C (ASHRAE 1.30)."""
    t_c = temperature_k - ZERO_C_K
    return 1006.0 * t_c + humidity * (2.501e6 + 1860.0 * t_c)


@kernel
def _humidity_of_wet_bulb(dry_bulb_k: float, wet_bulb_k: float, pressure_pa: float) -> float:
    """Humidity of air of these two temperatures (ASHRAE 1.33, 1.35)."""
    saturated = saturated_humidity(wet_bulb_k, pressure_pa)
    dry_c, wet_c = dry_bulb_k - ZERO_C_K, wet_bulb_k - ZERO_C_K
    if wet_c >= 0.0:
        return ((2501.0 - 2.326 * wet_c) * saturated - 1.006 * (dry_c - wet_c)) / (
            2501.0 + 1.86 * dry_c - 4.186 * wet_c
        )
    return ((2830.0 - 0.24 * wet_c) * saturated - 1.006 * (dry_c - wet_c)) / (2830.0 + 1.86 * dry_c - 2.1 * wet_c)


@kernel
def wet_bulb_k(dry_bulb_k: float, humidity: float, pressure_pa: float) -> float:
    """The wet-bulb temperature, K, by bisection to 1e-4 K."""
    low, high = dry_bulb_k - 60.0, dry_bulb_k
    while high - low > 1e-4:
        middle = 0.5 * (low + high)
        if _humidity_of_wet_bulb(dry_bulb_k, middle, pressure_pa) > humidity:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


@kernel
def saturated_temperature_k(enthalpy: float, pressure_pa: float) -> float:
    """The temperature of saturated air of that enthalpy, J/kg, by bisection to 1e-4 K."""
    low, high = 203.15, 368.15
    while high - low > 1e-4:
        middle = 0.5 * (low + high)
        if enthalpy_j_per_kg(middle, saturated_humidity(middle, pressure_pa)) > enthalpy:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)
