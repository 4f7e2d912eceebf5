"""Mitigation: the cheapest of all combinations tried, and stock where nothing else helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from racktwin.errors import RacktwinError
from racktwin.plan.supply.design_problem import Option
from racktwin.plan.supply.flows import FlowNetwork, loss_of
from racktwin.plan.supply.portfolio import Likely, cheapest_portfolio
from racktwin.plan.supply.resilience import impact

from .test_resilience import WEEK_S, worked_example

pytest.importorskip("highspy")

_YEAR_S = 365 * 86400.0


def _network() -> FlowNetwork:
    """The worked example, with a second board maker who is not qualified, and stock that costs."""
    fields = vars(worked_example())
    return FlowNetwork(
        **{
            **fields,
            "ways": (*fields["ways"], "boards of the alternate"),
            "fills": np.append(fields["fills"], 0),
            "lead_time_s": np.zeros(5),
            "unit_usd": np.zeros(5),
            "in_transit": np.append(fields["in_transit"], 0.0),
            "holding_usd_per_s": np.array([6000.0, 900.0, 300_000.0]) / _YEAR_S,
        }
    )


def _lost_boards(weeks: float, rate: float = 0.1) -> Likely:
    return Likely(loss_of(_network(), "boards", closed=np.array([0])), weeks * WEEK_S, rate)


_ALTERNATE = Option("alternate", 30_000.0, np.array([4]))


@pytest.mark.parametrize(("weeks", "opens"), [(7.0, False), (12.0, True)])
def test_cheapest_of_stock_and_alternate(weeks: float, opens: bool) -> None:
    """There are boards for 10 racks: the others that 2 a week need cost 6,000 a year each, or the alternate 30,000."""
    found = cheapest_portfolio(_network(), [_lost_boards(weeks)], [_ALTERNATE], 0.0)
    boards = 2 * weeks - 10

    assert found.is_open == (opens,)
    assert found.cost_usd == pytest.approx(min(30_000.0, 6000.0 * boards), rel=1e-6)
    assert found.impact_usd == pytest.approx([0.0], abs=1.0)


def test_what_is_promised_is_the_impact_with_the_stock_added() -> None:
    network = _network()
    both = Likely(loss_of(network, "boards", closed=np.array([0, 4])), 8 * WEEK_S, 0.5)
    found = cheapest_portfolio(network, [both], [], 1e6)
    stocked = FlowNetwork(**{**vars(network), "on_hand": network.on_hand + found.added})
    shut = loss_of(stocked, "boards", closed=np.array([0, 4]))

    assert found.risk_usd_per_year == pytest.approx(1e6, rel=1e-6)
    assert impact(stocked, shut, 8 * WEEK_S)[1] <= 2e6 * (1 + 1e-6)


def test_more_risk_allowed_never_costs_more() -> None:
    costs = [
        cheapest_portfolio(_network(), [_lost_boards(9.0)], [_ALTERNATE], limit).cost_usd for limit in (0.0, 2e5, 8e5)
    ]

    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == pytest.approx(0.0, abs=1e-6)


def test_a_risk_nothing_lowers_is_said() -> None:
    network = _network()
    gone = Likely(loss_of(network, "customer", unserved=np.array([0])), WEEK_S, 1.0)

    with pytest.raises(RacktwinError, match="allow more"):
        cheapest_portfolio(network, [gone], [_ALTERNATE], 1.0)


@pytest.mark.parametrize(("premium_usd", "buys"), [(1000.0, 0.0), (90_000.0, 2.0)])
def test_expediting_costs_its_premium_as_often_as_the_loss_happens(premium_usd: float, buys: float) -> None:
    """2 racks' boards are missing once in ten years: expedited for 200 a year, or held where that is dear."""
    expedite = np.array([0.0, 0.0, 0.0, 0.0, premium_usd])
    found = cheapest_portfolio(_network(), [_lost_boards(6.0)], [], 0.0, premium_usd=expedite)

    assert found.added[0] == pytest.approx(buys)
    assert found.dearer_usd == pytest.approx(0.0 if buys else 0.1 * 2 * premium_usd)
    assert found.cost_usd == pytest.approx(min(0.1 * 2 * premium_usd, 2 * 6000.0))


def test_an_alternate_carries_all_pieces_of_a_rack_where_stock_costs_nothing_to_hold() -> None:
    """36 boards a rack, and demand doubled: the alternate brings all that the racks take."""
    fields = vars(_network())
    takes_boards = fields["takes"][:, 1] == 0
    pieces = np.where(takes_boards, 36 * fields["pieces"], fields["pieces"])
    free = FlowNetwork(**{**fields, "pieces": pieces, "holding_usd_per_s": np.zeros(3)})
    gone = loss_of(free, "boards", closed=np.array([0]))
    twice = replace(gone, demand_factor=2.0 * gone.demand_factor)
    _, least = impact(free, twice, 8 * WEEK_S)

    found = cheapest_portfolio(free, [Likely(twice, 8 * WEEK_S, 1.0)], [_ALTERNATE], least + 1.0, may_add=False)

    assert found.impact_usd == pytest.approx([least], abs=2.0)


def test_stock_that_is_free_to_hold_is_added_as_far_as_it_is_needed() -> None:
    """Boards for 10 racks, 14 wanted: four boards held at no cost, and the product itself only where it may be held."""
    free = FlowNetwork(**{**vars(_network()), "holding_usd_per_s": np.array([0.0, 900.0, 300_000.0]) / _YEAR_S})
    gone = Likely(loss_of(free, "boards", closed=np.array([0, 4])), 7 * WEEK_S, 0.1)
    found = cheapest_portfolio(free, [gone], [], 0.0, may_add=np.array([True, True, False]))

    assert found.added == pytest.approx([4.0, 0.0, 0.0], abs=1e-4)
    assert found.cost_usd == pytest.approx(0.0, abs=1e-6)
