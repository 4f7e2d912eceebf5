"""The page of a capacity plan: what to buy, cost against throughput with its frontier, what binds next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from racktwin.model import Scenario

from .blocks import Card, Cards, Chart, Column, Note, Row, Section, Table
from .figure import axis, figure, text
from .numbers import estimate, number
from .page import Page, write_page

if TYPE_CHECKING:
    from racktwin.plan.capacity import CapacityPlan, Step, Tradeoff


def write_capacity_report(
    scenario: Scenario, found: CapacityPlan, trade: Sequence[Tradeoff], steps: Sequence[Step], out: Path
) -> Path:
    """Write the page; returns ``out``."""
    sections = (_headline(found), _frontier(found, trade), _steps(steps), _settings(found), _reading(found))
    return write_page(
        Page(
            kicker="racktwin · capacity plan",
            title=scenario.title or scenario.name,
            subtitle=f"{scenario.name} · {len(found.levers)} levers, {len(found.judged)} settings judged",
            description=scenario.description,
            sections=sections,
            footer="Written by racktwin. One file: it loads nothing and sends nothing.",
        ),
        out,
    )


def _headline(found: CapacityPlan) -> Section:
    if found.best is None:
        lead = (
            "Not even the most of everything is enough." if found.is_decided else "No setting judged so far is enough."
        )
        return Section("plan", "The plan", lead, (Note("Allow more levels or levers, or ask for less.", "warning"),))
    verdict = found.judged[found.best]
    cards = [Card("Cost", number(found.cost_usd_per_year(found.best)), "USD a year", (), "Sum over the levers.")]
    cards += [
        Card(
            one.kpi.replace("_", " "),
            number(mean),
            "",
            (f"at least {number(one.bound)}", f"{verdict.n} replications"),
            "",
        )
        for one, mean in zip(found.requirements, verdict.means, strict=True)
    ]
    rows = tuple(
        Row((lever.path, lever.values[level], number(lever.cost_usd_per_year[level])))
        for lever, level in zip(found.levers, found.best, strict=True)
    )
    table = Table("What to have", (Column("Lever", numeric=False), Column("Level"), Column("USD a year")), rows)
    sure = (
        f"With a probability of at least {found.confidence:g} no cheaper setting keeps the requirements."
        if found.is_decided
        else "Judgements ran out: a cheaper setting may do."
    )
    return Section("plan", "The plan", sure, (Cards(tuple(cards)), table))


def _frontier(found: CapacityPlan, trade: Sequence[Tradeoff]) -> Section:
    on = [one for one in trade if one.is_frontier]
    best = [one for one in trade if one.setting == found.best]
    traces = [
        _points("settings judged", [one for one in trade if not one.is_frontier], "$muted", "markers", found),
        _points("frontier: nothing cheaper ships more", on, "$series_0", "lines+markers", found),
        _points("the plan", best, "$power", "markers", found, size=14),
    ]
    chart = Chart(
        "frontier",
        "Cost against throughput",
        "Each point is a setting that was judged, with the 95 % interval of its mean; the line joins those that "
        "nothing cheaper surpasses. Point at one for its levels.",
        figure(
            [trace for trace in traces if trace["x"]],
            height=420,
            xaxis=axis("USD a year"),
            yaxis=axis("products a week"),
        ),
        Table(
            "The frontier",
            (Column("USD a year"), Column("Products a week"), Column("Levels", numeric=False)),
            tuple(
                Row((number(one.cost_usd_per_year), estimate(one.mean, one.half_width), _levels(found, one)))
                for one in on
            ),
            folded=True,
        ),
    )
    return Section("frontier", "What more would cost", "The settings looked at on the way.", (chart,))


def _points(
    name: str, rows: Sequence[Tradeoff], colour: str, mode: str, found: CapacityPlan, size: int = 8
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "x": [one.cost_usd_per_year for one in rows],
        "y": [one.mean for one in rows],
        "error_y": {"type": "data", "array": [one.half_width for one in rows], "color": colour, "thickness": 1},
        "customdata": [[text(_levels(found, one))] for one in rows],
        "hovertemplate": "%{x:,.0f} USD a year, %{y:.3g} a week<br>%{customdata[0]}<extra></extra>",
        "marker": {"color": colour, "size": size},
        "line": {"color": colour, "shape": "hv"},
    }


def _levels(found: CapacityPlan, one: Tradeoff) -> str:
    pairs = zip(found.levers, one.setting, strict=True)
    return ", ".join(f"{_short(lever.path)}: {lever.values[level]}" for lever, level in pairs)


def _steps(steps: Sequence[Step]) -> Section:
    rows = tuple(
        Row(
            (s.lever.path, s.to, estimate(s.gain, s.half_width, sign=True), number(s.cost_usd_per_year)),
            "better" if s.is_sure else "muted",
        )
        for s in steps
    )
    columns = (
        Column("Lever", numeric=False),
        Column("To"),
        Column("Products a week", help="Paired difference with its 95 % half width, on common random numbers."),
        Column("USD a year more"),
    )
    sure = [s for s in steps if s.is_sure]
    lead = (
        f"One step more of {sure[0].lever.path} brings most: it binds next."
        if sure
        else "No single step more brings anything beyond chance: demand, or several things at once, set the pace."
    )
    return Section("next", "What binds next", lead, (Table("One step more of each", columns, rows),))


def _settings(found: CapacityPlan) -> Section:
    words = {True: "kept", False: "not kept", None: "undecided"}
    rows = tuple(
        Row(
            (
                ", ".join(lever.values[level] for lever, level in zip(found.levers, setting, strict=True)),
                number(found.cost_usd_per_year(setting)),
                *(number(mean) for mean in verdict.means),
                str(verdict.n),
                words[verdict.kept],
            ),
            "better" if setting == found.best else "muted" if verdict.kept is False else "",
        )
        for setting, verdict in sorted(found.judged.items(), key=lambda item: found.cost_usd_per_year(item[0]))
    )
    columns = (
        Column(" · ".join(_short(lever.path) for lever in found.levers), numeric=False),
        Column("USD a year"),
        *(Column(one.kpi) for one in found.requirements),
        Column("Replications"),
        Column("Requirements", numeric=False),
    )
    return Section("settings", "What was judged", "The cheapest first.", (Table("Settings", columns, rows),))


def _reading(found: CapacityPlan) -> Section:
    text_ = (
        "Costs are taken as known; only performance is random. Settings are judged in the order of their cost by a "
        "sequential test (Andradóttir and Kim 2010) that is wrong about any of them with a probability of at most "
        f"{1 - found.confidence:.2g} in all, but for requirements missed or kept by less than their tolerance. "
        "What has no more of anything than a setting that failed is ruled out unseen: more is taken never to hurt."
    )
    blocks = [Note(text_)]
    if found.contradictions:
        blocks.append(Note("More did hurt somewhere: settings with less were judged to do better.", "warning"))
    return Section("reading", "How to read this", "What is promised, and on which condition.", tuple(blocks))


def _short(path: str) -> str:
    """The name by which a path is told from others: its last part but one that is a word, and the last."""
    *before, last = path.split(".")
    word = next((part for part in reversed(before) if not part.isdigit()), "")
    return f"{word} {last}".strip()
