"""``racktwin fleet``: the power policies of a hall side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .terminal import note, print_json, print_table

fleet_app = typer.Typer(name="fleet", no_args_is_help=True, help="GPU halls: compare power policies.")


@fleet_app.callback()
def _fleet() -> None:
    """GPU halls: compare power policies."""


@fleet_app.command()
def compare(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario with a hall.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write the page.", show_default="policies-NAME.html in this folder")
    ] = None,
    replications: Annotated[int, typer.Option(min=1, help="Replications of each policy.")] = 3,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of chance.", show_default="the scenario's")] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value; PATH*=FACTOR scales one.")
    ] = None,
    json_: Annotated[
        bool, typer.Option("--json", help="Print JSON, and write no page unless --out asks for it.")
    ] = False,
) -> None:
    """Run all power policies over the same jobs and draw the frontier.

    Work against energy and against power. The first policy is the baseline of all savings: no caps, each job counted
    at the rated power of its GPUs.
    """
    from dataclasses import asdict

    from racktwin.errors import RacktwinError
    from racktwin.report.fleet_policies import HEADINGS, baseline_sentence, policy_cells, write_policies
    from racktwin.run.fleet_policies import compare_policies
    from racktwin.scenario import read_scenario

    file = read_scenario(scenario, overrides or [])
    if file.scenario.hall is None:
        raise RacktwinError(f"{scenario} has no hall\n    → describe one: see docs/fleet.md")
    results = compare_policies(
        file.scenario,
        replications=replications,
        seed=seed,
        progress=lambda done, total: note(f"policies: {done} of {total}"),
    )
    if json_:
        print_json({"baseline": results[0].policy, "policies": [asdict(result) for result in results]})
    else:
        rows = [(result.policy, *policy_cells(result, results[0])) for result in results]
        print_table(("policy", *HEADINGS), rows, numbers=HEADINGS)
        print(f"\n{baseline_sentence(results[0])}")
    if not json_ or out is not None:
        page = write_policies(file.scenario, results, replications, out or Path(f"policies-{file.scenario.name}.html"))
        note(f"page: {page}")
