"""What if the test floor had half its power? Two runs that share their chance, and what differs between them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa

import racktwin

SHORT = ["hall=null", "fleet=null", "horizon=26 wk", "warm_up=10 wk"]
CHANGE = "feeds.test_floor.limit*=0.5"


def main() -> None:
    """Print throughput and every limit that took over or gave way."""
    with tempfile.TemporaryDirectory() as folder:
        base = kpis(SHORT, Path(folder) / "base")
        half = kpis([*SHORT, CHANGE], Path(folder) / "half")
    for change in racktwin.difference(base, half):
        if (change.kpi, change.subject) == ("throughput", ""):
            print(f"racks per week: {change.mean_a:.1f} → {change.mean_b:.1f}\n\nshare of time as the bottleneck:")
        if change.kpi == "bottleneck_share" and change.significant and max(change.mean_a, change.mean_b) >= 0.05:
            print(f"{change.subject:32} {change.mean_a:4.0%} → {change.mean_b:4.0%}")


def kpis(overrides: list[str], folder: Path) -> pa.Table:
    """The KPIs of Georgetown with these changes, per replication."""
    scenario = racktwin.read_scenario("georgetown", overrides)
    return racktwin.run_scenario(scenario, folder, replications=4, marginals=False).extra("kpis")


if __name__ == "__main__":
    main()
