"""A plant runs the same, to the last bit, with the shortcuts of plain visits and without."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from racktwin.engines.line import CompiledLine, compile_line, replicate
from racktwin.model import Scenario
from tests.properties.digests import digest
from tests.properties.plants import plants
from tests.properties.semantics import rich_plants
from tests.validation.known_answers import load

_FLAGS = ("begins_plainly", "ends_plainly")


def _without_shortcuts(compiled: CompiledLine) -> CompiledLine:
    operations = compiled.line.operations.copy()
    for flag in _FLAGS:
        operations[flag] = 0
    return replace(compiled, line=compiled.line._replace(operations=operations))


def _short(scenario: Scenario, days: float) -> Scenario:
    return scenario.model_copy(update={"horizon_s": min(scenario.horizon_s, days * 86400.0), "warm_up_s": 0.0})


def _assert_same(scenario: Scenario) -> None:
    compiled = compile_line(scenario)
    assert digest(replicate(compiled, 0, 3)) == digest(replicate(_without_shortcuts(compiled), 0, 3))


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("three_machine_line", (1, 1)),  # breakdowns and full buffers
        ("breakdowns", (1, 1)),
        ("gm1", (1, 1)),
        ("coverage", (1, 0)),  # a test: it may fail
        ("burn_in", (1, 0)),  # stress, and a debug that begins plainly
        ("rework", (1, 0)),  # false failures
    ],
)
def test_known_plants(name: str, flags: tuple[int, int]) -> None:
    scenario = _short(load(name), 2.0)
    operations = compile_line(scenario).line.operations
    assert tuple(max(operations[flag]) for flag in _FLAGS) == flags
    _assert_same(scenario)


@pytest.mark.slow
@settings(max_examples=25)
@given(plants())
def test_generated_plants(scenario: Scenario) -> None:
    _assert_same(_short(scenario, 1.0))


@pytest.mark.slow
@settings(max_examples=25)
@given(rich_plants())
def test_generated_plants_with_every_feature(scenario: Scenario) -> None:
    _assert_same(_short(scenario, 1.0))


def test_a_bound_beyond_any_queue_is_none() -> None:
    """Bounds are integers of 32 bits in the kernel's tables; a scenario may say more."""
    scenario = _short(load("three_machine_line"), 2.0)
    centers = {
        name: center.model_copy(update={"input_buffer": 5_000_000_000})
        for name, center in scenario.work_centers.items()
    }
    wide = compile_line(scenario.model_copy(update={"work_centers": centers}))
    centers = {name: center.model_copy(update={"input_buffer": None}) for name, center in scenario.work_centers.items()}
    unbounded = compile_line(scenario.model_copy(update={"work_centers": centers}))
    assert digest(replicate(wide, 0, 3)) == digest(replicate(unbounded, 0, 3))
