"""The power tables reproduce points they were not made from within their stated intervals."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from racktwin.calibrate.partial_pooling import expected_of, held_back_factor
from racktwin.calibrate.power import (
    CapCurve,
    cap_curves,
    class_curve,
    exponents,
    host_load,
    network_misses,
    read_points,
)
from racktwin.calibrate.power_tables import INFERENCE_NATURAL_SHARE, TDP_W, write_tables
from racktwin.reference import gpu_models, host_power, job_classes, power_table

from .extract_power import busy, points
from .hold_back import POINTS, networks_held_back, node_runs_held_back, profiles, rms, share_inside, workloads_held_back

SOURCES = os.environ.get("RACKTWIN_SOURCE_FILES", "")
FOUND = read_points(POINTS)


@pytest.mark.slow
@pytest.mark.parametrize(("gpu", "every"), [("V100", 5), ("P100", 4)])
def test_workloads_held_back_lie_within_their_intervals(gpu: str, every: int) -> None:
    """Stated: 90 %. All of them: docs/design/fleet_power.md."""
    found = workloads_held_back(FOUND, gpu, every)

    assert len(found) > 80
    assert share_inside(found, "draw") >= 0.9
    assert share_inside(found, "speed") >= 0.9
    assert rms(found, "draw") < 0.05
    assert rms(found, "speed") < 0.06


def test_networks_never_seen_lie_within_their_intervals() -> None:
    """A network is held back from value and interval alike; the stated 90 % are of all points of all networks."""
    networks = networks_held_back(FOUND)
    found = [point for of_network in networks.values() for point in of_network]

    assert {name: len(points) // 2 for name, points in networks.items()} == {
        "shufflenetv2": 165, "resnet50": 72, "deepspeech2": 135, "ncf": 143, "bert_base_uncased": 106
    }  # fmt: skip
    for share in ("draw", "speed"):
        assert share_inside(found, share) >= 0.9
        assert sum(share_inside(of_network, share) < 0.9 for of_network in networks.values()) <= 2
    assert np.mean([point.high - point.low for point in found]) < 0.3  # honest, and not because it says nothing


def test_a_network_has_no_part_in_its_own_interval() -> None:
    """Were its misses to count, one that is far from the others would widen what it is judged by."""
    x = np.array([0.5, 0.6, 0.7, 0.8, 1.2])

    def curve(network: str, speed_at_half: float) -> CapCurve:
        speed = np.array([speed_at_half, 0.8, 0.9, 0.95, 1.0])
        return CapCurve("training", f"data/{network}/{speed_at_half}", 200.0, x, np.minimum(x, 1.0), speed)

    alike = [curve(f"n{number}", 0.7 + 0.002 * (number % 3)) for number in range(5)]
    strange = curve("strange", 0.4)
    without = class_curve(alike, "training", network_misses([alike]))
    with_it = class_curve([*alike, strange], "training", network_misses([[*alike, strange]]))

    value, low, high = without.at(0.5, "speed")
    assert high - low < 0.05
    assert not low <= 0.4 <= high
    value, low, high = with_it.at(0.5, "speed")
    assert low <= 0.4 < value


def test_a_network_counts_once_however_often_it_was_measured() -> None:
    """Data sets, batch sizes and GPU models of one network are no more networks: Student's t has five here, not 113."""
    by_gpu = [cap_curves(FOUND, gpu) for gpu in ("V100", "P100")]

    assert len(network_misses(by_gpu)) == 5
    assert len(network_misses(by_gpu[:1])) == 5


def test_held_back_factor_takes_the_rank_of_split_conformal_prediction() -> None:
    """Of 20 members the 19th smallest miss by reach: one lies outside, as the largest but one sets the factor."""
    members = [*np.linspace(0.9, 1.1, 18), 3.0, 9.0]
    scores = []
    for place, member in enumerate(members):
        expected = expected_of({"a": members[:place] + members[place + 1 :]}, "a")
        scores.append(abs(member - expected.value) / (expected.high - expected.value))

    assert sorted(scores)[18] < 1.0 < sorted(scores)[19]
    assert held_back_factor([{"a": members}]) == 1.0  # never narrower than stated
    two_far = {"a": [*np.linspace(0.99, 1.01, 9), 1.3], "b": [*np.linspace(0.99, 1.01, 9), 1.3]}
    assert held_back_factor([two_far, two_far]) > 1.0
    assert held_back_factor([{"a": [1.0, 2.0, 4.0]}]) == np.inf  # three members cannot promise nine of ten


def test_profiles_measured_apart_are_met() -> None:
    found = profiles(FOUND)

    assert len(found) == 70
    assert rms(found, "speed") < 0.06
    assert sum(point.is_inside for point in found) / len(found) >= 0.9


def test_mlperf_runs_held_back_lie_within_their_intervals() -> None:
    inside = [low <= held.node_w <= high for held, _, low, high in node_runs_held_back(FOUND)]

    assert len(inside) == 20
    assert sum(inside) / len(inside) >= 0.9


def test_h200_under_max_q_caps_is_met_from_the_other_benchmarks() -> None:
    laws = exponents(FOUND, INFERENCE_NATURAL_SHARE.value * TDP_W["H200"])
    inside = []
    for job_class, values in laws.items():
        for index, value in enumerate(values):
            rest = {name: list(members) for name, members in laws.items()}
            rest[job_class].pop(index)
            expected = expected_of(rest, job_class)
            inside.append(expected.low <= value <= expected.high)

    assert len(inside) == 6
    assert sum(inside) >= 5


def test_idle_plus_utilisation_would_be_wrong() -> None:
    """Why a curve: the linear model says that half the power is half the speed or less; V100 keeps two thirds."""
    knots = {knot.x: knot for knot in power_table("training_vision", "V100").knots}
    assert knots[0.5].speed > 0.6
    assert knots[0.5].draw < 0.55


def test_host_is_what_nodes_draw_beyond_capped_gpus() -> None:
    line = host_load(FOUND)
    capped = [p for p in FOUND if p.node_w == p.node_w and p.cap_w == p.cap_w]
    again = stats.linregress([8 * p.cap_w for p in capped], [p.node_w for p in capped])

    assert (line.fixed_w, line.factor) == pytest.approx((again.intercept, again.slope))
    assert host_power().node_w(8 * 500) == pytest.approx(line.node_w(500), rel=1e-3)
    assert line.gpu_w(line.node_w(432.0)) == pytest.approx(432.0)


def test_host_leaves_an_idle_gpu_its_idle_draw() -> None:
    """2,385 W were drawn before load by the H200 node: 60 to 120 W a GPU is what NVIDIA's tools show idle."""
    host = host_power()
    assert 60 < (2385 - host.fixed_w) / (8 * host.factor) < 120


def test_every_class_has_a_table_on_every_model() -> None:
    for gpu in gpu_models():
        for job_class in job_classes():
            table = power_table(job_class, gpu)
            x = [knot.x for knot in table.knots]
            assert x == sorted(x)
            assert 0 <= table.draw_low_w <= table.draw_w <= table.draw_high_w <= table.tdp_w
            for name in ("draw", "speed"):
                shares = [getattr(knot, name) for knot in table.knots]
                assert shares == sorted(shares)
                assert 0 < shares[0] < shares[-1] == 1
            assert all(
                k.draw_low <= k.draw <= k.draw_high and k.speed_low <= k.speed <= k.speed_high for k in table.knots
            )


def test_what_was_not_measured_says_so() -> None:
    assert power_table("training_vision", "V100").draw_basis == "measured"
    assert power_table("training_llm", "V100").draw_basis == "pooled"
    assert power_table("training_llm", "GB200").draw_basis == "transferred"
    assert power_table("training_llm", "H100").curve_basis == "transferred"
    assert power_table("inference_llm", "H200").draw_basis == "assumed"
    assert power_table("training", "V100M32").gpu_model == "V100"


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(KeyError, match="there are P100, V100"):
        power_table("training", "T4")
    with pytest.raises(KeyError, match="training_llm"):
        power_table("mining", "H100")


def test_one_more_of_a_large_group_is_like_the_group_and_of_none_like_all() -> None:
    random = np.random.default_rng(5)
    groups = {"a": list(random.normal(10, 1, 400)), "b": list(random.normal(20, 1, 400))}

    own, new = expected_of(groups, "a"), expected_of(groups, "c")
    assert own.value == pytest.approx(10, abs=0.2)
    assert own.high - own.low == pytest.approx(2 * 1.645, rel=0.1)
    assert new.value == pytest.approx(15, abs=0.2)
    assert new.high - new.low > 20


def test_intervals_hold_their_share_of_new_members() -> None:
    """100 simulated worlds: groups of variance 4 around members of variance 1."""
    random = np.random.default_rng(8)
    inside = []
    for _ in range(300):
        means = random.normal(0, 2, 6)
        groups = {str(index): list(random.normal(mean, 1, 5)) for index, mean in enumerate(means)}
        expected = expected_of(groups, "3")
        inside.append(expected.low <= random.normal(means[3], 1) <= expected.high)

    assert np.mean(inside) >= 0.87


def test_busy_leaves_out_what_comes_before_and_after_the_load() -> None:
    watts = np.concatenate([np.full(50, 2000.0), np.full(100, 7000.0), np.full(30, 2000.0)])
    mean_w, _, span_s = busy(np.column_stack([np.arange(180.0) * 2, watts]))

    assert mean_w == 7000
    assert span_s == 198


def test_tables_are_those_of_the_points(tmp_path: Path) -> None:
    """If this fails: python -m tests.reference.extract_power FOLDER."""
    write_tables(FOUND, tmp_path)
    for path in sorted(tmp_path.iterdir()):
        assert path.read_text() == (POINTS.parent / path.name).read_text()


@pytest.mark.skipif(not SOURCES, reason="RACKTWIN_SOURCE_FILES does not name the folder of public data")
def test_points_are_those_of_the_sources() -> None:
    assert [point.cells() for point in points(Path(SOURCES))] == [point.cells() for point in FOUND]


def test_there_are_curves_to_hold_back() -> None:
    assert (len(cap_curves(FOUND, "V100")), len(cap_curves(FOUND, "P100"))) == (68, 45)
