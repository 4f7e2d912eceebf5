"""A scenario's network as a design problem: what may be opened, what may happen, what each way costs when.

Options are supplies and lanes that are not qualified, and sites that are not open. Futures are the scenario's
disruptions with a rate, one at a time, and the one in which nothing happens.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from racktwin.errors import Problem, RacktwinError, ScenarioError
from racktwin.model import Scenario
from racktwin.model.disruption import Effect
from racktwin.model.requirements import mean_demand_per_s

from .design import Design, design
from .design_problem import DesignProblem, Future, Option
from .losses import NamedLoss, described_losses, loss_of_flows, starts_s
from .network_flows import NetworkFlows, network_flows, network_of
from .resilience import binding_limits
from .stages import Floats
from .unmet import Unmet, unmet_demand

_SALVAGE = 0.9
"""Of its value what a piece left at the end is worth; assumed."""

_WEEK_S = 7 * 86400.0

NOTHING = "nothing happens"


@dataclass(frozen=True)
class DesignQuestion:
    """How to ask: the length of a period, how far to search, and how much the worst futures count."""

    period_s: float
    gap: float = 0.01
    time_limit_s: float = 600.0
    risk_weight: float = 0.0
    risk_level: float = 0.9


@dataclass(frozen=True)
class DesignAnswer:
    """The design found, the network as it is (nothing opened, nothing more held), and what binds if demand is lost.

    ``unmet``: the demands that the design does not meet even if nothing happens, and why.
    """

    network: NetworkFlows
    found: Design
    as_it_is: Design
    binding: tuple[str, ...]
    unmet: tuple[Unmet, ...] = ()


def design_network(scenario: Scenario, question: DesignQuestion) -> DesignAnswer:
    """What to open and hold. ScenarioError where the scenario describes nothing to choose or to fear."""
    _check(scenario, question)
    network = network_flows(scenario, with_alternates=True)
    problem = problem_of(network, question)
    found = design(problem, gap=question.gap, time_limit_s=question.time_limit_s)
    as_it_is = _as_it_is(problem, question)
    if as_it_is.cost_usd < found.cost_usd:
        found = replace(as_it_is, bound_usd=found.bound_usd, method="the network as it is")
    unmet = unmet_demand(network, found.lost_pieces[0], float(scenario.horizon_s))
    return DesignAnswer(network, found, as_it_is, binding_limits(network.flows) if unmet else (), unmet)


def _check(scenario: Scenario, question: DesignQuestion) -> None:
    if not 0.0 < question.gap < 1.0:
        raise RacktwinError(f"a gap of {question.gap:.0%} proves nothing\n    → write for example 0.1 %, or 0.001")
    horizon_s = float(scenario.horizon_s)
    if question.period_s > horizon_s:
        weeks = horizon_s / _WEEK_S
        raise RacktwinError(f"a period is longer than the horizon of {weeks:.4g} weeks\n    → shorten it (--period)")


def _as_it_is(problem: DesignProblem, question: DesignQuestion) -> Design:
    """Nothing opened and nothing more held, in every future."""
    shut = np.zeros((len(problem.network.ways), problem.periods))
    for option in problem.options:
        shut[option.ways] = 1.0
    futures = tuple(replace(future, way_factor=future.way_factor * (1.0 - shut)) for future in problem.futures)
    nothing = replace(problem, futures=futures, options=(), hold_usd=np.full(len(problem.network.stocks), np.inf))
    found = design(nothing, gap=question.gap, time_limit_s=question.time_limit_s)
    return replace(found, problem=problem, is_open=np.zeros(len(problem.options), bool))


def problem_of(network: NetworkFlows, question: DesignQuestion) -> DesignProblem:
    """The arrays, with prices and duties of each period's first day."""
    scenario, flows = network.scenario, network.flows
    periods = max(1, math.ceil(float(scenario.horizon_s) / question.period_s - 1e-9))
    options = tuple(options_of(network, float(scenario.horizon_s)))
    futures = _futures(network, periods, question.period_s)
    if not options and len(futures) == 1:
        message = "there is nothing to choose and nothing to fear"
        remedy = "add supplies or lanes with 'qualified: false', sites with 'open: false', or disruptions with a rate"
        raise ScenarioError([Problem("network", 0, "", message, remedy)])
    opens = _opens_in(network, periods, question.period_s)
    return DesignProblem(
        replace(flows, in_transit=pipeline_of(network)),
        periods,
        question.period_s,
        options,
        tuple(replace(future, way_factor=future.way_factor * opens) for future in futures),
        _unit_usd(network, periods, question.period_s),
        np.where(network.value_usd > 0, network.value_usd, np.inf),
        _backlog_usd(network, question.period_s),
        _SALVAGE * network.value_usd,
        question.risk_weight,
        question.risk_level,
    )


def pipeline_of(network: NetworkFlows) -> Floats:
    """Pieces on order at the start, by way: what steady demand keeps with suppliers and on lanes."""
    rates = mean_demand_per_s(network.scenario)
    return np.array(
        [
            rates[way.stock] * way.share * lead_s if way.is_base and way.option is None else 0.0
            for way, lead_s in zip(network.origins, network.flows.lead_time_s, strict=True)
        ]
    )


def options_of(network: NetworkFlows, horizon_s: float) -> Iterable[Option]:
    """Supplies and lanes to qualify, and sites to open, each with what it costs over the horizon."""
    net = network.net
    for name in dict.fromkeys(way.option for way in network.origins if way.option is not None):
        if name not in net.supplies and name not in net.lanes:
            continue
        thing = net.supplies[name] if name in net.supplies else net.lanes[name]
        ways = [k for k, way in enumerate(network.origins) if way.option == name]
        yield Option(name, float(thing.opening_cost_usd), np.array(ways, np.int64))
    for name, site in net.sites.items():
        ways = [k for k in range(len(network.origins)) if name in _sites_of(network, k)]
        if not site.is_open and ways:
            usd = float(site.opening_cost_usd) + float(site.fixed_cost_usd_per_s) * horizon_s
            yield Option(name, usd, np.array(ways, np.int64))


def _sites_of(network: NetworkFlows, number: int) -> set[str]:
    net, way = network.net, network.origins[number]
    sites = {net.stocks[way.stock].site} if way.stock in net.stocks else set()
    if way.supply is not None:
        sites.add(net.supplies[way.supply].site)
    if way.from_stock is not None:
        sites.add(net.stocks[way.from_stock].site)
    return sites


def _opens_in(network: NetworkFlows, periods: int, period_s: float) -> Floats:
    """0 in the periods in which an alternate is not yet qualified."""
    opens = np.ones((len(network.origins), periods))
    for k, way in enumerate(network.origins):
        for thing in (network.net.supplies.get(way.supply or ""), network.net.lanes.get(way.lane or "")):
            if thing is not None and not thing.qualified and thing.qualification_time_s is not None:
                opens[k, : math.ceil(float(thing.qualification_time_s) / period_s - 1e-9)] = 0.0
    return opens


def _unit_usd(network: NetworkFlows, periods: int, period_s: float) -> Floats:
    unit = np.zeros((len(network.origins), periods))
    start = network.scenario.start
    for t in range(periods):
        day = (start + dt.timedelta(seconds=t * period_s)).date()
        unit[:, t] = network_flows(network.scenario, with_alternates=True, date=day).flows.unit_usd
    return unit


def _backlog_usd(network: NetworkFlows, period_s: float) -> Floats:
    """What the demands say; for the line's products, the capital that comes later."""
    net, flows = network.net, network.flows
    usd_per_s = [
        float(net.demand[name].backorder_cost_usd_per_s)
        if name in net.demand
        else float(net.carrying_rate_per_s) * float(flows.loss_usd[k])
        for k, name in enumerate(flows.demands)
    ]
    return np.array(usd_per_s) * period_s


def _futures(network: NetworkFlows, periods: int, period_s: float) -> list[Future]:
    horizon_s = float(network.scenario.horizon_s)
    likely = [loss for loss in described_losses(network.scenario) if loss.rate_per_year > 0]
    chances = [1.0 - math.exp(-loss.rate_per_year * horizon_s / (365.0 * 86400.0)) for loss in likely]
    if sum(chances) >= 1.0:
        raise RacktwinError(
            f"the disruptions' chances within the horizon add up to {sum(chances):.0%}\n"
            "    → design looks at one at a time: give lower rates, or a shorter horizon"
        )
    usual = _usual(network, periods, 1.0 - sum(chances))
    return [usual, *(_future(network, usual, one, p, period_s) for one, p in zip(likely, chances, strict=True))]


def _usual(network: NetworkFlows, periods: int, chance: float) -> Future:
    flows = network.flows
    ways, limits, demand = (np.ones((len(n), periods)) for n in (flows.ways, flows.limits, flows.demands))
    return Future(NOTHING, chance, ways, ways.copy(), limits, demand)


def _future(network: NetworkFlows, usual: Future, loss: NamedLoss, chance: float, period_s: float) -> Future:
    """One disruption, effect by effect; what is under way at its beginning still arrives, lead times stay."""
    ways, usd = usual.way_factor.copy(), usual.usd_factor.copy()
    limits, demand = usual.limit_factor.copy(), usual.demand_factor.copy()
    begins_s = starts_s(network.scenario, loss.disruption)
    for effect in loss.disruption.effects:
        first_s = begins_s + float(effect.after_s or 0.0)
        lasts_s = math.inf if effect.duration is None else effect.duration.mean_s
        share = _overlap(ways.shape[1], period_s, first_s, first_s + lasts_s)
        one = replace(loss, disruption=loss.disruption.model_copy(update={"effects": (effect,)}))
        hit = loss_of_flows(network, one)
        ways *= 1.0 - np.outer(hit.closed, share > 0.5)
        limits *= 1.0 - np.outer(1.0 - hit.limit_factor, share)
        demand *= 1.0 - np.outer(1.0 - hit.demand_factor, share)
        usd *= 1.0 + np.outer(_dearer(network, effect) - 1.0, share)
    return Future(loss.name, chance, ways, usd, limits, demand)


def _overlap(periods: int, period_s: float, first_s: float, last_s: float) -> Floats:
    """The share of each period between two times."""
    begins = np.arange(periods) * period_s
    inside: Floats = np.clip(np.minimum(begins + period_s, last_s) - np.maximum(begins, first_s), 0.0, period_s)
    return inside / period_s


def _dearer(network: NetworkFlows, effect: Effect) -> Floats:
    """The factor on each way's unit cost: a price of its supply, or a duty at another rate."""
    factor = np.ones(len(network.origins))
    if effect.kind == "price":
        for k, way in enumerate(network.origins):
            supply = network.net.supplies.get(way.supply or "")
            if supply is not None and (
                way.supply in effect.supplies or supply.site in effect.sites or supply.part in effect.parts
            ):
                factor[k] = float(effect.factor)
    elif effect.kind == "duty":
        rules = {
            name: rule.model_copy(update={"rate": effect.factor}) if name in effect.duty_rules else rule
            for name, rule in network.net.duty_rules.items()
        }
        net = network_of(network.scenario).model_copy(update={"duty_rules": rules})
        changed = network_flows(network.scenario.model_copy(update={"network": net}), with_alternates=True)
        before = network.flows.unit_usd
        factor = np.where(before > 0, changed.flows.unit_usd / np.where(before > 0, before, 1.0), 1.0)
    return factor
