"""Random guaranteed-service networks, and the optimum of small ones by trying everything."""

from __future__ import annotations

import numpy as np

from racktwin.plan.supply.stages import NO_LIMIT, StageNetwork, pooled, uses_of


def random_stages(random: np.random.Generator, size: int, extra_arcs: int, longest_periods: int = 4) -> StageNetwork:
    """Each stage but the last supplies a later one; ``extra_arcs`` more at random, which mostly close circles."""
    reach = max(3, size // 5)
    arcs = {(k, int(random.integers(k + 1, min(size, k + 1 + reach)))) for k in range(size - 1)}
    for _ in range(extra_arcs if size > 1 else 0):
        i = int(random.integers(0, size - 1))
        arcs.add((i, int(random.integers(i + 1, min(size, i + 1 + reach)))))
    rows = np.array(sorted(arcs), np.int64).reshape(-1, 2)
    pieces = np.ones(len(rows))
    sells = ~np.isin(np.arange(size), rows[:, 0])
    value = uses_of(size, rows, pieces).T @ random.uniform(1, 100, size)
    mean, deviation = pooled(
        size, rows, pieces, np.where(sells, 100.0, 0), np.where(sells, random.uniform(5, 40, size), 0)
    )
    longest = np.where(sells, random.integers(0, 4, size), NO_LIMIT)
    periods = random.integers(0, longest_periods + 1, size)
    names = tuple(f"stage {k}" for k in range(size))
    return StageNetwork(names, periods, value, mean, deviation, np.full(size, 1.645), longest, rows)


def cheapest_by_trying(network: StageNetwork) -> float:
    """The least cost over all combinations of service times."""
    suppliers = [[i for i, j in network.arcs.tolist() if j == k] for k in range(network.size)]
    order, best = network.order.tolist(), np.inf
    factor = network.holding_usd * network.safety_factor * network.demand_deviation
    service = [0] * network.size

    def go_on(position: int, cost: float) -> None:
        nonlocal best
        if cost >= best:
            return
        if position == len(order):
            best = cost
            return
        k = order[position]
        until = int(max([network.least_inbound[k], *(service[i] for i in suppliers[k])])) + int(network.periods[k])
        limit = int(network.longest_service[k])
        for service[k] in range((until if limit == NO_LIMIT else min(limit, until)) + 1):
            go_on(position + 1, cost + factor[k] * (until - service[k]) ** 0.5)

    go_on(0, 0.0)
    return best
