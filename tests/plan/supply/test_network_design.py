"""The scenario's network as a design problem: a steady start, nothing free to hold, and never worse than as it is."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from racktwin.model import Scenario
from racktwin.plan.supply.network_design import DesignAnswer, DesignQuestion, design_network
from racktwin.plan.supply.network_flows import NetworkFlows, network_flows
from racktwin.scenario import read_scenario

pytest.importorskip("highspy")

_WEEK_S = 604800.0


@cache
def _georgetown() -> Scenario:
    return read_scenario("georgetown").scenario


@cache
def _network() -> NetworkFlows:
    return network_flows(_georgetown(), with_alternates=True)


@cache
def _answer() -> DesignAnswer:
    return design_network(_georgetown(), DesignQuestion(4 * _WEEK_S, gap=0.001))


def test_a_rack_made_ahead_ties_up_what_its_parts_do() -> None:
    flows = _network().flows
    rack = flows.stocks.index("gb200_nvl72 by the line")
    way = int(np.flatnonzero(flows.fills == rack)[0])
    rows = flows.takes[:, 0] == way
    parts_usd_per_s = float(flows.pieces[rows] @ flows.holding_usd_per_s[flows.takes[rows, 1]])

    assert parts_usd_per_s > 0
    assert flows.holding_usd_per_s[rack] == pytest.approx(parts_usd_per_s)


def test_what_is_held_is_not_bought_from_an_alternate_that_is_shut() -> None:
    """The other maker's card is cheaper (US$1,510 against 1,578), and nobody sells it at the start."""
    flows, value = _network().flows, _network().value_usd
    cards = flows.stocks.index("network_cards")
    usd = {_network().origins[k].supply: flows.unit_usd[k] for k in np.flatnonzero(flows.fills == cards)[::-1]}

    assert usd["network_cards_other"] < usd["network_cards"]
    assert value[cards] == pytest.approx(usd["network_cards"])


def test_a_network_that_runs_does_not_start_empty() -> None:
    """What steady demand keeps with suppliers is under way: as it is, little is late if nothing happens."""
    present = _answer().as_it_is
    bought_usd = float((present.sent[0] * present.problem.unit_usd).sum())

    assert present.lost_pieces[0].sum() == pytest.approx(0, abs=1e-6)
    assert present.future_usd[0] == pytest.approx(bought_usd, rel=0.001)  # before: 16 M of lateness, 1 %


def test_a_design_costs_no_more_than_the_network_as_it_is() -> None:
    answer = design_network(_georgetown(), DesignQuestion(4 * _WEEK_S, gap=0.01))  # loose: HiGHS stops at a dearer one

    assert answer.found.cost_usd <= answer.as_it_is.cost_usd
    assert answer.found.bound_usd <= answer.found.cost_usd
