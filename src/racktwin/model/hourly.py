"""What power costs and emits, and what others draw, hour by hour."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from .entity import Entity
from .quantity import CarbonPerEnergy, EnergyPrice, Quantity


class HourlyValues(BaseModel):
    """Values per J from the hour that begins at ``first_epoch_s`` (UTC, s since 1970), as their reader left them.

    ``of`` says what was read and how.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    of: str = ""
    first_epoch_s: float
    values: tuple[float, ...]


class PowerPrice(Entity):
    """The price of energy: ERCOT's that ships (day-ahead, hub average, 2021 to 2023), a ``file``, or one for all hours.

    A file has the columns ``Datetime (UTC)`` and ``Price (USD/MWh)``. ``year``: that year's hours stand for those of
    the scenario's, by day and hour of the year (so weekdays do not agree). ``delivery`` is added to each hour.
    """

    shipped: Literal["ercot_hub_average"] | None = None
    file: str | None = None
    fixed_usd_per_j: EnergyPrice | None = Field(default=None, alias="fixed")
    delivery_usd_per_j: EnergyPrice = Field(default=Quantity(0.0, "USD/J", "0 USD/MWh"), alias="delivery")
    year: int | None = None
    hours: SkipJsonSchema[HourlyValues | None] = Field(default=None, exclude=True)

    @model_validator(mode="after")
    def _one_source(self) -> PowerPrice:
        _require_one((self.shipped, self.file, self.fixed_usd_per_j), "shipped, file and fixed", "fixed: 47 USD/MWh")
        return self


class PowerCarbon(Entity):
    """Carbon per energy: a ``file`` as Electricity Maps exports it (life cycle, or ``direct``), or one for all."""

    file: str | None = None
    fixed_kg_per_j: CarbonPerEnergy | None = Field(default=None, alias="fixed")
    direct: bool = False
    year: int | None = None
    hours: SkipJsonSchema[HourlyValues | None] = Field(default=None, exclude=True)

    @model_validator(mode="after")
    def _one_source(self) -> PowerCarbon:
        _require_one((self.file, self.fixed_kg_per_j), "file and fixed", "fixed: 390 g/kWh")
        return self


class SystemLoad(Entity):
    """The load of the whole system, by whose monthly peaks transmission is charged: a ``file``.

    It has the columns ``Datetime (UTC)`` and ``Load (MW)``. ``year``: as for prices.
    """

    file: str
    year: int | None = None
    hours: SkipJsonSchema[HourlyValues | None] = Field(default=None, exclude=True)


def _require_one(given: tuple[object, ...], names: str, remedy: str) -> None:
    if sum(value is not None for value in given) != 1:
        message = f"one of {names} is needed"
        raise PydanticCustomError("hourly", "{message}", {"message": message, "remedy": remedy})
