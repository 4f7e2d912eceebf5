"""The plants of :mod:`.plants` in SimPy, as a good SimPy user would write them: a process per part, or per machine.

Run as a module by the Python of the peers (it needs SimPy and the standard library only): a plant as JSON on standard
input, the answer as JSON on standard output. Tests import it to compare distributions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, NamedTuple

import simpy

Process = Generator[Any, Any, None]
Draw = Callable[[], float]
PREEMPT = -1


class Shipment(NamedTuple):
    """A part that left."""

    product: str
    release_s: float
    shipped_s: float


def run(plant: dict[str, Any], seed: int) -> list[Shipment]:
    """All parts shipped by the horizon; ``plant`` as of ``Plant.to_json``."""
    env = simpy.Environment()
    chance = random.Random(seed)
    shipments: list[Shipment] = []
    is_line = any(station["buffer"] is not None for station in plant["stations"].values())
    (_line if is_line else _shop)(env, plant, chance, shipments)
    env.run(until=plant["horizon_s"])
    return shipments


def _drawn(law: list[Any], chance: random.Random) -> Draw:
    """A function that draws from the law."""
    if law[0] == "exponential":
        rate, expovariate = 1.0 / law[1], chance.expovariate
        return lambda: expovariate(rate)
    low, high, uniform = law[1], law[2], chance.uniform
    return lambda: uniform(low, high)


def _line(env: simpy.Environment, plant: dict[str, Any], chance: random.Random, shipments: list[Shipment]) -> None:
    """A process per machine and a store per buffer: the shortest way to write a line with blocking after service."""
    (name, product), *_ = plant["products"].items()
    buffers = []
    for step in product["route"]:
        places = plant["stations"][step["station"]]["buffer"]
        buffers.append(simpy.Store(env) if places is None else simpy.Store(env, places))
    for number, step in enumerate(product["route"]):
        station = plant["stations"][step["station"]]
        leave = buffers[number + 1].put if number + 1 < len(buffers) else None
        work = _drawn(step["work"], chance)
        life, repair = _drawn(station["between_failures"], chance), _drawn(station["repair"], chance)
        env.process(_machine(env, name, buffers[number], leave, (work, life, repair), shipments))
    env.process(_feed(env, buffers[0], _drawn(product["interarrival"], chance)))


def _feed(env: simpy.Environment, first: simpy.Store, gap: Draw) -> Process:
    yield env.timeout(0.0)
    while True:
        first.put(env.now)
        yield env.timeout(gap())


def _machine(
    env: simpy.Environment,
    product: str,
    before: simpy.Store,
    leave: Any,
    draws: tuple[Draw, Draw, Draw],
    shipments: Any,
) -> Process:
    """Take a part, work (breaking down by busy time, then going on), hand it over once there is room."""
    work, life, repair = draws
    left_s = life()
    while True:
        release_s = yield before.get()
        remaining_s = work()
        while left_s < remaining_s:
            yield env.timeout(left_s)
            remaining_s -= left_s
            yield env.timeout(repair())
            left_s = life()
        yield env.timeout(remaining_s)
        left_s -= remaining_s
        if leave is None:
            shipments.append(Shipment(product, release_s, env.now))
        else:
            yield leave(release_s)


def _shop(env: simpy.Environment, plant: dict[str, Any], chance: random.Random, shipments: list[Shipment]) -> None:
    """A process per part that seizes machines along its route."""
    machines = {name: simpy.Resource(env, station["machines"]) for name, station in plant["stations"].items()}
    people = {skill: simpy.PreemptiveResource(env, max(present)) for skill, present in plant["crews"].items()}
    power = None if plant["feed_w"] is None else simpy.Container(env, plant["feed_w"], plant["feed_w"])
    for skill, present in plant["crews"].items():
        for _ in range(present[0] - present[1]):
            env.process(_night_off(env, people[skill]))
    for name, product in plant["products"].items():
        route, draw = product["route"], partial(_drawn, chance=chance)
        if people:
            steps: list[Any] = [
                (machines[s["station"]], people[s["skill"]], draw(s["attended"]), draw(s["work"]), s["draw_w"])
                for s in route
            ]
        else:
            steps = [
                (
                    machines[s["station"]],
                    draw(s["work"]),
                    s["p_fail"],
                    machines.get(s["debug_station"]),
                    draw(s["debug"]) if s["debug"] else None,
                )
                for s in route
            ]
        part, context = _attended_part if people else _part, (power, chance, shipments)
        env.process(_release(env, name, _drawn(product["interarrival"], chance), part, steps, context))


def _release(env: simpy.Environment, name: str, gap: Draw, part: Any, steps: Any, context: Any) -> Process:
    yield env.timeout(0.0)
    while True:
        env.process(part(env, name, steps, context))
        yield env.timeout(gap())


def _part(env: simpy.Environment, name: str, steps: Any, context: Any) -> Process:
    """One part through its route, with debug and retest after a failure."""
    _, chance, shipments = context
    release_s = env.now
    for machines, work, p_fail, debug_machines, debug in steps:
        while True:
            with machines.request() as machine:
                yield machine
                yield env.timeout(work())
            if p_fail == 0.0 or chance.random() >= p_fail:
                break
            with debug_machines.request() as machine:
                yield machine
                yield env.timeout(debug())
    shipments.append(Shipment(name, release_s, env.now))


def _attended_part(env: simpy.Environment, name: str, steps: Any, context: Any) -> Process:
    """One part through its route: loading by a person, who may leave at the end of a shift, then work on the feed."""
    power, _, shipments = context
    release_s = env.now
    for machines, people, load, work, draw_w in steps:
        with machines.request() as machine:
            yield machine
            remaining_s = load()
            while remaining_s > 0.0:
                with people.request(priority=0, preempt=False) as person:
                    yield person
                    began_s = env.now
                    try:
                        yield env.timeout(remaining_s)
                        remaining_s = 0.0
                    except simpy.Interrupt:
                        remaining_s -= env.now - began_s
            yield power.get(draw_w)
            yield env.timeout(work())
            yield power.put(draw_w)
    shipments.append(Shipment(name, release_s, env.now))


def _night_off(env: simpy.Environment, people: simpy.PreemptiveResource) -> Process:
    """One of the people is there from 06:00 to 18:00 only; the run begins at midnight."""
    hours_s = 6 * 3600.0
    while True:
        with people.request(priority=PREEMPT) as absence:
            yield absence
            yield env.timeout(hours_s)
        hours_s = 12 * 3600.0
        yield env.timeout(12 * 3600.0)


def _prepare(plant: dict[str, Any], seed: int) -> Callable[[], tuple[int, float]]:
    def once() -> tuple[int, float]:
        shipments = run(plant, seed)
        cycles_s = [one.shipped_s - one.release_s for one in shipments]
        return len(cycles_s), sum(cycles_s) / max(1, len(cycles_s))

    return once


if __name__ == "__main__":
    from .answer import answer

    answer(_prepare)
