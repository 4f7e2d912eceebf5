"""The report of a run: its sections in the order in which a plant manager asks."""

from __future__ import annotations

from pathlib import Path

from racktwin.errors import RunError
from racktwin.model import Scenario
from racktwin.results import RunFolder

from .assumptions import scenario_ledger
from .blocks import Ledger, Section
from .cycle_time import cycle_time_section
from .equipment import equipment_section
from .evidence import Evidence, gather
from .flow import flow_section
from .hall import hall_section
from .headline import headline_section
from .limits import limits_section
from .page import Page, write_page
from .power import busiest_limits, power_section
from .quality import quality_section
from .queries import duration_curves, flow
from .reading import reading_section
from .supply import supply_section
from .typical_week import typical_week
from .week_chart import week_chart


def write_report(run: RunFolder, out: Path | None = None) -> Path:
    """Write the run's report to ``out`` (``report.html`` in its folder) and return where it is.

    RunError if no replication is done.
    """
    if not run.replications:
        raise RunError(f"{run.folder} has no finished replication to report\n    → run the scenario again")
    with gather(run) as evidence:
        page = report_page(evidence)
    return write_page(page, run.report_path if out is None else Path(out))


def report_page(evidence: Evidence) -> Page:
    """The report as data."""
    run, scenario, clock = evidence.run, evidence.scenario, evidence.clock
    ledger = scenario_ledger(scenario)
    replications = len(run.replications)
    of_line = _line_sections(evidence, ledger) if scenario.has_line else ()
    of_hall = (hall_section(evidence),) if scenario.hall is not None else ()
    of_supply = (supply_section(run, clock),) if scenario.has_supply else ()
    sections = (
        *of_line,
        *of_supply,
        *of_hall,
        _ledger_section(ledger),
        *((reading_section(run),) if scenario.has_line else ()),
    )
    return Page(
        kicker=f"racktwin · {_kind(scenario)} twin report",
        title=scenario.title or scenario.name,
        subtitle=(
            f"{scenario.name} · {clock.at(0):%-d %B %Y} to {clock.at(clock.horizon_s):%-d %B %Y}, watched from "
            f"{clock.at(clock.warm_up_s):%-d %B %Y} · {replications} replications · seed {run.manifest.seed}"
        ),
        description=scenario.description,
        sections=sections,
        footer=f"Written by racktwin {run.manifest.racktwin_version}. One file: it loads nothing and sends nothing.",
    )


def _kind(scenario: Scenario) -> str:
    if scenario.has_line:
        return "factory"
    return "supply" if scenario.hall is None else "hall"


def _line_sections(evidence: Evidence, ledger: Ledger) -> tuple[Section, ...]:
    """What a plant manager asks, in that order."""
    run, clock = evidence.run, evidence.clock
    plant = evidence.scenario.of_line
    here = {*plant.feeds, *plant.cooling_loops}
    curves = [curve for curve in duration_curves(evidence.connection, clock) if curve.name in here]
    return (
        headline_section(evidence, ledger),
        limits_section(evidence),
        cycle_time_section(evidence),
        _week_section(evidence, busiest_limits(evidence, curves)),
        power_section(evidence, curves),
        equipment_section(evidence),
        quality_section(evidence),
        flow_section(flow(evidence.connection, clock, run.replications), clock, len(run.replications)),
    )


def _week_section(evidence: Evidence, limits: list[tuple[str, str]]) -> Section:
    first = evidence.run.replications[0]
    week = typical_week(evidence.connection, evidence.scenario, evidence.clock, limits, first)
    return Section(
        "typical-week",
        "A typical week",
        "The test floor at work, and the power and coolant it takes at the same moment.",
        (week_chart(week, evidence.clock),),
    )


def _ledger_section(ledger: Ledger) -> Section:
    counts = ", ".join(f"{count:,} of grade {grade}" for grade, count in reversed(ledger.counts) if grade != "assumed")
    lead = f"{ledger.share_sentence()} With a source: {counts}."
    return Section("assumptions", "What it rests on", lead, (ledger,))
