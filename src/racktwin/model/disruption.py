"""What can go wrong in a network: disruptions, each with its likelihood and effects."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .distribution import DurationDistribution
from .entity import Entity, Name
from .instant import Instant
from .quantity import NonNegative, PositiveDuration, Quantity, RatePerTime

EffectKind = Literal["site_down", "lane_closed", "capacity", "lead_time", "price", "duty", "demand"]


class Effect(Entity):
    """One thing a disruption does, from ``after`` its beginning for ``duration`` (none: to the end).

    ``site_down``: the sites neither make nor ship nor receive. ``lane_closed``: the lanes, or all from or to the
    ``sites``, carry nothing; ``holds_in_transit``: what is under way waits as well. ``capacity``, ``lead_time``,
    ``price`` multiply by ``factor`` those of the ``supplies``, of all supplies at the ``sites`` or of the ``parts``
    (``lead_time`` also the ``lanes``'). ``capacity`` with factor 0 on ``parts`` is a part that is lost.
    ``duty`` gives the ``duty_rules`` the rate ``factor``. ``demand`` multiplies the demands of the ``parts``.
    """

    kind: EffectKind
    sites: tuple[Name, ...] = ()
    lanes: tuple[Name, ...] = ()
    supplies: tuple[Name, ...] = ()
    parts: tuple[Name, ...] = ()
    duty_rules: tuple[Name, ...] = ()
    factor: NonNegative = Quantity(0.0, "1")
    after_s: PositiveDuration | None = Field(default=None, alias="after")
    duration: DurationDistribution | None = None
    holds_in_transit: bool = False


class Disruption(Entity):
    """A thing that may happen: ``rate`` says how often, ``starts`` when it begins if a run is disrupted by it."""

    effects: tuple[Effect, ...] = Field(min_length=1)
    rate_per_s: RatePerTime | None = Field(default=None, alias="rate")
    starts: Instant
