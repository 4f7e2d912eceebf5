"""Losses of a scenario's network: each site, lane, supply and part in turn, and the disruptions it describes.

One loss has two forms that say the same: factors for the linear programmes (:class:`.flows.Loss`), and a
:class:`~racktwin.model.disruption.Disruption` that the simulation goes through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from racktwin.errors import Problem, ScenarioError
from racktwin.model import Scenario
from racktwin.model.disruption import Disruption, Effect
from racktwin.model.network import Network

from .flows import Flags, Loss
from .network_flows import YEAR_S, NetworkFlows, network_of

_DAY_S = 86400.0
_STOPS = ("site_down", "lane_closed", "capacity", "demand")


@dataclass(frozen=True)
class NamedLoss:
    """``recover_s`` is how long it lasts; ``rate_per_year`` is not-a-number where it is not known."""

    name: str
    disruption: Disruption
    recover_s: float
    rate_per_year: float = float("nan")


def single_losses(scenario: Scenario, recover_s: float, starts_s: float) -> list[NamedLoss]:
    """Every site, lane and supply that shares its site, lost for ``recover_s`` from ``starts_s`` on."""
    net = network_of(scenario)
    places = [f"{supply.site}" for supply in net.supplies.values()]
    things = [("site", "site_down", "sites", name) for name, site in net.sites.items() if site.kind != "customer"]
    things += [("lane", "lane_closed", "lanes", name) for name, lane in net.lanes.items() if lane.qualified]
    things += [
        ("supply", "capacity", "supplies", name)
        for name, supply in net.supplies.items()
        if supply.qualified and places.count(supply.site) > 1
    ]
    return [
        NamedLoss(f"{what} {name}", _lost(kind, {names: [name]}, recover_s, starts_s), recover_s)
        for what, kind, names, name in things
    ]


def _lost(kind: str, names: dict[str, list[str]], lasts_s: float, starts_s: float) -> Disruption:
    effect = {"kind": kind, **names, "duration": f"{lasts_s:.0f} s", "holds_in_transit": kind == "lane_closed"}
    return Disruption.model_validate({"starts": f"{starts_s:.0f} s", "effects": [effect]})


def described_losses(scenario: Scenario) -> list[NamedLoss]:
    """The disruptions of the scenario, as long as they stop something (no duration given: to the horizon).

    From the first effect that stops or cuts anything to the end of the last; of one that has none, all of it.
    """
    net = network_of(scenario)
    found = []
    for name, disruption in net.disruptions.items():
        effects = [effect for effect in disruption.effects if effect.kind in _STOPS] or disruption.effects
        begins_s = min(float(effect.after_s or 0.0) for effect in effects)
        lasts_s = max(_ends_s(effect, float(scenario.horizon_s)) for effect in effects) - begins_s
        rate = disruption.rate_per_s
        per_year = float("nan") if rate is None else float(rate) * YEAR_S
        found.append(NamedLoss(name, disruption, lasts_s, per_year))
    return found


def the_losses(scenario: Scenario, names: list[str], recover_s: float, starts_s: float) -> list[NamedLoss]:
    """Those named: a disruption, site, lane, supply, or part; ScenarioError that lists what is known."""
    known = {loss.name: loss for loss in described_losses(scenario)}
    for loss in single_losses(scenario, recover_s, starts_s):
        known.setdefault(loss.name.split(" ", 1)[1], loss)
    unknown = [name for name in names if name not in known]
    if unknown:
        remedy = f"one of {', '.join(known)}"
        raise ScenarioError([Problem("--lost", 0, "", f"nothing is called {name!r}", remedy) for name in unknown])
    return [known[name] for name in names]


def loss_of_flows(network: NetworkFlows, named: NamedLoss) -> Loss:
    """What the linear programmes see: effects on lead times, prices and duties are not theirs and are left out."""
    flows = network.flows
    closed, keeps = np.zeros(len(flows.ways), bool), np.ones(len(flows.ways), bool)
    unserved = np.zeros(len(flows.demands), bool)
    limits, demand = np.ones(len(flows.limits)), np.ones(len(flows.demands))
    for effect in named.disruption.effects:
        touched, held = _touched(network, effect)
        if effect.kind in ("site_down", "lane_closed") or (effect.kind == "capacity" and float(effect.factor) == 0.0):
            closed |= touched
            keeps &= ~held
        elif effect.kind == "capacity":
            for k, name in enumerate(flows.limits):
                if name in _supplies_of(network.net, effect):
                    limits[k] *= float(effect.factor)
        elif effect.kind == "demand":
            demand *= [float(effect.factor) if part in effect.parts else 1.0 for part in _demanded(network)]
        if effect.kind == "site_down":
            unserved |= [site in effect.sites for site in _demand_sites(network)]
    return Loss(named.name, closed, keeps, unserved, limits, demand)


def with_loss(scenario: Scenario, named: NamedLoss) -> Scenario:
    """The scenario going through the loss and no other."""
    net = network_of(scenario)
    added = {**net.disruptions, named.name.replace(" ", "_"): named.disruption}
    update = {"disruptions": added, "disrupted_by": (named.name.replace(" ", "_"),)}
    return scenario.model_copy(update={"network": net.model_copy(update=update)})


def starts_s(scenario: Scenario, disruption: Disruption) -> float:
    """When the disruption begins, s after the scenario's start."""
    starts = disruption.starts
    if isinstance(starts, dt.datetime):
        return (starts - scenario.start).total_seconds()
    if isinstance(starts, dt.date):
        return (dt.datetime.combine(starts, dt.time()) - scenario.start).total_seconds()
    return float(starts)


def without_losses(scenario: Scenario) -> Scenario:
    """The scenario with nothing going wrong."""
    net = network_of(scenario)
    return scenario.model_copy(update={"network": net.model_copy(update={"disrupted_by": ()})})


def _touched(network: NetworkFlows, effect: Effect) -> tuple[Flags, Flags]:
    """Ways that carry nothing, and ways whose goods under way do not arrive."""
    net = network.net
    supplies = _supplies_of(net, effect) if effect.kind == "capacity" else set()
    lanes = set(effect.lanes)
    if effect.kind == "lane_closed":
        lanes |= {n for n, lane in net.lanes.items() if {lane.origin, lane.destination} & set(effect.sites)}
    closed, held = [], []
    for way in network.origins:
        here = way.stock in net.stocks and net.stocks[way.stock].site in effect.sites and effect.kind == "site_down"
        there = effect.kind == "site_down" and _origin_site(net, way.supply, way.from_stock) in effect.sites
        by_line = way.stock not in net.stocks and effect.kind == "site_down" and _line_site(net) in effect.sites
        by_lane = way.lane is not None and way.lane in lanes
        closed.append(here or there or by_line or by_lane or way.supply in supplies)
        held.append(here or (by_lane and effect.holds_in_transit))
    return np.array(closed), np.array(held)


def _origin_site(net: Network, supply: str | None, stock: str | None) -> str | None:
    if supply is not None:
        return net.supplies[supply].site
    return net.stocks[stock].site if stock is not None else None


def _line_site(net: Network) -> str | None:
    return net.line.site if net.line is not None else None


def _supplies_of(net: Network, effect: Effect) -> set[str]:
    return {
        name
        for name, supply in net.supplies.items()
        if name in effect.supplies or supply.site in effect.sites or supply.part in effect.parts
    }


def _demanded(network: NetworkFlows) -> Iterator[str]:
    for k, name in enumerate(network.flows.demands):
        stock = network.flows.stocks[network.flows.demand_stock[k]]
        yield network.net.stocks[stock].part if stock in network.net.stocks else name


def _demand_sites(network: NetworkFlows) -> list[str | None]:
    stocks = [network.flows.stocks[k] for k in network.flows.demand_stock]
    return [network.net.stocks[s].site if s in network.net.stocks else _line_site(network.net) for s in stocks]


def _ends_s(effect: Effect, horizon_s: float) -> float:
    lasts = horizon_s if effect.duration is None else effect.duration.mean_s
    return float(effect.after_s or 0.0) + lasts
