"""Known answers: what a scenario of ``racktwin/examples/validation`` must come to, by a closed form.

One table for the tests, for ``docs/validation.md`` and for benchmarks. A closed form reads the scenario's numbers
(rates, means, counts) and nothing that was simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from ruamel.yaml import YAML

from racktwin.model import Scenario
from racktwin.model.distribution import Law

from . import observe, oracles
from .observe import Tables


@dataclass(frozen=True)
class KnownAnswer:
    """One observable of one scenario and its closed form, or a bound from above.

    ``unit`` tells the reader; values are SI.
    """

    scenario: str
    observable: str
    unit: str
    observe: Callable[[Scenario, Tables], float]
    closed_form: Callable[[Scenario], float]
    reference: str
    is_upper_bound: bool = False

    @property
    def name(self) -> str:
        """Scenario and observable: unique in the table."""
        return f"{self.scenario}: {self.observable}"


def load(name: str) -> Scenario:
    """The shipped validation scenario of that name."""
    path = files("racktwin") / "examples" / "validation" / f"{name}.yaml"
    return Scenario.model_validate(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


def rate_per_s(scenario: Scenario, demand: str = "") -> float:
    """Orders per second of a demand; of the first one where none is named."""
    interarrival = scenario.demand[demand or next(iter(scenario.demand))].interarrival
    assert interarrival is not None
    return 1.0 / interarrival.mean_s


def service_s(scenario: Scenario, operation: str = "") -> float:
    """Mean duration of an operation; of the first one where none is named."""
    operations = [one for routing in scenario.routings.values() for one in routing.operations]
    return _mean_s(next(one for one in operations if operation in ("", one.operation)).phases[0].duration)


def services_s(scenario: Scenario) -> list[float]:
    """Mean duration of each operation of the first routing."""
    return [_mean_s(one.phases[0].duration) for one in next(iter(scenario.routings.values())).operations]


def failure_s(scenario: Scenario) -> tuple[float, float]:
    """Mean time between failures and mean repair time of the first work center."""
    failures = next(iter(scenario.work_centers.values())).failures
    assert failures is not None
    return failures.time_between.mean_s, failures.repair_time.mean_s


def _mean_s(duration: Law | str) -> float:
    assert not isinstance(duration, str)
    return duration.mean_s


def _mmc_wait(servers: int) -> Callable[[Scenario], float]:
    return lambda s: oracles.mmc_wait_s(rate_per_s(s), service_s(s), servers)


def _mg1_wait(cv: float) -> Callable[[Scenario], float]:
    return lambda s: oracles.mg1_wait_s(rate_per_s(s), service_s(s), cv)


def _waiting(operation: str) -> Callable[[Scenario, Tables], float]:
    return lambda s, tables: observe.waiting_s(s, tables, operation)


def _waiting_for(operation: str, cause: str) -> Callable[[Scenario, Tables], float]:
    return lambda s, tables: observe.waiting_for_s(s, tables, operation, cause)


def _priority_waits_s(scenario: Scenario) -> list[float]:
    hot = oracles.CustomerClass(rate_per_s(scenario, "hot"), service_s(scenario, "test_hot"), 1.0)
    normal = oracles.CustomerClass(rate_per_s(scenario, "normal"), service_s(scenario, "test"), 0.5)
    return oracles.priority_waits_s([hot, normal])


def _reentrant_cycle_s(part: str) -> Callable[[Scenario], float]:
    """The oracle's answer for one of the parts of ``reentrant.yaml``."""

    def closed_form(scenario: Scenario) -> float:
        rates_per_s = dict.fromkeys(scenario.work_centers, 0.0)
        services_s: dict[str, float] = {}
        for name, demand in scenario.demand.items():
            for operation in scenario.routings[demand.product].operations:
                rates_per_s[operation.work_center] += rate_per_s(scenario, name)
                services_s[operation.work_center] = _mean_s(operation.phases[0].duration)
        servers = {name: sum(int(group.count) for group in one.groups) for name, one in scenario.work_centers.items()}
        route = [operation.work_center for operation in scenario.routings[part].operations]
        return oracles.reentrant_cycle_s(route, rates_per_s, services_s, servers)

    return closed_form


KNOWN_ANSWERS: tuple[KnownAnswer, ...] = (
    KnownAnswer("mm1", "waiting time", "s", _waiting("test"), _mmc_wait(1), "M/M/1"),
    KnownAnswer(
        "mm1",
        "share on time",
        "",
        observe.on_time,
        lambda s: oracles.mm1_on_time(rate_per_s(s), service_s(s), _mean_s(s.demand["trays"].due_in or "")),
        "M/M/1, exponential cycle time",
    ),
    KnownAnswer("mm4", "waiting time", "s", _waiting("test"), _mmc_wait(4), "M/M/4, Erlang C"),
    KnownAnswer(
        "mm4", "wait for a cell", "s", _waiting_for("test", "cell"), _mmc_wait(4), "M/M/4: nothing else to wait for"
    ),
    KnownAnswer("mg1_lognormal", "waiting time", "s", _waiting("test"), _mg1_wait(1.5), "Pollaczek–Khinchine"),
    KnownAnswer("md1", "waiting time", "s", _waiting("test"), _mg1_wait(0.0), "Pollaczek–Khinchine, M/D/1"),
    KnownAnswer(
        "gm1",
        "waiting time",
        "s",
        _waiting("test"),
        lambda s: oracles.gim1_wait_s(1.0 / rate_per_s(s), 0.5, service_s(s)),
        "GI/M/1, root of σ = A*(μ(1−σ))",
    ),
    KnownAnswer(
        "kingman",
        "waiting time",
        "s",
        _waiting("test"),
        lambda s: oracles.kingman_bound_s(1.0 / rate_per_s(s), 0.8, service_s(s), 0.6),
        "GI/GI/1, Kingman 1962: at most",
        is_upper_bound=True,
    ),
    KnownAnswer(
        "mmck",
        "throughput",
        "1/s",
        observe.throughput_per_s,
        lambda s: oracles.mmck_throughput_per_s(1.0 / service_s(s, "assemble"), service_s(s, "test"), 2, 6),
        "M/M/2/6: 2 cells, 3 places, 1 blocked",
    ),
    KnownAnswer(
        "oven",
        "waiting time",
        "s",
        _waiting("bake"),
        lambda s: oracles.batch_server_wait_s(rate_per_s(s), 4, service_s(s)),
        "batch server, Markov chain",
    ),
    KnownAnswer(
        "learning",
        "mean work of 200 racks",
        "s",
        lambda s, tables: float(np.mean(tables["operations"]["work_s"].to_numpy())),
        lambda s: oracles.learning_mean_s(service_s(s), 0.8, 200),
        "Wright 1936",
    ),
    *(
        KnownAnswer(
            "reentrant",
            f"cycle time of the {part}",
            "s",
            lambda s, tables, part=part: observe.cycle_time_s(s, tables, part),  # type: ignore[misc]
            _reentrant_cycle_s(part),
            "BCMP: Baskett, Chandy, Muntz, Palacios 1975",
        )
        for part in ("compute_tray", "switch_tray")
    ),
    KnownAnswer(
        "mg4",
        "cells at work",
        "",
        lambda s, tables: observe.mean_in_state(s, tables, "productive"),
        lambda s: rate_per_s(s) * service_s(s),
        "Erlang: offered load λ/μ",
    ),
    KnownAnswer(
        "priority", "hot waiting time", "s", _waiting("test_hot"), lambda s: _priority_waits_s(s)[0], "Cobham 1954"
    ),
    KnownAnswer(
        "priority", "normal waiting time", "s", _waiting("test"), lambda s: _priority_waits_s(s)[1], "Cobham 1954"
    ),
    KnownAnswer(
        "batches",
        "waiting time",
        "s",
        _waiting("test"),
        lambda s: oracles.batch_wait_s(rate_per_s(s), s.demand["trays"].quantity, service_s(s)),
        "M[3]/M/1",
    ),
    KnownAnswer(
        "breakdowns",
        "waiting time",
        "s",
        _waiting("test"),
        lambda s: oracles.breakdown_wait_s(rate_per_s(s), service_s(s), *failure_s(s)),
        "M/G/1 over completion times, Gaver 1962",
    ),
    KnownAnswer(
        "calendar_failures",
        "cells down",
        "",
        lambda s, tables: observe.mean_in_state(s, tables, "unscheduled_down"),
        lambda s: 5 * (1.0 - oracles.availability(*failure_s(s))),
        "renewal reward: MTTR/(MTBF + MTTR)",
    ),
    KnownAnswer(
        "repairman",
        "cells down",
        "",
        lambda s, tables: observe.mean_in_state(s, tables, "unscheduled_down"),
        lambda s: oracles.repairman_mean_down(6, 2, *failure_s(s)),
        "machine repairman, 6 machines, 2 repairers",
    ),
    KnownAnswer(
        "two_machine_line",
        "throughput",
        "1/s",
        observe.throughput_per_s,
        lambda s: oracles.line_throughput_per_s(services_s(s), [2]),
        "Markov chain, Buzacott & Shanthikumar 5.9",
    ),
    KnownAnswer(
        "three_machine_line",
        "throughput",
        "1/s",
        observe.throughput_per_s,
        lambda s: oracles.line_throughput_per_s(services_s(s), [0, 0]),
        "Markov chain, Hunt 1956: 22/39",
    ),
    KnownAnswer(
        "conwip",
        "throughput",
        "1/s",
        observe.throughput_per_s,
        lambda s: oracles.closed_network_throughput_per_s(services_s(s), 5),
        "mean value analysis",
    ),
    KnownAnswer(
        "power_limited", "waiting time", "s", _waiting("burn_in"), _mmc_wait(4), "M/M/4: 410 kW carry 4 × 100 kW"
    ),
    KnownAnswer(
        "power_limited",
        "wait for power",
        "s",
        _waiting_for("burn_in", "power"),
        _mmc_wait(4),
        "M/M/4: nothing else to wait for",
    ),
    KnownAnswer(
        "power_limited",
        "energy of a burn-in",
        "J",
        lambda s, tables: observe.energy_per_visit_j(s, tables, "burn_in"),
        lambda s: 100e3 * service_s(s),
        "draw times mean duration",
    ),
    KnownAnswer(
        "feed_tree", "waiting time", "s", _waiting("burn_in"), _mmc_wait(3), "M/M/3: 380 kW carry 3 × 100 kW / 80 %"
    ),
    KnownAnswer(
        "coolant_limited", "waiting time", "s", _waiting("burn_in"), _mmc_wait(3), "M/M/3: 400 L/min cool 3 × 80 kW"
    ),
    KnownAnswer("people_limited", "waiting time", "s", _waiting("test"), _mmc_wait(3), "M/M/3: 3 people attend"),
    KnownAnswer(
        "capped",
        "waiting time",
        "s",
        _waiting("burn_in"),
        lambda s: oracles.mmc_wait_s(rate_per_s(s), service_s(s) / 0.8, 1),
        "M/M/1 at 80 % speed",
    ),
    KnownAnswer(
        "capped",
        "energy of a burn-in",
        "J",
        lambda s, tables: observe.energy_per_visit_j(s, tables, "burn_in"),
        lambda s: 50e3 * service_s(s) / 0.8,
        "half the draw for 1/0.8 of the time",
    ),
    KnownAnswer(
        "rework",
        "cycle time",
        "s",
        lambda s, tables: observe.cycle_time_s(s, tables, "tray"),
        lambda s: oracles.rework_cycle_s(rate_per_s(s), service_s(s, "test"), service_s(s, "debug"), 0.25),
        "Jackson 1957",
    ),
    KnownAnswer(
        "rework", "failures per tray", "", observe.failures_per_shipment, lambda s: 0.25 / 0.75, "geometric visits"
    ),
    KnownAnswer(
        "fork_join",
        "cycle time",
        "s",
        lambda s, tables: observe.cycle_time_s(s, tables, "rack"),
        lambda s: oracles.fork_join_cycle_s(rate_per_s(s), service_s(s, "test_a")) + service_s(s, "integrate"),
        "Flatto & Hahn 1984",
    ),
    KnownAnswer(
        "gang",
        "wait for the gang",
        "s",
        _waiting_for("cluster_test", "gang"),
        lambda s: oracles.gang_wait_s(rate_per_s(s), 4),
        "(g − 1)/2λ",
    ),
    KnownAnswer(
        "burn_in",
        "latent escapes per rack",
        "",
        lambda s, tables: observe.escapes_per_shipment(s, tables, "latent"),
        lambda s: 0.4 * oracles.weibull_survival(service_s(s), 0.5, 20 * 3600.0),
        "Weibull survival of 12 h of stress",
    ),
    KnownAnswer(
        "coverage",
        "patent escapes per tray",
        "",
        lambda s, tables: observe.escapes_per_shipment(s, tables, "patent"),
        lambda s: 0.3 * (1.0 - 0.6),
        "p (1 − coverage)",
    ),
    KnownAnswer(
        "coverage", "failures per tray", "", observe.failures_per_shipment, lambda s: 0.3 * 0.6, "p × coverage"
    ),
)
