"""Calendars and disruptions as conditions: factors per tick of sites, lanes, supplies and demands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from racktwin.model import Scenario
from racktwin.model.disruption import Effect
from racktwin.model.network import Network
from racktwin.sim.calendars import open_intervals

from .schedule import drawn_s, instant_s

Factors = npt.NDArray[np.float64]


@dataclass
class Conditions:
    """Factors per tick, shape (ticks,), of whatever is not as usual: an absent name is always 1.

    ``duty_rates`` are rates themselves, negative where the rule's own holds.
    """

    ticks: int
    open_sites: dict[str, Factors] = field(default_factory=dict)
    open_lanes: dict[str, Factors] = field(default_factory=dict)
    moving_lanes: dict[str, Factors] = field(default_factory=dict)
    lane_times: dict[str, Factors] = field(default_factory=dict)
    capacities: dict[str, Factors] = field(default_factory=dict)
    supply_times: dict[str, Factors] = field(default_factory=dict)
    demands: dict[str, Factors] = field(default_factory=dict)
    prices: dict[str, Factors] = field(default_factory=dict)
    duty_rates: dict[str, Factors] = field(default_factory=dict)

    def multiply(self, kind: dict[str, Factors], name: str, factor: Any, span: slice = slice(None)) -> None:
        """Multiply what holds of ``name`` by ``factor`` in ``span``."""
        if name not in kind:
            kind[name] = np.ones(self.ticks)
        kind[name][span] *= factor


def conditions_of(scenario: Scenario, seed: int, replication: int, ticks: int) -> Conditions:
    """What calendars and the disruptions of this run make of each tick; a tick is open if any of it is.

    A site that nobody has opened (``open: false``) is shut in all of them.
    """
    net = scenario.network
    assert net is not None
    conditions = Conditions(ticks)
    for name, site in net.sites.items():
        if not site.is_open:
            conditions.multiply(conditions.open_sites, name, 0.0)
        if site.calendar != "always" or "always" in scenario.calendars:
            conditions.multiply(conditions.open_sites, name, _open_ticks(scenario, site.calendar, ticks))
    for name in net.disrupted_by:
        disruption = net.disruptions[name]
        begin_s = instant_s(scenario, disruption.starts)
        for index, effect in enumerate(disruption.effects):
            start_s = begin_s + float(effect.after_s or 0.0)
            stream = f"supply/disruption/{name}/{index}"
            lasts_s = float("inf") if effect.duration is None else drawn_s(effect.duration, seed, replication, stream)
            first = max(0, round(start_s / float(net.tick_s)))
            end = ticks if lasts_s == float("inf") else max(first, round((start_s + lasts_s) / float(net.tick_s)))
            _apply(conditions, scenario, net, effect, slice(first, min(ticks, end)))
    return conditions


def _open_ticks(scenario: Scenario, calendar: str, ticks: int) -> Factors:
    assert scenario.network is not None
    tick_s = float(scenario.network.tick_s)
    open_ticks = np.zeros(ticks)
    zone = ZoneInfo(scenario.time_zone)
    for begin, end in open_intervals(scenario.calendar(calendar), scenario.start, zone, ticks * tick_s):
        open_ticks[int(begin // tick_s) : int(np.ceil(end / tick_s))] = 1.0
    return open_ticks


def _apply(conditions: Conditions, scenario: Scenario, net: Network, effect: Effect, span: slice) -> None:
    factor = float(effect.factor)
    if effect.kind == "site_down":
        for site in effect.sites:
            conditions.multiply(conditions.open_sites, site, 0.0, span)
    elif effect.kind == "lane_closed":
        for lane in lanes_of(net, effect):
            conditions.multiply(conditions.open_lanes, lane, 0.0, span)
            if effect.holds_in_transit:
                conditions.multiply(conditions.moving_lanes, lane, 0.0, span)
    elif effect.kind == "capacity":
        for supply in supplies_of(net, effect):
            conditions.multiply(conditions.capacities, supply, factor, span)
    elif effect.kind == "lead_time":
        for supply in supplies_of(net, effect):
            conditions.multiply(conditions.supply_times, supply, factor, span)
        for lane in effect.lanes:
            conditions.multiply(conditions.lane_times, lane, factor, span)
    elif effect.kind == "price":
        for supply in supplies_of(net, effect):
            conditions.multiply(conditions.prices, supply, factor, span)
    elif effect.kind == "duty":
        for rule in effect.duty_rules:
            conditions.duty_rates.setdefault(rule, np.full(conditions.ticks, -1.0))[span] = factor
    elif effect.kind == "demand":
        for name, demand in net.demand.items():
            if net.stocks[demand.stock].part in effect.parts:
                conditions.multiply(conditions.demands, name, factor, span)


def lanes_of(net: Network, effect: Effect) -> list[str]:
    """The lanes an effect names, and all from or to its sites."""
    return [
        name
        for name, lane in net.lanes.items()
        if name in effect.lanes or lane.origin in effect.sites or lane.destination in effect.sites
    ]


def supplies_of(net: Network, effect: Effect) -> list[str]:
    """The supplies an effect names, all at its sites, and all of its parts."""
    return [
        name
        for name, supply in net.supplies.items()
        if name in effect.supplies or supply.site in effect.sites or supply.part in effect.parts
    ]
