"""Small networks as scenarios, and what became of them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from racktwin.engines.supply import replicate_supply
from racktwin.model import Scenario
from racktwin.scenario.checks import check


def world(network: dict[str, Any], *, days: int = 60, parts: dict[str, Any] | None = None, **keys: Any) -> Scenario:
    """A scenario of that network; parts ``board`` and ``rack`` (of two boards) where nothing else is said."""
    scenario = Scenario.model_validate(
        {
            "racktwin": 1,
            "name": "world",
            "start": "2027-01-04",
            "horizon": f"{days} d",
            "parts": parts or {"board": {}, "rack": {"bill_of_materials": {"board": 2}}},
            "network": network,
            **keys,
        }
    )
    assert [finding for finding in check(scenario) if not finding.odd] == []
    return scenario


def one_stock(policy: dict[str, Any], quantity: Any, **keys: Any) -> dict[str, Any]:
    """A supplier in Taiwan, five days by air from a stock of boards in Texas; ``a__b=value`` sets a key of it."""
    network: dict[str, Any] = {
        "sites": {"taiwan": {"kind": "supplier", "country": "TW"}, "texas": {"kind": "plant", "country": "US"}},
        "supplies": {"boards": {"part": "board", "site": "taiwan", "prices": [{"price": "100 USD"}]}},
        "lanes": {
            "air": {"from": "taiwan", "to": "texas", "mode": "air", "lead_time": "5 d", "cost_per_piece": "3 USD"},
            "sea": {"from": "taiwan", "to": "texas", "mode": "sea", "lead_time": "20 d"},
        },
        "stocks": {
            "boards": {
                "part": "board",
                "site": "texas",
                "sources": [{"supply": "boards", "lane": "air"}],
                "policy": policy,
            }
        },
        "demand": {"line": {"stock": "boards", "quantity": quantity, "every": "1 d"}},
    }
    for path, value in keys.items():
        at = network
        *steps, last = path.split("__")
        for step in steps:
            at = at.setdefault(step, {})
        at[last] = value
    return network


def levels(scenario: Scenario, stock: str = "boards", column: str = "on_hand", seed: int = 1) -> list[float]:
    """A column of a stock's history, day by day."""
    table = replicate_supply(scenario, 0, seed)["stock_levels"]
    chosen = table.filter(pc.equal(table["stock"].cast(pa.string()), stock))
    return [float(value) for value in chosen[column].to_pylist()]


def receipts(scenario: Scenario, stock: str = "boards", seed: int = 1) -> list[tuple[float, int, str]]:
    """Day, pieces and source of all that came."""
    rows = replicate_supply(scenario, 0, seed)["part_receipts"].to_pylist()
    return [(row["at_s"] / 86400.0, row["quantity"], row["source"]) for row in rows if row["stock"] == stock]
