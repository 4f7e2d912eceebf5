"""Replays of a plan: limits hold, chance is shared, and probabilities are those of a closed form."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from racktwin.plan.schedule.plan import load_curves, schedule_table
from racktwin.plan.stress import lags, order_risks, policies_of, replay, versus
from racktwin.plan.stress.risk import wilson

from .small import planned, small


def test_no_limit_is_exceeded_in_any_replay_of_any_policy(tmp_path: Path) -> None:
    plan = planned(small(tmp_path, "feeds.floor.limit=160 kW"), time_s=3.0)

    for policy in policies_of(plan, is_held=True):
        replayed = replay(policy, 4, 3)
        assert replayed.reserved[("floor", "power")].max() > 0.5
        for key, shares in replayed.reserved.items():
            assert shares.max() <= 1.0 + 1e-9, key


@pytest.mark.parametrize(
    ("feed_kw", "loop_kw", "racks", "is_held", "levels", "seed"),
    [(137, 171, 4, True, "[1.0, 0.5]", 11), (163, 160, 2, False, "[1.0]", 12), (224, 211, 4, False, "[1.0, 0.5]", 13)],
)
def test_planned_power_and_heat_stay_within_their_limits_at_any_instant_of_any_replay(
    tmp_path: Path, feed_kw: int, loop_kw: int, racks: int, is_held: bool, levels: str, seed: int
) -> None:
    """Under any limit that one soak fits into: what the plan reserves, and what its replay reserves."""
    plan = planned(
        small(
            tmp_path,
            f"feeds.floor.limit={feed_kw} kW",
            f"cooling_loops.cdu.heat_limit={loop_kw} kW",
            f"order_book=[{{product: rack, quantity: {racks}, due: 5 d}}]",
            f"routings.rack.operations.burn_in.phases.soak.cap.levels={levels}",
        ),
        time_s=1.0,
    )

    for curve in load_curves(plan):
        assert curve.peak <= curve.limit * (1.0 + 1e-9), curve.name
    replayed = replay(policies_of(plan, is_held=is_held)[0], 3, seed)
    for key, shares in replayed.reserved.items():
        assert shares.max() <= 1.0 + 1e-9, key


def test_a_throttled_soak_gets_the_same_stress_and_the_plan_names_its_cap(tmp_path: Path) -> None:
    """At half power the soak takes twice as long, so that the hours of stress, and what precipitates, are the same."""
    plan = planned(small(tmp_path, "routings.rack.operations.burn_in.phases.soak.cap.levels=[0.5]"), time_s=2.0)
    rows = [row for row in schedule_table(plan).to_pylist() if row["phase"] == "soak"]

    assert rows
    assert {row["cap"] for row in rows} == {0.5}
    for row in rows:
        assert (row["end_s"] - row["start_s"]) / 3600.0 * 0.5 == pytest.approx(20.0, abs=0.5)


def test_held_work_starts_no_earlier_than_planned_and_lags_say_by_how_much(tmp_path: Path) -> None:
    plan = planned(small(tmp_path), time_s=3.0)

    replayed = replay(policies_of(plan, is_held=True)[0], 3, 3)

    for starts in replayed.starts_s:
        for visit, placed in zip(plan.floor.visits, plan.schedule, strict=True):
            assert starts[visit.piece, visit.operation] >= placed.start * 1800.0 - 1e-6
    (burn_in, cluster) = lags(plan, replayed)
    assert burn_in.mean_s >= 0.0
    assert cluster.mean_s == pytest.approx(burn_in.mean_s + cluster.added_s)


def test_a_plan_compared_with_itself_saves_nothing_and_rules_share_its_chance(tmp_path: Path) -> None:
    plan = planned(small(tmp_path), time_s=3.0)
    policy = policies_of(plan)[0]
    one, two = replay(policy, 3, 3), replay(policy, 3, 3)

    rows = versus(plan, [one, two], "floor")

    assert np.array_equal(one.done_s, two.done_s)
    assert (rows[1].saved_h, rows[1].saved_half_h, rows[1].saved_kw) == (0.0, 0.0, 0.0)


def test_the_probability_of_being_on_time_is_the_closed_form(tmp_path: Path) -> None:
    """One rack, one exponential operation of mean 20 h, due after 30 h: on time with 1 - exp(-1.5)."""
    file = small(
        tmp_path,
        "order_book=[{product: rack, quantity: 1, due: 30 h}]",
        "routings.rack.operations=[{operation: burn_in, work_center: cluster, duration: {exponential: {mean: 20 h}}}]",
    )
    plan = planned(file, time_s=2.0)

    (risk,) = order_risks(plan, replay(policies_of(plan)[0], 200, 3))

    assert risk.low <= 1.0 - math.exp(-1.5) <= risk.high
    assert risk.mean_tardiness_s / 3600.0 == pytest.approx(20.0 * math.exp(-1.5), rel=0.5)
    assert risk.worth == pytest.approx(1.0 - risk.p_on_time)
    assert risk.slack_90_s / 3600.0 == pytest.approx(20.0 * math.log(10.0) - 30.0, abs=8.0)


def test_wilson_is_the_published_interval() -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 gives 0.2553 to 0.3662."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20)[0] == 0.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_plan_and_replay_wait_for_what_the_network_brings(tmp_path: Path) -> None:
    """Frames are three to five days away: nothing starts on the first days, and replays keep what was planned."""
    network = {
        "line": {"site": "plant"},
        "sites": {"vendor": {"kind": "supplier", "country": "MX"}, "plant": {"kind": "plant", "country": "US"}},
        "supplies": {"frames": {"part": "frame", "site": "vendor", "prices": [{"price": "900 USD"}]}},
        "lanes": {
            "road": {"from": "vendor", "to": "plant", "lead_time": {"uniform": {"low": "3 d", "high": "5 d"}}},
        },
        "stocks": {
            "frames": {
                "part": "frame",
                "site": "plant",
                "initial": 0,
                "sources": [{"supply": "frames", "lane": "road"}],
                "policy": {"rule": "base_stock", "level": 8},
            }
        },
    }
    plan = planned(small(tmp_path, f"network={json.dumps(network)}", "parts.frame={supply: receipts}"), time_s=0.5)
    first_s = min(placed.start for placed in plan.schedule) * 1800.0
    replayed = replay(policies_of(plan)[0], 5, 3)
    starts_s = [min(starts.values()) for starts in replayed.starts_s]

    assert 3 * 86400.0 <= first_s <= 5.5 * 86400.0
    assert min(starts_s) >= 3 * 86400.0
    assert len({start // 86400 for start in starts_s}) > 1
