"""Many replications of a small line: what each costs beyond its events, and what a second thread brings."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from racktwin.engines.line import CompiledLine, compile_line, replicate

from .plants import MINUTE_S, Plant, Product, Station, Step
from .scenario import scenario_of

WORK_ORDERS = 1_000
REPLICATIONS = 1_000


@cache
def small_line() -> CompiledLine:
    """Assembly and test of a tray, a thousand work orders long."""
    stations = {"assembly": Station(2), "test": Station(4)}
    route = (Step("assembly", ("exponential", 30 * MINUTE_S)), Step("test", ("exponential", 60 * MINUTE_S)))
    product = Product(("exponential", 20 * MINUTE_S), route)
    line = compile_line(scenario_of(Plant("small_line", stations, {"tray": product}, WORK_ORDERS * 20 * MINUTE_S)))
    replicate(line, 0, 1, is_recording=False)
    return line


def replications_cpu_s() -> float:
    """CPU time of a thousand replications of a thousand work orders."""
    line = small_line()
    began_s = time.process_time()
    for replication in range(REPLICATIONS):
        replicate(line, replication, 1, is_recording=False)
    return time.process_time() - began_s


def threads_speedup(replications: int = 16, orders: int = 30_000) -> float:
    """How much sooner two threads are done than one, by the wall clock, with the kernel's share of a real run."""
    line = _longer_line(orders)

    def one(replication: int) -> int:
        return int(replicate(line, replication, 1, is_recording=False)["shipments"].num_rows)

    def timed(threads: int) -> float:
        with ThreadPoolExecutor(threads) as pool:
            began_s = time.perf_counter()
            list(pool.map(one, range(replications)))
            return time.perf_counter() - began_s

    return timed(1) / timed(2)


@cache
def _longer_line(orders: int) -> CompiledLine:
    from .plants import buffered_line

    return compile_line(scenario_of(buffered_line(orders // 10)))
