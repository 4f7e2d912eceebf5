"""What a network does, traced by hand: sources, shortage, capacity, yield, calendars, disruptions, plans."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.engines.supply import replicate_supply

from .worlds import levels, one_stock, receipts, world

BASE = {"rule": "base_stock", "level": 12}


def test_what_is_ordered_comes_after_its_lead_time() -> None:
    scenario = world(one_stock(BASE, [2]), days=10)

    assert levels(scenario) == [10, 8, 6, 4, 2, 2, 2, 2, 2, 2]
    assert receipts(scenario)[:3] == [(0.0, 12, "opening_stock"), (5.0, 2, "boards"), (6.0, 2, "boards")]


def test_review_every_week_orders_seven_days_at_once() -> None:
    scenario = world(one_stock({"rule": "base_stock", "level": 30}, [2], stocks__boards__review_every="7 d"), days=30)

    assert receipts(scenario)[1:] == [
        (5.0, 2, "boards"),
        (12.0, 14, "boards"),
        (19.0, 14, "boards"),
        (26.0, 14, "boards"),
    ]


def test_lots_and_minimum_bind_every_order() -> None:
    network = one_stock(BASE, [3], supplies__boards__lot_size=5, supplies__boards__minimum_order=8)

    assert {pieces for _, pieces, source in receipts(world(network)) if source == "boards"} == {10}


def test_what_cannot_be_given_is_owed_or_lost() -> None:
    owed = world(one_stock({"rule": "base_stock", "level": 2}, [4]), days=8)
    lost = world(one_stock({"rule": "base_stock", "level": 2}, [4], demand__line__backorder=False), days=8)

    assert levels(owed, column="backorders")[:6] == [2, 6, 10, 14, 18, 18]
    assert sum(levels(lost, column="backorders")) == 0
    assert levels(lost, column="lost")[:3] == [2, 4, 4]


def test_capacity_spreads_an_order_over_days() -> None:
    network = one_stock(BASE, [12, 0, 0, 0, 0, 0, 0], supplies__boards__capacity={"pieces": 28, "per": "7 d"})

    assert [(day, pieces) for day, pieces, _ in receipts(world(network, days=14))[1:4]] == [
        (5.0, 4),
        (6.0, 4),
        (7.0, 4),
    ]


def test_yield_of_what_comes_is_binomial() -> None:
    network = one_stock({"rule": "base_stock", "level": 400}, [40], supplies__boards__yield=0.8)
    good = [pieces for _, pieces, source in receipts(world(network, days=400)) if source == "boards"]

    assert np.mean(good) == pytest.approx(40, rel=0.02)  # ordered 50 for 40
    assert 1.5 < np.std(good) < 5  # of 50 pieces at 0.8: 2.8, and what the stock corrects


def _two_customers(allocation: str, pieces: int) -> dict[str, Any]:
    """Two hubs that ask a stock for 6 and 2 pieces on the first day, of which there are ``pieces``."""
    hub = {"kind": "hub", "country": "US"}
    return one_stock(
        {"rule": "base_stock", "level": 0},
        [0],
        sites__a=hub,
        sites__b=hub,
        lanes__to_a={"from": "texas", "to": "a", "lead_time": "1 d"},
        lanes__to_b={"from": "texas", "to": "b", "lead_time": "1 d"},
        stocks__boards__initial=pieces,
        stocks__boards__allocation=allocation,
        stocks__at_a={"part": "board", "site": "a", "sources": [{"stock": "boards", "lane": "to_a"}],
                      "policy": {"rule": "base_stock", "level": 6}, "initial": 0},
        stocks__at_b={"part": "board", "site": "b", "sources": [{"stock": "boards", "lane": "to_b"}],
                      "policy": {"rule": "base_stock", "level": 2}, "initial": 0},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("allocation", "pieces", "first"),
    [
        ("fifo", 5, [5, 0]),
        ("proportional", 4, [3, 1]),
        ("proportional", 5, [4, 1]),
        ("fair", 4, [2, 2]),
        ("fair", 5, [3, 2]),
    ],
)
def test_shares_under_shortage(allocation: str, pieces: int, first: list[int]) -> None:
    scenario = world(_two_customers(allocation, pieces), days=4)

    assert [levels(scenario, stock)[1] for stock in ("at_a", "at_b")] == first


def test_priority_serves_the_important_customer_first() -> None:
    network = one_stock({"rule": "base_stock", "level": 3}, [3], stocks__boards__allocation="priority")
    network["demand"]["repair"] = {
        "stock": "boards",
        "quantity": [2],
        "every": "1 d",
        "priority": 5,
        "backorder": False,
    }

    assert sum(levels(world(network, days=5), column="lost")[:1]) == 0  # of 3 pieces, 2 go to repair
    network["demand"]["repair"]["priority"] = -5
    assert sum(levels(world(network, days=5), column="lost")[:1]) == 2


def test_oldest_order_first_over_the_days() -> None:
    """An order of the first day is served before those of the second, wherever it came from."""
    network = _two_customers("fifo", 0)
    network["stocks"]["at_b"]["policy"]["level"] = 4
    network["demand"]["a"] = {"stock": "at_a", "quantity": [0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "every": "1 d"}
    scenario = world(network, days=12)

    came = {stock: receipts(scenario, stock) for stock in ("at_a", "at_b")}
    assert came["at_a"][0] == (6.0, 6, "boards")
    assert came["at_b"][0] == (6.0, 4, "boards")
    assert came["at_a"][1] == (7.0, 5, "boards")


def test_top_up_by_air_keeps_what_sea_alone_does_not() -> None:
    def network(*extra: dict[str, Any]) -> dict[str, Any]:
        by_sea = {"supply": "boards", "lane": "sea"}
        return one_stock(
            {"rule": "base_stock", "level": 40}, {"poisson": {"mean": 2}}, stocks__boards__sources=[by_sea, *extra]
        )

    air = {"supply": "boards", "lane": "air", "role": "top_up", "top_up_level": 16}
    alone, topped = world(network(), days=300), world(network(air), days=300)

    assert sum(levels(topped, column="backorders")) < 0.5 * sum(levels(alone, column="backorders"))


def test_expediting_brings_what_is_short_by_the_fast_lane() -> None:
    source = {"supply": "boards", "lane": "sea", "expedite_lane": "air", "expedite_below": 3}
    scenario = world(one_stock({"rule": "base_stock", "level": 12}, [1], stocks__boards__sources=[source]), days=40)

    days = [day for day, _, by in receipts(scenario) if by == "boards"]
    assert days[0] == 14.0  # ordered on day 9 with 2 left, five days by air: before day 20, when the first by sea comes


def _expedited(**keys: Any) -> dict[str, Any]:
    """Boards by sea, by air where fewer than three are left."""
    source = {"supply": "boards", "lane": "sea", "expedite_lane": "air", "expedite_below": 3}
    return one_stock({"rule": "base_stock", "level": 12}, [1], stocks__boards__sources=[source], **keys)


def test_freight_and_insurance_are_those_of_the_lane_that_carried() -> None:
    network = _expedited(lanes__sea__cost_per_piece="0.5 USD", lanes__air__insurance="1 %")
    rows = replicate_supply(world(network, days=80), 0, 1)["part_receipts"].to_pylist()[1:]
    charged = {
        (row["lane"], row["freight_usd"] / row["quantity"], row["insurance_usd"] / row["quantity"]) for row in rows
    }

    assert charged == {("air", 3.0, 1.0), ("sea", 0.5, 0.0)}


def test_a_closed_sea_lane_leaves_the_expedite_lane_open() -> None:
    """What runs short goes by air; what is at sea waits there, and what is in the air does not."""
    network = _expedited()
    effect = {"kind": "lane_closed", "lanes": ["sea"], "holds_in_transit": True, "duration": "30 d"}
    network["disruptions"] = {"strike": {"starts": "0 d", "effects": [effect]}}
    network["disrupted_by"] = ["strike"]
    rows = replicate_supply(world(network, days=70), 0, 1)["part_receipts"].to_pylist()[1:]
    came = {lane: [row["at_s"] / 86400 for row in rows if row["lane"] == lane] for lane in ("air", "sea")}

    assert came["air"][0] == 14.0
    assert min(came["sea"]) >= 50.0


def test_pieces_on_both_lanes_are_conserved() -> None:
    tables = replicate_supply(world(_expedited(), days=120), 0, 1)
    came = sum(tables["part_receipts"]["quantity"].to_pylist())
    last = tables["stock_levels"].to_pylist()[-1]
    given = sum(tables["stock_levels"]["given"].to_pylist())
    ordered = sum(tables["supply_orders"]["quantity"].to_pylist())

    assert came - given == last["on_hand"]
    assert 12 + ordered - came == last["on_order"] == last["in_transit"]


def test_shares_of_two_sources_are_kept() -> None:
    sources = [
        {"supply": "boards", "lane": "air", "share": "75 %"},
        {"supply": "other", "lane": "air", "share": "25 %"},
    ]
    network = one_stock(BASE, {"poisson": {"mean": 3}}, stocks__boards__sources=sources)
    network["supplies"]["other"] = {"part": "board", "site": "taiwan", "prices": [{"price": "100 USD"}]}
    rows = receipts(world(network, days=400))
    pieces = {name: sum(n for _, n, source in rows if source == name) for name in ("boards", "other")}

    assert pieces["boards"] / sum(pieces.values()) == pytest.approx(0.75, abs=0.01)


def test_an_alternate_delivers_once_it_is_qualified() -> None:
    network = one_stock(BASE, [2], supplies__boards__qualified=False, supplies__boards__qualification_time="10 d")

    assert receipts(world(network, days=30))[1][0] == 15.0


def _lost(*effects: dict[str, Any]) -> dict[str, Any]:
    network = one_stock(BASE, [1])
    network["disruptions"] = {"lost": {"starts": "10 d", "effects": list(effects)}}
    network["disrupted_by"] = ["lost"]
    return network


@pytest.mark.parametrize(
    ("effect", "silent"),
    [
        ({"kind": "site_down", "sites": ["taiwan"], "duration": "7 d"}, set(range(15, 22))),
        ({"kind": "lane_closed", "lanes": ["air"], "duration": "7 d"}, set(range(15, 22))),
        ({"kind": "lane_closed", "lanes": ["air"], "duration": "7 d", "holds_in_transit": True}, set(range(10, 17))),
        ({"kind": "capacity", "parts": ["board"], "factor": 0, "duration": "7 d"}, set(range(15, 22))),
        ({"kind": "site_down", "sites": ["texas"], "duration": "7 d"}, set(range(10, 17))),
    ],
    ids=["site", "lane", "lane_with_goods", "part", "destination"],
)  # fmt: skip
def test_what_a_loss_stops_and_when_it_shows(effect: dict[str, Any], silent: set[int]) -> None:
    rows = receipts(world(_lost(effect), days=40))
    days = {int(day) for day, _, source in rows if source == "boards"}

    assert days & silent == set()
    assert days >= set(range(5, 10))
    assert sum(pieces for _, pieces, source in rows if source == "boards") == 35  # all that was asked for has come


def test_longer_lead_times_and_more_demand() -> None:
    slow = receipts(world(_lost({"kind": "lead_time", "lanes": ["air"], "factor": 3, "duration": "1 d"}), days=40))
    more = levels(world(_lost({"kind": "demand", "parts": ["board"], "factor": 4}), days=40), column="demand")

    assert [day for day, _, _ in slow if 14 <= day <= 16] == [14.0, 16.0]  # what is sent on day 10 comes on day 25
    assert more[9:11] == [1.0, 4.0]


def test_nothing_comes_on_a_sunday() -> None:
    network = one_stock(BASE, [1], sites__texas__calendar="weekdays")
    weekdays = {"weekdays": {"shifts": [{"days": "mon-fri", "start": "06:00", "end": "18:00"}]}}
    days = [day for day, _, source in receipts(world(network, days=40, calendars=weekdays)) if source == "boards"]

    assert {int(day) % 7 for day in days} <= {0, 1, 2, 3, 4}
    assert {day % 1 for day in days} == {0.25}  # as the site opens


def test_a_plan_that_is_right_keeps_its_safety_stock() -> None:
    needs = [0, 3, 0, 8, 0, 0, 5]
    plan = {"rule": "mrp", "safety_stock": 4, "look_ahead": "30 d"}
    scenario = world(one_stock(plan, needs), days=70)

    assert min(levels(scenario)) == 4
    assert max(levels(scenario, column="backorders")) == 0
    wrong = world(one_stock({**plan, "forecast_error": 0.8}, needs), days=700)
    assert np.std(levels(wrong)) > np.std(levels(scenario)[7:])


def test_two_boards_go_into_a_rack_and_wait_for_each_other() -> None:
    network = one_stock({"rule": "base_stock", "level": 8}, [0])
    network["supplies"]["racks"] = {"part": "rack", "site": "texas", "lead_time": "3 d"}
    network["stocks"]["racks"] = {
        "part": "rack",
        "site": "texas",
        "sources": [{"supply": "racks"}],
        "policy": {"rule": "base_stock", "level": 2},
    }
    network["demand"] = {"cloud": {"stock": "racks", "quantity": [1], "every": "1 d"}}
    scenario = world(network, days=12)

    assert levels(scenario, column="demand") == [2] * 12
    assert receipts(scenario, "racks")[1:4] == [(3.0, 1, "racks"), (4.0, 1, "racks"), (5.0, 1, "racks")]


def test_duty_and_price_are_those_of_the_day() -> None:
    network = one_stock(
        BASE,
        [1],
        parts={},
        supplies__boards__prices=[{"price": "100 USD"}, {"price": "80 USD", "starts": "2027-01-20"}],
    )
    del network["parts"]
    network["duty_rules"] = {"section": {"into": "US", "rate": "25 %", "starts": "2027-01-11", "ends": "2027-01-25"}}
    rows = replicate_supply(world(network, days=40), 0, 1)["part_receipts"].to_pylist()
    due = {int(row["at_s"] / 86400): (row["price_usd"], row["freight_usd"], row["duty_usd"]) for row in rows[1:]}

    assert due[6] == (100.0, 3.0, 0.0)
    assert due[7] == (100.0, 3.0, 25.0)
    assert due[16] == (80.0, 3.0, 20.0)
    assert due[21] == (80.0, 3.0, 0.0)


def test_same_seed_same_bytes() -> None:
    network = one_stock(BASE, {"poisson": {"mean": 2}}, lanes__air__lead_time={"gamma": {"mean": "5 d", "cv": 0.5}})
    scenario = world(network)

    assert replicate_supply(scenario, 3, 7)["stock_levels"].equals(replicate_supply(scenario, 3, 7)["stock_levels"])
    assert not replicate_supply(scenario, 4, 7)["stock_levels"].equals(replicate_supply(scenario, 3, 7)["stock_levels"])


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    allocation=st.sampled_from(["fifo", "priority", "proportional", "fair"]),
    level=st.integers(0, 15),
    mean=st.floats(0.2, 6),
    capacity=st.integers(30, 60),
    good=st.floats(0.6, 1.0),
)
def test_pieces_are_conserved(allocation: str, level: int, mean: float, capacity: int, good: float) -> None:
    """What comes in goes out or is there, nothing is both there and owed, and nobody gets more than there is."""
    network = _two_customers(allocation, level)
    network["supplies"]["boards"] |= {"capacity": {"pieces": 2 * capacity, "per": "7 d"}, "yield": good}
    for hub in ("at_a", "at_b"):
        network["demand"][hub] = {"stock": hub, "quantity": {"poisson": {"mean": mean}}, "every": "2 d"}
    scenario = world(network, days=50)
    tables = {name: table.to_pylist() for name, table in replicate_supply(scenario, 0, 5).items()}
    for stock in ("boards", "at_a", "at_b"):
        came = sum(row["quantity"] for row in tables["part_receipts"] if row["stock"] == stock)
        rows = [row for row in tables["stock_levels"] if row["stock"] == stock]
        columns = ("on_hand", "backorders", "given", "demand")
        there, owed, given_out, asked = ([row[column] for row in rows] for column in columns)
        assert came - sum(given_out) == pytest.approx(there[-1])
        assert sum(asked) - sum(given_out) == pytest.approx(owed[-1])
        if stock != "boards":
            assert all(a == 0 or b == 0 for a, b in zip(there, owed, strict=True))
    assert len(tables["stock_levels"]) == 150
