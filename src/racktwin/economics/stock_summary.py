"""What became of each stock: service, pieces on hand and on their way, and what its receipts cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from racktwin.model import Scenario

Floats = npt.NDArray[np.float64]

_WEEK_S = 7 * 86400.0
CHARGES = ("price_usd", "freight_usd", "insurance_usd", "duty_usd")
"""What a row of ``part_receipts`` was charged, US$, by column."""


def given_at_once(demand: Floats, owed: Floats, lost: Floats) -> Floats:
    """Pieces of each tick's demand given in that tick: what is owed at its end is taken to be the newest of it."""
    at_once: Floats = np.maximum(demand - owed - lost, 0.0)
    return at_once


@dataclass(frozen=True)
class StockSummary:
    """Means over the observed time and all replications; ``fill_rate`` is the share of demand given in its own tick.

    Demand owed from before is given first: what is still owed at a tick's end is taken to be the newest; what was
    lost was not given. ``short_share``: of ticks that end with pieces owed, or with some lost. Charges are those of
    receipts, whoever pays them.
    """

    stock: str
    part: str
    site: str
    on_hand: float
    owed: float
    on_the_way: float
    fill_rate: float
    short_share: float
    lost_per_week: float
    price_usd_per_week: float
    freight_usd_per_week: float
    insurance_usd_per_week: float
    duty_usd_per_week: float


def stock_summaries(scenario: Scenario, replications: Sequence[Mapping[str, pa.Table]]) -> tuple[StockSummary, ...]:
    """A row per stock of the network, from the supply engine's tables of each replication."""
    assert scenario.network is not None
    levels = pa.concat_tables([tables["stock_levels"] for tables in replications], promote_options="permissive")
    receipts = pa.concat_tables([tables["part_receipts"] for tables in replications], promote_options="permissive")
    warm_up_s = float(scenario.warm_up_s)
    weeks = (float(scenario.horizon_s) - warm_up_s) / _WEEK_S * len(replications)
    level_of = np.array(levels["stock"].cast(pa.string()).to_pylist())
    receipt_of = np.array(receipts["stock"].cast(pa.string()).to_pylist())
    seen, came = levels["time_s"].to_numpy() > warm_up_s, receipts["at_s"].to_numpy() >= warm_up_s
    found = []
    for name, stock in scenario.network.stocks.items():
        here, there = seen & (level_of == name), came & (receipt_of == name)
        column = {key: levels[key].to_numpy()[here] for key in ("on_hand", "backorders", "on_order", "demand", "lost")}
        asked = float(column["demand"].sum())
        at_once = given_at_once(column["demand"], column["backorders"], column["lost"])
        charges = [float(receipts[key].to_numpy()[there].sum()) / weeks for key in CHARGES]
        found.append(
            StockSummary(
                name,
                stock.part,
                stock.site,
                float(column["on_hand"].mean()),
                float(column["backorders"].mean()),
                float(column["on_order"].mean()),
                float(at_once.sum()) / asked if asked > 0 else float("nan"),
                float((column["backorders"] + column["lost"] > 0).mean()),
                float(column["lost"].sum()) / weeks,
                *charges,
            )
        )
    return tuple(found)
