"""What is built and bought: parts with their bill of materials, power and defects; kinds of defect."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from .distribution import DurationDistribution, WeibullDuration
from .entity import Entity, Name
from .instant import Instant
from .quantity import (
    FlowPerHeat,
    Fraction,
    Mass,
    Money,
    PositiveDuration,
    PositiveWholeNumber,
    Power,
    Probability,
    Quantity,
    Volume,
    WholeNumber,
)


class PrebuiltShare(Entity):
    """From ``starts`` on this ``share`` of the pieces wanted is brought pre-built rather than made here."""

    share: Probability
    starts: Instant = Quantity(0.0, "s")


class Part(Entity):
    """A part number: rack, tray, server, board, cable. With a ``routing`` it is made here, otherwise bought.

    ``prebuilt`` brings a share of what is made here as finished pieces instead (an L10 tray from another plant), by
    receipts: the entry that started last holds, and before the first all are made here. ``bill_of_materials`` counts
    the parts directly below. ``defects`` is the probability that one piece arrives with a defect of each kind, bought
    or pre-built. ``supply: receipts`` means pieces come only by ``part_receipts`` (plus ``initial_stock``);
    ``unlimited`` that they are always there. ``transport`` names the work center of vehicles that moves it from one
    work center to the next. ``kanban`` cards make a part made here one for stock: so many are made at first, and
    another each time one is taken. ``hts`` is the code of the Harmonized Tariff Schedule, ``8471.50`` or longer, by
    which duty rules find the part.
    """

    routing: Name | None = None
    prebuilt: tuple[PrebuiltShare, ...] = ()
    bill_of_materials: dict[Name, PositiveWholeNumber] = {}
    supply: Literal["unlimited", "receipts"] = "unlimited"
    initial_stock: WholeNumber | None = None
    mass_kg: Mass | None = Field(default=None, alias="mass")
    volume_m3: Volume | None = Field(default=None, alias="volume")
    price_usd: Money | None = Field(default=None, alias="price")
    hts: Annotated[str, StringConstraints(pattern=r"^\d{4}(\.\d{2}){0,3}$")] | None = None
    u_height: PositiveWholeNumber | None = None
    rated_power_w: Power | None = Field(default=None, alias="rated_power")
    liquid_fraction: Probability = Quantity(0.0, "1")
    coolant_flow_m3_per_j: FlowPerHeat | None = Field(default=None, alias="coolant_flow")
    defects: dict[Name, Probability] = {}
    transport: Name | None = None
    kanban: PositiveWholeNumber | None = None


class Improvement(Entity):
    """Yield that improves with time: the probability of a defect falls towards ``to`` times its first value.

    After ``time_constant`` 63 % of the way is gone.
    """

    to: Probability
    time_constant_s: PositiveDuration = Field(alias="time_constant")


class DefectKind(Entity):
    """A way a part can be bad.

    A *patent* defect can be found by any test that covers its kind. A *latent* one cannot be found until stress
    turns it patent: its time to failure is Weibull in hours of burn-in stress, with a shape below 1 (infant
    mortality). ``replace`` names the part swapped in repair; without it the defect is mended in place.
    """

    latent: bool = False
    time_to_failure: WeibullDuration | None = None
    replace: Name | None = None
    repair_time: DurationDistribution | None = None
    p_repaired: Fraction = Quantity(1.0, "1")
    improves: Improvement | None = None
