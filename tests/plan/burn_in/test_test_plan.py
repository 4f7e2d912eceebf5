"""The whole test plan: expected passages against products drawn one by one, and decisions against all combinations."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from racktwin.errors import RacktwinError
from racktwin.plan.burn_in import Prices
from racktwin.plan.burn_in.passage import pass_through
from racktwin.plan.burn_in.replayed import test_overrides as overrides_of
from racktwin.plan.burn_in.replayed import with_order
from racktwin.plan.burn_in.route import Kind, Place, Route, Source, route_of
from racktwin.plan.burn_in.test_plan import (
    Coverage,
    Freedom,
    best_test_plan,
    built,
    plan_as_it_is,
    read_coverage,
    retest_points,
)
from racktwin.plan.sweep.variant import scenario_with
from racktwin.scenario import read_scenario
from tests.cli.command import racktwin

_PRICES = Prices(0.1, 300.0, 25.0, 0.1, 1500.0, 60_000.0, 20_000.0, 0.5)


def _route(count: float = 0.15) -> Route:
    """Build, bring-up, soak, cluster test; a weak kind that stress brings out and a bad one that is there at once."""
    places = (
        Place("build", 10.0, 0.0, 0.0),
        Place("bring_up", 14.0, 900.0, 8.0, {"bad": 0.8, "weak": 0.6}, 0.05, "bring_up", 4.0),
        Place("soak", 50.0, 5000.0, 48.0, {"bad": 0.7, "weak": 0.8}, 0.03, "bring_up", 4.0),
        Place("cluster", 28.0, 2400.0, 17.0, {"bad": 0.9, "weak": 0.7}, 0.02, "soak", 6.0),
    )
    kinds = {"weak": Kind(0.6, 120.0, 0.8, 3.0), "bad": Kind(None, 1.0, 0.9, 2.0)}
    sources = (
        Source("weak", count, "build", ((2.0, 0.5),)),
        Source("bad", 2.0 * count, "build", ((0.0, 0.7),)),
        Source("bad", count, "soak"),
    )
    return Route(places, kinds, sources, "soak", (2.0, 0.0, 0.0), 100.0, 0.96, 1e6)


@dataclass
class _Defect:
    """A defect of one product: where it comes in, its kind, and the stress hours left until it is patent."""

    at: int
    kind: str
    left_h: float


def _drawn(route: Route, prices: Prices, n: int, seed: int) -> tuple[list[float], list[float], float, float]:
    """(visits, failures, found, escapes) a product: each drawn and walked through on its own."""
    random = np.random.default_rng(seed)
    names = route.names()
    visits, failures = np.zeros(len(names)), np.zeros(len(names))
    found = escapes = 0
    for _ in range(n):
        waiting = _defects_of(route, random)
        inside: list[_Defect] = []
        at, furthest = 0, -1
        while at < len(names):
            if at > furthest:
                inside += [one for one in waiting if one.at == at]
                furthest = at
            place = route.places[at]
            visits[at] += 1
            seen: list[_Defect] = []
            unseen: list[_Defect] = []
            for one in inside:
                one.left_h -= place.stress_h
                is_seen = one.left_h <= 0 and random.random() < place.finds.get(one.kind, 0.0)
                (seen if is_seen else unseen).append(one)
            fails = place.is_test and (bool(seen) or random.random() < place.p_false)
            found += len(seen)
            inside = unseen + [one for one in seen if random.random() >= route.kinds[one.kind].p_repaired]
            failures[at] += fails
            at = names.index(place.retest) if fails else at + 1
        escapes += sum(one.left_h <= prices.service_h * prices.service_stress for one in inside)
    return (visits / n).tolist(), (failures / n).tolist(), found / n, escapes / n


def _defects_of(route: Route, random: np.random.Generator) -> list[_Defect]:
    """What comes into one product after the tests of its trays, each repeated until it finds nothing more."""
    names, defects = route.names(), []
    for source in route.sources:
        kind = route.kinds[source.kind]
        for _ in range(random.poisson(source.count)):
            left_h = 0.0 if kind.shape is None else kind.scale_h * random.weibull(kind.shape)
            is_mended = False
            for own_h, p in source.earlier:
                left_h -= own_h
                while left_h <= 0 and not is_mended and random.random() < p:
                    is_mended = bool(random.random() < kind.p_repaired)
            if not is_mended:
                defects.append(_Defect(names.index(source.at), source.kind, left_h))
    return defects


def test_the_expected_passage_is_that_of_products_drawn_one_by_one() -> None:
    route = _route()
    visits, failures, found, escapes = _drawn(route, _PRICES, 12_000, 3)

    expected = pass_through(route, _PRICES)

    assert expected.visits == pytest.approx(visits, abs=0.02)
    assert expected.failures == pytest.approx(failures, abs=0.015)
    assert expected.found == pytest.approx(found, abs=0.02)
    assert expected.escapes == pytest.approx(escapes, abs=0.01)


@pytest.mark.parametrize(
    ("kind", "finds", "p_false", "earlier"),
    [
        (Kind(p_repaired=0.0), 1.0, 0.0, ()),
        (Kind(), 0.5, 1.0, ()),
        (Kind(p_repaired=0.0), 0.5, 0.0, ((0.0, 1.0),)),
    ],
)
def test_a_product_that_would_be_tested_for_ever_is_an_error(
    kind: Kind, finds: float, p_false: float, earlier: tuple[tuple[float, float], ...]
) -> None:
    place = Place("test", 3.0, 60.0, 0.0, {"bad": finds}, p_false, "test", 1.0)
    route = Route((place,), {"bad": kind}, (Source("bad", 0.1, "test", earlier),), "test", (0.0,) * 3, 0.0, 0.0, 1.0)

    with pytest.raises(RacktwinError, match="for ever"):
        pass_through(route, _PRICES)


def test_a_lone_test_with_false_alarms_is_the_geometric_series() -> None:
    """No defects: a test that fails one in four is visited 1/(1 − 1/4) times, and nothing is found or escapes."""
    place = Place("test", 3.0, 60.0, 0.0, {"bad": 0.5}, 0.25, "test", 1.0)
    route = Route((place,), {"bad": Kind()}, (), "test", (0.0, 0.0, 0.0), 0.0, 0.0, 8766.0)

    passage = pass_through(route, Prices(1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0))

    assert passage.visits == pytest.approx([4.0 / 3.0])
    assert passage.usd["energy"] == pytest.approx(80.0)
    assert passage.usd["capital"] == pytest.approx(4.0 + 1.0 / 3.0)


def test_decisions_are_the_best_of_all_combinations() -> None:
    route = _route()
    route = replace(route, sources=tuple(replace(source, at="build") for source in route.sources))
    offers = (Coverage("bring_up", 0.97, 150.0), Coverage("cluster", 0.0))
    freedom = Freedom(True, ("bring_up", "cluster"), offers, hours=False)
    names = route.names()
    tests = [place.name for place in route.places if place.is_test]
    least = float("inf")
    for order in (names, ["build", "cluster", "soak", "bring_up"]):
        points = [retest_points(route, order, test, set(tests)) for test in tests]
        for taken in product((False, True), repeat=2):
            for first in product(*points):
                one = built(route, freedom, 50.0, (1.0, 1.0), order, dict(zip(tests, first, strict=True)), taken)
                least = min(least, pass_through(one, _PRICES).total)

    best = best_test_plan(route, _PRICES, 50.0, freedom)

    assert best.passage.total == pytest.approx(least, rel=1e-6)
    assert least < plan_as_it_is(route, _PRICES, 50.0).passage.total


def test_a_repair_that_seldom_holds_is_looked_at_before_the_soak_again() -> None:
    """Failures of the soak go straight back to it if repairs hold, and through the short test first if few do."""
    freedom = Freedom(True, hours=False)
    holding, failing = (
        replace(_route(0.4), kinds={name: replace(kind, p_repaired=p) for name, kind in _route().kinds.items()})
        for p in (1.0, 0.3)
    )

    assert best_test_plan(holding, _PRICES, 50.0, freedom).retest["soak"] == "soak"
    assert best_test_plan(failing, _PRICES, 50.0, freedom).retest["soak"] == "bring_up"


def test_cheap_coverage_is_taken_and_dear_coverage_is_not() -> None:
    cheap, dear = (
        best_test_plan(_route(), _PRICES, 50.0, Freedom(False, (), (Coverage("cluster", 0.99, usd),), hours=False))
        for usd in (10.0, 100_000.0)
    )

    assert cheap.offers
    assert not dear.offers
    assert cheap.passage.escapes < dear.passage.escapes


def test_dearer_failures_in_service_make_the_soak_longer() -> None:
    hours = [
        best_test_plan(_route(), replace(_PRICES, field_failure_usd=usd), 50.0, Freedom()).soak_h
        for usd in (1e3, 2e5, 2e6)
    ]

    assert hours == sorted(hours)
    assert hours[0] < hours[2]


def test_a_plan_can_be_tried_in_the_scenario() -> None:
    """Order, retest points, coverage and what is left out arrive where the line engine reads them."""
    file = read_scenario("georgetown")
    route = route_of(file.scenario, "gb200_nvl72", "rack_burn_in")
    now = plan_as_it_is(route, _PRICES, 72.0)
    order = list(now.order)
    at = order.index("rack_bring_up")
    order[at : at + 2] = order[at + 1], order[at]
    offers = (Coverage("rack_bring_up", 0.99, 1.0), Coverage("cluster_test", 0.0))
    retest = {**now.retest, "rack_burn_in": "rack_burn_in"}
    del retest["cluster_test"]
    plan = replace(now, order=tuple(order), retest=retest, offers=offers)

    changed = scenario_with(
        with_order(file.document, "gb200_nvl72", plan.order),
        tuple(overrides_of(file.scenario, "gb200_nvl72", plan)),
    )

    steps = {step.operation: step for step in changed.routings["gb200_nvl72"].operations}
    assert [name for name, step in steps.items() if not step.rework] == order
    assert steps["rack_burn_in"].on_fail is not None
    assert steps["rack_burn_in"].on_fail.retest_from == "rack_burn_in"
    assert set(map(float, steps["rack_bring_up"].detects.values())) == {0.99}
    assert set(map(float, steps["cluster_test"].detects.values())) == {0.0}


@pytest.mark.parametrize(
    ("freedom", "message"),
    [
        (Freedom(movable=("build", "soak")), "'build' is no test"),
        (Freedom(offers=(Coverage("rocket", 0.9),)), "choose from bring_up, soak, cluster"),
        (Freedom(offers=(Coverage("soak", 0.0),)), "left out by a soak of no hours"),
        (Freedom(movable=("soak", "soak")), "named twice"),
        (Freedom(movable=("bring_up", "soak")), "come in at soak"),
    ],
)
def test_what_cannot_be_decided_is_refused(freedom: Freedom, message: str) -> None:
    with pytest.raises(RacktwinError, match=message):
        best_test_plan(_route(), _PRICES, 50.0, freedom)


@pytest.mark.parametrize("text", ["x", "x=0", "x=1.5 @ 3", "x=0.9 @ dear", "=0.9", "x=1.2.3"])
def test_coverage_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(RacktwinError, match="is no coverage"):
        read_coverage(text)


def test_the_command_decides_the_whole_test_plan(tmp_path: Path) -> None:
    command = ("plan", "burn-in", "georgetown", "gb200_nvl72", "rack_burn_in", "--field-failure", "150000")
    tests = ("--retest", "--reorder", "rack_burn_in,rack_bring_up", "--coverage", "rack_bring_up=98% @ 5")

    answer = racktwin(*command, *tests, "--no-caps", "--replay", "0", "--out", str(tmp_path / "plan"), "--json")

    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    now, then = (sum(found[name]["passage"]["usd"].values()) for name in ("tests_now", "tests"))
    assert then < now
    assert found["tests"]["offers"] == [{"operation": "rack_bring_up", "p": 0.98, "usd": 5.0}]
    assert set(found["tests"]["retest"]) == {"rack_leak_test", "rack_bring_up", "rack_burn_in", "cluster_test"}
    assert "A failure leads back to" in (tmp_path / "plan" / "report.html").read_text()
