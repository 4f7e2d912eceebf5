"""How a product passes its route in expectation: visits, failures, what is found, what escapes, and what that costs.

A defect turns patent by its law along the stress of the places, is found by tests from then on, and each failure leads
back to the test's retest point; a repair that does not hold leaves the defect to be found again. All of this is exact
for a defect alone (an absorbing Markov chain: Kemeny and Snell, *Finite Markov Chains*, 1960). Defects meet in the mean
only: what other failures repeat gives a defect more stress and more looks, by the expected number of visits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError

from .cost import HOURS_PER_YEAR, Prices
from .route import Kind, Place, Route, Source

Vector = npt.NDArray[np.float64]

_MOST_ROUNDS = 60
_SAME = 1e-9


@dataclass(frozen=True)
class Passage:
    """Per place the expected visits and failures; per product the defects found, the failures in service, and USD.

    ``usd`` by cause: test energy and kilowatts, bays of tests, capital that waits, repairs, tests' own cost, field.
    """

    visits: tuple[float, ...]
    failures: tuple[float, ...]
    found: float
    escapes: float
    hours: float
    usd: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.usd.values())


def pass_through(route: Route, prices: Prices) -> Passage:
    """The expected passage of one product; ``route.places`` are visited in their order.

    RacktwinError where some would never pass: a test fails all, or finds each defect of a kind that no repair mends.
    """
    places = route.places
    _require_end(route)
    back = _back(places)
    visits = np.ones(len(places))
    for _ in range(_MOST_ROUNDS):
        found, by_kind, escapes = _defects(route, prices, visits, back)
        failures = _failures(places, found, visits)
        renewed = _visits(failures, back)
        is_settled = float(np.abs(renewed - visits).max(initial=0.0)) < _SAME
        visits = renewed
        if is_settled:
            break
    repair_h = sum(count * route.kinds[kind].repair_h for kind, count in by_kind.items())
    return _priced(route, prices, visits, failures, float(found.sum()), escapes, repair_h)


def _require_end(route: Route) -> None:
    mended = {name for name, kind in route.kinds.items() if kind.p_repaired > 0.0}
    for place in route.places:
        endless = [name for name, p in place.finds.items() if p >= 1.0 and name in route.kinds and name not in mended]
        if place.is_test and (place.p_false >= 1.0 or endless):
            why = f"finds every {endless[0]}, and no repair of it holds" if endless else "fails every good product"
            raise RacktwinError(
                f"{place.name} would repeat for ever: it {why}\n"
                "    → let p_repaired be above 0, or coverage and false failures below 1"
            )
    for source in route.sources:
        if source.kind not in mended and any(p_found >= 1.0 for _, p_found in source.earlier):
            raise RacktwinError(
                f"tests of a tray would repeat for ever: they find every {source.kind}, and no repair of it holds\n"
                "    → let p_repaired be above 0, or coverage below 1"
            )


def _back(places: Sequence[Place]) -> list[int]:
    """Per place where its failures lead back to: no further than itself, where order or name say otherwise."""
    at = {place.name: number for number, place in enumerate(places)}
    return [min(number, at.get(place.retest, number)) for number, place in enumerate(places)]


def _visits(failures: Vector, back: Sequence[int]) -> Vector:
    visits = np.ones(len(failures))
    for test, first in enumerate(back):
        visits[first : test + 1] += failures[test]
    return visits


def _failures(places: Sequence[Place], found: Vector, visits: Vector) -> Vector:
    """Failed visits per place: a visit fails falsely, or finds one defect or more of those spread over all visits."""
    false = np.array([place.p_false if place.is_test else 0.0 for place in places])
    return np.asarray(visits * (1.0 - (1.0 - false) * np.exp(-found / visits)))


def _defects(
    route: Route, prices: Prices, visits: Vector, back: Sequence[int]
) -> tuple[Vector, dict[str, float], float]:
    """(found per place, found per kind, failures in service) of one product, given how often each place is visited."""
    places = route.places
    at = {place.name: number for number, place in enumerate(places)}
    stress = np.array([place.stress_h for place in places]) * visits
    service_h = prices.service_h * prices.service_stress
    total, by_kind, escapes = np.zeros(len(places)), dict[str, float](), 0.0
    for name, kind in route.kinds.items():
        sees = np.array([place.finds.get(name, 0.0) if place.is_test else 0.0 for place in places])
        looks = 1.0 - (1.0 - sees) ** visits
        seen, unseen = _chances(looks, kind.p_repaired, back)
        for source in route.sources:
            if source.kind != name:
                continue
            turned, latent, stressed_h = _turned(source, kind, at.get(source.at, len(places)), stress)
            found = turned @ seen
            total += source.count * found
            by_kind[name] = by_kind.get(name, 0.0) + source.count * float(found.sum())
            left = kind.survival(stressed_h) - kind.survival(stressed_h + service_h)
            in_service = latent * left / kind.survival(stressed_h) if latent > 0 else 0.0
            escapes += source.count * (float(turned @ unseen) + in_service)
    return total, by_kind, escapes


def _chances(looks: Vector, p_repaired: float, back: Sequence[int]) -> tuple[Vector, Vector]:
    """Of a patent defect that comes to a place: (expected findings [from, at], probability to ship [from]).

    The last row is of defects patent after the last place: they ship.
    """
    n = len(looks)
    moves = np.zeros((n + 1, n + 1))
    for place in range(n):
        moves[place, place + 1] += 1.0 - looks[place]
        moves[place, back[place]] += looks[place] * (1.0 - p_repaired)
    often = np.linalg.inv(np.eye(n + 1) - moves)
    return np.asarray(often[:, :n] * looks), np.asarray(often[:, n], np.float64)


def _turned(source: Source, kind: Kind, start: int, stress: Vector) -> tuple[Vector, float, float]:
    """(probability to be patent and not found from each place on, to be latent at the end, stress had by then)."""
    turned = np.zeros(len(stress) + 1)
    had_h, latent, patent = 0.0, kind.survival(0.0), 1.0 - kind.survival(0.0)
    for own_h, p_found in source.earlier:  # each of these tests repeats itself until repairs hold
        left = kind.survival(had_h + own_h)
        patent = (patent + latent - left) * (1.0 - p_found) / (1.0 - p_found * (1.0 - kind.p_repaired))
        had_h, latent = had_h + own_h, left
    turned[start] += patent
    for place in range(start, len(stress)):
        left = kind.survival(had_h + float(stress[place]))
        turned[place] += latent - left
        had_h, latent = had_h + float(stress[place]), left
    return turned, latent, had_h


def _priced(
    route: Route, prices: Prices, visits: Vector, failures: Vector, found: float, escapes: float, repair_h: float
) -> Passage:
    places = route.places
    hours = np.array([place.hours for place in places]) * visits
    debug_h = float(sum(place.debug_h * often for place, often in zip(places, failures, strict=True))) + repair_h
    kwh = float(np.array([place.kwh for place in places]) @ visits)
    bay_h = float(sum(own for place, own in zip(places, hours, strict=True) if place.is_test or place.kwh > 0))
    all_h = float(hours.sum()) + debug_h
    usd = {
        "energy": kwh * prices.energy_usd_per_kwh,
        "power": kwh / HOURS_PER_YEAR * prices.power_usd_per_kw_year,
        "bay": (bay_h + debug_h) * prices.bay_usd_per_h,
        "capital": route.price_usd * prices.capital_rate * all_h / HOURS_PER_YEAR,
        "repair": found * prices.repair_usd,
        "tests": float(np.array([place.usd for place in places]) @ visits),
        "field": escapes * prices.field_failure_usd,
    }
    if not all(math.isfinite(value) for value in usd.values()):
        usd = dict.fromkeys(usd, math.inf)
    return Passage(tuple(visits.tolist()), tuple(failures.tolist()), found, escapes, all_h, usd)
