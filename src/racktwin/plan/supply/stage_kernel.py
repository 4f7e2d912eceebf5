"""Guaranteed service by dynamic programming: exact on a forest, a bound with prices where arcs were left out.

An arc left out asks that no consumer counts on less than its supplier quotes: for every period ``v``,
``[service ≥ v] ≤ [inbound ≥ v]``. Each such row has a price; with any prices ≥ 0 the forest's optimum is a lower bound
(Lagrange), and the prices are improved by subgradient steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from racktwin.sim.jit import entry_point, kernel
from racktwin.sim.packing import packed

from .stage_tables import Tables

_TINY = 1e-12
_POLISHED, _PROMISING = 100, 1.1
"""Every so many rounds a placement no dearer than this share of the best is polished as well."""


@entry_point
def solve_forest(tables: Tables) -> float:
    """The least cost with the arcs kept, within the limits of each stage; ``service`` and ``inbound`` are set.

    Infinite if the limits contradict each other.
    """
    return _solve_forest(packed(tables))


@kernel
def _solve_forest(net: Tables) -> float:
    for row in range(net.values.size):
        net.values[row].by_service = net.values[row].service_price
        net.values[row].by_inbound = net.values[row].inbound_price
    total = 0.0
    for k in net.order:
        stage = net.stages[k]
        if stage.parent < 0:
            total += _choose_both(net, k)
        elif stage.feeds_parent:
            _by_service(net, k)
            _offer_to_consumer(net, k)
        else:
            _by_inbound(net, k)
            _ask_of_supplier(net, k)
    if total < np.inf:
        for turn in range(net.order.size):
            _follow(net, net.order[net.order.size - 1 - turn])
    return total


@kernel
def _by_service(net: Tables, k: int) -> None:
    """For each service time the best inbound time; the cost replaces ``by_service``."""
    stage = net.stages[k]
    for service in range(stage.service_low, stage.service_high + 1):
        least = max(stage.inbound_low, service - stage.periods)
        shift = stage.at + stage.periods - service
        best, choice = np.inf, least
        for inbound in range(least, stage.inbound_high + 1):
            cost = net.values[shift + inbound].cost + net.values[stage.at + inbound].by_inbound
            if cost < best:
                best, choice = cost, inbound
        net.values[stage.at + service].by_service += best
        net.values[stage.at + service].partner = choice


@kernel
def _by_inbound(net: Tables, k: int) -> None:
    """For each inbound time the best service time; the cost replaces ``by_inbound``."""
    stage = net.stages[k]
    for inbound in range(stage.inbound_low, stage.inbound_high + 1):
        most = min(stage.service_high, inbound + stage.periods)
        shift = stage.at + inbound + stage.periods
        best, choice = np.inf, stage.service_low
        for service in range(stage.service_low, most + 1):
            cost = net.values[shift - service].cost + net.values[stage.at + service].by_service
            if cost < best:
                best, choice = cost, service
        net.values[stage.at + inbound].by_inbound += best
        net.values[stage.at + inbound].partner = choice


@kernel
def _offer_to_consumer(net: Tables, k: int) -> None:
    """Add to each inbound time of the parent the best of quoting no more than it."""
    stage, parent = net.stages[k], net.stages[net.stages[k].parent]
    best, choice = np.inf, stage.service_low
    service = stage.service_low
    for inbound in range(parent.inbound_low, parent.inbound_high + 1):
        while service <= min(inbound, stage.service_high):
            cost = net.values[stage.at + service].by_service
            if cost < best:
                best, choice = cost, service
            service += 1
        net.values[parent.at + inbound].by_inbound += best
        if inbound <= stage.inbound_high + stage.periods:
            net.values[stage.at + inbound].reached = choice


@kernel
def _ask_of_supplier(net: Tables, k: int) -> None:
    """Add to each service time of the parent the best of counting on no less than it."""
    stage, parent = net.stages[k], net.stages[net.stages[k].parent]
    best, choice = np.inf, stage.inbound_high
    inbound = stage.inbound_high
    for back in range(parent.service_high - parent.service_low + 1):
        service = parent.service_high - back
        while inbound >= max(service, stage.inbound_low):
            cost = net.values[stage.at + inbound].by_inbound
            if cost < best:
                best, choice = cost, inbound
            inbound -= 1
        net.values[parent.at + service].by_service += best
        if service <= stage.inbound_high + stage.periods:
            net.values[stage.at + service].reached = choice


@kernel
def _choose_both(net: Tables, k: int) -> float:
    _by_service(net, k)
    stage = net.stages[k]
    best = np.inf
    for service in range(stage.service_low, stage.service_high + 1):
        cost = net.values[stage.at + service].by_service
        if cost < best:
            best = cost
            stage.service = service
            stage.inbound = net.values[stage.at + service].partner
    return best


@kernel
def _follow(net: Tables, k: int) -> None:
    """Set the times of ``k`` from those of its parent."""
    stage = net.stages[k]
    if stage.parent < 0:
        return
    parent = net.stages[stage.parent]
    last = stage.inbound_high + stage.periods
    if stage.feeds_parent:
        stage.service = net.values[stage.at + min(parent.inbound, last)].reached
        stage.inbound = net.values[stage.at + stage.service].partner
    else:
        stage.inbound = net.values[stage.at + min(parent.service, last)].reached
        stage.service = net.values[stage.at + stage.inbound].partner


@entry_point
def improve(tables: Tables, upper: float, rounds: int, patience: int) -> Any:
    """Raise the lower bound by pricing the arcs left out, and look for feasible placements on the way.

    Returns (lower bound, cost of the best placement known). A placement better than ``upper`` goes to
    ``best_service``. ``service`` and ``inbound`` are those of the last round.
    """
    return _improve(packed(tables), upper, rounds, patience)


@kernel
def _improve(net: Tables, upper: float, rounds: int, patience: int) -> Any:
    lower, scale, idle = -np.inf, 1.0, 0
    for turn in range(rounds):
        bound = _solve_forest(net)
        if bound == np.inf:
            return np.inf, upper
        cost = _mend(net)
        if cost < upper * (1.0 - _TINY) or (turn % _POLISHED == 0 and cost < upper * _PROMISING):
            cost = _polish(net, cost)
        if cost < upper * (1.0 - _TINY):
            upper = cost
            for k in range(net.trial.size):
                net.best_service[k] = net.trial[k]
        if bound > lower:
            lower, idle = bound, 0
        else:
            idle += 1
        if idle == patience:
            scale, idle = scale * 0.5, 0
        if lower >= upper - 1e-9 * abs(upper) or scale < 1e-3 or not _reprice(net, scale, upper - bound):
            break
    return lower, upper


@kernel
def _reprice(net: Tables, scale: float, distance: float) -> bool:
    """One subgradient step on the prices; False if no arc left out is violated, or slack and priced."""
    norm = 0.0
    for row in range(net.arcs.size):
        arc = net.arcs[row]
        if not arc.is_kept:
            service, inbound = net.stages[arc.upstream].service, net.stages[arc.downstream].inbound
            for v in range(min(service, inbound) + 1, min(max(service, inbound), arc.count) + 1):
                if service > inbound or net.prices[arc.price_at + v - 1] > 0.0:
                    norm += 1.0
    if norm == 0.0:
        return False
    step = scale * max(distance, 0.0) / norm
    for row in range(net.arcs.size):
        arc = net.arcs[row]
        if not arc.is_kept:
            service, inbound = net.stages[arc.upstream].service, net.stages[arc.downstream].inbound
            for v in range(min(service, inbound) + 1, min(max(service, inbound), arc.count) + 1):
                price = net.prices[arc.price_at + v - 1]
                net.prices[arc.price_at + v - 1] = price + step if service > inbound else max(0.0, price - step)
    _spread(net)
    return True


@entry_point
def spread(tables: Tables) -> None:
    """Sum the prices of the arcs left out into those of each stage's service and inbound times."""
    _spread(packed(tables))


@kernel
def _spread(net: Tables) -> None:
    for row in range(net.values.size):
        net.values[row].service_price = 0.0
        net.values[row].inbound_price = 0.0
    for row in range(net.arcs.size):
        arc = net.arcs[row]
        if arc.is_kept:
            continue
        up, down = net.stages[arc.upstream], net.stages[arc.downstream]
        summed = 0.0
        for v in range(1, arc.count + 1):
            summed += net.prices[arc.price_at + v - 1]
            net.values[up.at + v].service_price += summed
            if v <= down.inbound_high:
                net.values[down.at + v].inbound_price -= summed
        for v in range(arc.count + 1, down.inbound_high + 1):
            net.values[down.at + v].inbound_price -= summed


@kernel
def _mend(net: Tables) -> float:
    """Let consumers wait as long as their suppliers quote, and quote no more than that allows; the cost."""
    for k in range(net.trial.size):
        net.trial[k] = net.stages[k].service
        net.stages[k].waits = net.stages[k].floor
    cost = 0.0
    for k in net.forward:
        stage = net.stages[k]
        net.trial[k] = min(net.trial[k], stage.waits + stage.periods)
        cost += net.values[stage.at + stage.waits + stage.periods - net.trial[k]].cost
        for number in range(stage.first_out, stage.first_out + stage.outs):
            down = net.stages[net.arcs[number].downstream]
            down.waits = max(down.waits, net.trial[k])
    return cost


@kernel
def _cost(net: Tables) -> float:
    """What the placement in ``trial`` costs; infinite where a stage quotes more than it waits and works."""
    for k in range(net.trial.size):
        net.stages[k].waits = net.stages[k].floor
    cost = 0.0
    for k in net.forward:
        stage = net.stages[k]
        periods = stage.waits + stage.periods - net.trial[k]
        if periods < 0:
            return np.inf
        cost += net.values[stage.at + periods].cost
        for number in range(stage.first_out, stage.first_out + stage.outs):
            down = net.stages[net.arcs[number].downstream]
            down.waits = max(down.waits, net.trial[k])
    return cost


@kernel
def _polish(net: Tables, cost: float) -> float:
    """Change one service time of ``trial`` at a time while that makes it cheaper; the cost."""
    while True:
        before = cost
        for k in range(net.trial.size):
            most = net.stages[k].quote_most
            for attempt in range(4):
                kept = net.trial[k]
                service = (kept - 1, kept + 1, 0, min(most, net.stages[k].waits + net.stages[k].periods))[attempt]
                if service == kept or service < 0 or service > most:
                    continue
                net.trial[k] = service
                changed = _cost(net)
                if changed < cost * (1.0 - _TINY):
                    cost = changed
                else:
                    net.trial[k] = kept
                    _cost(net)
        if cost >= before * (1.0 - 1e-9):
            return cost
