"""Ways between sites: lanes with a mode, a lead time, what they cost and what they emit."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .distribution import DurationDistribution
from .entity import Entity, Name
from .instant import Date
from .quantity import (
    CarbonIntensity,
    Distance,
    Money,
    MoneyPerMass,
    MoneyPerVolume,
    PositiveDuration,
    PositiveWholeNumber,
    Probability,
    Quantity,
)


class Capacity(Entity):
    """So many ``pieces`` every ``per``."""

    pieces: PositiveWholeNumber
    per: PositiveDuration

    @property
    def pieces_per_s(self) -> float:
        """The capacity as a rate, pieces/s."""
        return float(self.pieces) / float(self.per)


class CarbonFactor(Entity):
    """What moving a mass along a lane emits, from a date on."""

    starts: Date
    intensity_per_m: CarbonIntensity = Field(alias="intensity")


class Lane(Entity):
    """A way from site ``origin`` to site ``destination``, of one mode; ``parts`` narrows what it carries.

    Freight is the sum of what is given: per mass, per volume, per piece and per shipment. ``insurance`` is a share of
    the value shipped. ``capacity`` bounds the pieces sent. A lane that needs qualification (a new forwarder, a new
    port) carries nothing until ``qualification_time`` after the start, and costs ``opening_cost`` once.
    """

    origin: Name = Field(alias="from")
    destination: Name = Field(alias="to")
    mode: Literal["air", "sea", "truck", "rail", "courier"] = "truck"
    parts: tuple[Name, ...] = ()
    lead_time: DurationDistribution
    cost_usd_per_kg: MoneyPerMass = Field(default=Quantity(0.0, "USD/kg"), alias="cost_per_mass")
    cost_usd_per_m3: MoneyPerVolume = Field(default=Quantity(0.0, "USD/m**3"), alias="cost_per_volume")
    cost_usd_per_piece: Money = Field(default=Quantity(0.0, "USD"), alias="cost_per_piece")
    cost_usd_per_shipment: Money = Field(default=Quantity(0.0, "USD"), alias="cost_per_shipment")
    insurance: Probability = Quantity(0.0, "1")
    capacity: Capacity | None = None
    distance_m: Distance | None = Field(default=None, alias="distance")
    carbon: tuple[CarbonFactor, ...] = ()
    qualified: bool = True
    qualification_time_s: PositiveDuration | None = Field(default=None, alias="qualification_time")
    opening_cost_usd: Money = Field(default=Quantity(0.0, "USD"), alias="opening_cost")
