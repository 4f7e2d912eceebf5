"""``racktwin replications``: how many a half width takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .estimates import chosen
from .terminal import print_json

if TYPE_CHECKING:
    from racktwin.plan import Needed


def replications(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    kpi: Annotated[str, typer.Option("--kpi", metavar="KPI", help="Which KPI; 'racktwin kpis' lists them.")],
    subject: Annotated[str, typer.Option("--of", help="Of what: a product, a feed …", show_default="the plant")] = "",
    relative: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Half width wanted, as a share of the mean: 2 %.")
    ] = None,
    absolute: Annotated[float | None, typer.Option(help="Half width wanted, in the KPI's unit.")] = None,
    confidence: Annotated[float, typer.Option(help="Of the interval.")] = 0.95,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how many replications a half width takes.

    Judged by the replications of a run (five or more; ten are better), as Law's two-stage procedure does.
    """
    from racktwin.plan import Target, read_share, replications_needed

    chosen([kpi])
    target = Target(None if relative is None else read_share(relative), absolute, confidence)
    found = replications_needed(_values(run, kpi, subject), target)
    if json_:
        from dataclasses import asdict

        print_json({"kpi": kpi, "subject": subject, **asdict(found)})
    else:
        print(_words(kpi, found))


def _values(path: Path, kpi: str, subject: str) -> list[float]:
    from racktwin.errors import RacktwinError
    from racktwin.kpi import compute
    from racktwin.results.store import RunFolder

    run = RunFolder.open(path)
    rows = (run.extra("kpis") if "kpis" in run.extras else compute(run)).to_pylist()
    of_kpi = [row for row in rows if row["kpi"] == kpi]
    values = [row["value"] for row in of_kpi if row["subject"] == subject and row["value"] is not None]
    if not values:
        subjects = ", ".join(repr(name) for name in dict.fromkeys(row["subject"] for row in of_kpi))
        raise RacktwinError(f"the run has no {kpi} of {subject!r}\n    → --of one of {subjects or 'none'}")
    return values


def _words(kpi: str, found: Needed) -> str:
    from racktwin.kpi import KPIS
    from racktwin.report.numbers import estimate, scale

    shown = scale(KPIS[kpi].unit, found.mean)
    have = f"{estimate(shown(found.mean), shown(found.half_width))} {shown.unit}".strip()
    wanted = f"± {shown(found.wanted):.3g}"
    if found.needed is None:
        return f"{kpi}: {have} after {found.n} replications; no number of them gives {wanted}"
    if found.is_reached:
        return f"{kpi}: {have}; {found.n} replications are enough for {wanted}"
    return f"{kpi}: {have} after {found.n} replications; {wanted} takes about {found.needed}"
