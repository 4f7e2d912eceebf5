"""Plans of a scenario's network: what they read of it, a loss worked out by hand, levels that a scenario takes."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from racktwin.economics import landed_cost
from racktwin.engines.supply import replicate_supply
from racktwin.errors import ScenarioError
from racktwin.model import Scenario
from racktwin.model.disruption import Disruption
from racktwin.plan.supply.losses import NamedLoss, described_losses, loss_of_flows, single_losses, the_losses, with_loss
from racktwin.plan.supply.mitigation import _Choice
from racktwin.plan.supply.network_flows import NetworkFlows, network_flows
from racktwin.plan.supply.portfolio import Portfolio
from racktwin.plan.supply.simulated_losses import Undisturbed, half_width, median_range
from racktwin.plan.supply.stock_plan import plan_stock, stages_of
from racktwin.plan.supply.stress import stress
from racktwin.scenario import read_scenario
from racktwin.scenario.set_file import read_overrides
from tests.cli.command import racktwin
from tests.engines.supply.worlds import one_stock, world

_DAY_S = 86400.0
_FILE = Path(__file__).parents[2] / "scenario" / "network.yaml"


@cache
def _scenario() -> Scenario:
    return read_scenario(_FILE).scenario


@cache
def _network() -> NetworkFlows:
    return network_flows(_scenario())


def _way(name: str) -> int:
    return _network().flows.ways.index(name)


def test_a_way_costs_what_landed_cost_says() -> None:
    sea = landed_cost(_scenario(), "board", "georgetown").by_layer()
    layers = ("material", "freight", "insurance", "duty", "capital_in_transit", "ordering")
    found = _network().flows.unit_usd[_way("boards_georgetown from boards by boards_sea")]

    assert found == pytest.approx(sum(sea[layer] for layer in layers), rel=1e-6)


def test_racks_take_parts_for_those_that_are_not_good() -> None:
    flows = _network().flows
    taken = flows.pieces[flows.takes[:, 0] == _way("racks_georgetown from racks")]

    assert sorted(taken) == pytest.approx([1 / 0.98, 36 / 0.98])


def test_what_a_plant_makes_and_keeps_leaves_by_its_stock_only() -> None:
    """Racks go to Dallas from the stock in Georgetown; before, also past it, from the supply."""
    with_alternates = network_flows(_scenario(), with_alternates=True)
    into_dallas = [way for way in with_alternates.flows.ways if way.startswith("racks_dallas")]

    assert into_dallas == ["racks_dallas from racks_georgetown by racks_truck"]


def test_customs_take_duty_on_every_piece_that_is_in_a_product() -> None:
    """A rack of two boards at US$100 and US$50 of work: 10 % of US$250. Before, a board counted once."""
    network = one_stock({"rule": "base_stock", "level": 10}, 1)
    network["sites"]["mexico"] = {"kind": "plant", "country": "MX"}
    network["lanes"]["truck"] = {"from": "mexico", "to": "texas", "lead_time": "3 d"}
    network["lanes"]["air"]["to"] = network["stocks"]["boards"]["site"] = "mexico"
    network["lanes"]["air"]["cost_per_piece"] = "0 USD"
    network["supplies"]["racks"] = {"part": "rack", "site": "mexico", "conversion_cost": "50 USD"}
    policy = {"rule": "base_stock", "level": 10}
    network["stocks"]["racks"] = {
        "part": "rack",
        "site": "texas",
        "sources": [{"supply": "racks", "lane": "truck"}],
        "policy": policy,
    }
    network["demand"]["line"]["stock"] = "racks"
    network["duty_rules"] = {"tariff": {"into": "US", "rate": "10 %", "starts": "2026-01-01"}}
    flows = network_flows(world(network)).flows

    assert flows.unit_usd[flows.ways.index("racks from racks by truck")] == pytest.approx(50 + 25)


def test_alternates_are_ways_only_for_design() -> None:
    with_alternates = network_flows(_scenario(), with_alternates=True)
    names = [name for name in with_alternates.flows.ways if "boards_mexico" in name]

    assert names == ["boards_georgetown from boards_mexico by frames_truck"]
    assert not any("boards_mexico" in name for name in _network().flows.ways)
    assert "boards_mexico" in {way.option for way in with_alternates.origins}


def test_closed_strait_is_survived_as_long_as_stock_and_ships_last() -> None:
    """Boards per good rack 36 / 0.98; 4 racks a week; what is on the ships still arrives."""
    network = _network()
    flows = network.flows
    boards = (
        flows.on_hand[flows.stocks.index("boards_georgetown")] + flows.in_transit[network_way(network, "boards_sea")]
    )
    racks = sum(flows.on_hand[flows.stocks.index(name)] for name in ("racks_georgetown", "racks_dallas"))
    racks += flows.in_transit[network_way(network, "racks_truck")]
    weeks = (boards / (36 / 0.98) + racks) / 4.0
    found = {one.exposure.name: one.exposure for one in stress(_scenario(), described_losses(_scenario()))}

    assert found["strait"].survive_s / _DAY_S == pytest.approx(7 * weeks, rel=1e-6)
    assert found["strait"].recover_s / _DAY_S == pytest.approx(42)


def network_way(network: NetworkFlows, lane: str) -> int:
    return next(k for k, way in enumerate(network.origins) if way.lane == lane)


def test_site_loss_shuts_what_leaves_and_arrives_there() -> None:
    losses = {loss.name: loss for loss in single_losses(_scenario(), 42 * _DAY_S, 90 * _DAY_S)}
    lost = loss_of_flows(_network(), losses["site georgetown"])
    open_ways = {name for name, shut in zip(_network().flows.ways, lost.closed, strict=True) if not shut}

    assert open_ways == set()
    assert lost.keeps_transit[_way("racks_dallas from racks_georgetown by racks_truck")]
    assert not lost.keeps_transit[_way("boards_georgetown from boards by boards_sea")]


def test_losses_rank_from_the_dearest_and_a_longer_one_costs_no_less() -> None:
    short = stress(_scenario(), single_losses(_scenario(), 21 * _DAY_S, 0.0))
    long = {
        one.exposure.name: one.exposure for one in stress(_scenario(), single_losses(_scenario(), 84 * _DAY_S, 0.0))
    }

    assert [one.exposure.impact_usd for one in short] == sorted((o.exposure.impact_usd for o in short), reverse=True)
    assert all(one.exposure.impact_usd <= long[one.exposure.name].impact_usd + 1e-6 for one in short)
    assert all(one.exposure.survive_s == pytest.approx(long[one.exposure.name].survive_s) for one in short)


def test_a_scenario_can_be_sent_through_a_loss() -> None:
    loss = the_losses(_scenario(), ["taoyuan"], 42 * _DAY_S, 90 * _DAY_S)[0]
    net = with_loss(_scenario(), loss).network

    assert net is not None
    assert net.disrupted_by == ("site_taoyuan",)
    assert net.disruptions["site_taoyuan"].effects[0].sites == ("taoyuan",)


def test_unknown_losses_are_named_with_what_is_known() -> None:
    with pytest.raises(ScenarioError, match=r"'mars'[\s\S]*strait, taoyuan[\s\S]*'venus'"):
        the_losses(_scenario(), ["mars", "venus"], 1.0, 0.0)


def test_no_network_is_said() -> None:
    with pytest.raises(ScenarioError, match="no supply network"):
        network_flows(_scenario().model_copy(update={"network": None}))


def test_stages_take_lead_time_and_review_and_pool_demand() -> None:
    stages = stages_of(_network())
    boards = stages.names.index("boards_georgetown")

    # sea 28.33 d + supply 28 d + a week of review; 4 racks a week, Poisson, 36 / 0.98 boards each
    assert stages.periods[boards] == math.ceil(28 + (20 + 25 + 40) / 3 + 7)
    assert stages.demand_mean[boards] == pytest.approx(4 / 7 * 36 / 0.98)
    assert stages.demand_deviation[boards] == pytest.approx(math.sqrt(4 / 7) * 36 / 0.98)


def test_levels_are_policies_a_scenario_takes(tmp_path: Path) -> None:
    levels = tmp_path / "levels.yaml"
    answer = racktwin("supply", "stock", str(_FILE), "--out", str(levels), "--json")
    told = json.loads(answer.stdout)
    planned = read_scenario(_FILE, read_overrides(levels)).scenario.network

    assert answer.returncode == 0
    assert planned is not None
    assert {n: s.policy.model_dump()["level"] for n, s in planned.stocks.items()} == {
        line["stock"]: line["level"] for line in told["stocks"]
    }
    assert told["holding_usd_per_year"] == pytest.approx(sum(line["holding_usd_per_year"] for line in told["stocks"]))


def test_nobody_holds_less_than_mean_demand_of_what_he_covers() -> None:
    plan = plan_stock(_scenario())
    stages = plan.placement.network

    for k, line in enumerate(plan.lines):
        assert line.level >= stages.demand_mean[k] * line.covers_s / _DAY_S
    assert plan.placement.service[stages.names.index("racks_dallas")] == 0
    assert np.isfinite(plan.present_usd_per_year)


def test_stress_from_the_command_line(tmp_path: Path) -> None:
    page = tmp_path / "stress.html"
    answer = racktwin("supply", "stress", str(_FILE), "--lost", "monterrey", "--json", "--out", str(page))
    told = json.loads(answer.stdout)

    assert [one["name"] for one in told] == ["site monterrey"]
    assert told[0]["risk_exposure"] == 1.0
    assert "site monterrey" in page.read_text()


def test_simulated_loss_is_late_where_stock_ends_and_hardly_where_another_lane_helps() -> None:
    """Frames come from Monterrey only; racks wait once the frames here and under way are used up. Boards go by air."""
    losses = the_losses(_scenario(), ["monterrey", "boards_sea"], 42 * _DAY_S, 70 * _DAY_S)
    told = {
        one.exposure.name: one.simulated for one in stress(_scenario(), losses, replications=2, counted={"board": 1})
    }
    lost, never = told["site monterrey"], told["lane boards_sea"]

    assert lost is not None
    assert never is not None
    assert 0 < lost.survive_s < 70 * _DAY_S
    assert lost.worst_pieces > 5
    assert lost.counted_h == pytest.approx(36 * lost.late_piece_s / 3600)
    assert lost.cost_usd == pytest.approx(850 * lost.late_piece_s / _DAY_S)
    assert never.worst_pieces < lost.worst_pieces


def test_dearer_parts_are_paid_by_whoever_owns_them() -> None:
    """At twice the price from the start on, what was bought costs as much again, duty and insurance with it."""
    dear = {"kind": "price", "supplies": ["frames"], "factor": 2.0}
    loss = NamedLoss("dear", Disruption.model_validate({"starts": "0 d", "effects": [dear]}), 26 * 7 * _DAY_S)
    for terms in ("buy_sell", "consignment"):
        plant = read_scenario(_FILE, [f"network.supplies.frames.terms={terms}"]).scenario
        went = Undisturbed(plant, 1, plant.seed).go_through(loss)
        receipts = replicate_supply(plant, 0, plant.seed)["part_receipts"].to_pylist()
        frames = [row for row in receipts if row["source"] == "frames"]
        ours, theirs = went.dearer_usd, went.consigned_dearer_usd
        dearer = ours if terms == "buy_sell" else theirs

        assert ours + theirs == dearer
        assert dearer == pytest.approx(sum(row["price_usd"] + row["duty_usd"] for row in frames), rel=1e-9)
        assert went.worst_pieces == 0.0


def test_a_price_that_rises_midway_is_paid_on_what_comes_while_it_lasts() -> None:
    """Two boards a day by air, five days: half as dear again from day 20 to 29, whenever they were ordered."""
    plant = world(one_stock({"rule": "base_stock", "level": 12}, [2]), days=60)
    dear = {"kind": "price", "supplies": ["boards"], "factor": 1.5, "duration": "10 d"}
    loss = NamedLoss("dear", Disruption.model_validate({"starts": "20 d", "effects": [dear]}), 10 * _DAY_S)
    went = Undisturbed(plant, 3, 1).go_through(loss)

    assert went.dearer_usd == pytest.approx(10 * 2 * 100 * 0.5)
    assert went.half["dearer_usd"] == 0.0
    assert went.worst_pieces == 0.0


def test_sales_that_are_lost_cost_what_the_demand_says() -> None:
    """The strait is closed for twelve weeks and customers do not wait: before, only backorders had a price."""
    changes = ("backorder=false", "lost_sale_cost=1e6 USD", "backorder_cost=0 USD/d")
    overrides = [f"network.demand.cloud.{change}" for change in changes]
    plant = read_scenario(_FILE, [*overrides, "network.disruptions.strait.effects.0.duration=12 wk"]).scenario
    usual, (loss,) = Undisturbed(plant, 2, 1), the_losses(plant, ["strait"], 0, 0)
    lost = [
        float(np.array(replicate_supply(world, number, 1)["stock_levels"]["lost"]).sum())
        for world in (with_loss(plant, loss), plant)
        for number in range(2)
    ]
    more = (lost[0] + lost[1] - lost[2] - lost[3]) / 2

    assert more > 1
    assert usual.go_through(loss).cost_usd == pytest.approx(1e6 * more)


def test_intervals_are_of_paired_differences_and_hold_the_mean() -> None:
    """The half width is Student's over replications; with more of them it shrinks; the median lies in its range."""
    losses = the_losses(_scenario(), ["monterrey"], 42 * _DAY_S, 70 * _DAY_S)
    few, many = (stress(_scenario(), losses, replications=n)[0].simulated for n in (4, 16))

    assert few is not None
    assert many is not None
    assert 0 < many.half["cost_usd"] < few.half["cost_usd"]
    assert abs(many.cost_usd - few.cost_usd) < few.half["cost_usd"] + many.half["cost_usd"]
    assert many.ranges["survive_s"][0] <= many.survive_s <= many.ranges["survive_s"][1]
    assert half_width([1.0, 2.0, 3.0]) == pytest.approx(4.302652729911275 / np.sqrt(3))
    assert median_range([float(k) for k in range(10)]) == (1.0, 8.0)  # P(outside) = 22 / 1024
    assert median_range([3.0, 1.0]) == (1.0, 3.0)


def test_levels_of_the_plan_reach_their_fill_rate_where_lead_times_keep_to_their_mean() -> None:
    """Guaranteed service bounds demand at 95 %: simulated, at least that share of demand is met from stock."""
    fixed = [
        *("network.lanes.boards_sea.lead_time=29 d", "network.lanes.boards_air.lead_time=5 d"),
        *(
            "network.demand.cloud.quantity={poisson: {mean: 40}}",
            "network.supplies.boards.capacity={pieces: 60000, per: 1 wk}",
        ),
        *("network.supplies.racks.yield=1", "horizon=104 wk", "network.supplies.frames.lot_size=1"),
        *("network.lanes.frames_truck.lead_time=3 d", "network.stocks.racks_dallas.service_target=0.95"),
    ]
    plan = plan_stock(read_scenario(_FILE, fixed).scenario)
    levels = [f"{path}={json.dumps(policy)}" for path, policy in plan.overrides.items()]
    planned = read_scenario(_FILE, [*fixed, *levels, "network.stocks.boards_georgetown.review_every=1 d"]).scenario
    rows = replicate_supply(planned, 0, 1)["stock_levels"].to_pylist()
    sold = [row for row in rows if row["stock"] == "racks_dallas" and row["time_s"] > 180 * _DAY_S]
    owed_days = sum(row["backorders"] > 0.5 for row in sold) / len(sold)

    assert owed_days < 0.10


def test_design_opens_an_alternate_where_a_strait_closes_often() -> None:
    pytest.importorskip("highspy")
    frequent = (
        *("network.disruptions.strait.rate=50 %/yr", "network.supplies.boards_mexico.opening_cost=1e5 USD"),
        *("network.supplies.boards_mexico.qualification_time=4 wk", "network.demand.cloud.backorder_cost=50000 USD/d"),
        "network.stocks.boards_georgetown.policy={rule: s_S, reorder_point: 400, order_up_to: 500}",
    )
    answer = racktwin(
        *("supply", "design", str(_FILE), "--json", "--gap", "0.1 %"), *(a for o in frequent for a in ("--set", o))
    )
    told = json.loads(answer.stdout)

    assert told["gap"] <= 0.001
    assert told["expected_usd"] <= told["as_it_is"]["expected_usd"]
    assert [option["name"] for option in told["options"]] == ["boards_mexico"]
    assert sum(future["probability"] for future in told["futures"]) == pytest.approx(1)


def test_a_limit_asks_for_the_cheapest_mitigation() -> None:
    pytest.importorskip("highspy")
    closed = ["--lost", "strait", "--set", "network.disruptions.strait.rate=50 %/yr"]
    longer = ["--set", "network.disruptions.strait.effects.0.duration=20 wk"]
    answer = racktwin("supply", "stress", str(_FILE), "--limit", "1e6 USD", "--json", *closed, *longer)
    told = json.loads(answer.stdout)["mitigation"]
    wrong = racktwin("supply", "stress", str(_FILE), "--limit", "much")

    assert told["risk_usd_per_year"] <= 1e6 * (1 + 1e-6) < told["present_usd_per_year"]
    assert told["open"] == ["boards_mexico"]
    assert set(told["alone_usd"]) == {"dual source", "redesign", "expedite", "stock"}
    assert min(usd for usd in told["alone_usd"].values() if usd is not None) >= told["cost_usd"] - 1.0
    assert sum(one["usd"] for one in told["measures"]) == pytest.approx(told["cost_usd"], abs=1.0)
    (alternate,) = (one for one in told["measures"] if one["kind"] == "dual source")
    assert alternate["usd"] > 1e6  # opening it costs nothing, its boards are dearer while the strait is closed
    assert wrong.returncode == 2
    assert "write for example 2e6 USD" in wrong.stderr


def test_stock_held_against_losses_costs_its_holding_for_a_year() -> None:
    pytest.importorskip("highspy")
    (loss, *_) = described_losses(_scenario())
    choice = _Choice(_scenario(), [loss], 1e6)
    flows, added = choice.network.flows, np.zeros(len(choice.network.flows.stocks))
    added[0] = 2.0
    closed, unsent = (False,) * len(choice.options), np.zeros(len(flows.ways))
    (held,) = choice.measures(Portfolio(closed, added, 0.0, 0.0, np.zeros(1), 0.0, unsent, 0.0))
    assert (held.kind, held.name, held.pieces) == ("stock", flows.stocks[0], 2.0)
    assert held.usd == pytest.approx(2.0 * flows.holding_usd_per_s[0] * 365 * _DAY_S)
    assert held.usd > 0


def test_wrong_commands_say_what_to_write() -> None:
    unknown = racktwin("supply", "stress", str(_FILE), "--lost", "mars")
    bare = racktwin("supply", "stress", str(_FILE), "--recover", "6")

    assert unknown.returncode == bare.returncode == 2
    assert "nothing is called 'mars'" in unknown.stderr
    assert "write for example 6 wk" in bare.stderr
    assert "Traceback" not in unknown.stderr + bare.stderr
