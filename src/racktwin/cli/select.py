"""``racktwin select``: which alternative is best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .progress import progress
from .terminal import note, number, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from racktwin.plan import Alternative, Selection


def select(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or the name of an example.")],
    alternatives: Annotated[
        list[str],
        typer.Option("--alternative", "-a", metavar="[TITLE:] PATH=VALUE; …", help="A change to try; repeat for each."),
    ],
    kpi: Annotated[str, typer.Option("--kpi", metavar="KPI", help="What to judge by.")] = "throughput",
    indifference: Annotated[
        float | None, typer.Option(help="A difference that does not matter, in the KPI's unit: choose by KN.")
    ] = None,
    budget: Annotated[int | None, typer.Option(help="Simulations in all: choose by OCBA.")] = None,
    confidence: Annotated[float, typer.Option(help="Probability to be right, for KN.")] = 0.95,
    first: Annotated[int, typer.Option(min=3, help="Replications of each before the first judgement.")] = 10,
    at_most: Annotated[int, typer.Option(min=3, help="Replications of any, for KN.")] = 200,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Select the best of several alternatives.

    The scenario as it is takes part. All are simulated under common random numbers. With --indifference (KN) they drop
    out as soon as they are clearly behind; with --budget (OCBA) simulations go where they tell most.
    """
    from racktwin.kpi import KPIS
    from racktwin.plan import AS_IT_IS, choose, read_alternative

    tried = [AS_IT_IS, *(read_alternative(text) for text in alternatives)]
    with progress() as shown:
        found = choose(
            scenario,
            tried,
            kpi,
            indifference=indifference,
            budget=budget,
            maximize=kpi not in KPIS or KPIS[kpi].direction != "lower",
            confidence=confidence,
            first=first,
            at_most=at_most,
            report=lambda done, left: shown.show(_Step(f"simulations, {left} alternatives left", done, budget or 0)),
        )
    _print(tried, found, kpi, json_)


class _Step:
    def __init__(self, stage: str, done: int, total: int) -> None:
        self.stage, self.done, self.total = stage, done, total


def _print(tried: Sequence[Alternative], found: Selection, kpi: str, json_: bool) -> None:
    if json_:
        from dataclasses import asdict

        rows = [{"alternative": one.title, **asdict(c)} for one, c in zip(tried, found.contenders, strict=True)]
        best = tried[found.best].title
        print_json({"best": best, "is_decided": found.is_decided, "p_correct": found.p_correct, "alternatives": rows})
        return
    columns = ("alternative", kpi, "deviation", "replications", "")
    rows_shown = (
        (one.title, number(c.mean), number(c.deviation), str(c.n), _fate(number_, c.dropped_at, found))
        for number_, (one, c) in enumerate(zip(tried, found.contenders, strict=True))
    )
    print_table(columns, rows_shown, numbers=columns[1:4])
    if not found.is_decided:
        note(f"not decided: {len(found.left)} are left; allow more replications (--at-most), or a larger indifference")
    else:
        surely = f"with a probability of at least about {found.p_correct:.3g}"
        print(f"\nbest, but for differences that do not matter: {tried[found.best].title}, {surely}")


def _fate(number_: int, dropped_at: int | None, found: Selection) -> str:
    if dropped_at is not None:
        return f"dropped after {dropped_at}"
    if number_ == found.best:
        return "best" if found.is_decided else "leads"
    return ""
