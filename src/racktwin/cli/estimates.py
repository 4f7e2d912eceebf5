"""KPI estimates as lines of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from racktwin.kpi import Difference, Estimate
    from racktwin.results import RunFolder


def estimates(run: RunFolder) -> list[Estimate]:
    """The KPIs of a run over its replications, as stored; computed where an older run has none."""
    from racktwin.kpi import compute, summarize

    return summarize(run.extra("kpis") if "kpis" in run.extras else compute(run))


def chosen(names: list[str] | None) -> set[str]:
    """The names of the KPIs asked for, all if none is; RacktwinError for one that does not exist."""
    from racktwin.errors import RacktwinError
    from racktwin.kpi import KPIS

    unknown = [name for name in names or [] if name not in KPIS]
    if unknown:
        raise RacktwinError(f"there is no KPI {unknown[0]!r}\n    → choose from {', '.join(KPIS)}")
    return set(names or KPIS)


def estimate_rows(found: Iterable[Estimate]) -> Iterator[tuple[str, ...]]:
    """Title, subject, ``mean ± half width`` and unit, in units that read well."""
    from racktwin.kpi import KPIS
    from racktwin.report.numbers import estimate, scale

    for item in found:
        shown = scale(KPIS[item.kpi].unit, item.mean)
        value = estimate(shown(item.mean), shown(item.half_width))
        yield KPIS[item.kpi].title, item.subject or "all", value, shown.unit


def difference_rows(found: Iterable[Difference]) -> Iterator[tuple[str, ...]]:
    """Title, subject, mean of each run, their difference with its interval, unit, and whether zero is left out."""
    from racktwin.kpi import KPIS
    from racktwin.report.numbers import estimate, number, scale

    for item in found:
        shown = scale(KPIS[item.kpi].unit, max(abs(item.mean_a), abs(item.mean_b)))
        change = estimate(shown(item.difference), shown(item.half_width), sign=True)
        means = number(shown(item.mean_a)), number(shown(item.mean_b))
        yield KPIS[item.kpi].title, item.subject or "all", *means, change, shown.unit, "*" if item.significant else ""


def as_json(found: Iterable[Estimate | Difference]) -> list[dict[str, Any]]:
    """The same with all digits, in each KPI's own unit."""
    from dataclasses import asdict

    from racktwin.kpi import KPIS

    return [{**asdict(item), "unit": KPIS[item.kpi].unit, "title": KPIS[item.kpi].title} for item in found]
