"""The JSON Schema that editors use agrees with what the reader takes."""

from __future__ import annotations

import importlib.util
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from racktwin.model import Scenario
from racktwin.scenario import scenario_schema, starter_text
from racktwin.scenario.validate import validate
from racktwin.scenario.yaml_text import parse_yaml
from tests.untraced import untraced

from .broken import BROKEN

SCHEMA = scenario_schema()
needs_jsonschema = pytest.mark.skipif(
    importlib.util.find_spec("jsonschema") is None, reason="jsonschema is not installed"
)


def test_it_is_plain_json_and_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert json.loads(json.dumps(scenario_schema(), allow_nan=False)) == SCHEMA


def test_every_reference_leads_somewhere() -> None:
    targets = {reference.removeprefix("#/$defs/") for reference in _values(SCHEMA, "$ref")}

    assert targets
    assert targets <= set(SCHEMA["$defs"])


def test_every_key_of_the_scenario_is_there() -> None:
    keys = {info.alias or name for name, info in Scenario.model_fields.items()}

    assert set(SCHEMA["properties"]) == keys | {"include"}


def test_entities_are_described() -> None:
    undescribed = [name for name, entity in SCHEMA["$defs"].items() if not entity.get("description")]

    assert undescribed == []


def test_examples_of_quantities_fit_their_patterns() -> None:
    checked = 0
    for node in _nodes(SCHEMA):
        if isinstance(node.get("pattern"), str):
            for example in node.get("examples", ()):
                assert re.search(node["pattern"], str(example)), (example, node["pattern"])
                checked += 1
    assert checked > 20


def test_durations_are_described_as_people_write_them() -> None:
    forms = SCHEMA["$defs"]["Phase"]["properties"]["duration"]["anyOf"]

    assert any(form.get("examples") == ["45 min"] for form in forms)
    assert {"$ref": "#/$defs/TriangularDuration"} in forms
    assert set(SCHEMA["$defs"]["TriangularDuration"]["properties"]) == {"triangular", "source", "confidence"}
    assert set(SCHEMA["$defs"]["Triangular"]["properties"]) == {"low", "mode", "high"}


def test_tables_may_stand_in_files() -> None:
    for key in ("order_book", "part_receipts"):
        _, in_file = SCHEMA["properties"][key]["anyOf"]
        assert in_file["required"] == ["file"]


@needs_jsonschema
def test_starter_fits_the_schema() -> None:
    import jsonschema  # type: ignore[import-not-found, import-untyped, unused-ignore]

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(parse_yaml(starter_text(), "starter.yaml").value)


@needs_jsonschema
def test_the_schema_is_never_stricter_than_the_reader() -> None:
    import jsonschema  # type: ignore[import-not-found, import-untyped, unused-ignore]

    validator = jsonschema.Draft202012Validator(SCHEMA)
    with untraced():
        for broken in BROKEN:
            document = parse_yaml(broken.text, "scenario.yaml")
            if validate(document)[0] is not None:
                assert validator.is_valid(document.value), broken.name


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(inner)


def _values(node: Any, key: str) -> Iterator[Any]:
    return (found[key] for found in _nodes(node) if key in found)
