"""How long should burn-in be? Its hours trade test energy and days against defects that escape."""

from __future__ import annotations

import tempfile
from pathlib import Path

import racktwin

SOAK = "routings.gb200_nvl72.operations.rack_burn_in.phases.soak.duration"
PRODUCT = "gb200_nvl72"


def main() -> None:
    """Print one line per length of the soak."""
    print("soak  escapes/rack  kWh/rack  days")
    with tempfile.TemporaryDirectory() as folder:
        for hours in (24, 72, 168):
            overrides = ["hall=null", "fleet=null", "horizon=26 wk", "warm_up=10 wk", f"{SOAK}={hours} h"]
            scenario = racktwin.read_scenario("georgetown", overrides)
            run = racktwin.run_scenario(scenario, Path(folder) / str(hours), replications=4, marginals=False)
            mean = {(kpi.kpi, kpi.subject): kpi.mean for kpi in racktwin.summarize(run.extra("kpis"))}
            escapes = mean["latent_escapes", PRODUCT] + mean["patent_escapes", PRODUCT]
            days = mean["cycle_time_mean", PRODUCT] / 86400
            print(f"{hours:3} h  {escapes:12.3f}  {mean['energy_per_product', PRODUCT]:8,.0f}  {days:4.0f}")


if __name__ == "__main__":
    main()
