"""How the heat of a hall leaves it: cold plates, CDU, facility water, and what is outdoors.

Defaults carry their source; where there is none they are ``assumed``, with the range in which their author would look.
Figures of ASHRAE and DOE documents are as recalled, not looked up again, hence confidence C.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .entity import Entity
from .quantity import (
    Confidence,
    CoolantTemperature,
    Fraction,
    NonNegative,
    Power,
    Provenance,
    Quantity,
    Ratio,
    Temperature,
    TemperatureDifference,
    ThermalResistance,
    VolumePerPower,
)

_LOOP_GUIDE = "CDU data sheets as gathered by resistancezero.com, cdu-checklist, 2026"
_ASHRAE_901 = "ANSI/ASHRAE/IES 90.1-2019, table 6.8.1-7"


def _default(
    value: float, unit: str, source: str | None, confidence: Confidence, low: float, high: float, shift: float = 0.0
) -> Quantity:
    written = f"{value - shift:g} {'degC' if shift else unit}".removesuffix(" 1")
    return Quantity(value, unit, written, Provenance(source, confidence, low, high))


def _celsius(value: float, source: str | None, confidence: Confidence, low: float, high: float) -> Quantity:
    return _default(value + 273.15, "K", source, confidence, low + 273.15, high + 273.15, 273.15)


class ColdPlate(Entity):
    """What cools a GPU: on coolant of temperature T it can draw (``hottest`` − T) / ``resistance`` unthrottled."""

    resistance_k_per_w: ThermalResistance = Field(
        alias="resistance",
        default=_default(
            0.03, "K/W", "cooling-thermal.com: 0.02 to 0.04 for GB300 cold plates, 2026", "C", 0.02, 0.045
        ),
    )
    hottest_k: Temperature = Field(
        alias="hottest",
        default=_celsius(
            85.0, "factryze.ai, thermal throttling: 83 to 90 degC on A100 and H100, 2026", "C", 83.0, 90.0
        ),
    )


class Cdu(Entity):
    """Coolant distribution units: coolant to the racks on one side of a plate, facility water on the other.

    ``approach`` is coolant supply less facility supply at design heat; the rises are those of the two waters.
    Pump powers are shares of the design heat at design flow.
    """

    approach_k: TemperatureDifference = Field(alias="approach", default=_default(4.0, "K", _LOOP_GUIDE, "C", 3.0, 5.0))
    coolant_rise_k: TemperatureDifference = Field(
        alias="coolant_rise", default=_default(10.0, "K", _LOOP_GUIDE + ": 1.5 L/min/kW", "C", 8.0, 12.0)
    )
    facility_rise_k: TemperatureDifference = Field(
        alias="facility_rise", default=_default(10.0, "K", None, "assumed", 6.0, 15.0)
    )
    pump_share: NonNegative = Field(default=_default(0.0125, "1", None, "assumed", 0.005, 0.02))
    facility_pump_share: NonNegative = Field(
        default=_default(
            0.0072, "1", "ASHRAE 90.1-2019 appendix G: 19 W/gpm of condenser water, at 10 K", "C", 0.004, 0.012
        )
    )
    least_flow: Fraction = _default(0.3, "1", None, "assumed", 0.2, 0.5)


class DryCooler(Entity):
    """Fans over finned coils: facility water approaches the dry bulb.

    ``approach`` is leaving water less dry bulb at design heat. ``fan_share`` is a share of the design heat.
    """

    kind: Literal["dry_cooler"] = "dry_cooler"
    approach_k: TemperatureDifference = Field(alias="approach", default=_default(8.0, "K", None, "assumed", 5.0, 12.0))
    fan_share: NonNegative = Field(
        default=_default(0.03, "1", f"{_ASHRAE_901} allows 0.12 (4.5 gpm/hp); EC fans: assumed", "assumed", 0.015, 0.12)
    )
    least_fan: Fraction = _default(0.1, "1", None, "assumed", 0.05, 0.2)


class CoolingTower(Entity):
    """Water falls through air: facility water approaches the wet bulb; water evaporates.

    ``approach`` is leaving water less ``wet_bulb`` at design heat, ``water_by_air`` the mass flow of water by that of
    air at design; ``cycles`` of concentration set the blow-down.
    """

    kind: Literal["cooling_tower"] = "cooling_tower"
    approach_k: TemperatureDifference = Field(
        alias="approach",
        default=_default(3.9, "K", "York's reference: 7 degF (EnergyPlus Engineering Reference)", "B", 2.8, 5.6),
    )
    wet_bulb_k: Temperature = Field(
        alias="wet_bulb",
        default=_celsius(
            25.6, "York's reference: 78 degF; Austin's 0.4 % wet bulb is 25.8 degC (EPW header)", "A", 24.0, 27.0
        ),
    )
    fan_share: NonNegative = Field(
        default=_default(
            0.0136, "1", f"{_ASHRAE_901}: at least 40.2 gpm/hp over 10 degF; motor 93 %", "C", 0.007, 0.0136
        )
    )
    least_fan: Fraction = _default(0.1, "1", None, "assumed", 0.05, 0.2)
    water_by_air: Ratio = _default(1.3, "1", None, "assumed", 0.8, 1.6)
    cycles: Ratio = _default(5.0, "1", "US DOE FEMP best management practice 10: from 3 to 6 and more", "C", 3.0, 8.0)
    drift: Fraction = _default(
        5e-5, "1", "ASHRAE 189.1: 0.005 % of the water of crossflow towers at most", "C", 1e-5, 5e-5
    )


class Chiller(Entity):
    """Cools the facility water further where the plant outdoors cannot.

    ``capacity`` is the share of the design heat it can take. Its COP is ``carnot`` times Carnot's between evaporator
    and condenser, ``reach`` below and above their waters.
    """

    capacity: Fraction = Quantity(1.0, "1")
    carnot: Fraction = _default(
        0.68,
        "1",
        "COP 6.28 at 6.7 and 34.6 degC: ASHRAE 90.1-2019 table 6.8.1-3, centrifugal, 0.56 kW/ton",
        "C",
        0.55,
        0.7,
    )
    reach_k: TemperatureDifference = Field(alias="reach", default=_default(1.0, "K", None, "assumed", 0.5, 3.0))


class CoolingPlant(Entity):
    """All that cools the liquid-cooled racks of a hall, sized for ``heat``. ``supply`` is the coolant's set-point.

    ``water`` is the volume between racks and CDU by design heat; it delays the heat.
    """

    heat_w: Power = Field(alias="heat")
    supply_k: CoolantTemperature = Field(
        alias="supply", default=_celsius(32.0, "ASHRAE TC 9.9 class W32; DGX GB200: 17 to 45 degC", "C", 17.0, 45.0)
    )
    cold_plate: ColdPlate = ColdPlate()
    cdu: Cdu = Cdu()
    outdoors: DryCooler | CoolingTower = Field(default=DryCooler(), discriminator="kind")
    chiller: Chiller | None = None
    water_m3_per_w: VolumePerPower = Field(
        alias="water", default=Quantity(5e-6, "m**3/W", "5 L/kW", Provenance(None, "assumed", 2e-6, 15e-6))
    )
