"""Whatever the text: it is a scenario, or it is refused with ScenarioError. Nothing else ever comes out."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from racktwin.errors import Problem, ScenarioError
from racktwin.model.quantity import Quantity, Unit, as_written
from racktwin.scenario import Document, Place, read_scenario, scenario_from_document
from racktwin.scenario.checks import check
from racktwin.scenario.json_text import parse_json
from racktwin.scenario.override import apply_overrides
from racktwin.scenario.toml_text import parse_toml
from racktwin.scenario.validate import validate
from racktwin.scenario.yaml_text import parse_yaml

from .broken import STARTER
from .yaml_pieces import YAML_PIECES

DOCUMENT = parse_yaml(STARTER, "scenario.yaml")
YAML_TEXTS = st.lists(st.sampled_from(YAML_PIECES), max_size=30).map("".join)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["5 min", "-5 min", "3 kW", "90 %", "1e400 s", "by_defect", "2027-01-01", "12 d", "always", "rack"]
    ),
)
KEYS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ["value", "source", "low", "high", "triangular", "exponential", "mean", "file", "phases", "duration"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
calm = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("parse", [parse_yaml, parse_json, parse_toml])
@calm
@given(text=st.one_of(st.text(max_size=200), YAML_TEXTS))
def test_any_text(parse: Callable[[str, str], Document], text: str) -> None:
    problems: list[Problem] = []
    try:
        json.dumps(parse(text, "file").value)
    except ScenarioError as error:
        problems = error.problems
    assert all(problem.line > 0 and problem.remedy for problem in problems)


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=200), suffix=st.sampled_from(["yaml", "json", "toml"]))
def test_any_bytes(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"scenario.{suffix}"
        path.write_bytes(content)
        with pytest.raises(ScenarioError):
            read_scenario(path)


@calm
@given(value=VALUES)
def test_any_document(value: Any) -> None:
    if isinstance(value, dict):
        with pytest.raises(ScenarioError):
            scenario_from_document(value)


@calm
@given(data=st.data(), value=VALUES)
def test_any_value_anywhere(data: st.DataObject, value: Any) -> None:
    """One value of the starter replaced by anything: a scenario that can be checked, or problems with a place."""
    steps = data.draw(st.sampled_from(sorted((steps for steps in DOCUMENT.places if steps), key=str)))
    document = Document(copy.deepcopy(DOCUMENT.value), dict(DOCUMENT.places))
    document.put(steps, Document(value, {(): Place("scenario.yaml", 1)}))

    plant, problems = validate(document)

    if plant is None:
        assert problems
        assert all(problem.line > 0 and problem.message and problem.remedy for problem in problems)
        assert all(len(problem.message) <= 400 for problem in problems)
    else:
        assert all(finding.problem(document).line > 0 for finding in check(plant))


@calm
@given(data=st.data(), written=st.one_of(st.text(max_size=20), YAML_TEXTS), sign=st.sampled_from(["=", "*="]))
def test_any_override(data: st.DataObject, written: str, sign: str) -> None:
    steps = data.draw(st.sampled_from(sorted((steps for steps in DOCUMENT.places if steps), key=str)))
    document = Document(copy.deepcopy(DOCUMENT.value), dict(DOCUMENT.places))
    problems: list[Problem] = []

    apply_overrides(document, [f"{document.dotted(steps)}{sign}{written}", written], problems)
    plant, faults = validate(document)

    assert all(problem.file == "--set" and problem.remedy for problem in problems)
    assert plant is not None or faults


UNITS = {
    "s": ["s", "min", "h", "d", "wk"],
    "W": ["W", "kW", "MW"],
    "kg": ["kg", "t", "lb"],
    "USD/s": ["USD/h", "USD/yr"],
}


@given(data=st.data(), number=st.floats(0, 1e9), si=st.sampled_from(sorted(UNITS)))
def test_quantities_round_trip(data: st.DataObject, number: float, si: str) -> None:
    """What is written comes back as written, and its value as a number in SI units."""
    unit, written_unit = Unit((si,), "1"), data.draw(st.sampled_from(UNITS[si]))

    quantity = unit.validate(f"{number!r} {written_unit}")
    again = unit.validate(as_written(quantity))

    assert isinstance(quantity, Quantity)
    assert again == quantity
    assert quantity.written == f"{number!r} {written_unit}"
    one = unit.validate(f"1 {written_unit}")
    assert quantity == pytest.approx(number * one)


@given(number=st.floats(1, 1e6), below=st.floats(0, 1), above=st.floats(1, 5), source=st.text(min_size=1, max_size=20))
def test_sourced_quantities_round_trip(number: float, below: float, above: float, source: str) -> None:
    raw = {
        "value": f"{number!r} kW",
        "source": source,
        "confidence": "B",
        "low": f"{number * below!r} kW",
        "high": f"{number * above!r} kW",
    }

    quantity = Unit(("W",), "1 kW").validate(raw)
    again = Unit(("W",), "1 kW").validate(as_written(quantity))

    assert again == quantity
    assert (again.provenance.source, again.provenance.confidence) == (source, "B")
    assert again.provenance.low == pytest.approx(quantity.provenance.low)
    assert again.provenance.high == pytest.approx(quantity.provenance.high)


@calm
@given(text=st.one_of(st.text(max_size=60), st.from_regex(r"\A[0-9]{1,3} [a-zA-Z*/^ 0-9]{1,45}\Z")))
def test_any_text_as_a_quantity(text: str) -> None:
    context: dict[str, Any] = {"remedy": "none needed"}
    try:
        assert Unit(("s", "1"), "45 min").validate(text) >= 0
    except PydanticCustomError as error:
        context = error.context or {}
    assert context["remedy"]
