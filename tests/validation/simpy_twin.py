"""The tray line of ``tray_line.yaml`` written again in SimPy, as processes: an outside program to compare with.

Only the numbers come from the scenario. The rules are said anew: a test cell, a loader and the feed's power are taken
together by the head of one queue; power is held until the tray leaves; a failed test goes by debug to the queue again.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
import simpy
from simpy.resources.resource import Request

from racktwin.model import Operation, Phase, Scenario
from racktwin.model.distribution import Exponential, Fixed, Gamma, Law, Lognormal, Triangular, Uniform, Weibull

Process = Generator[Any, Any, None]


class Shipment(NamedTuple):
    """A tray that left, and what it went through."""

    part: str
    release_s: float
    shipped_s: float
    first_wait_for_test_s: float
    tests: int


def run(scenario: Scenario, seed: int, replication: int) -> list[Shipment]:
    """All trays shipped by the horizon in one replication."""
    line = _Line(scenario, np.random.default_rng([seed, replication]))
    for name in scenario.demand:
        line.env.process(line.release(name))
    line.env.process(line.admit())
    line.env.run(until=float(scenario.horizon_s))
    return line.shipments


class _Line:
    def __init__(self, scenario: Scenario, chance: np.random.Generator) -> None:
        self.scenario, self.chance = scenario, chance
        self.env = simpy.Environment()
        self.shipments: list[Shipment] = []
        self.people = {
            skill: simpy.Resource(self.env, sum(crew.headcount for crew in group.crews))
            for group in scenario.operator_groups.values()
            for skill in group.skills
        }
        self.cells = {
            name: simpy.Resource(self.env, sum(group.count for group in center.groups))
            for name, center in scenario.work_centers.items()
        }
        limit_w = float(scenario.feeds["test_floor"].limit_w)
        self.power = simpy.Container(self.env, capacity=limit_w, init=limit_w)
        self.test_queue: simpy.Store = simpy.Store(self.env)

    def release(self, demand: str) -> Process:
        """Trays of one demand, for ever."""
        law = self.scenario.demand[demand].interarrival
        assert law is not None
        while True:
            yield self.env.timeout(self.draw_s(law))
            self.env.process(self.make(self.scenario.demand[demand].product))

    def make(self, part: str) -> Process:
        """One tray, from release to shipment."""
        release_s, tests, first_wait_s = self.env.now, 0, 0.0
        assemble, test, *debug = self.scenario.routings[part].operations
        yield from self.attend(assemble)
        while True:
            queued_s, admitted = self.env.now, self.env.event()
            self.test_queue.put((_most_w(test), admitted))
            cell, loader = yield admitted
            first_wait_s = first_wait_s if tests else self.env.now - queued_s
            tests += 1
            yield from self.test(test, cell, loader)
            if not debug or self.chance.random() >= test.p_false_failure:
                break
            yield from self.attend(debug[0])
        self.shipments.append(Shipment(part, release_s, self.env.now, first_wait_s, tests))

    def attend(self, operation: Operation) -> Process:
        """A whole operation with one person at one work unit."""
        (phase,) = operation.phases
        with self.cells[operation.work_center].request() as cell:
            yield cell
            with self.people[next(iter(phase.operators))].request() as person:
                yield person
                yield self.env.timeout(self.phase_s(phase))

    def admit(self) -> Process:
        """Let the head of the test queue in when a cell, a loader and its power are there; nobody overtakes it."""
        while True:
            power_w, admitted = yield self.test_queue.get()
            cell, loader = self.cells["test_cell"].request(), self.people["load"].request()
            yield cell
            yield loader
            yield self.power.get(power_w)
            admitted.succeed((cell, loader))

    def test(self, operation: Operation, cell: Request, loader: Request) -> Process:
        """Load, soak unattended, unload; then cell and power are free again."""
        load, soak, unload = operation.phases
        yield self.env.timeout(self.phase_s(load))
        self.people["load"].release(loader)
        yield self.env.timeout(self.phase_s(soak))
        with self.people["unload"].request() as technician:
            yield technician
            yield self.env.timeout(self.phase_s(unload))
        self.cells["test_cell"].release(cell)
        yield self.power.put(_most_w(operation))

    def phase_s(self, phase: Phase) -> float:
        """A duration of a phase."""
        assert phase.duration != "by_defect"
        return self.draw_s(phase.duration)

    def draw_s(self, law: Law) -> float:
        """A duration by numpy's own samplers."""
        chance = self.chance
        match law:
            case Fixed():
                return float(law.value_s)
            case Uniform():
                return float(chance.uniform(law.low_s, law.high_s))
            case Triangular():
                return float(chance.triangular(law.low_s, law.mode_s, law.high_s))
            case Exponential():
                return float(chance.exponential(law.average_s))
            case Gamma():
                return float(chance.gamma(law.cv**-2, law.average_s * law.cv**2))
            case Lognormal():
                sigma2 = float(np.log1p(law.cv**2))
                return float(chance.lognormal(np.log(law.average_s) - sigma2 / 2.0, np.sqrt(sigma2)))
            case Weibull():
                return float(law.scale_s * chance.weibull(law.shape))
        raise AssertionError(law)


def _most_w(operation: Operation) -> float:
    return max(float(phase.draw) * float(phase.peak) for phase in operation.phases)
