"""``racktwin supply``: the network that brings the parts."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .supply_design import design
from .supply_stock import stock
from .supply_stress import stress
from .supply_where import where
from .terminal import note, print_json, print_table
from .terminal import number as number_text

supply = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Ask the supply network: cost, stock, risk.")

supply.command()(stress)
supply.command()(stock)
supply.command()(design)
supply.command()(where)


@supply.command()
def cost(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario file, or the name of an example.")],
    part: Annotated[str, typer.Argument(metavar="PART", help="The part whose cost is asked.")],
    at: Annotated[str, typer.Option("--at", metavar="SITE", help="Where it is needed.")],
    made_at: Annotated[
        list[str] | None,
        typer.Option("--made-at", metavar="SITE", help="Compare making it here; repeat. Default: every site that can."),
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="Prices and duties of this day.")] = None,
    replications: Annotated[
        int,
        typer.Option(
            "--simulate", min=0, metavar="N", help="What bringing it pre-built frees on the line, in N replications."
        ),
    ] = 0,
    overrides: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write a page with its chart.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the landed cost of a part at a site, layer by layer.

    Each place of making is one column: material, labour, freight, duty, capital. '--out cost.html' writes the stacked
    bar and every contribution. Of a part that the line makes and that is brought pre-built as well, '--simulate 5' runs
    the line both ways and prints the power, work units and people that are free when all of it is brought.
    """
    from racktwin.economics import landed_cost, makers
    from racktwin.plan.supply.prebuilt import freed_by
    from racktwin.report.landed_cost import FREED, freed_rows, layer_rows, write_landed_costs
    from racktwin.scenario import read_scenario

    plant = read_scenario(scenario, overrides or ()).scenario
    day = _date(on)
    places: list[str | None] = list(made_at or makers(plant, part)) or [None]
    costs = [landed_cost(plant, part, at, place, day) for place in places]
    freed = freed_by(plant, part, replications, progress=note) if replications else []
    if out is not None:
        note(f"page: {write_landed_costs(costs, out, freed)}")
    if as_json:
        rows = [{**asdict(one), "total_usd": one.total_usd, "by_layer_usd": one.by_layer()} for one in costs]
        print_json({"costs": rows, "freed": [asdict(one) for one in freed]} if replications else rows)
        return
    columns = tuple(f"made at {one.made_at}, US$" for one in costs)
    print_table(("layer", *columns), layer_rows(costs), numbers=columns)
    if freed:
        print(f"\nthe line with all of {part} made here, and pre-built (means of {replications} replications):")
        print_table(("the line uses", *FREED), freed_rows(freed), numbers=FREED)


@supply.command()
def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario file, or the name of an example.")],
    replications: Annotated[int | None, typer.Option("--replications", min=1, help="Independent repetitions.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Seed of chance.")] = None,
    overrides: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Simulate the network alone and print what became of each stock.

    'racktwin run' simulates it together with the line that its receipts feed, and keeps all tables.
    """
    from racktwin.economics.stock_summary import stock_summaries
    from racktwin.errors import Problem, ScenarioError
    from racktwin.run.chain import Chain
    from racktwin.scenario import read_scenario

    plant = read_scenario(scenario, overrides or ()).scenario
    if not plant.has_supply:
        remedy = "add network.stocks; docs/supply.md shows one"
        raise ScenarioError([Problem(scenario, 0, "network", "there is no supply network to simulate", remedy)])
    chain = Chain(plant, None)
    number = int(plant.replications if replications is None else replications)
    tables = [chain.supply(replication, plant.seed if seed is None else seed) for replication in range(number)]
    rows = stock_summaries(plant, tables)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    columns = (
        "on hand",
        "owed",
        "on the way",
        "fill rate, %",
        "short, %",
        "lost/wk",
        "price, US$/wk",
        "freight",
        "duty",
    )
    print_table(
        ("stock", "part", "site", *columns),
        (
            (
                *(row.stock, row.part, row.site),
                *(number_text(value) for value in (row.on_hand, row.owed, row.on_the_way)),
                *(number_text(100 * value) for value in (row.fill_rate, row.short_share)),
                number_text(row.lost_per_week),
                *(number_text(v) for v in (row.price_usd_per_week, row.freight_usd_per_week, row.duty_usd_per_week)),
            )
            for row in rows
        ),
        numbers=columns,
    )


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a date; write for example 2027-03-01") from None
