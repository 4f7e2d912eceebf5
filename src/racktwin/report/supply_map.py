"""The network as a map: sites, and lanes by flow and risk, with the table of both."""

from __future__ import annotations

from collections.abc import Collection

from racktwin.model.network import Network
from racktwin.plan.supply.network_flows import NetworkFlows

from .blocks import Chart, Column, Row, Table
from .figure import axis, figure, text
from .palette import SERIES

_WEEK_S = 7 * 86400.0


def lane_rates(network: NetworkFlows) -> dict[str, float]:
    """Pieces per second that each lane carries while demand is steady: what is in transit, by Little's law."""
    found: dict[str, float] = {}
    for k, way in enumerate(network.origins):
        if way.lane is not None:
            lead_s = network.net.lanes[way.lane].lead_time.mean_s
            carried = float(network.flows.in_transit[k]) / lead_s if lead_s > 0 else 0.0
            found[way.lane] = found.get(way.lane, 0.0) + carried
    return found


def map_lead(network: NetworkFlows) -> str:
    """How many sites the map can show."""
    known = sum(site.position is not None for site in network.net.sites.values())
    return f"{known} of {len(network.net.sites)} sites have a position."


def map_chart(network: NetworkFlows, risk: dict[str, float]) -> Chart | None:
    """Sites at their positions and the lanes between them; ``risk`` is exposure by loss (``lane NAME``, ``site NAME``).

    None where fewer than two sites have a position.
    """
    net = network.net
    places = {n: site.position for n, site in net.sites.items() if site.position is not None}
    if len(places) < 2:
        return None
    rates = lane_rates(network)
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


def lane_table(network: NetworkFlows, risk: dict[str, float]) -> Table:
    """All lanes with their flow and risk, the riskiest first."""
    rates = lane_rates(network)
    rows = [
        Row(
            (
                name,
                lane.mode,
                lane.origin,
                lane.destination,
                f"{rates.get(name, 0.0) * _WEEK_S:,.1f}",
                _share(risk, name),
            )
        )
        for name, lane in sorted(network.net.lanes.items(), key=lambda item: -risk.get(f"lane {item[0]}", 0.0))
    ]
    words = tuple(Column(title, numeric=False) for title in ("lane", "mode", "from", "to"))
    numbers = (Column("pieces a week"), Column("exposure", help="impact of its loss as a share of the worst loss"))
    return Table("Lanes by risk and flow", (*words, *numbers), tuple(rows), folded=True)


def _share(risk: dict[str, float], lane: str) -> str:
    return f"{risk[f'lane {lane}']:.2f}" if f"lane {lane}" in risk else "–"
