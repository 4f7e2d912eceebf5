"""Every law holds in every generated plant."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings

from racktwin.model import Scenario
from tests.simulate import simulate_tables

from .history import History
from .laws import violations
from .plants import plants
from .semantics import rich_plants

EXAMPLES = int(os.environ.get("RACKTWIN_EXAMPLES", "60"))


def _problems(scenario: Scenario) -> list[str]:
    (tables,) = simulate_tables(scenario, 1, scenario.seed)
    return violations(History(scenario, tables))


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(plants())
def test_every_law_holds(scenario: Scenario) -> None:
    assert _problems(scenario) == []


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(rich_plants())
def test_every_law_holds_with_every_feature(scenario: Scenario) -> None:
    assert _problems(scenario) == []


@settings(max_examples=3)
@given(plants())
def test_every_law_holds_for_a_day_uncompiled_as_well(scenario: Scenario) -> None:
    assert _problems(scenario.model_copy(update={"horizon_s": 86400.0})) == []
