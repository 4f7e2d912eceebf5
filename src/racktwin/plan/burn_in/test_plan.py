"""The whole test plan of a product: soak, retest points, order of tests and coverage, of least expected cost together.

Every order of the tests that may change places is tried; within one, one decision after the other is set to its best
until none helps (a test holds this against all combinations on small routes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from racktwin.errors import RacktwinError

from .cost import Prices
from .passage import Passage, pass_through
from .route import Place, Route

MOST_MOVABLE = 4
MOST_SOAK_H = 1000.0


@dataclass(frozen=True)
class Coverage:
    """A better test on offer: at ``operation`` every kind that it covers is found with at least ``p``.

    It costs ``usd`` a pass. ``p`` of 0 is another offer: the operation may be left out.
    """

    operation: str
    p: float
    usd: float = 0.0

    @property
    def is_skip(self) -> bool:
        return self.p == 0.0


_OFFER = re.compile(r"\s*([\w-]+)\s*=\s*([0-9.]+)\s*(%?)\s*(?:@\s*([0-9.]+)\s*)?\Z")


def read_coverage(text: str) -> Coverage:
    """``rack_bring_up=0.98 @ 400``: every kind that is covered there found with 0.98, for 400 USD a pass."""
    match = _OFFER.match(text)
    try:
        p = float(match[2]) * (0.01 if match[3] else 1.0) if match else 0.0
        usd = float(match[4] or 0.0) if match else 0.0
    except ValueError:
        match, p, usd = None, 0.0, 0.0
    if match is None or not 0.0 < p <= 1.0:
        raise RacktwinError(
            f"{text!r} is no coverage\n    → write OPERATION=SHARE @ USD, as in rack_bring_up=0.98 @ 400; the share is "
            "above 0 and at most 1, the USD are for each pass"
        )
    return Coverage(match[1], p, usd)


@dataclass(frozen=True)
class Freedom:
    """What may be decided: retest points, operations that may change places, offers of coverage, caps (cap, speed)."""

    retest: bool = True
    movable: tuple[str, ...] = ()
    offers: tuple[Coverage, ...] = ()
    caps: tuple[tuple[float, float], ...] = ((1.0, 1.0),)
    hours: bool = True


@dataclass(frozen=True)
class TestPlan:
    """Decisions, and how a product passes with them. ``soak_h`` on the clock; ``offers`` are those taken."""

    __test__ = False  # it is no test of pytest's
    soak_h: float
    cap: float
    order: tuple[str, ...]
    retest: dict[str, str]
    offers: tuple[Coverage, ...]
    passage: Passage


@dataclass(frozen=True)
class _Try:
    soak_h: float
    cap: tuple[float, float]
    order: tuple[str, ...]
    retest: tuple[tuple[str, str], ...]
    taken: tuple[bool, ...]


def plan_as_it_is(route: Route, prices: Prices, soak_h: float) -> TestPlan:
    """The route as it stands."""
    start = _Try(soak_h, (1.0, 1.0), tuple(route.names()), _retests(route), ())
    return _result(route, prices, Freedom(), start)


def best_test_plan(route: Route, prices: Prices, soak_h: float, freedom: Freedom) -> TestPlan:
    """The cheapest plan found from the route as it stands with a soak of ``soak_h``.

    Raises RacktwinError for operations that are not there, do not test, or cannot change places.
    """
    _require(route, freedom)
    now = _Try(soak_h, (1.0, 1.0), tuple(route.names()), _retests(route), (False,) * len(freedom.offers))
    found = [_descend(route, prices, freedom, replace(now, order=order)) for order in _orders(route, freedom.movable)]
    return min(found, key=lambda plan: plan.passage.total)


def _require(route: Route, freedom: Freedom) -> None:
    names = route.names()
    tests = [place.name for place in route.places if place.is_test]
    for name in (*freedom.movable, *(offer.operation for offer in freedom.offers)):
        if name not in tests:
            raise RacktwinError(f"{name!r} is no test of this product\n    → choose from {', '.join(tests)}")
    if len(freedom.movable) > MOST_MOVABLE:
        raise RacktwinError(f"{len(freedom.movable)} tests may change places\n    → name at most {MOST_MOVABLE}")
    if len(set(freedom.movable)) < len(freedom.movable):
        raise RacktwinError("a test is named twice among those that may change places\n    → name each once")
    if any(offer.is_skip and offer.operation == route.soak for offer in freedom.offers):
        raise RacktwinError(f"{route.soak} soaks: it is left out by a soak of no hours\n    → skip another operation")
    spots = sorted(names.index(name) for name in freedom.movable)
    if spots:
        added = {source.at for source in route.sources} & set(names[spots[0] + 1 : spots[-1] + 1])
        if added:
            raise RacktwinError(
                f"parts or work come in at {', '.join(sorted(added))}, so that tests around it cannot change places\n"
                "    → name tests that follow each other"
            )


def _orders(route: Route, movable: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The route's operations with the movable ones over their places in every order, the given one first."""
    names = route.names()
    spots = [number for number, name in enumerate(names) if name in movable]
    for chosen in permutations([names[spot] for spot in spots]):
        order = list(names)
        for spot, name in zip(spots, chosen, strict=True):
            order[spot] = name
        yield tuple(order)


def _retests(route: Route) -> tuple[tuple[str, str], ...]:
    return tuple((place.name, place.retest) for place in route.places if place.is_test)


def built(route: Route, freedom: Freedom, soak_h: float, cap: tuple[float, float], order: Sequence[str],
          retest: dict[str, str], taken: Sequence[bool]) -> Route:  # fmt: skip
    """The route with these decisions."""
    by_name = {place.name: place for place in route.places}
    by_name[route.soak] = _soaked(route, by_name[route.soak], soak_h, cap)
    skipped = set()
    for offer, is_taken in zip(freedom.offers, taken, strict=True):
        if is_taken and offer.is_skip:
            skipped.add(offer.operation)
        elif is_taken:
            place = by_name[offer.operation]
            finds = {kind: max(p, offer.p) for kind, p in place.finds.items()}
            by_name[offer.operation] = replace(place, finds=finds, usd=place.usd + offer.usd)
    for name, first in retest.items():
        by_name[name] = replace(by_name[name], retest=name if first in skipped else first)
    return replace(
        route, places=tuple(_left_out(by_name[name]) if name in skipped else by_name[name] for name in order)
    )


def _left_out(place: Place) -> Place:
    """The place takes and gives nothing, but what comes in there still does."""
    return Place(place.name, 0.0, 0.0, 0.0)


def _soaked(route: Route, place: Place, soak_h: float, cap: tuple[float, float]) -> Place:
    hours, kwh, stress_h = route.soak_fixed
    level, speed = cap
    return replace(
        place,
        hours=hours + soak_h,
        kwh=kwh + soak_h * route.soak_kw * level,
        stress_h=stress_h + soak_h * speed * route.stress_per_h,
    )


def _result(route: Route, prices: Prices, freedom: Freedom, one: _Try) -> TestPlan:
    passage = pass_through(built(route, freedom, one.soak_h, one.cap, one.order, dict(one.retest), one.taken), prices)
    offers = tuple(offer for offer, is_taken in zip(freedom.offers, one.taken, strict=False) if is_taken)
    skipped = {offer.operation for offer in offers if offer.is_skip}
    place = {name: number for number, name in enumerate(one.order)}
    retest = {
        name: first if place[first] <= place[name] and first not in skipped else name
        for name, first in one.retest
        if name not in skipped
    }
    return TestPlan(one.soak_h, one.cap[0], one.order, retest, offers, passage)


def _descend(route: Route, prices: Prices, freedom: Freedom, start: _Try) -> TestPlan:
    best, least = start, _result(route, prices, freedom, start)
    while True:
        before = least.passage.total
        for options in (_other_retests, _other_offers, _other_soaks):
            for other in options(route, freedom, best):
                plan = _result(route, prices, freedom, other)
                if plan.passage.total < least.passage.total - 1e-6:
                    best, least = other, plan
        if least.passage.total > before - 0.01:
            return least


def _other_retests(route: Route, freedom: Freedom, now: _Try) -> Iterator[_Try]:
    """One test's failures lead back to another test of its stretch, up to itself."""
    if not freedom.retest:
        return
    tests = {name for name, _ in now.retest}
    for number, (name, _) in enumerate(now.retest):
        for first in retest_points(route, now.order, name, tests):
            yield replace(now, retest=(*now.retest[:number], (name, first), *now.retest[number + 1 :]))


def retest_points(route: Route, order: Sequence[str], test: str, tests: set[str]) -> list[str]:
    """Tests up to ``test`` that no work or part which comes in separates from it."""
    comes_in = {source.at for source in route.sources}
    points = []
    for name in reversed(order[: order.index(test) + 1]):
        if name in tests:
            points.append(name)
        if name in comes_in and name != order[0] and _is_work(route, name):
            break
    return points


def _is_work(route: Route, name: str) -> bool:
    return not next(place for place in route.places if place.name == name).is_test


def _other_offers(route: Route, freedom: Freedom, now: _Try) -> Iterator[_Try]:
    for number in range(len(freedom.offers)):
        taken = list(now.taken)
        taken[number] = not taken[number]
        if taken[number]:  # one offer an operation
            for other, offer in enumerate(freedom.offers):
                if other != number and offer.operation == freedom.offers[number].operation:
                    taken[other] = False
        yield replace(now, taken=tuple(taken))


def _other_soaks(route: Route, freedom: Freedom, now: _Try) -> Iterator[_Try]:
    """Other hours: all over the range, then around those of now; and other caps."""
    if not freedom.hours:
        return
    near = now.soak_h * np.linspace(0.85, 1.15, 13) if now.soak_h else np.linspace(0.0, 2.0, 5)
    for cap in freedom.caps:
        for hours in (*np.concatenate([[0.0], np.geomspace(1.0, MOST_SOAK_H, 31)]).tolist(), *near.tolist()):
            if hours > 0 or cap[0] == 1.0:
                yield replace(now, soak_h=float(hours), cap=cap)
