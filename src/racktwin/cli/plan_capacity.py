"""``racktwin plan capacity``: the cheapest plant that ships enough on time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .progress import progress
from .run import next_free
from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    from racktwin.plan.capacity import CapacityPlan, Step, Tradeoff


def capacity(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of an example.")],
    levers: Annotated[
        list[str],
        typer.Option(
            "--lever", "-l", metavar="PATH=LEVELS @ COST", help="low..high or a,b,c, and USD a year for one; repeat."
        ),
    ],
    per_week: Annotated[float, typer.Option("--ship", help="Products a week that must be shipped.")],
    on_time: Annotated[float | None, typer.Option(help="Share of them on time, 0.95.")] = None,
    tolerance: Annotated[float, typer.Option(help="Share of a requirement that does not matter.")] = 0.02,
    confidence: Annotated[float, typer.Option(help="Probability that every judgement is right.")] = 0.95,
    first: Annotated[int, typer.Option(min=3, help="Replications of each setting before the first look.")] = 10,
    at_most: Annotated[int, typer.Option(min=3, help="Replications of any setting.")] = 60,
    judgements: Annotated[int, typer.Option(min=1, help="Settings judged at most.")] = 60,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change the scenario.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where it goes.", show_default="plans/NAME-capacity, or the next free"),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find the cheapest set of cells, people, shifts, power and coolant that ships enough on time.

    Settings are judged in the order of their cost, under common random numbers, by a sequential test with a stated
    probability of being right. Prints what each further step would bring: the first is what binds next.
    """
    from racktwin.plan.capacity import Plant, Requirement, frontier, next_steps, plan_capacity, read_lever
    from racktwin.plan.schedule.folder import require_free
    from racktwin.scenario import read_scenario

    file = read_scenario(scenario, list(set_ or ()))
    folder = out or next_free(Path("plans") / f"{file.scenario.name}-capacity")
    require_free(folder)
    chosen = [read_lever(text) for text in levers]
    requirements = [Requirement("throughput", per_week, tolerance * per_week)]
    if on_time is not None:
        requirements.append(Requirement("on_time_share", on_time, tolerance))
    plant = Plant(file.document, chosen)
    with progress() as shown:
        found = plan_capacity(
            chosen,
            requirements,
            plant,
            confidence=confidence,
            first=first,
            at_most=at_most,
            judgements=judgements,
            report=lambda seen: shown.show(_Step(seen)),
        )
        steps = [] if found.best is None else next_steps(chosen, found.best, plant, "throughput", first)
        trade = frontier(chosen, found.judged, plant, "throughput", first)
    _write(folder, file, found, trade, steps)
    from racktwin.report.plan_capacity import write_capacity_report

    report = write_capacity_report(file.scenario, found, trade, steps, folder / "report.html")
    _print(found, steps, report, json_)
    if found.best is None and found.is_decided:
        raise typer.Exit(1)


class _Step:
    def __init__(self, seen: Any) -> None:
        self.stage, self.done, self.total = "settings judged", seen.judged, seen.allowed


def _write(folder: Path, file: Any, found: CapacityPlan, trade: list[Tradeoff], steps: list[Step]) -> None:
    from dataclasses import asdict

    import pyarrow as pa

    from racktwin.plan.record import write_study
    from racktwin.results.manifest import racktwin_version

    rows = [
        {
            **{lever.path: lever.values[level] for lever, level in zip(found.levers, setting, strict=True)},
            "cost_usd_per_year": found.cost_usd_per_year(setting),
            "kept": verdict.kept,
            "replications": verdict.n,
            **{one.kpi: mean for one, mean in zip(found.requirements, verdict.means, strict=True)},
        }
        for setting, verdict in found.judged.items()
    ]
    about = {
        "racktwin_version": racktwin_version(),
        "scenario_name": file.scenario.name,
        "kind": "capacity",
        "best": found.best and _named(found),
        "is_decided": found.is_decided,
        "confidence": found.confidence,
        "requirements": [asdict(one) for one in found.requirements],
        "levers": [asdict(one) for one in found.levers],
        "next": [{"path": s.lever.path, "to": s.to, "gain": s.gain, "half_width": s.half_width} for s in steps],
        "frontier": [asdict(one) for one in trade],
        "document": file.document,
    }
    write_study(folder, {"settings": pa.Table.from_pylist(rows)}, about)


def _named(found: CapacityPlan) -> dict[str, str]:
    assert found.best is not None
    return {lever.path: lever.values[level] for lever, level in zip(found.levers, found.best, strict=True)}


def _why_none(found: CapacityPlan) -> str:
    """Why there is no answer: too little even at the most, or too near to the requirement to tell."""
    if found.is_decided:
        return "not even the most of everything is enough\n    → more levels, more levers, or a lower requirement"
    for setting, verdict in found.judged.items():
        if verdict.kept is None:
            levels = (lever.values[level] for lever, level in zip(found.levers, setting, strict=True))
            seen = ", ".join(
                f"{one.kpi} {number(mean)} (at least {number(one.bound)})"
                for one, mean in zip(found.requirements, verdict.means, strict=True)
            )
            return (
                f"after {verdict.n} replications it cannot be told whether {', '.join(levels)} is enough: {seen}\n"
                "    → more replications (--at-most), a wider --tolerance, or another requirement"
            )
    return "judgements ran out before any setting was enough\n    → more of them (--judgements), or fewer levels"


def _print(found: CapacityPlan, steps: list[Step], report: Path, json_: bool) -> None:
    if json_:
        print_json(
            {
                "best": found.best and _named(found),
                "cost_usd_per_year": None if found.best is None else found.cost_usd_per_year(found.best),
                "is_decided": found.is_decided,
                "confidence": found.confidence,
                "judged": len(found.judged),
                "next": [
                    {"path": s.lever.path, "to": s.to, "gain_per_week": s.gain, "half_width": s.half_width,
                     "cost_usd_per_year": s.cost_usd_per_year}
                    for s in steps
                ],
                "report": str(report),
            }
        )  # fmt: skip
        return
    if found.best is None:
        note(_why_none(found))
        print(f"report: {report}")
        return
    verdict = found.judged[found.best]
    print(f"cheapest of those that keep the requirements, {number(found.cost_usd_per_year(found.best))} USD a year:")
    for path, value in _named(found).items():
        print(f"  {path} = {value}")
    for one, mean in zip(found.requirements, verdict.means, strict=True):
        print(f"  {one.kpi}: {number(mean)} (at least {number(one.bound)}), from {verdict.n} replications")
    sure = (
        f"with a probability of at least {found.confidence:g}"
        if found.is_decided
        else "not decided: judgements ran out"
    )
    print(f"no cheaper setting keeps them by more than the tolerance, if more never hurts; {sure}")
    for less, more in found.contradictions:
        note(f"more hurt here: {less} was judged to do and {more} to fail")
    if steps:
        print("\none step more of each; the first binds next:")
        columns = ("lever", "to", "racks a week", "± 95 %", "USD a year")
        rows = [(s.lever.path, s.to, number(s.gain), number(s.half_width), number(s.cost_usd_per_year)) for s in steps]
        print_table(columns, rows, numbers=columns[2:])
    print(f"\nreport: {report}")
