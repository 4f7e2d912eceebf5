"""What a run's report says of risk and of where things are: map, lanes, tornado, and the racks that wait."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from racktwin.errors import RacktwinError
from racktwin.model.requirements import line_stocks
from racktwin.plan.supply.losses import described_losses, single_losses
from racktwin.plan.supply.network_flows import network_flows
from racktwin.plan.supply.stress import stress
from racktwin.plan.supply.whereabouts import whereabouts
from racktwin.results import RunFolder

from .blocks import Block, Column, Note, Row, Table
from .clock import Clock
from .supply_map import lane_table, map_chart
from .supply_stress import impact_chart

_LOST_S = 6 * 7 * 86400.0
_MOST_RACKS = 30


def risk_blocks(run: RunFolder) -> list[Block]:
    """Map, lanes and tornado of every loss; nothing where the network cannot be read as flows."""
    try:
        network = network_flows(run.scenario)
        losses = [*described_losses(run.scenario), *single_losses(run.scenario, _LOST_S, 0.0)]
        ranked = stress(run.scenario, losses)
    except RacktwinError:
        return []
    risk = {one.exposure.name: one.exposure.risk_exposure for one in ranked}
    chart = map_chart(network, risk)
    note = Note(
        "Impact of losing each site, lane and supply for six weeks, and of what the scenario describes: by linear "
        "programme, with hindsight and without lead times. racktwin supply stress asks more."
    )
    lanes: list[Block] = [lane_table(network, risk)]
    return [*([] if chart is None else [chart]), *lanes, impact_chart(ranked), note]


def waiting_table(run: RunFolder, clock: Clock) -> list[Block]:
    """The racks that wait, or will, for an order open on the day most is owed to the line, in the first replication."""
    stocks = set(line_stocks(run.scenario).values())
    levels = run.table("stock_levels", None, run.replications[0])
    here = np.isin(np.array(levels["stock"].cast(pa.string()).to_pylist()), list(stocks))
    time_s, owed = levels["time_s"].to_numpy()[here], levels["backorders"].to_numpy()[here]
    seen = time_s >= float(run.scenario.warm_up_s)
    if not run.scenario.has_line or not owed[seen].any():
        return []
    instants, place = np.unique(time_s[seen], return_inverse=True)
    at_s = float(instants[np.argmax(np.bincount(place, owed[seen]))])
    if at_s > float(run.scenario.horizon_s):
        return []
    orders = whereabouts(run, at_s, run.replications[0]).orders
    racks = sorted({rack for order in orders for rack in order.waiting}, key=lambda rack: (rack.ships_s, rack.serial))

    def day(moment_s: float) -> str:
        return f"{clock.at(moment_s):%Y-%m-%d}" if np.isfinite(moment_s) else "after the end"

    rows = [
        Row((rack.serial, rack.part, rack.stock, *map(day, (rack.from_s, rack.until_s, rack.ships_s))))
        for rack in racks[:_MOST_RACKS]
    ]
    titles = ("serial", "product", "waits for", "from", "arrives", "ships")
    shown = f", the first {_MOST_RACKS} of {len(racks)}" if len(racks) > _MOST_RACKS else ""
    caption = f"Racks that wait for an order open on {day(at_s)}, when most is owed, or will before it arrives"
    caption += f" (first replication{shown})"
    return [Table(caption, tuple(Column(title, numeric=False) for title in titles), tuple(rows))] if rows else []
