"""The page of all KPIs, from their definitions: ``python -m racktwin.kpi.document docs/kpis.md`` writes it."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from racktwin.results.manifest import write_atomically

from .catalogue import KPIS
from .definition import SUBJECT_KINDS, Kpi

_HEAD = """\
# KPIs

Written by `python -m racktwin.kpi.document docs/kpis.md` from `src/racktwin/kpi/`; do not edit.

A KPI has one value per replication and subject. All look only at the observed window, from the end of the warm-up to
the horizon; intervals are cut to it. A value is empty where there is nothing to measure (no cycle time without a
shipment, but a throughput of 0). Over replications a KPI is given as its mean with a 95 % interval by Student's t.

Most of the SQL below also runs as it stands: `racktwin query RUN "SELECT ..."`. (Those over `bottlenecks` do not: that
table is computed by `racktwin.kpi.bottleneck`.) The views it reads are in `src/racktwin/results/views.py`.
"""


def page() -> str:
    """The page as Markdown."""
    overview = ["| KPI | title | unit | better | subject |", "|---|---|---|---|---|"]
    overview += [
        f"| [`{kpi.name}`](#{kpi.name}) | {kpi.title} | {kpi.unit} | {kpi.direction} | {kpi.subject_kind} |"
        for kpi in KPIS.values()
    ]
    subjects = ["## Subjects", "", *(f"- **{kind}**: {meaning}" for kind, meaning in SUBJECT_KINDS.items())]
    return "\n".join([_HEAD, *overview, "", *subjects, "", *map(_section, KPIS.values())])


def _section(kpi: Kpi) -> str:
    sql = textwrap.dedent(kpi.sql).strip()
    formula = textwrap.fill(f"{kpi.formula[0].upper()}{kpi.formula[1:]}.", 118)
    return f"## {kpi.name}\n\n{kpi.title}, {kpi.unit}. {kpi.subject_kind}.\n\n{formula}\n\n```sql\n{sql}\n```\n"


if __name__ == "__main__":
    write_atomically(Path(sys.argv[1]), page().encode())
