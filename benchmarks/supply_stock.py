"""Guaranteed-service safety stock at three sizes: CPU time on random trees, beside stockpyl on the same trees.

``python benchmarks/supply_stock.py [--stockpyl PYTHON] [--largest-for-stockpyl N]``; PYTHON is the interpreter of an
environment with stockpyl in it (it pins Sphinx 4.5 and matplotlib, so it is not a dependency). Networks with circles
follow, with the gap that was proven.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import time

import numpy as np

from racktwin.plan.supply.guaranteed import place_stock
from racktwin.plan.supply.stages import NO_LIMIT, StageNetwork, pooled

_STOCKPYL = """
import json, sys, time
from stockpyl.supply_chain_network import SupplyChainNetwork
from stockpyl.supply_chain_node import SupplyChainNode
from stockpyl.demand_source import DemandSource
from stockpyl.gsm_tree import optimize_committed_service_times, preprocess_tree
case = json.load(sys.stdin)
network = SupplyChainNetwork()
for k, periods in enumerate(case["periods"]):
    node = SupplyChainNode(k, local_holding_cost=case["holding"][k], processing_time=periods)
    node.demand_bound_constant = 1.645
    if case["service"][k] >= 0:
        node.external_outbound_cst = case["service"][k]
        node.demand_source = DemandSource(type="N", mean=100, standard_deviation=case["deviation"][k])
    network.add_node(node)
for i, j in case["arcs"]:
    network.add_edge(i, j)
began = time.process_time()
_, cost = optimize_committed_service_times(tree=preprocess_tree(network))
print(json.dumps([cost, time.process_time() - began]))
"""


def tree(random: np.random.Generator, size: int) -> tuple[StageNetwork, dict[str, object]]:
    """A random tree, as ours and as a case for stockpyl."""
    arcs = []
    for k in range(1, size):
        near = int(random.integers(max(0, k - 8), k))
        arcs.append((k, near) if random.random() < 0.6 else (near, k))
    return _network(random, size, arcs, 10)


def with_circles(random: np.random.Generator, size: int, extra: int) -> StageNetwork:
    """Every stage but the last supplies a later one; ``extra`` arcs more mostly close circles."""
    reach = max(3, size // 5)
    arcs = {(k, int(random.integers(k + 1, min(size, k + 1 + reach)))) for k in range(size - 1)}
    for _ in range(extra):
        i = int(random.integers(0, size - 1))
        arcs.add((i, int(random.integers(i + 1, min(size, i + 1 + reach)))))
    return _network(random, size, sorted(arcs), 8)[0]


def _network(
    random: np.random.Generator, size: int, arcs: list[tuple[int, int]], longest: int
) -> tuple[StageNetwork, dict[str, object]]:
    rows = np.array(arcs, np.int64)
    sells = ~np.isin(np.arange(size), rows[:, 0])
    periods, holding = random.integers(0, longest + 1, size), np.round(random.uniform(1, 100, size), 2)
    external = np.where(sells, np.round(random.uniform(5, 40, size), 2), 0.0)
    service = np.where(sells, random.integers(0, 4, size), NO_LIMIT)
    mean, deviation = pooled(size, rows, np.ones(len(rows)), 2 * external, external)
    names = tuple(map(str, range(size)))
    network = StageNetwork(names, periods, holding, mean, deviation, np.full(size, 1.645), service, rows)
    case = {"periods": periods, "holding": holding, "deviation": external, "service": service}
    return network, {**{name: values.tolist() for name, values in case.items()}, "arcs": arcs}


def main() -> None:
    """Print one line per network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stockpyl", metavar="PYTHON")
    parser.add_argument("--largest-for-stockpyl", type=int, default=100)
    asked = parser.parse_args()
    random = np.random.default_rng(7)
    place_stock(tree(random, 10)[0])
    for size in (10, 100, 1000):
        network, case = tree(random, size)
        began = time.process_time()
        ours = place_stock(network)
        seconds = time.process_time() - began
        line = f"tree of {size} stages, {int(network.longest_inbound.max())} periods: {1e3 * seconds:.2f} ms"
        if asked.stockpyl and size <= asked.largest_for_stockpyl:
            answer = subprocess.run(
                [asked.stockpyl, "-c", _STOCKPYL], input=json.dumps(case), capture_output=True, text=True, check=True
            )
            cost, theirs = json.loads(answer.stdout)
            differ = abs(cost - ours.cost_usd)
            line += f"; stockpyl {theirs:.2f} s, {theirs / seconds:,.0f} times; costs differ by {differ:.1e}"
        print(line, flush=True)
    for size, extra in ((30, 20), (100, 60), (150, 100)):
        network = with_circles(random, size, extra)
        began = time.process_time()
        found = place_stock(network, time_limit_s=120)
        print(
            f"{size} stages, {len(network.arcs)} arcs with circles: gap {found.gap:.2%} in "
            f"{time.process_time() - began:.2f} s, {found.nodes} parts searched",
            flush=True,
        )
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


if __name__ == "__main__":
    main()
