"""``racktwin supply stock``: how much safety stock to hold, and where."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .terminal import note, number, print_json, print_table

_COLUMNS = ("stock", "quotes, d", "waits, d", "covers, d", "safety stock", "level", "value, US$", "US$ a year")


def stock(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario file, or the name of an example.")],
    overrides: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the policies, for --set-file.")
    ] = None,
    limit_s: Annotated[float, typer.Option("--time", help="Seconds to search where ways close a circle.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say where safety stock is held at least cost, and as which base-stock levels.

    Guaranteed service: each stock quotes a time, waits for its suppliers' and covers what lies between; where the
    network has circles a bound is proven. Demand is bounded at each stock's service_target (95 % if none is given).
    """
    from racktwin.plan.supply.stock_plan import plan_stock
    from racktwin.scenario import read_scenario

    plan = plan_stock(read_scenario(scenario, overrides or ()).scenario, time_limit_s=limit_s)
    if out is not None:
        import json

        from racktwin.results.manifest import write_atomically

        text = "".join(f"{path}: {json.dumps(policy)}\n" for path, policy in plan.overrides.items())
        write_atomically(out, text.encode())
        note(f"policies: {out}  (racktwin run … --set-file {out})")
    if as_json:
        about = {"holding_usd_per_year": plan.holding_usd_per_year, "present_usd_per_year": plan.present_usd_per_year}
        print_json({**about, "gap": plan.placement.gap, "stocks": [asdict(line) for line in plan.lines]})
        return
    day_s = 86400.0
    rows = [
        (
            line.stock,
            *(number(t / day_s) for t in (line.service_s, line.waits_s, line.covers_s)),
            *(number(value) for value in (line.safety_stock, line.level, line.value_usd, line.holding_usd_per_year)),
        )
        for line in plan.lines
    ]
    print_table(_COLUMNS, rows, numbers=_COLUMNS[1:])
    proven = "optimal" if plan.placement.gap < 1e-8 else f"within {plan.placement.gap:.2%} of the best"
    note(
        f"safety stock costs US${plan.holding_usd_per_year:,.0f} a year ({proven}); "
        f"the present policies' stock beyond half a review costs US${plan.present_usd_per_year:,.0f}"
    )
