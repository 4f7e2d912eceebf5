"""The three doors of a dispatch decision: the same rule gives the same run by each, and a wrong choice is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from racktwin.engines.line import CompiledLine, DispatchRule, LineRun, compile_line, compiled_rule, python_rule
from racktwin.errors import SimulationError
from racktwin.model import Scenario
from racktwin.results.schema import TABLES
from racktwin.results.tables import empty_table
from racktwin.sim.jit import IS_COMPILED
from tests.properties.digests import digest
from tests.properties.history import History
from tests.properties.laws import violations
from tests.properties.plants import plants

HOUR_S = 3600.0


def _bench(orders: list[dict[str, Any]], units: int = 1, dispatch: str = "fifo") -> Scenario:
    """Long and short trays for one bench, ordered when the first is already in work."""

    def routing(hours: int) -> dict[str, Any]:
        return {"operations": [{"operation": "build", "work_center": "bench", "duration": f"{hours} h"}]}

    return Scenario.model_validate(
        {
            "racktwin": 1,
            "name": "bench",
            "start": "2027-01-04T00:00",
            "horizon": "20 d",
            "work_centers": {"bench": {"work_units": units, "dispatch": dispatch}},
            "parts": {"long": {"routing": "long"}, "short": {"routing": "short"}},
            "routings": {"long": routing(9), "short": routing(2)},
            "order_book": orders,
        }
    )


MIXED = [
    {
        "product": ("long", "short")[k % 3 == 0],
        "release": f"{k % 7} h",
        "due": f"{40 - 3 * (k % 11)} h",
        "priority": k % 4,
    }
    for k in range(40)
]


def shortest(candidates: Any, now_s: float) -> int:
    """The candidate with the shortest work; of equals, the first."""
    best = 0
    for place in range(1, len(candidates)):
        if candidates[place].work_s < candidates[best].work_s:
            best = place
    return best


def earliest_due(candidates: Any, now_s: float) -> int:
    """The candidate due first; of equals, the first."""
    best = 0
    for place in range(1, len(candidates)):
        if candidates[place].due_s < candidates[best].due_s:
            best = place
    return best


def most_urgent(candidates: Any, now_s: float) -> int:
    """The candidate of the highest priority; of equals, the first."""
    best = 0
    for place in range(1, len(candidates)):
        if candidates[place].priority > candidates[best].priority:
            best = place
    return best


def _finished(scenario: Scenario, rule: DispatchRule | None = None) -> dict[str, Any]:
    return LineRun.start(compile_line(scenario, rules={"bench": rule} if rule else {}), 0, 1).finish()


@pytest.mark.parametrize("units", [pytest.param(1, marks=pytest.mark.slow), 3])
@pytest.mark.parametrize(("name", "choose"), [("spt", shortest), ("edd", earliest_due), ("priority", most_urgent)])
def test_three_doors_one_run(name: str, choose: Callable[[Any, float], int], units: int) -> None:
    built_in = digest(_finished(_bench(MIXED, units, name)))
    assert digest(_finished(_bench(MIXED, units), compiled_rule(choose))) == built_in
    assert digest(_finished(_bench(MIXED, units), python_rule(choose))) == built_in
    assert digest(_finished(_bench(MIXED, units))) != built_in


def _seen_by(choose: Callable[[Any, float], int], orders: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    seen = []

    def look(candidates: Any, now_s: float) -> int:
        seen.append([dict(zip(candidates.dtype.names, row, strict=True)) for row in candidates.tolist()])
        return choose(candidates, now_s)

    _finished(_bench(orders), python_rule(look))
    return seen


def test_what_a_rule_sees() -> None:
    orders: list[dict[str, Any]] = [{"product": "long"}]
    orders.append({"product": "short", "release": "1 h", "due": "30 h", "priority": 5})
    (first, *_) = _seen_by(shortest, [*orders, {"product": "long", "release": "4 h"}])
    assert first == [
        {
            "serial_number": serial, "part": part, "operation": part, "priority": priority, "due_s": due_s,
            "release_s": released_s, "queued_s": released_s, "waiting_s": 9 * HOUR_S - released_s,
            "work_s": work_s, "work_left_s": work_s, "setup_s": 0.0, "is_hot": 0, "peak_w": 0.0, "failures": 0,
            "pieces": 1,
        }
        for serial, part, priority, due_s, released_s, work_s in [
            (1, 1, 5, 30 * HOUR_S, HOUR_S, 2 * HOUR_S), (2, 0, 0, np.inf, 4 * HOUR_S, 9 * HOUR_S),
        ]
    ]  # fmt: skip


@pytest.mark.slow
def test_more_candidates_than_there_were_rows_for() -> None:
    orders = [{"product": "long", "quantity": 100}, {"product": "short", "quantity": 100}]
    assert max(len(candidates) for candidates in _seen_by(shortest, orders)) > 100


def nobody(candidates: Any, now_s: float) -> int:
    return len(candidates)


def fails(candidates: Any, now_s: float) -> int:
    if now_s > 0.0:
        raise ValueError("no model")
    return 0


@pytest.mark.parametrize("door", [compiled_rule, python_rule])
def test_a_choice_that_is_none_is_told(door: Callable[..., DispatchRule]) -> None:
    with pytest.raises(SimulationError, match=r"'nobody' returned 39 .* for 39 candidates\n.*from 0 to 38"):
        _finished(_bench([{"product": "long", "quantity": 40}]), door(nobody))


@pytest.mark.parametrize("choice", [None, 1.5, True, "first"])
def test_a_choice_that_is_no_number_is_told(choice: Any) -> None:
    with pytest.raises(SimulationError, match="return the place of one of them"):
        _finished(_bench(MIXED), python_rule(lambda candidates, now_s: choice))


def test_a_rule_that_raises_is_told() -> None:
    with pytest.raises(SimulationError, match=r"'fails' raised ValueError at day .*: no model"):
        _finished(_bench(MIXED), python_rule(fails))
    if IS_COMPILED:
        with pytest.raises(SimulationError, match=r"'fails' returned -1 \(or raised\)"):
            _finished(_bench(MIXED), compiled_rule(fails))


@pytest.mark.skipif(not IS_COMPILED, reason="nothing is compiled")
def test_a_rule_that_numba_refuses_is_told() -> None:
    rule = compiled_rule(lambda candidates, now_s: len(open("model").read()))  # noqa: SIM115
    with pytest.raises(SimulationError, match="cannot be compiled"):
        _finished(_bench(MIXED), rule)


def test_a_rule_for_nowhere_is_told() -> None:
    with pytest.raises(SimulationError, match=r"does not have: oven\n.*choose from bench"):
        compile_line(_bench(MIXED), rules={"oven": python_rule(shortest)})


@pytest.mark.parametrize("door", [compiled_rule, python_rule])
def test_a_snapshot_goes_on_with_its_rule(door: Callable[..., DispatchRule]) -> None:
    compiled: CompiledLine = compile_line(_bench(MIXED), rules={"bench": door(shortest)})
    run = LineRun.start(compiled, 0, 1)
    run.advance(30.5 * HOUR_S)
    resumed = LineRun.resume(compiled, run.snapshot())
    assert digest(resumed.finish()) == digest(LineRun.start(compiled, 0, 1).finish())
    with pytest.raises(SimulationError, match="another plant"):
        LineRun.resume(compile_line(_bench(MIXED)), LineRun.start(compiled, 0, 1).snapshot())


def last_come(candidates: Any, now_s: float) -> int:
    """The candidate who came last."""
    return len(candidates) - 1


def _with_all_tables(tables: dict[str, Any]) -> dict[str, Any]:
    """The tables of a line among those of all engines."""
    return {**{name: empty_table(name) for name in TABLES}, **tables}


RULES = [compiled_rule(last_come), python_rule(last_come)]


def _does_not_overtake(violation: str) -> bool:
    return not violation.startswith("equals_do_not_overtake")


@pytest.mark.slow
@settings(max_examples=10)
@given(plants())
def test_doors_agree_and_laws_hold_in_any_plant(scenario: Scenario) -> None:
    by_door = []
    for rule in RULES:
        compiled = compile_line(scenario, rules=dict.fromkeys(scenario.work_centers, rule))
        by_door.append(LineRun.start(compiled, 0, scenario.seed).finish())
    assert digest(by_door[0]) == digest(by_door[1])
    assert list(filter(_does_not_overtake, violations(History(scenario, _with_all_tables(by_door[0]))))) == []
