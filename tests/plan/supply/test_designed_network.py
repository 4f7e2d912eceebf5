"""From a design to a network that is simulated: its sources and levels, and a ledger worked out by hand."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from racktwin.engines.supply import replicate_supply
from racktwin.model.quantity import Count
from racktwin.model.stock import BaseStock, Source, Stock
from racktwin.plan.supply.design import Design
from racktwin.plan.supply.designed_network import designed_scenario
from racktwin.plan.supply.network_design import DesignAnswer, DesignQuestion, design_network, problem_of
from racktwin.plan.supply.network_flows import NetworkFlows, network_flows
from racktwin.plan.supply.simulated_design import simulate_design
from racktwin.plan.supply.simulated_ledger import Ledgers
from tests.cli.command import racktwin
from tests.engines.supply.worlds import world

_DAY_S = 86400.0
_TWO_PLACES: dict[str, Any] = {
    "carrying_rate": "36.5 %/yr",
    "sites": {
        "taiwan": {"kind": "supplier", "country": "TW"},
        "mexico": {"kind": "supplier", "country": "MX"},
        "texas": {"kind": "plant", "country": "US"},
    },
    "supplies": {
        "boards": {"part": "board", "site": "taiwan", "prices": [{"price": "100 USD"}], "order_cost": "2 USD"},
        "boards_mexico": {
            "part": "board",
            "site": "mexico",
            "prices": [{"price": "110 USD"}],
            "qualified": False,
            "qualification_time": "1 d",
            "opening_cost": "40 USD",
        },
    },
    "lanes": {
        "air": {"from": "taiwan", "to": "texas", "mode": "air", "lead_time": "10 d", "cost_per_piece": "3 USD"},
        "truck": {"from": "mexico", "to": "texas", "mode": "truck", "lead_time": "4 d", "cost_per_piece": "1 USD"},
    },
    "stocks": {
        "boards": {
            "part": "board",
            "site": "texas",
            "sources": [{"supply": "boards", "lane": "air"}],
            "policy": {"rule": "base_stock", "level": 25},
        }
    },
    "demand": {"line": {"stock": "boards", "quantity": 2, "every": "1 d", "backorder_cost": "5 USD/d"}},
    "disruptions": {
        "quake": {
            "starts": "20 d",
            "rate": "60 %/yr",
            "effects": [{"kind": "site_down", "sites": ["taiwan"], "duration": "15 d"}],
        }
    },
}


def _network(**changes: Any) -> NetworkFlows:
    section = copy.deepcopy(_TWO_PLACES)
    for path, value in changes.items():
        *steps, last = path.split("__")
        at = section
        for step in steps:
            at = at[step]
        at[last] = value
    return network_flows(world(section, days=60), with_alternates=True)


def _design(network: NetworkFlows, is_open: bool, held: float, *sent: tuple[float, float]) -> Design:
    """By future what the two ways carry in all, in the first period; the rest of the programme's answer is not read."""
    problem = problem_of(network, DesignQuestion(10 * _DAY_S))
    flows = [np.zeros((2, problem.periods)) for _ in sent]
    for future, pieces in zip(flows, sent, strict=True):
        future[:, 0] = pieces
    nothing = np.zeros(len(sent))
    opened, held_pieces = np.array([is_open]), np.array([held])
    return Design(problem, opened, held_pieces, 0, 0, 0, nothing, nothing[:, None], tuple(flows), "by hand", 0)


def _stock(network: NetworkFlows, design: Design) -> Stock:
    made = designed_scenario(network, design).network
    assert made is not None
    return made.stocks["boards"]


def _told(sources: tuple[Source, ...]) -> list[tuple[str | None, float, str, int | None]]:
    return [(one.supply, float(one.share), one.role, one.top_up_level) for one in sources]


def test_an_option_that_is_shut_is_no_source() -> None:
    stock = _stock(_network(), _design(_network(), False, 0, (120, 0), (120, 0)))

    assert _told(stock.sources) == [("boards", 1.0, "base", None)]


def test_an_option_takes_the_share_of_the_orders_that_the_plan_gives_it() -> None:
    stock = _stock(_network(), _design(_network(), True, 0, (90, 30), (90, 30)))

    assert _told(stock.sources) == [("boards", 0.75, "base", None), ("boards_mexico", 0.25, "base", None)]


def test_what_the_plan_uses_in_a_disruption_only_is_a_top_up_of_its_own_lead_time() -> None:
    """Two a day for four days: what must be there or coming when it is asked."""
    stock = _stock(_network(), _design(_network(), True, 0, (120, 0), (90, 30)))

    assert _told(stock.sources) == [("boards", 1.0, "base", None), ("boards_mexico", 1.0, "top_up", 8)]


def test_what_is_held_is_kept_and_on_hand_from_the_start() -> None:
    """Mean stock 25 - 2 (10 + 1) + 1, on order 2 x 10, held 7 (6.2 rounded up)."""
    stock = _stock(_network(), _design(_network(), False, 6.2, (120, 0), (120, 0)))

    assert stock.policy == BaseStock(rule="base_stock", level=Count(25 + 7))
    assert stock.initial == 4 + 20 + 7


def test_a_stock_that_nothing_fills_any_more_orders_nothing() -> None:
    network = _network(supplies__boards__qualified=False, supplies__boards__qualification_time="1 d")
    problem = problem_of(network, DesignQuestion(10 * _DAY_S))
    design = replace(_design(network, False, 0, (0, 0), (0, 0)), problem=problem, is_open=np.zeros(2, bool))
    scenario = designed_scenario(network, design)
    orders = replicate_supply(scenario, 0, 1)["supply_orders"]

    assert [option.name for option in problem.options] == ["boards", "boards_mexico"]
    assert orders.num_rows == 0


def test_a_shut_site_is_neither_source_nor_sink() -> None:
    network = _network(sites__mexico__open=False, sites__mexico__opening_cost="9 USD")
    problem = problem_of(network, DesignQuestion(10 * _DAY_S))
    design = replace(_design(network, True, 0, (90, 30), (90, 30)), problem=problem, is_open=np.array([True, False]))

    assert [option.name for option in problem.options] == ["boards_mexico", "mexico"]
    assert _told(_stock(network, design).sources) == [("boards", 1.0, "base", None)]


def test_an_expedite_lane_that_is_shut_is_not_used() -> None:
    fast = {"from": "taiwan", "to": "texas", "mode": "air", "lead_time": "2 d", "qualified": False}
    section = copy.deepcopy(_TWO_PLACES)
    section["lanes"]["fast"] = fast | {"qualification_time": "1 d"}
    section["stocks"]["boards"]["sources"] = [{"supply": "boards", "lane": "air", "expedite_lane": "fast"}]
    network = network_flows(world(section), with_alternates=True)
    problem = problem_of(network, DesignQuestion(10 * _DAY_S))
    sent = tuple(np.ones((3, problem.periods)) for _ in problem.futures)
    names = [option.name for option in problem.options]
    for is_open in (False, True):
        opened = np.array([name == "fast" and is_open for name in names])
        design = replace(_design(network, False, 0), problem=problem, is_open=opened, sent=sent)
        assert _stock(network, design).sources[0].expedite_lane == ("fast" if is_open else None)


def test_a_steady_ledger_by_hand() -> None:
    """Two boards a day for 60 days, ten days by air; 24 on hand at the start, none under way, base stock 25.

    The first day orders 25 + 2 - 24 = 3, each other day 2. What the last ten days order is not there yet: 3 + 49 x 2
    have come, none late. A board is worth its price, order and freight, and ten days at 0.1 % a day: US$106.02.
    """
    network = _network()
    design = _design(network, False, 0, (120, 0), (120, 0))
    scenario = designed_scenario(network, design)
    ledger = Ledgers(network, design.problem, scenario).of(replicate_supply(scenario, 0, 1))
    came = np.array([0] * 10 + [3] + [2] * 49)
    on_hand = 24 + np.cumsum(came - 2)

    assert ledger.usd["price"] == 100 * 101
    assert ledger.usd["freight"] == 3 * 101
    assert ledger.usd["ordering"] == 2 * 60
    assert ledger.usd["capital in transit"] == pytest.approx(101 * 100 * 0.001 * 10)
    assert ledger.usd["holding"] == pytest.approx(on_hand.sum() * 0.001 * 106.02)
    assert ledger.usd["left at the end"] == pytest.approx(-0.9 * 5 * 106.02)
    assert [ledger.usd[name] for name in ("lateness", "lost", "making", "duty")] == [0, 0, 0, 0]
    assert ledger.fill_rate.tolist() == [1.0]
    assert ledger.total_usd == pytest.approx(sum(ledger.usd.values()))


def test_an_alternate_that_stands_by_serves_a_loss_that_the_network_alone_does_not() -> None:
    """Fifteen days without Taiwan, ten under way and four on hand: the alternate is there within four."""
    network = _network()
    shut, opened = (_design(network, is_open, 0, (120, 0), (90, 30)) for is_open in (False, True))
    answer = simulate_design(DesignAnswer(network, opened, shut, ()), 1)
    usual, quake = answer.found.futures
    present = answer.as_it_is.futures

    assert (usual.fill_rate, present[0].fill_rate) == (1.0, 1.0)
    assert present[1].fill_rate < 0.9 < quake.fill_rate
    assert answer.found.expected_by_entry_usd["opening"] == 40
    assert answer.found.expected_usd == pytest.approx(sum(answer.found.expected_by_entry_usd.values()))
    assert answer.found.tail_usd >= answer.found.expected_usd
    assert np.isnan(answer.saved_half)


def test_a_loss_ends_in_pieces_owed_at_the_price_of_the_demand() -> None:
    """Taiwan is lost for good on day 20: the ships of the last ten days still come, then two a day are owed."""
    network = _network(
        disruptions__quake__effects=[{"kind": "site_down", "sites": ["taiwan"]}],
        demand__line__lost_sale_cost="1000 USD",
    )
    design = _design(network, False, 0, (120, 0), (120, 0))
    scenario = designed_scenario(network, design)
    net = scenario.network
    assert net is not None
    lost = scenario.model_copy(update={"network": net.model_copy(update={"disrupted_by": ("quake",)})})
    tables = replicate_supply(lost, 0, 1)
    ledger = Ledgers(network, design.problem, scenario).of(tables)
    backorders = np.array(tables["stock_levels"]["backorders"])

    assert ledger.unmet_pieces.tolist() == [backorders[-1]]
    assert backorders[-1] == 2 * 60 - 24 - (1 + 2 * 20)  # by then 3 and then two a day were shipped
    assert ledger.usd["lost"] == 1000 * backorders[-1]
    assert ledger.usd["lateness"] == pytest.approx(5 * backorders.sum())


def test_simulated_design_from_the_command_line() -> None:
    pytest.importorskip("highspy")
    answer = racktwin("supply", "design", "georgetown", "--simulate", "2", "--json")
    told = json.loads(answer.stdout)
    table = racktwin("supply", "design", "georgetown", "--simulate", "2")
    simulated = told["simulated"]

    assert answer.returncode == 0
    assert simulated["replications"] == 2
    assert [one["name"] for one in simulated["design"]["futures"]] == [one["name"] for one in told["futures"]]
    assert simulated["design"]["fill_rate"] > simulated["as_it_is"]["fill_rate"]
    for one in (simulated["design"], simulated["as_it_is"]):
        assert sum(one["expected_by_entry_usd"].values()) == pytest.approx(one["expected_usd"])
    assert simulated["saved_usd"] == pytest.approx(
        simulated["as_it_is"]["expected_usd"] - simulated["design"]["expected_usd"]
    )
    assert "worst futures" in table.stdout
    assert "served at once against" in table.stderr


def test_the_same_seed_gives_the_same_answer() -> None:
    pytest.importorskip("highspy")
    answer = design_network(_network().scenario, DesignQuestion(10 * _DAY_S))
    first, again, other = (simulate_design(answer, 2, seed) for seed in (1, 1, 2))

    assert first == again
    assert first.replications == other.replications == 2
