"""What cannot be met is named with what stands in its way: capacity, lane, lead time, qualification, least order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from racktwin.plan.supply.network_flows import network_flows
from racktwin.plan.supply.unmet import unmet_demand
from tests.engines.supply.worlds import one_stock, world

YEAR_S = 365 * 86400.0
PARTS = {"parts": {"board": {"price": "200 USD"}}}


def reasons(network: dict[str, Any], lost: float = 10.0, *, alternates: bool = False) -> str:
    """What is said of the one demand, of which so many pieces are lost."""
    scenario = world(network, days=365, **PARTS)
    (one,) = unmet_demand(network_flows(scenario, with_alternates=alternates), np.array([lost]), YEAR_S)
    assert (one.demand, one.pieces) == ("line", lost)
    return "\n".join(one.reasons)


BASE = {"rule": "base_stock", "level": 40}
NONE = {"rule": "base_stock", "level": 0}


def test_a_capacity_is_named_with_its_number_and_what_more_would_serve() -> None:
    capacity = {"pieces": 7, "per": "1 wk"}
    network = one_stock(BASE, [2])
    network["lanes"]["air"]["capacity"] = capacity
    assert "lane air carries 7 pieces a week at most, and each more would serve 1" in reasons(network)


def test_a_qualification_that_comes_too_late() -> None:
    network = one_stock(NONE, [2], supplies__boards__qualified=False, supplies__boards__qualification_time="26 wk")
    said = reasons(network, alternates=True)
    assert "boards comes only by what must be qualified first (boards: 26 weeks" in said


def test_a_lead_time_longer_than_stock_lasts() -> None:
    """Racks are made of boards in 30 days, and half a day's racks are there."""
    network = one_stock(BASE, [4])
    network["supplies"]["racks"] = {"part": "rack", "site": "texas", "lead_time": "30 d"}
    network["stocks"]["racks"] = {"part": "rack", "site": "texas", "sources": [{"supply": "racks"}], "policy": NONE}
    network["demand"] = {"line": {"stock": "racks", "quantity": [2], "every": "1 d"}}
    parts = {"board": {"price": "200 USD"}, "rack": {"price": "900 USD", "bill_of_materials": {"board": 2}}}
    flows = network_flows(world(network, days=365, parts=parts))
    (one,) = unmet_demand(flows, np.array([10.0]), YEAR_S)
    assert one.reasons == (
        "the first pieces come 30.0 days after the start (slowest: racks from racks), and stock lasts 0.5: "
        "hold more at the start, or find a faster way",
    )


def test_a_least_order_beyond_all_that_is_asked() -> None:
    said = reasons(one_stock(BASE, [2], supplies__boards__minimum_order=5000))
    assert "boards sells 5,000 pieces at least, and 730 are asked for" in said


def test_a_piece_that_costs_more_than_its_loss() -> None:
    said = reasons(one_stock(BASE, [2], demand__line__lost_sale_cost="5 USD"))
    assert "a piece costs US$103 and its loss only US$5" in said


@pytest.mark.parametrize("lost", [0.0, 1e-9])
def test_what_is_met_needs_no_reason(lost: float) -> None:
    network = network_flows(world(one_stock(BASE, [2]), days=365, **PARTS))
    assert unmet_demand(network, np.array([lost]), YEAR_S) == ()
