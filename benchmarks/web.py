"""Every view of the web app over one run: seconds cold and warm, a hundred clients at once, memory of the server.

Cold: never asked for before, and the run's files no longer in the system's memory. Medians over
``--rounds`` servers, one after the other.

racktwin run georgetown --out /tmp/web/runs/georgetown      # a year, 20 replications of 50,000 operations each
python benchmarks/web.py /tmp/web georgetown
python benchmarks/web.py /tmp/web large --make 21            # a year in one replication: a million operations
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

Document = dict[str, Any]
Result = TypeVar("Result")

VIEWS = (
    "/api/runs",
    "/api/runs/{run}",
    "/api/runs/{run}/tables",
    "/api/runs/{run}/kpis",
    "/api/runs/{run}/marginals",
    "/api/runs/{run}/assumptions",
    "/api/runs/{run}/document",
    "/api/runs/{run}/tables/operations?limit=100",
    "/api/runs/{run}/tables/operations?sort=-start_s&filter=part:eq:gb200_nvl72&limit=100",
    "/api/runs/{run}/tables/limits?sort=-draw&offset=1000&limit=100",
    "/api/runs/{run}/tables/states?search=burn&limit=100",
    "/api/runs/{run}/distribution?table=shipped&column=cycle_s&by=part",
    "/api/runs/{run}/distribution?table=operations&column=work_s&by=operation",
    "/api/runs/{run}/series/limits?points=500",
    "/api/runs/{run}/series/labour?points=500",
    "/api/runs/{run}/series/wip?points=500",
    "/api/runs/{run}/series/states?points=500",
    "/api/runs/{run}/floor",
    "/api/runs/{run}/floor/window?from_s={from_s}&to_s={to_s}",
    "/api/runs/{run}/floor/history?serial_number=121",
    "/api/runs/{run}/schedule?from_s=6048000&to_s=7257600",
    "/api/runs/{run}/schedule",
    "/api/runs/{run}/schedule/plans",
    "/api/runs/{run}/series/column?table=limits&column=waiting&by=name",
    "/api/runs/{run}/hall",
    "/api/runs/{run}/hall/grid?points=300",
    "/api/runs/{run}/hall/grid?points=300&measure=temperature",
    "/api/runs/{run}/hall/moment?at_s=18000000",
    "/api/runs/{run}/hall/rack?rack=nvl72-3&at_s=18000000",
    "/api/runs/{run}/hall/jobs?at_s=18000000&state=all",
    "/api/runs/{run}/fleet/course?points=500",
    "/api/runs/{run}/fleet/frontier",
    "/api/runs/{run}/tornado",
    "/api/runs/{run}/supply",
    "/api/runs/{run}/supply/risk",
    "/api/runs/{run}/supply/moment?at_s=18000000",
    "/api/compare?run={run}&run={run}",
    "/api/runs/{run}/sql?q=SELECT+part,count(*)+FROM+operations+GROUP+BY+1",
)


def main() -> None:
    """Start a server, measure, print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument("run")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3, help="servers that are started and asked")
    parser.add_argument("--make", type=int, default=0, metavar="TIMES", help="first make RUN: Georgetown so many times")
    asked = parser.parse_args()
    if asked.make:
        make_large(asked.workspace / "runs" / asked.run, asked.make)
    folder = asked.workspace / "runs" / asked.run
    found = [served(asked.workspace, partial(looked_at, asked.run, folder)) for _ in range(asked.rounds)]
    print(f"{'cold s':>7} {'CPU s':>7} {'warm s':>7} {'kB':>7} {'MB':>5}  view")
    for view, *numbers in zip(found[0], *(one.values() for one in found), strict=True):
        cold_s, used_s, warm_s, size, held_mb = np.median(numbers, axis=0)
        print(f"{cold_s:7.3f} {used_s:7.2f} {warm_s:7.3f} {size / 1000:7.0f} {held_mb:5.0f}  {view}")
    served(asked.workspace, partial(crowded, asked.run, asked.clients))


def served(workspace: Path, use: Callable[[str, int], Result]) -> Result:
    """What ``use`` makes of the address and the process of a server of its own, which is ended after it."""
    command = [sys.executable, "-m", "racktwin", "serve", str(workspace), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().rsplit(" ", 1)[-1].strip().rstrip("/")
            while True:
                try:
                    fetch(f"{address}/api/health")
                    break
                except OSError:
                    time.sleep(0.1)
            return use(address, server.pid)
        finally:
            server.terminate()


def looked_at(run: str, folder: Path, address: str, pid: int) -> dict[str, tuple[float, ...]]:
    """One view after the other: seconds cold, CPU-seconds, seconds warm, bytes, MB of the server after it."""
    found: dict[str, tuple[float, ...]] = {}
    for view in views_of(address, run):
        evict(folder)
        before_s = cpu_s(pid)
        cold_s, size = fetch(view)
        used_s = cpu_s(pid) - before_s
        warm_s, _ = fetch(view)
        found[view.removeprefix(address)] = (cold_s, used_s, warm_s, size, memory_mb(pid)["VmRSS"])
    return found


def crowded(run: str, clients: int, address: str, pid: int) -> None:
    """``clients`` people who look at all views at once: of a server that has answered nothing yet, and then again."""
    views = views_of(address, run)
    for which in ("all views new", "all views known"):
        with ThreadPoolExecutor(clients) as pool:
            times = [seconds for seconds, _ in pool.map(fetch, views * (clients // 4))]
        p50, p95, most = np.quantile(times, [0.5, 0.95, 1.0])
        told = f"median {p50:.3f} s, p95 {p95:.3f} s, longest {most:.3f} s"
        print(f"{clients} clients at once, {len(times)} requests, {which}: {told}")
    print("; ".join(f"{name} {size:.0f} MB" for name, size in memory_mb(pid).items()))


def evict(folder: Path) -> None:
    """Have the system forget the contents of all files below ``folder``."""
    for path in folder.rglob("*.parquet"):
        handle = os.open(path, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def views_of(address: str, run: str) -> list[str]:
    """The addresses of all views that the run has; the floor is asked for as much as the page asks for at once."""
    base = f"{address}/api/runs/{run}"
    with urllib.request.urlopen(f"{address}/api/runs/{run}/floor") as answer:
        chunk_s = json.load(answer)["chunk_s"]
    with urllib.request.urlopen(base) as answer:
        has_network = json.load(answer)["tables"].get("stock_levels", 0) > 0
    words = {"run": run, "from_s": 0.5 * 364 * 86400, "to_s": 0.5 * 364 * 86400 + chunk_s}
    return [address + view.format(**words) for view in VIEWS if has_network or "/supply" not in view]


def memory_mb(pid: int) -> dict[str, float]:
    """Memory of the server now, and at most so far."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {words[0][:-1]: int(words[1]) / 1024 for words in lines if words[0] in ("VmRSS:", "VmHWM:")}


def cpu_s(pid: int) -> float:
    """CPU-seconds of the server so far: what a busy machine cannot inflate as it does the time on the clock."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def make_large(path: Path, times: int, horizon: str = "52 wk") -> None:
    """Georgetown many times over into ``path``, which is new: one replication, no supply network, all tables."""
    from racktwin.run import run_scenario
    from racktwin.scenario import ScenarioFile, scenario_from_document

    document = enlarged(times, horizon)
    file = ScenarioFile(scenario_from_document(document), document, (), ())
    run_scenario(file, path, replications=1, marginals=False)


def enlarged(times: int, horizon: str) -> Document:
    """The example with ``times`` as many cells, people, orders, power and coolant; its hall stays as it is."""
    from racktwin.scenario import read_scenario

    document = dict(read_scenario("georgetown").document)
    del document["network"], document["admission"]
    document |= {"name": "large", "replications": 1, "horizon": horizon}
    for section, names in (
        ("feeds", ("limit",)), ("cooling_loops", ("heat_limit", "flow_limit")), ("work_centers", ("work_units",)),
        ("demand", ("quantity", "max_wip")),
    ):  # fmt: skip
        document[section] = {name: _scaled(one, names, times) for name, one in document[section].items()}
    groups = document["operator_groups"].items()
    crews = {name: [_scaled(crew, ("headcount",), times) for crew in group["crews"]] for name, group in groups}
    document["operator_groups"] = {name: {**group, "crews": crews[name]} for name, group in groups}
    return document


def _scaled(entity: Document, names: tuple[str, ...], times: int) -> Document:
    return {**entity, **{name: _times(entity[name], times) for name in names if name in entity}}


def _times(quantity: Any, times: int) -> Any:
    value = quantity["value"] if isinstance(quantity, dict) else quantity
    if isinstance(value, str):
        number, unit = value.split(" ", 1)
        return f"{float(number) * times:g} {unit}"
    return value * times


def fetch(address: str) -> tuple[float, int]:
    """Seconds until the last byte, and bytes."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        size = len(answer.read())
    return time.perf_counter() - begun, size


if __name__ == "__main__":
    main()
