"""Time, memory and gap of two-stage network design at three sizes, with HiGHS alone on the same model beside it.

The case is the house's benchmark: 40 parts of 12 suppliers to 4 plants and 6 customers over a year. Run
``python benchmarks/supply_design.py [--largest] [--alone SECONDS]``.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from racktwin.plan.supply.design import design
from racktwin.plan.supply.design_problem import DesignProblem, Future, Option, model_of
from racktwin.plan.supply.flows import FlowNetwork
from racktwin.plan.supply.program import solve_whole
from racktwin.plan.supply.stages import Floats

WEEK_S = 604800.0
_YEAR_WEEKS = 52
_RACK_USD = 2.5e6
"""Material of a rack that sells for about US$3.1 M; openings of 0.2 to 15 M are assumed."""


def case(parts: int, suppliers: int, plants: int, customers: int, futures: int, weeks: int) -> DesignProblem:
    """A random network like a rack maker's; ``weeks`` per period. Seeded: the same each time."""
    random = np.random.default_rng(5)
    network, options, unit = _network(random, parts, suppliers, plants, customers)
    periods = _YEAR_WEEKS // weeks
    shocks = tuple(_future(random, network, k, futures, periods, weeks, suppliers, plants) for k in range(futures))
    hold = np.full(len(network.stocks), np.inf)
    price = _price(network, parts, plants, unit)
    hold[: parts * plants] = price
    salvage = np.zeros(len(network.stocks))
    salvage[: parts * plants] = 0.8 * price
    return DesignProblem(
        network,
        periods,
        weeks * WEEK_S,
        options,
        shocks,
        np.repeat(unit[:, None], periods, axis=1),
        hold,
        np.full(customers, 30_000.0 * weeks),
        salvage,
    )


def _price(network: FlowNetwork, parts: int, plants: int, unit: Floats) -> Floats:
    return np.array([unit[network.fills == k].min() for k in range(parts * plants)])


def _network(
    random: np.random.Generator, parts: int, suppliers: int, plants: int, customers: int
) -> tuple[FlowNetwork, tuple[Option, ...], Floats]:
    stocks = [f"part {p} at plant {f}" for p in range(parts) for f in range(plants)]
    product, sold = len(stocks), len(stocks) + plants
    stocks += [f"racks at plant {f}" for f in range(plants)] + [f"racks at customer {c}" for c in range(customers)]
    names: list[str] = []
    limits: list[str] = []
    fills: list[int] = []
    takes: list[tuple[int, int]] = []
    uses: list[tuple[int, int]] = []
    lead: list[float] = []
    unit: list[float] = []
    pieces: list[float] = []
    rates: list[float] = []
    options: list[Option] = []
    need = random.integers(1, 19, parts)
    price = random.lognormal(7.5, 1.4, parts)
    price *= _RACK_USD / float(price @ need)
    demand = random.uniform(1.0, 4.0, customers)
    total = demand.sum()
    for p in range(parts):
        for rank, s in enumerate(random.choice(suppliers, 3, replace=False).tolist()):
            offer = price[p] * random.uniform(0.95, 1.25)
            rows = []
            for f in range(plants):
                rows.append(len(names))
                names.append(f"part {p} of supplier {s} to plant {f}")
                fills.append(p * plants + f)
                lead.append(float(random.integers(2, 9)))
                unit.append(offer * random.uniform(1.0, 1.08))
                uses.append((len(names) - 1, len(limits)))
            limits.append(f"part {p} of supplier {s}")
            rates.append(total * need[p] * random.uniform(0.5, 1.1))
            options.append(Option(limits[-1], float(random.uniform(0.2, 2.0) * 1e6) * (rank > 0), np.array(rows)))
    made = []
    for f in range(plants):
        made.append(len(names))
        names.append(f"assembly at plant {f}")
        fills.append(product + f)
        lead.append(1)
        unit.append(random.uniform(20_000, 60_000))
        takes += [(made[-1], p * plants + f) for p in range(parts)]
        pieces += need.tolist()
        uses.append((made[-1], len(limits)))
        limits.append(f"plant {f}")
        rates.append(total * random.uniform(0.5, 0.9))
        options.append(Option(f"plant {f}", float(random.uniform(5e6, 15e6)), np.array([made[-1]])))
    for f in range(plants):
        for c in range(customers):
            names.append(f"plant {f} to customer {c}")
            fills.append(sold + c)
            lead.append(float(random.integers(0, 3)))
            unit.append(random.uniform(3_000, 15_000))
            takes.append((len(names) - 1, product + f))
            pieces.append(1)
    ways, cost = len(names), np.array(unit)
    on_hand = np.zeros(len(stocks))
    on_hand[: parts * plants] = np.repeat(4 * total / plants * need, plants)
    on_hand[sold:] = demand * 2
    value = np.zeros(len(stocks))
    value[: parts * plants] = np.repeat(price, plants)
    value[product:] = float(price @ need)
    network = FlowNetwork(
        tuple(stocks),
        on_hand,
        tuple(names),
        np.array(fills),
        np.array(lead) * WEEK_S,
        cost,
        np.zeros(ways),
        np.array(takes),
        np.array(pieces, float),
        tuple(limits),
        np.array(rates) / WEEK_S,
        np.array(uses),
        tuple(f"customer {c}" for c in range(customers)),
        np.arange(sold, sold + customers),
        demand / WEEK_S,
        np.full(customers, 1.5 * float(price @ need)),
        value * 0.10 / (_YEAR_WEEKS * WEEK_S),
    )
    return network, tuple(options), cost


def _future(
    random: np.random.Generator,
    network: FlowNetwork,
    number: int,
    futures: int,
    periods: int,
    weeks: int,
    suppliers: int,
    plants: int,
) -> Future:
    """The first is as planned, with 60 %; in each other one supplier or plant is lost for 6 to 16 weeks."""
    ways, limits = np.ones((len(network.ways), periods)), np.ones((len(network.limits), periods))
    demand = np.ones((len(network.demands), periods)) * random.uniform(0.9, 1.15, (1, 1))
    usd = np.ones((len(network.ways), periods))
    if number > 0:
        start = int(random.integers(0, 30)) // weeks
        until = start + max(1, int(random.integers(6, 17)) // weeks)
        lost = f"supplier {number % suppliers}" if number % 4 else f"plant {number // 4 % plants}"
        hit = [k for k, limit in enumerate(network.limits) if limit.endswith(lost)]
        limits[hit, start:until] = 0.0
        if number % 5 == 0:
            usd[: len(network.ways) // 2, start:] = 1.15
    share = 1.0 if futures == 1 else (0.6 if number == 0 else 0.4 / (futures - 1))
    return Future(f"future {number}", share, ways, usd, limits, demand)


def main() -> None:
    """Print one line per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", action="store_true", help="the weekly case of 20 futures too (20 minutes)")
    parser.add_argument("--alone", type=float, default=0.0, help="seconds for HiGHS alone on the same model")
    parser.add_argument("--size", type=int, choices=(0, 1, 2, 3), help="this size only (3: the largest)")
    parser.add_argument("--time", type=float, default=7200.0, help="seconds to search, by the clock")
    asked = parser.parse_args()
    sizes = [
        (10, 6, 2, 3, 4, 4, 0.001),
        (40, 12, 4, 6, 1, 1, 0.001),
        (40, 12, 4, 6, 20, 4, 0.01),
        (40, 12, 4, 6, 20, 1, 0.01),
    ]
    sizes = sizes[: 4 if asked.largest else 3] if asked.size is None else sizes[asked.size : asked.size + 1]
    for parts, suppliers, plants, customers, futures, weeks, gap in sizes:
        problem = case(parts, suppliers, plants, customers, futures, weeks)
        began = time.process_time()
        found = design(problem, gap=gap, time_limit_s=asked.time, report=lambda text: print("   ", text, flush=True))
        seconds = time.process_time() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(
            f"{parts} parts, {suppliers} suppliers, {plants} plants, {futures} futures, {problem.periods} periods: "
            f"gap {found.gap:.3%} in {seconds:.1f} CPU-s, {memory:.0f} MB; {found.method}; "
            f"{int(found.is_open.sum())} of {len(problem.options)} options open",
            flush=True,
        )
        if asked.alone:
            alone = solve_whole(model_of(problem).arrays, gap=gap, time_limit_s=asked.alone)
            print(f"    HiGHS alone: {alone.status}, gap {alone.gap:.3%} in {alone.seconds:.1f} CPU-s", flush=True)


if __name__ == "__main__":
    main()
