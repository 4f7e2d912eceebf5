"""A queueing network runs the same, to the last bit, with a kernel of its own and with that of any line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.line.plants import PLANTS, Law, Plant, Product, Station, Step
from benchmarks.line.scenario import document_of, scenario_of
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.engines.line import CompiledLine, LineRun, compile_line, replicate
from racktwin.engines.line.queueing_network import QueueingNetwork, is_queueing_network
from racktwin.model import Scenario
from tests.properties.digests import digest
from tests.validation.known_answers import load

_HOUR_S = 3600.0
_NETWORKS = ("batches", "breakdowns", "calendar_failures", "conwip", "mmck", "reentrant", "rework", "two_machine_line")


def _as_any_line(compiled: CompiledLine) -> CompiledLine:
    """The same, run by the kernel of any line."""
    copy = replace(compiled)
    vars(copy)["is_queueing_network"] = False
    return copy


def _short(name: str) -> Scenario:
    scenario = load(name)
    return scenario.model_copy(update={"horizon_s": min(scenario.horizon_s, 3 * 86400.0), "warm_up_s": 0.0})


def _assert_same(compiled: CompiledLine) -> None:
    assert compiled.is_queueing_network
    as_network = replicate(compiled, 0, 3, is_recording=False)
    assert digest(as_network) == digest(replicate(_as_any_line(compiled), 0, 3, is_recording=False))


def _assert_fixed(run: LineRun) -> None:
    """Every field said to be fixed has that value in every row in use."""
    for name, fields in QueueingNetwork.FIXED.items():
        table: Any = getattr(run.line, name)
        if name == "items":
            table = table[table["part"] >= 0]
        for field, value in fields.items():
            assert np.all(table[field] == value), (name, field, np.unique(table[field]))


@st.composite
def networks(draw: st.DrawFn) -> Plant:
    """A line with bounded buffers, or stations that parts come back to, with breakdowns, tests and debug."""
    is_line = draw(st.booleans())
    stations = {
        f"station_{number}": Station(
            machines=draw(st.integers(1, 3)),
            buffer=draw(st.integers(0, 2)) if is_line and number else None,
            between_failures=("exponential", 5 * _HOUR_S) if (fails := draw(st.booleans())) else None,
            repair=("uniform", 600.0, 3600.0) if fails else None,
        )
        for number in range(draw(st.integers(1, 4)))
    }
    routes = [list(stations)] if is_line else draw(st.lists(_route(list(stations)), min_size=1, max_size=2))
    products = {
        f"product_{number}": Product(draw(_law(40, 90)), tuple(draw(_step(name)) for name in route))
        for number, route in enumerate(routes)
    }
    return Plant("network", {**stations, "bench": Station(1)}, products, 2 * 86400.0)


def _route(stations: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(stations), min_size=1, max_size=5)


@st.composite
def _law(draw: st.DrawFn, low_min: int, high_min: int) -> Law:
    mean_s = 60.0 * draw(st.integers(low_min, high_min))
    return draw(st.sampled_from([("exponential", mean_s), ("uniform", 0.5 * mean_s, 1.5 * mean_s)]))


@st.composite
def _step(draw: st.DrawFn, station: str) -> Step:
    if draw(st.integers(0, 2)):
        return Step(station, draw(_law(5, 45)))
    return Step(station, draw(_law(5, 45)), p_fail=0.25, debug_station="bench", debug=("exponential", 1200.0))


@pytest.mark.parametrize("name", _NETWORKS)
def test_known_networks(name: str) -> None:
    _assert_same(compile_line(_short(name)))


@pytest.mark.slow
@settings(max_examples=40)
@given(networks())
def test_generated_networks(plant: Plant) -> None:
    _assert_same(compile_line(scenario_of(plant)))


@pytest.mark.slow
@settings(max_examples=40)
@given(networks())
def test_no_kernel_changes_what_is_fixed(plant: Plant) -> None:
    compiled = compile_line(scenario_of(plant))
    assert compiled.is_queueing_network
    run = LineRun.start(_as_any_line(compiled), 0, 3, is_recording=False)
    for _ in range(4):
        run.advance(run.now_s + 0.2 * compiled.horizon_s)
        _assert_fixed(run)


@pytest.mark.parametrize("name", _NETWORKS)
def test_nor_in_known_networks(name: str) -> None:
    compiled = compile_line(_short(name))
    run = LineRun.start(_as_any_line(compiled), 0, 3, is_recording=False)
    run.advance(0.7 * compiled.horizon_s)
    _assert_fixed(run)


def test_a_branch_of_a_network_goes_on_as_any_line() -> None:
    compiled = compile_line(_short("rework"))
    run = LineRun.start(compiled, 0, 3, is_recording=False)
    run.advance(0.4 * compiled.horizon_s)
    assert digest(run.branch().finish()) == digest(replicate(_as_any_line(compiled), 0, 3, is_recording=False))


@pytest.mark.parametrize(
    "name",
    [
        *("burn_in", "capped", "coolant_limited", "fork_join", "gang", "learning", "oven", "people_limited"),
        *("power_limited", "priority", "tray_line"),
    ],
)
def test_whoever_needs_more_is_no_network(name: str) -> None:
    assert not compile_line(load(name)).is_queueing_network


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("demand", {"tray": {"product": "tray", "interarrival": "20 min", "hot": True}}),
        ("order_book", [{"product": "tray", "quantity": 3}]),
        ("antithetic", True),
    ],
)
def test_nor_is_what_begins_otherwise(place: str, value: Any) -> None:
    document = document_of(PLANTS["mm4"](20))
    assert compile_line(Scenario.model_validate(document)).is_queueing_network
    assert not compile_line(Scenario.model_validate({**document, place: value})).is_queueing_network


def test_nor_is_a_line_in_which_debug_has_spares_made() -> None:
    """A fan that is in no bill of materials, but stands in for a bad one."""
    document = document_of(PLANTS["reentrant"](50))
    (first, *_), *_ = (routing["operations"] for routing in document["routings"].values())
    first["defects"] = {"bad_fan": "20 %"}
    for routing in document["routings"].values():
        for operation in routing["operations"]:
            if operation["work_center"] == "test":
                operation["detects"] = {"bad_fan": "100 %"}
    fan = {"operations": [{"operation": "make", "work_center": "kit", "duration": "5 min"}]}
    made = {"parts": {**document["parts"], "fan": {"routing": "fan"}}, "routings": {**document["routings"], "fan": fan}}
    mended = Scenario.model_validate({**document, **made, "defect_kinds": {"bad_fan": {}}})
    _assert_same(compile_line(mended))
    swapped = Scenario.model_validate({**document, **made, "defect_kinds": {"bad_fan": {"replace": "fan"}}})
    assert not compile_line(swapped).is_queueing_network


def test_a_line_that_something_happens_to_at_a_known_time_is_no_network() -> None:
    line = compile_line(scenario_of(PLANTS["mm4"](20))).line
    assert is_queueing_network(line)
    step = np.zeros(1, line.steps.dtype).view(np.recarray)
    assert not is_queueing_network(line._replace(steps=step))
