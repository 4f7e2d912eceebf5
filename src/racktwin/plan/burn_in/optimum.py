"""The cheapest soak: hours, cap and retest rule, over a grid refined by golden section."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar

from .cost import Cost, Prices, Product, Weakness, cost_of, fates, speed_at

MOST_SOAK_H = 2000.0


@dataclass(frozen=True)
class Choice:
    """Soak hours on the clock, cap, whether all is repeated after a repair, and what that costs."""

    soak_h: float
    cap: float
    repeats_all: bool
    cost: Cost


def best_choice(
    product: Product, prices: Prices, *, caps: Sequence[float] = (1.0,), most_h: float = MOST_SOAK_H
) -> Choice:
    """The choice of least expected cost; hours from 0 to ``most_h``.

    Hazards below shape 1 fall, so that cost against hours may have two valleys (no soak, or a long one): a grid finds
    the right one before it is refined. After a repair the whole soak is repeated.
    """
    choices = [_best_hours(product, prices, cap, most_h) for cap in caps]
    return min(choices, key=lambda choice: choice.cost.total)


def _best_hours(product: Product, prices: Prices, cap: float, most_h: float) -> Choice:
    def total(hours: float) -> float:
        return cost_of(product, prices, hours, cap).total

    grid = np.concatenate([[0.0], np.geomspace(0.05, most_h, 160)])
    values = [total(float(hours)) for hours in grid]
    at = int(np.argmin(values))
    low, high = float(grid[max(0, at - 1)]), float(grid[min(len(grid) - 1, at + 1)])
    found = minimize_scalar(total, bounds=(low, high), method="bounded", options={"xatol": 1e-4})
    hours = float(found.x) if found.fun < values[at] else float(grid[at])
    return Choice(hours, cap, True, cost_of(product, prices, hours, cap))


def exponential_optimum_h(count: float, scale_h: float, cost_usd_per_h: float, failure_usd: float) -> float:
    """The optimum of c·h + λ·K·exp(−h/η): h* = η·ln(λ·K / (c·η)), or 0 where no soak pays."""
    ratio = count * failure_usd / (cost_usd_per_h * scale_h)
    return scale_h * math.log(ratio) if ratio > 1.0 else 0.0


def coverage_worth(product: Product, prices: Prices, soak_h: float, cap: float = 1.0) -> list[tuple[int, float]]:
    """Per place of the course, what one more point of coverage of all kinds there saves, USD a product."""
    base = cost_of(product, prices, soak_h, cap).total
    places = max((len(weakness.course.p_found) for weakness in product.weaknesses), default=0)
    worth = []
    for place in range(places):
        better = replace(product, weaknesses=tuple(_covered(weakness, place) for weakness in product.weaknesses))
        worth.append((place, base - cost_of(better, prices, soak_h, cap).total))
    return worth


def _covered(weakness: Weakness, place: int) -> Weakness:
    course = weakness.course
    if place >= len(course.p_found) or course.p_found[place] == 0.0:
        return weakness
    p_found = (*course.p_found[:place], min(1.0, course.p_found[place] + 0.01), *course.p_found[place + 1 :])
    return replace(weakness, course=replace(course, p_found=p_found))


def precipitated_share(product: Product, prices: Prices, soak_h: float, cap: float, than_h: float) -> float:
    """The defects found or turned patent with this soak, as a share of those of an uncapped soak of ``than_h``."""
    now = fates(product, prices, soak_h * speed_at(product, cap) * product.stress_per_h)[0]
    then = fates(product, prices, than_h * product.stress_per_h)[0]
    return now / then if then else 1.0
