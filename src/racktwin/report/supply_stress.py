"""The page of a stress test: a map of sites and lanes by flow and risk, survival against recovery, the ranking."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from racktwin.model import Scenario
from racktwin.model.network import Network
from racktwin.plan.supply.network_flows import NetworkFlows, network_flows
from racktwin.plan.supply.stress import Stressed

from .blocks import Chart, Column, Note, Row, Section, Table
from .figure import axis, figure, marker, text
from .page import Page, write_page
from .palette import SERIES

_DAY_S = 86400.0
_SHOWN = 25
_SIMULATED = ("simulated: late after, d", "well after, d", "late at worst")
_WEEK_S = 7 * _DAY_S


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
    blocks = (_survival(ranked), _impact(ranked), _table(ranked, network), _note())
    chart = _map(network, {one.exposure.name: one.exposure.risk_exposure for one in ranked})
    place = () if chart is None else (Section("map", "Sites and lanes", _map_lead(network), (chart, _lanes(network))),)
    return Page(
        kicker="racktwin · supply stress",
        title=scenario.title or scenario.name,
        subtitle=f"{len(ranked)} losses, {uncovered} last longer than the network survives",
        description="",
        sections=(Section("stress", "What a loss costs", lead, blocks), *place),
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


def _impact(ranked: Sequence[Stressed]) -> Chart:
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
        return ("–", "–", "–")
    survives = "never" if one.simulated.survive_s == float("inf") else f"{one.simulated.survive_s / _DAY_S:,.1f}"
    over = "later" if one.simulated.recover_s == float("inf") else f"{one.simulated.recover_s / _DAY_S:,.1f}"
    return (survives, over, f"{one.simulated.worst_pieces:,.1f}")


def _note() -> Note:
    return Note(
        "By linear programme, with hindsight and without lead times (Simchi-Levi et al. 2015): what is left of stock, "
        "goods under way and capacity is shared as well as can be. A real network does no better, and may do worse."
    )


def _rates(network: NetworkFlows) -> dict[str, float]:
    """Pieces per second that each lane carries while demand is steady: what is in transit, by Little's law."""
    found: dict[str, float] = {}
    for k, way in enumerate(network.origins):
        if way.lane is not None:
            lead_s = network.net.lanes[way.lane].lead_time.mean_s
            carried = float(network.flows.in_transit[k]) / lead_s if lead_s > 0 else 0.0
            found[way.lane] = found.get(way.lane, 0.0) + carried
    return found


def _map_lead(network: NetworkFlows) -> str:
    known = sum(site.position is not None for site in network.net.sites.values())
    return f"{known} of {len(network.net.sites)} sites have a position."


def _map(network: NetworkFlows, risk: dict[str, float]) -> Chart | None:
    net = network.net
    places = {n: site.position for n, site in net.sites.items() if site.position is not None}
    if len(places) < 2:
        return None
    rates = _rates(network)
    most = max(rates.values(), default=0.0) or 1.0
    traces = []
    for name, lane in net.lanes.items():
        if lane.origin in places and lane.destination in places:
            ends = [places[lane.origin], places[lane.destination]]
            exposed = risk.get(f"lane {name}", 0.0)
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "showlegend": False,
                    "x": [float(end.longitude) for end in ends],
                    "y": [float(end.latitude) for end in ends],
                    "line": {"width": 1.0 + 7.0 * (rates.get(name, 0.0) / most) ** 0.5, "color": _risk_colour(exposed)},
                    "opacity": 0.7,
                    "hoverinfo": "text",
                    "text": f"{text(name)}: {rates.get(name, 0.0) * _WEEK_S:,.1f} a week, exposure {exposed:.2f}",
                }
            )
    traces.append(_sites(net, places, risk))
    layout = {"xaxis": axis("longitude, °"), "yaxis": axis("latitude, °"), "hovermode": "closest"}
    return Chart(
        "map",
        "Lanes by flow (width) and risk (colour)",
        "Sites at their longitude and latitude; lanes between them, wider where more pieces go.",
        figure(traces, 420, **layout),
    )


def _sites(net: Network, places: Collection[str], risk: dict[str, float]) -> dict[str, object]:
    positions = [net.sites[name].position for name in places]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "showlegend": False,
        "x": [float(place.longitude) for place in positions if place is not None],
        "y": [float(place.latitude) for place in positions if place is not None],
        "text": [text(name) for name in places],
        "textposition": "top center",
        "marker": {"size": 12, "color": [_risk_colour(risk.get(f"site {name}", 0.0)) for name in places]},
        "hovertemplate": "%{text}<extra></extra>",
    }


def _risk_colour(exposed: float) -> str:
    """Calm, noticed, and the worst third."""
    return SERIES[0] if exposed < 1e-9 else (SERIES[1] if exposed < 2 / 3 else "$limit")


def _lanes(network: NetworkFlows) -> Table:
    rates = _rates(network)
    rows = [
        Row((name, lane.mode, lane.origin, lane.destination, f"{rates.get(name, 0.0) * _WEEK_S:,.1f}"))
        for name, lane in network.net.lanes.items()
    ]
    words = tuple(Column(title, numeric=False) for title in ("lane", "mode", "from", "to"))
    return Table("Lanes", (*words, Column("pieces a week")), tuple(rows), folded=True)
