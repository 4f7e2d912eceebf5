"""Every view of the web app over one run: seconds cold and warm, a hundred clients at once, memory of the server.

racktwin run georgetown --out /tmp/web/runs/georgetown      # a year, 20 replications: a million operations
python benchmarks/web.py /tmp/web georgetown
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

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
    "/api/runs/{run}/floor/window?from_s=9000000&to_s=16800000",
    "/api/runs/{run}/floor/history?serial_number=121",
    "/api/runs/{run}/schedule?from_s=6048000&to_s=7257600",
    "/api/runs/{run}/schedule",
    "/api/runs/{run}/hall/grid?points=300",
    "/api/runs/{run}/hall/grid?points=300&measure=temperature",
    "/api/runs/{run}/hall/moment?at_s=18000000",
    "/api/runs/{run}/hall/rack?rack=nvl72-3&at_s=18000000",
    "/api/runs/{run}/hall/jobs?at_s=18000000&state=all",
    "/api/runs/{run}/fleet/course?points=500",
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
    asked = parser.parse_args()
    command = [sys.executable, "-m", "racktwin", "serve", str(asked.workspace), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().rsplit(" ", 1)[-1].strip().rstrip("/")
            measure(address, asked.run, asked.clients, server.pid)
        finally:
            server.terminate()


def measure(address: str, run: str, clients: int, pid: int) -> None:
    """One view after the other, then ``clients`` people who look at all of them."""
    views = [address + view.format(run=run) for view in VIEWS]
    while True:
        try:
            fetch(f"{address}/api/health")
            break
        except OSError:
            time.sleep(0.1)
    print(f"{'cold s':>7} {'warm s':>7} {'kB':>7}  view")
    for view in views:
        (cold_s, size), (warm_s, _) = fetch(view), fetch(view)
        print(f"{cold_s:7.3f} {warm_s:7.3f} {size / 1000:7.0f}  {view.removeprefix(address)}")
    with ThreadPoolExecutor(clients) as pool:
        times = [seconds for seconds, _ in pool.map(fetch, views * (clients // 4))]
    p50, p95, most = np.quantile(times, [0.5, 0.95, 1.0])
    print(
        f"{clients} clients at once, {len(times)} requests: median {p50:.3f} s, p95 {p95:.3f} s, longest {most:.3f} s"
    )
    status = Path(f"/proc/{pid}/status").read_text()
    print("; ".join(line for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))))


def fetch(address: str) -> tuple[float, int]:
    """Seconds until the last byte, and bytes."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        size = len(answer.read())
    return time.perf_counter() - begun, size


if __name__ == "__main__":
    main()
