"""``racktwin supply stress``: what the loss of a site, lane or supplier does."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .terminal import give_or_take, note, number, print_json, print_table

if TYPE_CHECKING:
    from racktwin.model import Scenario
    from racktwin.plan.supply.mitigation import Mitigation
    from racktwin.plan.supply.simulated_losses import Simulated
    from racktwin.plan.supply.stress import Stressed

_SIMULATED = (
    "survives, d",
    "recovers, d",
    "late at its end",
    "late at worst",
    "late piece-days",
    "US$ of lateness",
    "counted, h",
    "parts dearer, US$",
    "customer's, US$",
)
_COLUMNS = ("loss", "survives, d", "lasts, d", "covered", "lost pieces", "impact, US$", "exposure", "US$ a year")


def stress(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Scenario file, or the name of an example.")],
    lost: Annotated[
        list[str] | None,
        typer.Option(
            "--lost",
            metavar="NAME",
            help="A disruption, site, lane or supply; repeat. Default: the scenario's disrupted_by, else every one.",
        ),
    ] = None,
    recover: Annotated[str, typer.Option(metavar="DURATION", help="How long a site, lane or supply is lost.")] = "6 wk",
    starts: Annotated[str, typer.Option(metavar="DURATION", help="When it is lost, after the start.")] = "13 wk",
    replications: Annotated[
        int, typer.Option("--simulate", min=0, metavar="N", help="Simulate each loss in N replications too.")
    ] = 0,
    counted: Annotated[
        list[str] | None,
        typer.Option(
            "--count",
            metavar="PART=N",
            help="With --simulate: add up late hours, N pieces (GPUs) in PART. Default: GPUs of the hall's racks.",
        ),
    ] = None,
    limit: Annotated[
        str | None,
        typer.Option("--limit", metavar="MONEY", help="Find what brings the expected impact a year down to this."),
    ] = None,
    overrides: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write a page with map and charts.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rank what losing a site, lane or supplier costs.

    Time to survive and impact are linear programmes with hindsight, which ignore lead times: nothing does better. The
    exposure is the impact as a share of the worst one (Simchi-Levi's risk exposure index). --simulate sends the
    network, and the line behind it, through each loss with the same random numbers, lead times and all. --limit finds
    the cheapest alternates and stock that keep the losses with a rate below it.
    """
    from racktwin.plan.supply.losses import described_losses, single_losses, the_losses
    from racktwin.plan.supply.mitigation import mitigate
    from racktwin.plan.supply.stress import stress as stressed
    from racktwin.scenario import read_scenario

    plant = read_scenario(scenario, overrides or ()).scenario
    recover_s, starts_s = seconds(recover), seconds(starts)
    happening = list(plant.network.disrupted_by) if plant.network is not None else []
    named = lost or happening
    losses = the_losses(plant, named, recover_s, starts_s) if named else []
    losses = losses or [*described_losses(plant), *single_losses(plant, recover_s, starts_s)]
    cure = None if limit is None else mitigate(plant, losses, _usd(limit))
    ranked = stressed(
        plant,
        losses,
        replications=replications,
        counted=_counted(plant, counted or []),
        progress=lambda name: note(f"simulating {name}"),
    )
    if out is not None:
        from racktwin.report.supply_stress import write_stress

        note(f"page: {write_stress(plant, ranked, out)}")
    if as_json:
        rows = [_plain(one) for one in ranked]
        print_json(rows if cure is None else {"losses": rows, "mitigation": _plain_cure(cure)})
    else:
        print_table(_COLUMNS, [_row(one) for one in ranked], numbers=_COLUMNS[1:])
        _print_simulated(ranked)
        if cure is not None:
            _print_cure(cure)


def _print_simulated(ranked: list[Stressed]) -> None:
    """The simulated answers under the programmes', in the same order."""
    day_s = 86400.0
    rows = [
        (
            one.exposure.name,
            _between(one.simulated, "survive_s", "never late"),
            _between(one.simulated, "recover_s", "after the end"),
            _give_or_take(one.simulated, "late_pieces"),
            _give_or_take(one.simulated, "worst_pieces"),
            _give_or_take(one.simulated, "late_piece_s", day_s),
            _give_or_take(one.simulated, "cost_usd"),
            _give_or_take(one.simulated, "counted_h"),
            _give_or_take(one.simulated, "dearer_usd"),
            _give_or_take(one.simulated, "consigned_dearer_usd"),
        )
        for one in ranked
        if one.simulated is not None
    ]
    if not rows:
        return
    runs = next(one.simulated.replications for one in ranked if one.simulated is not None)
    print(f"\nsimulated, with lead times ({runs} replications, each against itself without the loss; ± is 95 %):")
    print_table(("loss", *_SIMULATED), rows, numbers=_SIMULATED)
    for one in ranked:
        if one.simulated is not None:
            note(f"{one.exposure.name}: {_in_words(one.simulated)}")


def _give_or_take(found: Simulated, name: str, unit: float = 1.0) -> str:
    """A mean with its half width, where there is one."""
    return give_or_take(getattr(found, name) / unit, found.half.get(name, float("nan")) / unit)


def _between(found: Simulated, name: str, never: str) -> str:
    """A median time with the interval it lies in, d."""
    low, high = (_days(time_s, never) for time_s in found.ranges[name])
    median = _days(getattr(found, name), never)
    return median if low == high else f"{median} ({low} – {high})"


def _in_words(found: Simulated) -> str:
    paid = found.cost_usd + found.dearer_usd
    half = found.half
    words = f"at worst {found.worst_pieces:,.1f}{_plus_minus(half['worst_pieces'], 1)} pieces late; US${paid:,.0f} "
    words += f"(lateness {found.cost_usd:,.0f}{_plus_minus(half['cost_usd'])}, "
    words += f"dearer parts {found.dearer_usd:,.0f}{_plus_minus(half['dearer_usd'])})"
    if abs(found.consigned_dearer_usd) >= 1.0:
        words += f"; consigned parts cost the customer US${found.consigned_dearer_usd:,.0f} more"
    if found.counted_h > 0:
        words += f"; {found.counted_h:,.0f}{_plus_minus(half['counted_h'])} hours counted come later"
    return words


def _plus_minus(half: float, digits: int = 0) -> str:
    return "" if half != half or half == 0 else f" ± {half:,.{digits}f}"


def _print_cure(cure: Mitigation) -> None:
    found = cure.portfolio
    rows = [(one.kind, one.name, number(one.pieces) if one.pieces else "", number(one.usd)) for one in cure.measures]
    print()
    columns = ("mitigation", "of", "pieces", "US$ in the first year")
    print_table(columns, rows or [("nothing is needed", "", "", "")], numbers=columns[2:])
    print()
    alone = [(kind, "not enough" if usd == float("inf") else number(usd)) for kind, usd in cure.alone.items()]
    print_table(("alone", columns[3]), [*alone, ("cheapest mixture", number(found.cost_usd))], numbers=columns[3:])
    note(
        f"US${found.cost_usd:,.0f} in the first year bring the expected impact "
        f"from US${cure.present_usd_per_year:,.0f} to US${found.risk_usd_per_year:,.0f} a year"
    )


def _plain_cure(cure: Mitigation) -> dict[str, Any]:
    found = cure.portfolio
    return {
        "open": [one.name for one in cure.measures if one.kind in ("dual source", "redesign")],
        "added": {one.name: one.pieces for one in cure.measures if one.kind == "stock"},
        "measures": [asdict(one) for one in cure.measures],
        "alone_usd": {kind: None if usd == float("inf") else usd for kind, usd in cure.alone.items()},
        "cost_usd": found.cost_usd,
        "bound_usd": found.bound_usd,
        "risk_usd_per_year": found.risk_usd_per_year,
        "present_usd_per_year": cure.present_usd_per_year,
    }


def _usd(text: str) -> float:
    from pydantic import TypeAdapter, ValidationError

    from racktwin.model.quantity import Money

    try:
        return float(TypeAdapter(Money).validate_python(text))
    except ValidationError:
        raise typer.BadParameter(f"{text!r} is no sum of money; write for example 2e6 USD") from None


def _days(time_s: float, never: str) -> str:
    return never if time_s == float("inf") else number(time_s / 86400.0)


def _counted(plant: Scenario, texts: list[str]) -> dict[str, float]:
    """``blackwell_gpu=1`` as a number by part."""
    found = {}
    for text in texts:
        part, _, pieces = text.partition("=")
        if part not in plant.parts:
            raise typer.BadParameter(f"{part!r} is no part; known parts: {', '.join(plant.parts)}")
        try:
            found[part] = float(pieces or 1)
        except ValueError:
            raise typer.BadParameter(f"{text!r} has no number; write for example {part}=8") from None
    return found


def seconds(text: str) -> float:
    """``6 wk`` in s; a BadParameter with the remedy for what is no duration."""
    from pydantic import TypeAdapter, ValidationError

    from racktwin.model.quantity import PositiveDuration

    try:
        return float(TypeAdapter(PositiveDuration).validate_python(text))
    except ValidationError:
        raise typer.BadParameter(f"{text!r} is not a duration; write for example 6 wk") from None


def _plain(one: Stressed) -> dict[str, Any]:
    rate = {"rate_per_year": one.rate_per_year, "expected_usd_per_year": one.expected_usd_per_year}
    simulated = None if one.simulated is None else asdict(one.simulated)
    return {**asdict(one.exposure), "lost_pieces": one.exposure.lost_pieces.tolist(), **rate, "simulated": simulated}


def _row(one: Stressed) -> tuple[str, ...]:
    day_s = 86400.0
    exposure = one.exposure
    return (
        exposure.name,
        _days(exposure.survive_s, "for good"),
        number(exposure.recover_s / day_s),
        "yes" if exposure.is_covered else "no",
        number(float(exposure.lost_pieces.sum())),
        number(exposure.impact_usd),
        f"{exposure.risk_exposure:.2f}",
        number(one.expected_usd_per_year),
    )
