"""Two runs side by side, as one self-contained HTML file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from racktwin.kpi import KPIS
from racktwin.results import RunFolder

from .blocks import Block, Chart, Column, Note, Row, Section, Table
from .compare_rows import ComparisonRow, cautions, compare
from .cycle_time import CAUSES
from .document_diff import document_differences
from .evidence import Evidence, gather, unit_of
from .figure import axis, figure, marker, text
from .limits import describe, limit_sentence, ranked
from .numbers import MISSING, Scale, estimate, number, percent, scale, unit_word
from .page import Page, write_page
from .reading import definitions, run_facts

HEADLINES = (
    *("throughput", "on_time_share", "cycle_time_mean", "cycle_time_p95", "wip"),
    *("energy_per_product", "labour_per_product", "latent_escapes", "patent_escapes"),
)
"""The KPIs, of all products together, with which a comparison begins."""

_CHAPTERS: dict[str, tuple[str, ...]] = {
    "Products": ("plant", "product", "part", "cause"),
    "Limits": ("limit",),
    "Power and coolant": ("feed", "cooling_loop"),
    "Work centers and people": ("work_center", "state", "operator_group"),
    "Quality": ("operation", "defect", "defect_kind"),
    "Hall": ("job_class",),
}
"""Where a KPI is found in the list of all, by the kind of its subject."""

_RUN_COLOURS = ("$standby", "$draw")
_MOST_PATHS = 200
_VERDICTS = {"better": "B better", "worse": "B worse", "different": "different", "unclear": "no clear difference"}


def write_comparison(a: RunFolder, b: RunFolder, out: Path) -> Path:
    """Write the comparison of run ``b`` with run ``a`` to ``out`` and return where it is."""
    with gather(a) as of_a, gather(b) as of_b:
        page = comparison_page(of_a, of_b)
    return write_page(page, Path(out))


def comparison_page(a: Evidence, b: Evidence) -> Page:
    """The comparison as data."""
    rows = compare(a.run, b.run)
    names = _names(a.run, b.run)
    return Page(
        kicker="racktwin · comparison of two runs",
        title=f"{names[1]} against {names[0]}",
        subtitle=f"A: {a.run.folder} · B: {b.run.folder}",
        description="",
        sections=(
            _headline(a, b, rows),
            _scenarios(a.run, b.run),
            _limits(a, b),
            _output(a, b),
            _all(rows),
            _reading(a.run, b.run, rows),
        ),
        footer=f"Written by racktwin {b.run.manifest.racktwin_version}. One file: it loads nothing and sends nothing.",
    )


def _names(a: RunFolder, b: RunFolder) -> tuple[str, str]:
    """The folders' names, or A and B where they are the same."""
    first, second = a.folder.resolve().name, b.folder.resolve().name
    return (first, second) if first != second else ("A", "B")


def _headline(a: Evidence, b: Evidence, rows: Sequence[ComparisonRow]) -> Section:
    of_plant = {row.kpi: row for row in rows if row.subject == ""}
    chosen = [of_plant[kpi] for kpi in HEADLINES if kpi in of_plant]
    blocks: list[Block] = [Note(caution, "warning") for caution in cautions(a.run, b.run)]
    blocks.append(_table("The plant as a whole", chosen, with_subject=False))
    lead = f"{_sentence(of_plant.get('throughput'))} {_moved(a, b)}"
    return Section("headline", "At a glance", lead, tuple(blocks))


def _moved(a: Evidence, b: Evidence) -> str:
    """Whether the strongest bottleneck is another one in B."""
    first, second = ranked(a)[:1], ranked(b)[:1]
    if not first or not second:
        return ""
    before, after = describe(a.scenario, first[0]), describe(b.scenario, second[0])
    if first == second:
        return f"The strongest bottleneck of both is {after}."
    return f"The strongest bottleneck moves from {before} to {after}."


def _sentence(row: ComparisonRow | None) -> str:
    if row is None:
        return "Neither run ships anything."
    both = f"A ships {number(row.a)} a week, B {number(row.b)}"
    if not row.clear:
        return f"{both}: the difference cannot be told from chance."
    change = estimate(abs(row.difference), row.half_width)
    return f"{both}: {change} {'more' if row.difference > 0 else 'fewer'} with B."


def _scenarios(a: RunFolder, b: RunFolder) -> Section:
    found = document_differences(a.manifest.document, b.manifest.document)
    if not found:
        return Section("scenarios", "What was changed", "The two scenarios are the same.", ())
    rows = tuple(Row((item.path, item.a, item.b)) for item in found[:_MOST_PATHS])
    columns = tuple(Column(title, numeric=False) for title in ("Path in the scenario", "A", "B"))
    blocks: list[Block] = [Table("Where the scenarios differ", columns, rows)]
    if len(found) > _MOST_PATHS:
        blocks.append(Note(f"{len(found) - _MOST_PATHS:,} more differences are not shown."))
    count = "one place" if len(found) == 1 else f"{len(found):,} places"
    return Section("scenarios", "What was changed", f"The scenarios differ in {count}.", tuple(blocks))


def _limits(a: Evidence, b: Evidence) -> Section:
    best = {**dict.fromkeys(ranked(a)[:8]), **dict.fromkeys(ranked(b)[:8])}
    subjects = sorted(best, key=lambda subject: -_larger(a, b, "bottleneck_share", subject))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": [text(subject.partition(":")[2]) for subject in subjects],
            "x": [100 * _finite(evidence.of("bottleneck_share", subject).mean) for subject in subjects],
            "error_x": evidence.whiskers("bottleneck_share", subjects),
            "marker": marker(colour),
            "hovertemplate": f"{name}: %{{y}} is the bottleneck %{{x:.1f}} % of the time<extra></extra>",
        }
        for evidence, name, colour in ((a, "A", _RUN_COLOURS[0]), (b, "B", _RUN_COLOURS[1]))
    ]
    chart = Chart(
        "bottlenecks",
        "Share of time as the bottleneck",
        "Work centers, people, feeds and cooling loops in both runs, with 95 % intervals.",
        figure(
            traces,
            height=110 + 42 * max(len(subjects), 2),
            barmode="group",
            xaxis=axis("% of the time watched", rangemode="tozero"),
            yaxis=axis(type="category", autorange="reversed", showgrid=False),
        ),
        Table(
            "Numbers of this chart",
            (Column("Limit", numeric=False), Column("A"), Column("B")),
            tuple(
                Row((subject, a.share("bottleneck_share", subject), b.share("bottleneck_share", subject)))
                for subject in subjects
            ),
            folded=True,
        ),
    )
    return Section("limits", "What limits it", f"A: {limit_sentence(a)} B: {limit_sentence(b)}", (chart,))


def _larger(a: Evidence, b: Evidence, kpi: str, subject: str) -> float:
    return max(_finite(evidence.of(kpi, subject).mean) for evidence in (a, b))


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _output(a: Evidence, b: Evidence) -> Section:
    products = list(dict.fromkeys((*a.products(), *b.products())))
    return Section(
        "output",
        "Output and time",
        "Shipments and cycle time of each product in both runs.",
        (_throughput(a, b, products), _cycle_time(a, b, products)),
    )


def _throughput(a: Evidence, b: Evidence, products: list[str]) -> Chart:
    traces = []
    for evidence, name, colour in ((a, "A", _RUN_COLOURS[0]), (b, "B", _RUN_COLOURS[1])):
        found = [evidence.of("throughput", product) for product in products]
        traces.append(
            {
                "type": "bar",
                "name": name,
                "x": [text(product) for product in products],
                "y": [item.mean for item in found],
                "error_y": {"array": [item.half_width for item in found], "color": "$ink", "thickness": 1},
                "marker": marker(colour),
                "hovertemplate": f"{name}: %{{y:.3g}} %{{x}} a week<extra></extra>",
            }
        )
    rows = tuple(Row((product, a.show("throughput", product), b.show("throughput", product))) for product in products)
    return Chart(
        "throughput",
        "Shipped per week",
        "Mean over replications, with 95 % interval.",
        figure(traces, barmode="group", xaxis=axis(type="category"), yaxis=axis("per week", rangemode="tozero")),
        Table("Numbers of this chart", (Column("Product", numeric=False), Column("A"), Column("B")), rows, folded=True),
    )


def _cycle_time(a: Evidence, b: Evidence, products: list[str]) -> Chart:
    shown = scale("s", max(_larger(a, b, "cycle_time_mean", product) for product in ("", *products)))
    bars = [(evidence, name, product) for product in products for evidence, name in ((a, "A"), (b, "B"))]
    labels = [text(f"{product} · {name}") for _, name, product in bars]
    traces: list[dict[str, Any]] = []
    rows = []
    for cause, (title, colour) in CAUSES.items():
        times = [
            _finite(evidence.of("cycle_time_breakdown", f"{product}:{cause}").mean) for evidence, _, product in bars
        ]
        if any(times):
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "name": title,
                    "y": labels,
                    "x": [shown(time) for time in times],
                    "marker": marker(colour),
                    "hovertemplate": f"%{{y}}<br>{title}: %{{x:.3g}} {shown.unit}<extra></extra>",
                }
            )
            rows.append(Row((title, *(number(shown(time)) for time in times))))
    return Chart(
        "cycle-time",
        "Cycle time by cause",
        f"Mean time from release to shipping in {unit_word(shown.unit)}, split by what the product does or waits for.",
        figure(
            traces,
            height=170 + 40 * max(len(bars), 2),
            barmode="stack",
            xaxis=axis(unit_word(shown.unit), rangemode="tozero"),
            yaxis=axis(type="category", autorange="reversed", showgrid=False),
        ),
        Table(
            f"Numbers of this chart, {unit_word(shown.unit)}",
            (Column("Cause", numeric=False), *(Column(f"{product} · {name}") for _, name, product in bars)),
            tuple(rows),
            folded=True,
        ),
    )


def _all(rows: Sequence[ComparisonRow]) -> Section:
    """Every KPI, folded by what it is about; in each, what differs comes first."""
    clear = sum(row.clear for row in rows)
    tables = []
    for title, kinds in _CHAPTERS.items():
        mine = [row for row in rows if KPIS[row.kpi].subject_kind in kinds]
        differ = [row for row in mine if row.clear]
        if mine:
            caption = f"{title}: {len(differ):,} of {len(mine):,} differ"
            tables.append(_table(caption, [*differ, *(row for row in mine if not row.clear)], folded=True))
    return Section(
        "all",
        "Every number",
        f"{clear:,} of {len(rows):,} numbers differ by more than chance explains, each taken by itself. "
        "One in twenty equal numbers would seem to.",
        tuple(tables),
    )


def _table(caption: str, rows: Sequence[ComparisonRow], with_subject: bool = True, folded: bool = False) -> Table:
    subject = (Column("Of", numeric=False),) if with_subject else ()
    return Table(
        caption,
        (
            Column("Number", numeric=False),
            *subject,
            Column("A"),
            Column("B"),
            Column("B − A", help="with the 95 % interval of the difference"),
            Column("Change"),
            Column("Verdict", numeric=False),
        ),
        tuple(_line(row, with_subject) for row in rows),
        folded,
    )


def _line(row: ComparisonRow, with_subject: bool) -> Row:
    largest = max((abs(value) for value in (row.a, row.b) if math.isfinite(value)), default=0.0)
    shown = scale(unit_of(row.kpi), largest)
    unit = "" if shown.unit == "1/week" else unit_word(shown.unit)
    subject = (row.subject or "all",) if with_subject else ()
    cells = (
        f"{row.title}, {unit}" if unit else row.title,
        *subject,
        number(shown(row.a)),
        number(shown(row.b)),
        estimate(shown(row.difference), shown(row.half_width), sign=True),
        _relative(row, shown),
        _VERDICTS[row.verdict],
    )
    return Row(cells, {"better": "better", "worse": "worse", "unclear": "muted"}.get(row.verdict, ""))


def _relative(row: ComparisonRow, shown: Scale) -> str:
    """The difference as a share of A; shares have none, since percent of percent confuses."""
    if shown.unit == "%" or not math.isfinite(row.difference) or row.a == 0:
        return MISSING
    change = row.difference / row.a
    return f"{'+' if change > 0 else ''}{percent(change)}"


def _reading(a: RunFolder, b: RunFolder, rows: Sequence[ComparisonRow]) -> Section:
    paired = all(row.paired for row in rows) and a.manifest.seed == b.manifest.seed
    how = (
        "Both runs draw the same random numbers (common random numbers): replication by replication they see the same "
        "orders, durations and breakdowns as far as the scenarios agree. Differences are taken pair by pair, which "
        "removes the luck that both share."
        if paired
        else "The runs do not share their random numbers, so that differences carry the luck of both."
    )
    return Section("reading", "How to read it", how, (run_facts(a, "Run A"), run_facts(b, "Run B"), definitions()))
