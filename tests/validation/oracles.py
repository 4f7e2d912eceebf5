"""Closed forms of queueing theory, each a small function that knows nothing of racktwin.

Rates are per second, durations in seconds, ``cv`` is a coefficient of variation. A *waiting time* is the mean time in
queue before service begins, a *cycle time* the mean time from arrival to departure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq


def erlang_c(servers: int, offered_load: float) -> float:
    """Probability that an arrival waits in M/M/c (Erlang 1917), ``offered_load`` in erlang, below ``servers``."""
    terms = [offered_load**k / math.factorial(k) for k in range(servers)]
    queueing = offered_load**servers / math.factorial(servers) * servers / (servers - offered_load)
    return queueing / (sum(terms) + queueing)


def mmc_wait_s(arrival_rate_per_s: float, service_s: float, servers: int) -> float:
    """Mean waiting time in M/M/c: Gross & Harris, *Fundamentals of Queueing Theory*, 2.3."""
    offered_load = arrival_rate_per_s * service_s
    return erlang_c(servers, offered_load) * service_s / (servers - offered_load)


def mg1_wait_s(arrival_rate_per_s: float, service_s: float, cv: float) -> float:
    """Mean waiting time in M/G/1: Pollaczek–Khinchine."""
    load = arrival_rate_per_s * service_s
    return load * service_s * (1.0 + cv**2) / (2.0 * (1.0 - load))


def gim1_wait_s(interarrival_s: float, interarrival_cv: float, service_s: float) -> float:
    """Mean waiting time in GI/M/1 with gamma interarrival times: Kleinrock, *Queueing Systems* I, 6.4.

    The root σ in (0, 1) of σ = A*(μ(1 − σ)), A* the Laplace–Stieltjes transform of the interarrival time.
    """
    shape = 1.0 / interarrival_cv**2

    def excess(sigma: float) -> float:
        return float((1.0 + (1.0 - sigma) / service_s * interarrival_s / shape) ** -shape - sigma)

    sigma = brentq(excess, 0.0, 1.0 - 1e-9)
    return float(service_s * sigma / (1.0 - sigma))


def kingman_bound_s(interarrival_s: float, interarrival_cv: float, service_s: float, service_cv: float) -> float:
    """Upper bound of the mean waiting time in GI/GI/1: Kingman 1962."""
    load = service_s / interarrival_s
    variance = (interarrival_cv * interarrival_s) ** 2 + (service_cv * service_s) ** 2
    return variance / interarrival_s / (2.0 * (1.0 - load))


def mmck_throughput_per_s(arrival_rate_per_s: float, service_s: float, servers: int, room: int) -> float:
    """Throughput of M/M/c/K, K = ``room`` in service and in queue: Gross & Harris 2.5 (birth and death)."""
    weights = [1.0]
    for inside in range(room):
        weights.append(weights[-1] * arrival_rate_per_s * service_s / min(inside + 1, servers))
    return arrival_rate_per_s * (1.0 - weights[-1] / sum(weights))


def reentrant_cycle_s(
    route: Sequence[str], rates_per_s: dict[str, float], services_s: dict[str, float], servers: dict[str, int]
) -> float:
    """Mean cycle time along a re-entrant route in an open network of several classes: Baskett et al. 1975 (BCMP).

    ``rates_per_s`` are all visits to a station, by whatever class; service is exponential and the same for all, so
    each station is as M/M/c alone.
    """
    return sum(services_s[name] + mmc_wait_s(rates_per_s[name], services_s[name], servers[name]) for name in route)


def learning_mean_s(first_s: float, rate: float, pieces: int) -> float:
    """Mean time of the first ``pieces``, the n-th of which takes ``first_s`` n^(log₂ rate): Wright 1936."""
    return first_s * math.fsum(number ** math.log2(rate) for number in range(1, pieces + 1)) / pieces


def batch_server_wait_s(arrival_rate_per_s: float, batch: int, service_s: float, longest: int = 400) -> float:
    """Mean waiting time of a part before a single exponential server that takes full batches only.

    The Markov chain of (idle, n waiting) and (busy, n waiting), cut off at ``longest`` waiting and solved exactly;
    mean queue over arrival rate (Little).
    """
    states = [(0, waiting) for waiting in range(batch)] + [(1, waiting) for waiting in range(longest)]
    number = {state: index for index, state in enumerate(states)}
    generator = np.zeros((len(states), len(states)))
    for (busy, waiting), index in number.items():
        come = (1, 0) if not busy and waiting + 1 == batch else (busy, waiting + 1)
        flows = [(come, arrival_rate_per_s)]
        if busy:
            flows.append(((1, waiting - batch) if waiting >= batch else (0, waiting), 1.0 / service_s))
        for target, rate in flows:
            if target in number:
                generator[index, number[target]] += rate
                generator[index, index] -= rate
    equations = np.vstack([generator.T[:-1], np.ones(len(states))])
    shares = np.linalg.solve(equations, np.eye(len(states))[-1])
    return float(sum(waiting * shares[index] for (_, waiting), index in number.items())) / arrival_rate_per_s


class CustomerClass(NamedTuple):
    """One class of customers of a priority queue."""

    arrival_rate_per_s: float
    service_s: float
    cv: float


def priority_waits_s(classes: Sequence[CustomerClass]) -> list[float]:
    """Mean waiting time of each class in M/G/1 with non-preemptive priorities, highest first: Cobham 1954."""
    residual_s = sum(c.arrival_rate_per_s * c.service_s**2 * (1.0 + c.cv**2) / 2.0 for c in classes)
    waits, load_above = [], 0.0
    for customer in classes:
        load = load_above + customer.arrival_rate_per_s * customer.service_s
        waits.append(residual_s / ((1.0 - load_above) * (1.0 - load)))
        load_above = load
    return waits


def breakdown_wait_s(arrival_rate_per_s: float, service_s: float, time_between_s: float, repair_s: float) -> float:
    """Mean waiting time in M/M/1 whose server breaks down while it works and then resumes.

    Exponential service, uptime and repair. Pollaczek–Khinchine over the completion time C (Gaver 1962):
    E[C] = E[S](1 + r/t), E[C²] = E[S²](1 + r/t)² + E[S] E[R²]/t.
    """
    slowdown = 1.0 + repair_s / time_between_s
    mean_s = service_s * slowdown
    second_moment = 2.0 * service_s**2 * slowdown**2 + service_s * 2.0 * repair_s**2 / time_between_s
    return arrival_rate_per_s * second_moment / (2.0 * (1.0 - arrival_rate_per_s * mean_s))


def batch_wait_s(batch_rate_per_s: float, batch: int, service_s: float) -> float:
    """Mean waiting time of a part in M/M/1 with arrivals in batches of fixed size: Gross & Harris, 3.1."""
    load = batch_rate_per_s * batch * service_s
    in_system = load * (1.0 + batch) / (2.0 * (1.0 - load))
    return in_system / (batch_rate_per_s * batch) - service_s


def repairman_mean_down(machines: int, repairers: int, time_between_s: float, repair_s: float) -> float:
    """Mean number of machines down in the machine-repairman model: Gross & Harris, 2.7 (birth and death)."""
    weights = [1.0]
    for down in range(machines):
        birth = (machines - down) / time_between_s
        death = min(down + 1, repairers) / repair_s
        weights.append(weights[-1] * birth / death)
    return sum(down * weight for down, weight in enumerate(weights)) / sum(weights)


def closed_network_throughput_per_s(services_s: Sequence[float], circulating: int) -> float:
    """Throughput of a closed line of exponential single servers: mean value analysis, Reiser & Lavenberg 1980."""
    lengths, throughput = [0.0] * len(services_s), 0.0
    for parts in range(1, circulating + 1):
        cycle_times_s = [service_s * (1.0 + length) for service_s, length in zip(services_s, lengths, strict=True)]
        throughput = parts / sum(cycle_times_s)
        lengths = [throughput * cycle_time_s for cycle_time_s in cycle_times_s]
    return throughput


def rework_cycle_s(arrival_rate_per_s: float, test_s: float, debug_s: float, p_fail: float) -> float:
    """Mean cycle time when each test fails with ``p_fail`` and leads over debug to test again: Jackson 1957."""
    tests, debugs = 1.0 / (1.0 - p_fail), p_fail / (1.0 - p_fail)
    return sum(
        visits * service_s / (1.0 - arrival_rate_per_s * visits * service_s)
        for visits, service_s in ((tests, test_s), (debugs, debug_s))
    )


def fork_join_cycle_s(arrival_rate_per_s: float, service_s: float) -> float:
    """Mean time until both of two parallel M/M/1 servers are done: Flatto & Hahn 1984, Nelson & Tantawi 1988."""
    load = arrival_rate_per_s * service_s
    return (12.0 - load) / 8.0 * service_s / (1.0 - load)


def gang_wait_s(arrival_rate_per_s: float, gang: int) -> float:
    """Mean wait of Poisson arrivals until a gang of that many is complete, with cells for all."""
    return (gang - 1) / (2.0 * arrival_rate_per_s)


def mm1_on_time(arrival_rate_per_s: float, service_s: float, allowance_s: float) -> float:
    """Probability that the cycle time in M/M/1, FIFO, is at most ``allowance_s``: it is exponential."""
    return 1.0 - math.exp(-(1.0 / service_s - arrival_rate_per_s) * allowance_s)


def weibull_survival(age_s: float, shape: float, scale_s: float) -> float:
    """Probability that a latent defect outlives that much stress."""
    return math.exp(-((age_s / scale_s) ** shape))


def availability(time_between_s: float, repair_s: float) -> float:
    """Share of time up of a unit that alternates between up and repair (renewal reward)."""
    return time_between_s / (time_between_s + repair_s)


class _LineState(NamedTuple):
    """``parts[i]`` waiting or in work at machine i + 1 (the first is never starved); ``blocked[i]``: machine i."""

    parts: tuple[int, ...]
    blocked: tuple[bool, ...]


def line_throughput_per_s(services_s: Sequence[float], buffers: Sequence[int]) -> float:
    """Throughput of a saturated line of exponential machines with finite buffers and blocking after service.

    ``buffers[i]`` is the number of places between machine i and i + 1. The Markov chain is built by following every
    transition from the empty line and solved exactly; two machines give Buzacott & Shanthikumar 1993, eq. 5.9.
    """
    empty = _LineState((0,) * len(buffers), (False,) * len(buffers))
    numbers, pending, flows = {empty: 0}, [empty], []
    while pending:
        state = pending.pop()
        for machine, service_s in enumerate(services_s):
            following = _finish(state, machine, buffers)
            if following is None:
                continue
            if following not in numbers:
                numbers[following] = len(numbers)
                pending.append(following)
            flows.append((numbers[state], numbers[following], machine, 1.0 / service_s))
    generator = np.zeros((len(numbers), len(numbers)))
    for start, end, _, rate in flows:
        generator[start, end] += rate
        generator[start, start] -= rate
    equations = np.vstack([generator.T[:-1], np.ones(len(numbers))])
    shares = np.linalg.solve(equations, np.eye(len(numbers))[-1])
    return float(sum(shares[start] * rate for start, _, machine, rate in flows if machine == len(buffers)))


def _finish(state: _LineState, machine: int, buffers: Sequence[int]) -> _LineState | None:
    """The state after ``machine`` ends a service; None where it has nothing to work on or is blocked."""
    last = len(buffers)
    if (machine > 0 and state.parts[machine - 1] == 0) or (machine < last and state.blocked[machine]):
        return None
    parts, blocked = list(state.parts), list(state.blocked)
    if machine < last and parts[machine] == buffers[machine] + 1:
        blocked[machine] = True
        return _LineState(tuple(parts), tuple(blocked))
    if machine < last:
        parts[machine] += 1
    while machine > 0:  # the part has left this machine: a blocked one upstream moves in, and so on
        parts[machine - 1] -= 1
        if not blocked[machine - 1]:
            break
        blocked[machine - 1] = False
        parts[machine - 1] += 1
        machine -= 1
    return _LineState(tuple(parts), tuple(blocked))
