"""Every name that one entity uses for another must be declared."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from racktwin.model import Scenario
from racktwin.model.network import Network
from racktwin.scenario.document import Steps
from racktwin.spelling import did_you_mean, plural

from .finding import Finding, error
from .look import operations, phases, skills, skills_of_center


class _Mention(NamedTuple):
    """A name used at ``steps`` for one of the ``known`` things of a ``kind``."""

    steps: Steps
    name: str | None
    kind: str
    known: Collection[str]


def unknown_names(plant: Scenario) -> Iterator[Finding]:
    """A name that nothing has."""
    mentions = (_of_places, _of_people, _of_parts, _of_operations, _of_phases, _of_work, _of_network)
    for steps, name, kind, known in (mention for source in mentions for mention in source(plant)):
        if name is not None and name not in known:
            yield error(steps, f"unknown {kind} {name!r}", did_you_mean(name, known, f"known {plural(kind)}"))


def _of_places(plant: Scenario) -> Iterator[_Mention]:
    for name, feed in plant.feeds.items():
        yield _Mention(("feeds", name, "parent"), feed.parent, "feed", plant.feeds)
    for name, loop in plant.cooling_loops.items():
        yield _Mention(("cooling_loops", name, "parent"), loop.parent, "cooling loop", plant.cooling_loops)
    for name, center in plant.work_centers.items():
        steps: Steps = ("work_centers", name)
        yield _Mention((*steps, "calendar"), center.calendar, "calendar", [*plant.calendars, "always"])
        for way, skill in skills_of_center(center):
            yield _Mention((*steps, *way), skill, "skill", sorted(skills(plant)))
        yield from _of_connections(plant, steps, center.feed, center.cooling_loops)
        if isinstance(center.work_units, tuple):
            for index, group in enumerate(center.work_units):
                yield from _of_connections(plant, (*steps, "work_units", index), group.feed, group.cooling_loops)


def _of_connections(plant: Scenario, steps: Steps, feed: str | None, loops: tuple[str, ...]) -> Iterator[_Mention]:
    yield _Mention((*steps, "feed"), feed, "feed", plant.feeds)
    for index, loop in enumerate(loops):
        yield _Mention((*steps, "cooling_loops", index), loop, "cooling loop", plant.cooling_loops)


def _of_people(plant: Scenario) -> Iterator[_Mention]:
    calendars = [*plant.calendars, "always"]
    for name, group in plant.operator_groups.items():
        for index, crew in enumerate(group.crews):
            yield _Mention(("operator_groups", name, "crews", index, "calendar"), crew.calendar, "calendar", calendars)


def _of_parts(plant: Scenario) -> Iterator[_Mention]:
    for name, part in plant.parts.items():
        steps: Steps = ("parts", name)
        yield _Mention((*steps, "routing"), part.routing, "routing", plant.routings)
        for child in part.bill_of_materials:
            yield _Mention((*steps, "bill_of_materials", child), child, "part", plant.parts)
        for kind in part.defects:
            yield _Mention((*steps, "defects", kind), kind, "defect kind", plant.defect_kinds)
        yield _Mention((*steps, "transport"), part.transport, "work center", plant.work_centers)
    for name, defect in plant.defect_kinds.items():
        yield _Mention(("defect_kinds", name, "replace"), defect.replace, "part", plant.parts)


def _of_operations(plant: Scenario) -> Iterator[_Mention]:
    for steps, routing, _, operation in operations(plant):
        yield _Mention((*steps, "work_center"), operation.work_center, "work center", plant.work_centers)
        for index, alternative in enumerate(operation.alternatives):
            way = (*steps, "alternatives", index, "work_center")
            yield _Mention(way, alternative.work_center, "work center", plant.work_centers)
        for key, named in (("consumes", operation.consumes), ("produces", operation.produces)):
            for part in named:
                yield _Mention((*steps, key, part), part, "part", plant.parts)
        for key, kinds in (("defects", operation.defects), ("detects", operation.detects)):
            for kind in kinds:
                yield _Mention((*steps, key, kind), kind, "defect kind", plant.defect_kinds)
        if operation.on_fail:
            names = [other.operation for other in plant.routings[routing].operations]
            what = f"operation of {routing}"
            yield _Mention((*steps, "on_fail", "debug"), operation.on_fail.debug, what, names)
            yield _Mention((*steps, "on_fail", "retest_from"), operation.on_fail.retest_from, what, names)


def _of_phases(plant: Scenario) -> Iterator[_Mention]:
    known_skills = sorted(skills(plant))
    for step in operations(plant):
        for steps, phase in phases(step):
            for skill in phase.operators:
                yield _Mention((*steps, "operators", skill), skill, "skill", known_skills)
            if phase.cap:
                yield _Mention((*steps, "cap", "table"), phase.cap.table, "cap table", plant.cap_tables)


def _of_work(plant: Scenario) -> Iterator[_Mention]:
    for name, demand in plant.demand.items():
        yield _Mention(("demand", name, "product"), demand.product, "part", plant.parts)
    for index, order in enumerate(plant.order_book):
        yield _Mention(("order_book", index, "product"), order.product, "part", plant.parts)
    for index, receipt in enumerate(plant.part_receipts):
        yield _Mention(("part_receipts", index, "part"), receipt.part, "part", plant.parts)
        for kind in receipt.defects:
            yield _Mention(("part_receipts", index, "defects", kind), kind, "defect kind", plant.defect_kinds)
    yield _Mention(("drum",), plant.drum, "work center", plant.work_centers)


def _of_network(plant: Scenario) -> Iterator[_Mention]:
    net = plant.network
    if net is None:
        return
    calendars = [*plant.calendars, "always"]
    for name, site in net.sites.items():
        yield _Mention(("network", "sites", name, "calendar"), site.calendar, "calendar", calendars)
    for name, supply in net.supplies.items():
        steps: Steps = ("network", "supplies", name)
        yield _Mention((*steps, "part"), supply.part, "part", plant.parts)
        yield _Mention((*steps, "site"), supply.site, "site", net.sites)
        yield _Mention((*steps, "currency"), supply.currency, "currency", net.currencies)
    for name, lane in net.lanes.items():
        steps = ("network", "lanes", name)
        yield _Mention((*steps, "from"), lane.origin, "site", net.sites)
        yield _Mention((*steps, "to"), lane.destination, "site", net.sites)
        for index, part in enumerate(lane.parts):
            yield _Mention((*steps, "parts", index), part, "part", plant.parts)
    yield from _of_stocks(plant, net)
    for name, rule in net.duty_rules.items():
        for index, other in enumerate(rule.instead_of):
            steps = ("network", "duty_rules", name, "instead_of", index)
            yield _Mention(steps, other, "duty rule", net.duty_rules)
    yield from _of_disruptions(plant, net)


def _of_stocks(plant: Scenario, net: Network) -> Iterator[_Mention]:
    for name, stock in net.stocks.items():
        steps: Steps = ("network", "stocks", name)
        yield _Mention((*steps, "part"), stock.part, "part", plant.parts)
        yield _Mention((*steps, "site"), stock.site, "site", net.sites)
        for index, source in enumerate(stock.sources):
            place = (*steps, "sources", index)
            yield _Mention((*place, "supply"), source.supply, "supply", net.supplies)
            yield _Mention((*place, "stock"), source.stock, "stock", net.stocks)
            yield _Mention((*place, "lane"), source.lane, "lane", net.lanes)
            yield _Mention((*place, "expedite_lane"), source.expedite_lane, "lane", net.lanes)
    for name, demand in net.demand.items():
        yield _Mention(("network", "demand", name, "stock"), demand.stock, "stock", net.stocks)
    if net.line is not None:
        yield _Mention(("network", "line", "site"), net.line.site, "site", net.sites)


def _of_disruptions(plant: Scenario, net: Network) -> Iterator[_Mention]:
    known: dict[str, tuple[str, Collection[str]]] = {
        "sites": ("site", net.sites),
        "lanes": ("lane", net.lanes),
        "supplies": ("supply", net.supplies),
        "parts": ("part", plant.parts),
        "duty_rules": ("duty rule", net.duty_rules),
    }
    for index, name in enumerate(net.disrupted_by):
        yield _Mention(("network", "disrupted_by", index), name, "disruption", net.disruptions)
    for name, disruption in net.disruptions.items():
        for index, effect in enumerate(disruption.effects):
            for key, (kind, names) in known.items():
                for position, target in enumerate(getattr(effect, key)):
                    steps = ("network", "disruptions", name, "effects", index, key, position)
                    yield _Mention(steps, target, kind, names)
