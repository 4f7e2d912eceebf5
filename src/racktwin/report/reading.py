"""How to read the report: what each number means, what was run, and how to run it again."""

from __future__ import annotations

from racktwin.kpi import KPIS, SUBJECT_KINDS
from racktwin.results import Manifest, RunFolder

from .blocks import Code, Column, Note, Row, Section, Table
from .reproduce import run_command

_BETTER = {"higher": "higher", "lower": "lower", "neither": "–"}


def reading_section(run: RunFolder) -> Section:
    """Definitions, run facts and the command that makes the run again."""
    return Section(
        "reading",
        "How to read it",
        "Every number is the mean over replications of the simulated plant, each with its own luck. “± 0.4” or "
        "“11.9 to 12.7” is its 95 % interval: how far chance alone may have moved it, not how well the scenario fits "
        "the plant.",
        (
            Note(
                "To make this run again (in the scenario's folder, and with the same --set options if there were any):"
            ),
            Code(run_command(run.manifest)),
            Note("The whole scenario as it was run, --set options applied, is “document” in the run's manifest.json."),
            Note("To ask it more, in SQL:"),
            Code('racktwin query RUN "SELECT part, count(*) FROM shipments GROUP BY part"'),
            run_facts(run),
            _files(run.manifest),
            definitions(),
        ),
    )


def run_facts(run: RunFolder, title: str = "The run") -> Table:
    """What was run, with which seed and versions."""
    manifest = run.manifest
    facts = {
        "Scenario": manifest.scenario_name,
        "Seed": str(manifest.seed),
        "Replications": f"{len(run.replications):,} of {manifest.replications_planned:,} ({manifest.status})",
        "Horizon": f"{manifest.horizon_s / 86400:,.4g} d, of which warm-up {manifest.warm_up_s / 86400:,.4g} d",
        "Started": f"{manifest.started_utc:%Y-%m-%d %H:%M} UTC",
        "racktwin": manifest.racktwin_version,
        **manifest.versions,
    }
    return Table(
        title,
        (Column("Fact", numeric=False), Column("Value", numeric=False)),
        tuple(Row(item) for item in facts.items()),
    )


def _files(manifest: Manifest) -> Table:
    files = [(record.path, record.sha256) for record in manifest.source_files]
    files += [(record.path, record.sha256) for record in manifest.written]
    return Table(
        "Files the scenario was read from, and the run's own",
        (Column("File", numeric=False), Column("SHA-256", numeric=False)),
        tuple(map(Row, files)),
        folded=True,
    )


def definitions() -> Table:
    """Every KPI with its formula."""
    return Table(
        "What each number means",
        (
            Column("Title", numeric=False),
            Column("Name", numeric=False),
            Column("Unit", numeric=False),
            Column("Better", numeric=False),
            Column("One per", numeric=False),
            Column("Definition", numeric=False),
        ),
        tuple(
            Row(
                (
                    kpi.title,
                    name,
                    kpi.unit,
                    _BETTER[kpi.direction],
                    SUBJECT_KINDS[kpi.subject_kind].replace("`", ""),
                    kpi.formula,
                )
            )
            for name, kpi in KPIS.items()
        ),
        folded=True,
    )
