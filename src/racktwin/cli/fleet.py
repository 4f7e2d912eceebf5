"""``racktwin fleet``: power policies of a hall side by side; caps and set-point tuned; a model of a job trace."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import typer

from .terminal import note, print_json, print_table

fleet_app = typer.Typer(
    name="fleet", no_args_is_help=True, help="GPU halls: compare and tune power policies, model traces."
)


@fleet_app.callback()
def _fleet() -> None:
    """GPU halls: compare and tune power policies, model traces."""


@fleet_app.command()
def compare(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario with a hall.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write the page.", show_default="policies-NAME.html in this folder")
    ] = None,
    study: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep the numbers as a study that racktwin serve finds.")
    ] = None,
    replications: Annotated[int, typer.Option(min=1, help="Replications of each policy.")] = 3,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of chance.", show_default="the scenario's")] = None,
    set_points: Annotated[
        list[str] | None,
        typer.Option("--set-point", metavar="TEMPERATURE", help="Coolant set-point to try with each policy; repeat."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD", help="Only policies whose name has this, the first the baseline; repeat."),
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value; PATH*=FACTOR scales one.")
    ] = None,
    json_: Annotated[
        bool, typer.Option("--json", help="Print JSON, and write no page unless --out asks for it.")
    ] = False,
) -> None:
    """Run all power policies over the same jobs and draw the frontier.

    Work against energy and against power. The first policy is the baseline of all savings: no caps, each job counted
    at the rated power of its GPUs. With set-points each policy runs at each of them, the first being the baseline's.
    """
    from dataclasses import asdict

    import pyarrow as pa

    from racktwin.errors import RacktwinError
    from racktwin.plan.record import require_empty, write_study
    from racktwin.report.fleet_policies import HEADINGS, baseline_sentence, policy_cells, write_policies
    from racktwin.run.fleet_policies import POLICIES, at_set_points, compare_policies
    from racktwin.scenario import read_scenario

    file = read_scenario(scenario, overrides or [])
    if file.scenario.hall is None:
        raise RacktwinError(f"{scenario} has no hall\n    → describe one: see docs/fleet.md")
    if study is not None:
        require_empty(study)
    policies = [policy for policy in POLICIES if not only or any(word in policy.name for word in only)]
    if not policies:
        names = "; ".join(policy.name for policy in POLICIES)
        raise RacktwinError(f"no policy is named like {', '.join(only or [])}\n    → there are {names}")
    if set_points:
        if file.scenario.hall.cooling_plant is None:
            raise RacktwinError(f"{scenario} has no cooling plant\n    → hall: {{cooling_plant: ...}}")
        policies = at_set_points(policies, [temperature_k(text) for text in set_points])
    results = compare_policies(
        file.scenario,
        policies,
        replications=replications,
        seed=seed,
        progress=lambda done, total: note(f"policies: {done} of {total}"),
    )
    if study is not None:
        told = {"scenario_name": file.scenario.name, "kind": "policies", "replications": replications}
        write_study(study, {"policies": pa.Table.from_pylist([asdict(result) for result in results])}, told)
        note(f"study: {study}")
    if json_:
        print_json({"baseline": results[0].policy, "policies": [asdict(result) for result in results]})
    else:
        rows = [(result.policy, *policy_cells(result)) for result in results]
        print_table(("policy", *HEADINGS), rows, numbers=HEADINGS)
        print(f"\n{baseline_sentence(results[0])}")
    if not json_ or out is not None:
        page = write_policies(file.scenario, results, replications, out or Path(f"policies-{file.scenario.name}.html"))
        note(f"page: {page}")


def temperature_k(written: str) -> float:
    """A temperature of the coolant such as ``32 degC``, in K."""
    from pydantic import TypeAdapter, ValidationError

    from racktwin.errors import RacktwinError
    from racktwin.model.quantity import CoolantTemperature

    try:
        return float(TypeAdapter(CoolantTemperature).validate_python(written))
    except ValidationError:
        raise RacktwinError(
            f"{written!r} is no temperature from 0 to 100 degC\n    → write --set-point '32 degC'"
        ) from None


@fleet_app.command()
def tune(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario with a hall.")],
    objective: Annotated[
        Literal["energy", "cost"], typer.Option(help="Least energy, or least cost of energy, per useful GPU-hour.")
    ] = "energy",
    keep_work: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of the baseline's useful work that must be done.")
    ] = 0.95,
    replications: Annotated[int, typer.Option(min=1, help="Replications of each point.")] = 3,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of chance.", show_default="the scenario's")] = None,
    trials: Annotated[int, typer.Option(min=1, help="Points to try at most.")] = 40,
    study: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep every point as a study that racktwin serve finds.")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value; PATH*=FACTOR scales one.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Choose the cap of all GPUs and the coolant's set-point together.

    A pattern search by simulation over the same jobs. The baseline is the hall uncapped at its own set-point. Ctrl-C
    keeps the best point so far.
    """
    from dataclasses import asdict

    import pyarrow as pa

    from racktwin.errors import RacktwinError
    from racktwin.plan.record import require_empty, write_study
    from racktwin.report.fleet_tuning import HEADINGS, trial_cells, tuned_sentence
    from racktwin.run.fleet_tuning import tune as search
    from racktwin.scenario import read_scenario

    file = read_scenario(scenario, overrides or [])
    if file.scenario.hall is None:
        raise RacktwinError(f"{scenario} has no hall\n    → describe one: see docs/fleet.md")
    if objective == "cost" and file.scenario.hall.price is None:
        raise RacktwinError(f"{scenario} has no price of power\n    → hall: {{price: ...}}, or --objective energy")
    if study is not None:
        require_empty(study)
    found = search(
        file.scenario,
        objective,
        least_work=keep_work,
        replications=replications,
        seed=seed,
        most_trials=trials,
        progress=lambda trial: note(f"point {trial.number + 1}: " + ", ".join(trial_cells(trial))),
    )
    if study is not None:
        told = {"scenario_name": file.scenario.name, "kind": "tuning", "replications": replications}
        rows = [
            {"cap": trial.cap, "supply_k": trial.supply_k, "misses": trial.misses, **asdict(trial.result)}
            for trial in found.trials
        ]
        write_study(study, {"trials": pa.Table.from_pylist(rows)}, told)
        note(f"study: {study}")
    if json_:
        print_json({"best": asdict(found.best), **asdict(found)})
    else:
        print_table(HEADINGS, [trial_cells(trial) for trial in found.trials], numbers=HEADINGS)
        print(f"\n{tuned_sentence(found)}")


@fleet_app.command()
def fit(
    trace: Annotated[Path, typer.Argument(metavar="TRACE", help="A job trace.")],
    out: Annotated[Path, typer.Option(help="Where to write the model (JSON).")],
    format_: Annotated[str, typer.Option("--format", help="table, openb, philly or swf.")] = "table",
    pairs: Annotated[
        list[str] | None, typer.Option("--map", metavar="OURS=THEIRS", help="A column, as submit=submitted; repeat.")
    ] = None,
    unit_s: Annotated[float, typer.Option("--seconds-per-unit", help="Of times written as numbers.")] = 1.0,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out rows that cannot be used.")] = False,
) -> None:
    """Fit a model to a job trace: arrivals, sizes, durations, users.

    A scenario draws jobs from it with ``fleet: {work: {NAME: {model: {file: OUT}}}}``.
    """
    from racktwin.calibrate.gpu_jobs import fit_gpu_jobs
    from racktwin.errors import RacktwinError
    from racktwin.results.manifest import write_atomically
    from racktwin.spelling import rows_in_words
    from racktwin.traces import TraceMapping, read_gpu_jobs

    wrong = [pair for pair in pairs or [] if "=" not in pair]
    if wrong:
        raise RacktwinError(f"--map {wrong[0]!r} names no column\n    → write --map submit=submitted")
    if not 0.0 < unit_s < math.inf:
        raise RacktwinError(
            f"--seconds-per-unit {unit_s:g} is no length of time\n    → above 0: 60, if times are in minutes"
        )
    mapping = TraceMapping(columns=dict(pair.split("=", 1) for pair in pairs or []), seconds_per_unit=unit_s)
    found = read_gpu_jobs(trace, format_, mapping, skip_bad=skip_bad)  # type: ignore[arg-type]
    for why, count in {**found.skipped, **found.changed}.items():
        note(rows_in_words({why: count}))
    model = fit_gpu_jobs(found)
    write_atomically(out, model.as_json().encode())
    rows = [
        (
            group.job_class,
            f"{group.gpus[0]:g} to {group.gpus[-1]:g}",
            f"{100 * group.share:.1f} %",
            group.duration_s.law,
        )
        for group in model.groups
    ]
    print_table(("class", "GPUs", "share of jobs", "law of durations"), rows, numbers=("share of jobs",))
    print(f"\n{found.jobs.num_rows:,} jobs, arrivals by {_period(len(model.rate_per_s))}: {out}")


def _period(hours: int) -> str:
    return {1: "one rate", 24: "hour of the day"}.get(hours, "hour of the week")
