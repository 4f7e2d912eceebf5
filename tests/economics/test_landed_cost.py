"""Landed cost: layers that can be followed by hand, and what must always hold."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from racktwin.economics import LAYERS, LandedCost, landed_cost, makers
from racktwin.engines.supply import replicate_supply
from racktwin.errors import ScenarioError
from racktwin.model import Scenario
from racktwin.scenario import read_scenario
from tests.engines.supply.worlds import one_stock, world

FILE = Path(__file__).parent / "three_plants.yaml"
WEEK_S = 7 * 86400.0


def three_plants(*overrides: str) -> Scenario:
    """A rack of one board, made in Texas, Mexico or Taiwan."""
    return read_scenario(FILE, overrides).scenario


def of(made_at: str, *overrides: str, date: dt.date | None = None) -> LandedCost:
    """The rack's cost at the customer."""
    return landed_cost(three_plants(*overrides), "rack", "dallas", made_at, date)


def test_every_layer_of_texas_by_hand() -> None:
    layers = of("georgetown").by_layer()

    board, carried = 100_000.0, 0.10 / 365 / 86400
    assert layers["material"] == 100_000.0
    assert layers["freight"] == pytest.approx(8.5 * 30 + 500)
    assert layers["insurance"] == pytest.approx(0.003 * board)
    assert layers["duty"] == pytest.approx(0.25 * board)  # the board's value, without freight and insurance
    assert layers["labor"] == pytest.approx(100 * 30)
    assert layers["overhead"] == pytest.approx(0.5 * 100 * 30)
    assert layers["conversion"] == 2000.0
    before_yield = board + 255 + 300 + 25_000 + board * carried * 5 * 86400 + 3000 + 1500 + 2000
    assert layers["yield_loss"] == pytest.approx(before_yield * (1 / 0.95 - 1))
    assert layers["capital_in_process"] == pytest.approx(before_yield / 0.95 * carried * 2 * WEEK_S)


def test_three_plants_differ_where_their_rules_do() -> None:
    texas, mexico, taiwan = (of(site).by_layer() for site in ("georgetown", "juarez", "taoyuan"))

    assert mexico["labor"] < texas["labor"]
    assert mexico["duty"] == 0.0  # the rule excepts Mexico, and the board never enters the United States
    assert taiwan["duty"] == pytest.approx(0.25 * sum(v for k, v in _before_lane("taoyuan").items()))
    assert makers(three_plants(), "rack") == ("georgetown", "juarez", "taoyuan")


def _before_lane(site: str) -> dict[str, float]:
    return landed_cost(three_plants(), "rack", site, site).by_layer()


def test_layers_add_up_to_the_total() -> None:
    for site in makers(three_plants(), "rack"):
        cost = of(site)
        assert sum(cost.by_layer().values()) == pytest.approx(cost.total_usd, rel=1e-12)
        assert set(cost.by_layer()) == set(LAYERS)


def test_duty_follows_the_day() -> None:
    assert of("georgetown", date=dt.date(2026, 1, 14)).by_layer()["duty"] == 0.0
    assert of("georgetown", date=dt.date(2026, 1, 15)).by_layer()["duty"] > 0.0


def test_a_zone_whose_racks_are_sold_at_home_pays_and_one_that_exports_does_not() -> None:
    zone = "network.sites.georgetown.foreign_trade_zone=true"
    abroad = landed_cost(three_plants(zone), "rack", "juarez", "georgetown")

    assert of("georgetown", zone).by_layer()["duty"] == pytest.approx(25_000.0)
    assert abroad.by_layer()["duty"] == 0.0


def test_consignment_moves_cost_duty_and_capital_to_the_customer() -> None:
    bought, consigned = of("georgetown"), of("georgetown", "network.supplies.boards.terms=consignment")

    ours = consigned.by_layer("us")
    assert (ours["material"], ours["duty"], ours["freight"]) == (0.0, 0.0, 500.0)
    assert consigned.by_layer("customer")["material"] == 100_000.0
    assert ours["capital_in_process"] < 0.1 * bought.by_layer("us")["capital_in_process"]


def test_bills_paid_later_save_capital() -> None:
    layers = of("georgetown", "network.supplies.boards.payment_after=60 d").by_layer()

    assert layers["supplier_credit"] == pytest.approx(-100_000 * 0.10 * 60 / 365)


def test_price_by_date_currency_and_quantity() -> None:
    in_dollars = of("taoyuan", "network.supplies.boards.prices.0.price=4000000", "network.supplies.boards.currency=TWD")

    assert in_dollars.by_layer()["material"] == pytest.approx(4_000_000 * 0.03)


def test_carbon_is_mass_times_distance_times_factor() -> None:
    assert of("georgetown").carbon_kg == pytest.approx(30 / 1000 * 12_500 * 0.6 / 0.95)


def test_a_lost_lane_never_lowers_cost() -> None:
    scenario = three_plants()
    network = scenario.network
    assert network is not None

    def cost(lanes: set[str], site: str) -> float:
        kept = {name: lane for name, lane in network.lanes.items() if name in lanes}
        changed = network.model_copy(update={"lanes": kept, "stocks": {}})
        try:
            return landed_cost(scenario.model_copy(update={"network": changed}), "rack", site).total_usd
        except ScenarioError:
            return float("inf")

    every = set(network.lanes)
    compared = 0
    for site in ("georgetown", "juarez", "taoyuan", "dallas"):
        for lane in every:
            assert cost(every - {lane}, site) >= cost(every, site)
            compared += cost(every - {lane}, site) > cost(every, site)
    assert compared >= 3


def test_what_cannot_be_told_is_told() -> None:
    for arguments, said in (
        (("rak", "dallas"), "unknown part 'rak'"),
        (("rack", "dalas"), "unknown site 'dalas'"),
        (("rack", "dallas", "dallas"), "no way brings rack made at dallas to dallas"),
    ):
        with pytest.raises(ScenarioError, match=said):
            landed_cost(three_plants(), *arguments)


@pytest.mark.parametrize(
    ("terms", "level", "freight_usd"),
    [
        ({"cost_per_volume": "120 USD/m³"}, 10, 0.05 * 120),
        ({"cost_per_shipment": "500 USD"}, 10, 500 / 40),
        ({"cost_per_mass": "2 USD/kg", "cost_per_piece": "3 USD"}, 10, 2 * 1.5 + 3),
        (
            {"cost_per_volume": "120 USD/m³", "cost_per_shipment": "500 USD", "cost_per_piece": "3 USD"},
            10,
            6 + 12.5 + 3,
        ),
    ],
    ids=["volume", "shipment", "mass and piece", "all at once"],
)
def test_freight_by_volume_and_shipment_in_cost_and_in_simulation(
    terms: dict[str, str], level: int, freight_usd: float
) -> None:
    """A board of 1.5 kg and 0.05 m³, 40 of them in an order: a shipment's price is shared by its pieces."""
    policy = {"rule": "r_Q", "reorder_point": level, "order_quantity": 40}
    network = one_stock(policy, [2])
    network["lanes"]["air"] = {"from": "taiwan", "to": "texas", "mode": "air", "lead_time": "5 d", **terms}
    scenario = world(network, parts={"board": {"mass": "1.5 kg", "volume": "0.05 m³"}})
    rows = replicate_supply(scenario, 0, 1)["part_receipts"].to_pylist()[1:]

    assert landed_cost(scenario, "board", "texas").by_layer()["freight"] == pytest.approx(freight_usd)
    assert len(rows) > 1
    assert {row["quantity"] for row in rows} == {40}
    assert [row["freight_usd"] / 40 for row in rows] == pytest.approx([freight_usd] * len(rows))
