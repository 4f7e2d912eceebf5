"""The page of a stress test: a map of sites and lanes by flow and risk, survival against recovery, the ranking."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from racktwin.model import Scenario
from racktwin.plan.supply.network_flows import NetworkFlows, network_flows
from racktwin.plan.supply.simulated_losses import Simulated
from racktwin.plan.supply.stress import Stressed

from .blocks import Chart, Column, Note, Row, Section, Table
from .figure import axis, figure, marker, text
from .page import Page, write_page
from .palette import SERIES
from .supply_map import lane_table, map_chart, map_lead

_DAY_S = 86400.0
_SHOWN = 25
_SIMULATED = (
    "simulated: late after, d",
    "well after, d",
    "late at worst",
    "lateness, US$",
    "dearer parts, US$",
)


def write_stress(scenario: Scenario, ranked: Sequence[Stressed], out: Path) -> Path:
    """Write the page to ``out`` and return where it is."""
    return write_page(stress_page(scenario, ranked), out)


def stress_page(scenario: Scenario, ranked: Sequence[Stressed]) -> Page:
    """The stress test as data; losses come the dearest first."""
    network = network_flows(scenario)
    worst = ranked[0].exposure if ranked else None
    lead = "No loss was looked at."
    if worst is not None:
        lead = f"The dearest is {worst.name}: US${worst.impact_usd:,.0f} in {worst.recover_s / _DAY_S:,.0f} days."
    uncovered = sum(not one.exposure.is_covered for one in ranked)
    blocks = (_survival(ranked), impact_chart(ranked), _table(ranked, network), _note())
    risk = {one.exposure.name: one.exposure.risk_exposure for one in ranked}
    chart = map_chart(network, risk)
    lanes = lane_table(network, risk)
    place = Section("map", "Sites and lanes", map_lead(network), (lanes,) if chart is None else (chart, lanes))
    return Page(
        kicker="racktwin · supply stress",
        title=scenario.title or scenario.name,
        subtitle=f"{len(ranked)} losses, {uncovered} last longer than the network survives",
        description="",
        sections=(Section("stress", "What a loss costs", lead, blocks), place),
        footer="Written by racktwin. One file: it loads nothing and sends nothing.",
    )


def _survival(ranked: Sequence[Stressed]) -> Chart:
    shown = [one.exposure for one in ranked[:_SHOWN]][::-1]
    longest = max((one.recover_s for one in shown), default=1.0)
    days = [min(one.survive_s, 2.0 * longest) / _DAY_S for one in shown]
    names = [text(one.name) for one in shown]
    lasts = {
        "type": "scatter",
        "mode": "markers",
        "name": "the loss lasts",
        "y": names,
        "x": [one.recover_s / _DAY_S for one in shown],
        "marker": {"symbol": "line-ns-open", "size": 16, "line": {"width": 3}, "color": SERIES[1]},
        "hovertemplate": "lasts %{x:,.1f} days<extra>%{y}</extra>",
    }
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": "demand is met for",
        "y": names,
        "x": days,
        "marker": marker(SERIES[0]),
        "hovertemplate": "survives %{x:,.1f} days<extra>%{y}</extra>",
    }
    layout = {"xaxis": axis("days (bars end at twice the longest loss)"), "yaxis": axis()}
    return Chart(
        "survival",
        "Time to survive against time to recover",
        "For each loss, how long all demand is still met, and how long the loss lasts.",
        figure([bars, lasts], 140 + 24 * len(shown), **layout),
    )


def impact_chart(ranked: Sequence[Stressed]) -> Chart:
    """A tornado: what each loss costs until it is over, the dearest on top."""
    shown = [one.exposure for one in ranked[:_SHOWN] if one.exposure.impact_usd > 0][::-1]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [text(one.name) for one in shown],
        "x": [one.impact_usd for one in shown],
        "marker": marker(SERIES[2]),
        "hovertemplate": "US$%{x:,.0f}<extra>%{y}</extra>",
    }
    return Chart(
        "impact",
        "Impact until recovery",
        "What cannot be delivered while each loss lasts, in US dollars: a tornado of losses.",
        figure([bars], 120 + 24 * len(shown), xaxis=axis("US$"), yaxis=axis()),
    )


def _table(ranked: Sequence[Stressed], network: NetworkFlows) -> Table:
    demands = network.flows.demands
    titles = ("survives, d", "lasts, d", *(f"{name} lost" for name in demands), "impact, US$", "exposure", "US$ a year")
    is_simulated = any(one.simulated is not None for one in ranked)
    titles = (*titles, *(_SIMULATED if is_simulated else ()))
    rows = []
    for one in ranked:
        exposure = one.exposure
        survives = "for good" if exposure.survive_s == float("inf") else f"{exposure.survive_s / _DAY_S:,.1f}"
        expected = (
            "–" if one.expected_usd_per_year != one.expected_usd_per_year else f"{one.expected_usd_per_year:,.0f}"
        )
        lost = (f"{pieces:,.1f}" for pieces in exposure.lost_pieces)
        cells = (exposure.name, survives, f"{exposure.recover_s / _DAY_S:,.1f}", *lost)
        cells = (*cells, f"{exposure.impact_usd:,.0f}", f"{exposure.risk_exposure:.2f}", expected)
        if is_simulated:
            cells = (*cells, *_simulated_cells(one))
        rows.append(Row(cells, "muted" if exposure.is_covered else "worse"))
    return Table(
        "All losses", (Column("loss", numeric=False), *(Column(title) for title in titles)), tuple(rows), folded=True
    )


def _simulated_cells(one: Stressed) -> tuple[str, ...]:
    """Days until late and until well again, pieces late at worst."""
    if one.simulated is None:
        return ("–",) * len(_SIMULATED)
    survives = "never" if one.simulated.survive_s == float("inf") else f"{one.simulated.survive_s / _DAY_S:,.1f}"
    over = "later" if one.simulated.recover_s == float("inf") else f"{one.simulated.recover_s / _DAY_S:,.1f}"
    half = one.simulated.half.get("worst_pieces", float("nan"))
    give_or_take = "" if half != half else f" ± {half:,.1f}"
    return (survives, over, f"{one.simulated.worst_pieces:,.1f}{give_or_take}", *_usd_cells(one.simulated))


def _usd_cells(found: Simulated) -> tuple[str, ...]:
    """What lateness and dearer parts cost, each with its half width."""
    halves = (found.half.get(name, float("nan")) for name in ("cost_usd", "dearer_usd"))
    values = (found.cost_usd, found.dearer_usd)
    return tuple(
        f"{usd:,.0f}" + ("" if half != half else f" ± {half:,.0f}") for usd, half in zip(values, halves, strict=True)
    )


def _note() -> Note:
    return Note(
        "By linear programme, with hindsight and without lead times (Simchi-Levi et al. 2015): what is left of stock, "
        "goods under way and capacity is shared as well as can be. A real network does no better, and may do worse."
    )
