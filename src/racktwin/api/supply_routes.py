"""The supply network as a map: sites, lanes by flow and risk, and every stock at a moment."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from racktwin.errors import RacktwinError
from racktwin.model.network import Network

from .answers import Opened, answer
from .open_runs import OpenRun
from .problems import ApiError, errors
from .span import Moment, Part

router = APIRouter(prefix="/api/runs/{run}/supply", tags=["supply"], responses=errors(404, 409))
_LOST_S = 6 * 7 * 86400.0


@router.get("")
def read_network(request: Request, opened: Opened) -> Response:
    """Sites with their position (null where the scenario gives none), lanes, and which stock is where."""

    def network() -> dict[str, Any]:
        net = _network(opened)
        return {
            "run": opened.name,
            "sites": [
                {
                    "name": name,
                    "kind": site.kind,
                    "country": site.country,
                    "latitude": None if site.position is None else float(site.position.latitude),
                    "longitude": None if site.position is None else float(site.position.longitude),
                }
                for name, site in net.sites.items()
            ],
            "lanes": [
                {
                    "name": name,
                    "origin": lane.origin,
                    "destination": lane.destination,
                    "mode": lane.mode,
                    "lead_time_s": lane.lead_time.mean_s,
                }
                for name, lane in net.lanes.items()
            ],
            "stocks": [{"name": name, "part": stock.part, "site": stock.site} for name, stock in net.stocks.items()],
            "disrupted_by": net.disrupted_by,
        }

    return answer(request, opened, network)


@router.get("/risk")
def read_risk(request: Request, opened: Opened) -> Response:
    """Pieces that each lane carries while demand is steady, and the exposure of each site, lane and supply to its loss.

    Exposure is the cost of six weeks without it as a share of the dearest of them all (``racktwin supply stress``); how
    likely it is does not count. ``described``: what each disruption of the scenario costs while it lasts, as a multiple
    of that same dearest loss. By linear programme, with hindsight and without lead times.
    """
    return answer(request, opened, lambda: _risk(opened))


def _risk(opened: OpenRun) -> dict[str, Any]:
    from racktwin.plan.supply.losses import described_losses, loss_of_flows, single_losses
    from racktwin.plan.supply.network_flows import network_flows
    from racktwin.plan.supply.resilience import impact
    from racktwin.report.supply_map import lane_rates

    scenario = opened.run.scenario
    _network(opened)
    try:
        flows = network_flows(scenario)
        single, described = (
            {one.name: impact(flows.flows, loss_of_flows(flows, one), one.recover_s)[1] for one in losses}
            for losses in (single_losses(scenario, _LOST_S, 0.0), described_losses(scenario))
        )
    except RacktwinError as error:
        raise ApiError(409, f"the network cannot be read as flows: {str(error)[:300]}", "see docs/supply.md") from None
    dearest = max(single.values(), default=0.0) or float("inf")
    return {
        "run": opened.name,
        "pieces_per_s": lane_rates(flows),
        "exposure": {name: usd / dearest for name, usd in single.items()},
        "described": {name: usd / dearest for name, usd in described.items()},
    }


@router.get("/moment")
def read_stocks(request: Request, opened: Opened, part: Part, at_s: Moment = None) -> Response:
    """Every stock as it stood at the last tick up to a moment."""
    at = opened.run.manifest.warm_up_s if at_s is None else at_s

    def stocks() -> dict[str, Any]:
        _network(opened)
        rows = opened.arrow(
            """
            SELECT CAST(stock AS VARCHAR) AS stock, CAST(part AS VARCHAR) AS part, CAST(site AS VARCHAR) AS site,
                max(time_s) AS time_s, arg_max(on_hand, time_s) AS on_hand, arg_max(backorders, time_s) AS backorders,
                arg_max(on_order, time_s) AS on_order, arg_max(in_transit, time_s) AS in_transit
            FROM stock_levels WHERE time_s <= ? GROUP BY ALL ORDER BY stock, part
            """,
            [at],
            part,
        ).to_pylist()
        return {"replication": part, "at_s": at, "stocks": rows}

    return answer(request, opened, stocks)


def _network(opened: OpenRun) -> Network:
    net = opened.run.scenario.network
    if net is None:
        raise ApiError(409, f"run {opened.name!r} has no supply network", "see docs/supply.md")
    return net
