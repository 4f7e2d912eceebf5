"""What one product costs from its soak to the end of its service, in expectation.

A latent defect turns patent after a Weibull time under stress. Along its course (operations with stress and tests) it
is found by the tests after it turned patent; what is not found, or turns patent in service, is a field failure. Defects
are few and independent, so expectations add up. Jensen and Petersen, *Burn-in* (1982).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HOURS_PER_YEAR = 8766.0


@dataclass(frozen=True)
class Prices:
    """What things cost; none of it is in a scenario, so each is the user's or assumed.

    ``power_usd_per_kw_year`` is what a kilowatt of test power costs to have; ``capital_rate``: a year, on the price.
    ``field_failure_usd`` is all that a failure in service costs; ``service_h`` how long failures count, at
    ``service_stress`` hours of stress an hour.
    """

    energy_usd_per_kwh: float = 0.08
    power_usd_per_kw_year: float = 300.0
    bay_usd_per_h: float = 25.0
    capital_rate: float = 0.10
    repair_usd: float = 1500.0
    field_failure_usd: float = 25_000.0
    service_h: float = 5 * HOURS_PER_YEAR
    service_stress: float = 0.5


@dataclass(frozen=True)
class Course:
    """What a defect goes through: per operation its hours of stress and the probability that its test finds it.

    ``soak`` is the place of the soak, whose stress is decided.
    """

    stress_h: tuple[float, ...]
    p_found: tuple[float, ...]
    soak: int


@dataclass(frozen=True)
class Weakness:
    """``count`` latent defects a product of one kind, with their Weibull law in hours of stress, and their course."""

    kind: str
    count: float
    shape: float
    scale_h: float
    course: Course


@dataclass(frozen=True)
class Product:
    """A product with its soak: draw, price, people-hours around it, and its weaknesses.

    ``retest_h`` and ``retest_kwh``: what comes again, besides the soak, when something is found. ``stress_per_h``: of
    the uncapped soak; ``caps`` are (cap, speed) of which one may be chosen.
    """

    name: str
    price_usd: float
    draw_kw: float
    soak_h: float
    stress_per_h: float
    fixed_bay_h: float
    retest_h: float
    retest_kwh: float
    caps: tuple[tuple[float, float], ...]
    weaknesses: tuple[Weakness, ...]


@dataclass(frozen=True)
class Cost:
    """USD a product by cause, with the defects found in the plant and the failures in service that are expected."""

    energy: float
    power: float
    bay: float
    capital: float
    repair: float
    field: float
    found: float
    escapes: float

    @property
    def total(self) -> float:
        return self.energy + self.power + self.bay + self.capital + self.repair + self.field


def cost_of(product: Product, prices: Prices, soak_h: float, cap: float = 1.0, *, repeats_all: bool = True) -> Cost:
    """The expected cost of a product that soaks ``soak_h`` on the clock at ``cap``.

    ``repeats_all``: after a repair the whole soak is done again; otherwise, on average, half of it.
    """
    speed = speed_at(product, cap)
    found, escapes = fates(product, prices, soak_h * speed * product.stress_per_h)
    again_h = found * (soak_h * (1.0 if repeats_all else 0.5) + product.retest_h)
    kw = product.draw_kw * cap
    bay_h = soak_h + product.fixed_bay_h + again_h
    soak_kwh = kw * soak_h * (1.0 + found * (1.0 if repeats_all else 0.5)) + found * product.retest_kwh
    return Cost(
        energy=soak_kwh * prices.energy_usd_per_kwh,
        power=kw * bay_h / HOURS_PER_YEAR * prices.power_usd_per_kw_year,
        bay=bay_h * prices.bay_usd_per_h,
        capital=product.price_usd * prices.capital_rate * bay_h / HOURS_PER_YEAR,
        repair=found * prices.repair_usd,
        field=escapes * prices.field_failure_usd,
        found=found,
        escapes=escapes,
    )


def speed_at(product: Product, cap: float) -> float:
    """How fast the soak runs at a cap."""
    if cap >= 1.0:
        return 1.0
    return next(speed for known, speed in product.caps if known == cap)


def fates(product: Product, prices: Prices, soak_stress_h: float) -> tuple[float, float]:
    """(defects found in the plant, failures in service) a product, with that much stress in the soak."""
    found = escapes = 0.0
    for weakness in product.weaknesses:
        mine_found, mine_escaped = fate_of(weakness, soak_stress_h, prices.service_h * prices.service_stress)
        found += weakness.count * mine_found
        escapes += weakness.count * mine_escaped
    return found, escapes


def fate_of(weakness: Weakness, soak_stress_h: float, service_stress_h: float) -> tuple[float, float]:
    """(p found in the plant, p of failing in service) of one defect."""
    course = weakness.course
    unseen_after = _unseen(course.p_found)
    stress, survival, found, patent = 0.0, 1.0, 0.0, 0.0
    for place, own_h in enumerate(course.stress_h):
        stress += soak_stress_h if place == course.soak else own_h
        left = _survival(stress, weakness)
        turned, survival = survival - left, left
        patent += turned * unseen_after[place]
        found += turned * (1.0 - unseen_after[place])
    return found, patent + survival - _survival(stress + service_stress_h, weakness)


def _unseen(p_found: Sequence[float]) -> list[float]:
    """Per place the probability that no test from there on finds what is patent."""
    unseen, so_far = [], 1.0
    for p in reversed(p_found):
        so_far *= 1.0 - p
        unseen.append(so_far)
    return unseen[::-1]


def _survival(stress_h: float, weakness: Weakness) -> float:
    return math.exp(-((stress_h / weakness.scale_h) ** weakness.shape)) if stress_h > 0 else 1.0
