"""What is ordered, when, and for how long the plant is watched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from racktwin.model import Scenario
from racktwin.scenario.document import Steps
from racktwin.sim.calendars import seconds_after
from racktwin.spelling import closest

from .finding import Finding, error, oddity
from .look import operations, phases

LONGEST_HORIZON_S = 100 * 365 * 86400.0
MANY_ORDERS = 5_000_000


def zone_of(plant: Scenario) -> ZoneInfo | None:
    """The scenario's time zone, if there is one of that name."""
    try:
        return ZoneInfo(plant.time_zone)
    except (KeyError, ValueError, OSError):
        return None


def unknown_time_zone(plant: Scenario) -> Iterator[Finding]:
    """The time zone must be one of the IANA database."""
    if zone_of(plant) is None:
        guess = closest(plant.time_zone, available_timezones())
        hint = f"did you mean {guess!r}? " if guess else ""
        remedy = f"{hint}write a name such as America/Chicago, Asia/Taipei or UTC"
        yield error(("time_zone",), f"unknown time zone {plant.time_zone!r}", remedy)


def warm_up_within_horizon(plant: Scenario) -> Iterator[Finding]:
    """Results are taken between warm-up and horizon, so there must be something between them."""
    if plant.warm_up_s >= plant.horizon_s:
        message = f"the warm-up ({plant.warm_up_s.written}) is not shorter than the horizon ({plant.horizon_s.written})"
        yield error(("warm_up",), message, "shorten the warm-up, or lengthen the horizon")
    if plant.horizon_s > LONGEST_HORIZON_S:
        yield error(("horizon",), "the horizon is longer than a hundred years", "check its unit")


def nothing_to_simulate(plant: Scenario) -> Iterator[Finding]:
    """A scenario describes something that one of the engines runs, and whoever describes a line describes all of it."""
    if not plant.engines:
        remedy = "describe a line (work_centers, parts, routings), which racktwin new shows, or a hall with gpu_jobs"
        yield error((), "there is nothing to simulate: the scenario describes neither a line nor a hall", remedy)
    for key in ("work_centers", "parts", "routings") if plant.has_line else ():
        if not getattr(plant, key):
            yield error((key,), f"at least one is needed, found none: a line needs {key}", f"add {key}")


def nothing_ordered(plant: Scenario) -> Iterator[Finding]:
    """Without demand and without an order book nothing happens on a line."""
    if plant.has_line and not plant.demand and not plant.order_book:
        remedy = "add demand: {racks: {product: ..., interarrival: {exponential: {mean: 12 h}}}}, or an order_book"
        yield error(("demand",), "nothing is ordered: no demand and no order_book", remedy)


def product_without_routing(plant: Scenario) -> Iterator[Finding]:
    """What is ordered must be made here."""
    wanted: list[tuple[Steps, str]] = [
        (("demand", name, "product"), demand.product) for name, demand in plant.demand.items()
    ]
    wanted += [(("order_book", index, "product"), order.product) for index, order in enumerate(plant.order_book)]
    for steps, product in wanted:
        part = plant.parts.get(product)
        if part is not None and part.routing is None:
            yield error(steps, f"{product} has no routing, so it cannot be made", f"add parts.{product}.routing")


def endless_demand(plant: Scenario) -> Iterator[Finding]:
    """Demand needs something that spaces its orders."""
    for name, demand in plant.demand.items():
        if demand.interarrival is None and demand.max_wip is None:
            message = "neither interarrival nor max_wip: orders would come without end"
            yield error(("demand", name), message, "add interarrival: {exponential: {mean: 12 h}}, or max_wip: 20")
        if demand.interarrival is not None:
            mean_s = demand.interarrival.mean_s
            if mean_s <= 0:
                yield error(("demand", name, "interarrival"), "orders come all at once", "a mean of more than 0")
            elif plant.horizon_s / mean_s > MANY_ORDERS:
                message = f"about {plant.horizon_s / mean_s:.2g} orders within the horizon"
                yield oddity(("demand", name, "interarrival"), message, "check its unit")


def order_outside_horizon(plant: Scenario) -> Iterator[Finding]:
    """An order or receipt that no simulated time reaches, or that is due before it is released."""
    for index, order in enumerate(plant.order_book):
        release_s = _instant_s(plant, order.release)
        if release_s >= plant.horizon_s:
            message = "released after the horizon, so it is never seen"
            yield oddity(("order_book", index, "release"), message, "lengthen the horizon, or leave the order out")
        if order.due is not None and _instant_s(plant, order.due) < release_s:
            yield oddity(("order_book", index, "due"), "due before it is released", "check the dates")
    for index, receipt in enumerate(plant.part_receipts):
        if not 0 <= _instant_s(plant, receipt.at) < plant.horizon_s:
            message = "arrives before the start or after the horizon, so it is never seen"
            yield oddity(("part_receipts", index, "at"), message, "use initial_stock, or another date")


def breaks_down_at_once(plant: Scenario) -> Iterator[Finding]:
    """Time between failures must be more than nothing."""
    for name, center in plant.work_centers.items():
        if center.failures and center.failures.time_between.mean_s <= 0:
            where = ("work_centers", name, "failures", "time_between")
            yield error(where, "the work units fail without pause", "a mean of more than 0")


def very_short_phase(plant: Scenario) -> Iterator[Finding]:
    """A phase shorter than a second is most likely in the wrong unit."""
    for step in operations(plant):
        for steps, phase in phases(step):
            if phase.duration != "by_defect" and phase.duration.mean_s < 1.0:
                message = f"takes {phase.duration.mean_s:g} s on average"
                yield oddity((*steps, "duration"), message, "check its unit, or leave the phase out")


def _instant_s(plant: Scenario, instant: dt.date | float) -> float:
    if isinstance(instant, float):
        return float(instant)
    return seconds_after(plant.start, zone_of(plant) or ZoneInfo("UTC"), instant)
