"""Ask a run with SQL: which operations waited for power, how often and how long."""

from __future__ import annotations

import tempfile
from pathlib import Path

import racktwin

WAITS = """
    SELECT part, operation, count(*) AS visits, sum(wait_power_s) / 3600 AS hours, max(wait_power_s) / 3600 AS longest
    FROM operations WHERE wait_power_s > 0 GROUP BY ALL ORDER BY hours DESC LIMIT 10
"""


def main() -> None:
    """Print the operations that waited most for power, over all replications."""
    short = ["hall=null", "fleet=null", "horizon=12 wk", "warm_up=4 wk", "feeds.test_floor.limit*=0.7"]
    scenario = racktwin.read_scenario("georgetown", short)
    with tempfile.TemporaryDirectory() as folder:
        run = racktwin.run_scenario(scenario, Path(folder) / "run", replications=2, marginals=False)
        with run.connect() as connection:
            for part, operation, visits, hours, longest in connection.sql(WAITS).fetchall():
                print(f"{part:24} {operation:20} {visits:4} visits {hours:8.0f} h, longest {longest:4.0f} h")


if __name__ == "__main__":
    main()
