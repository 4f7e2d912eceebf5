"""JSON Schema of a scenario file, for editors that complete and check as people type."""

from __future__ import annotations

from typing import Any

from racktwin.model import Scenario

from .keys import PHASE_KEYS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TABLE_FILE = r"\.(csv|parquet)$"


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what ``read_scenario`` accepts, ``include`` and table files included."""
    schema = Scenario.model_json_schema()
    _let_phase_be_flat(schema["$defs"])
    _refuse_other_names(schema)
    properties = schema["properties"]
    properties["include"] = {
        "description": "Other files of this folder to merge in; what is written here wins.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        "examples": [["power.yaml", "products.yaml"]],
    }
    for key in ("order_book", "part_receipts", "gpu_jobs"):
        properties[key] = _or_file(properties[key], key)
    schema["required"] = []  # the rest may stand in an included file
    return {"$schema": DIALECT, **schema}


def _let_phase_be_flat(definitions: dict[str, Any]) -> None:
    """An operation of one phase gives the phase's keys itself, in place of ``phases``."""
    operation, phase = definitions["Operation"], definitions["Phase"]
    operation["properties"].update({key: phase["properties"][key] for key in PHASE_KEYS})
    operation["required"] = [key for key in operation["required"] if key != "phases"]
    beside_phases = {"anyOf": [{"required": [key]} for key in PHASE_KEYS]}
    operation["oneOf"] = [{"required": ["phases"], "not": beside_phases}, {"required": ["duration"]}]


def _refuse_other_names(node: Any) -> None:
    """Where keys are the author's own names, refuse what is not a name."""
    if isinstance(node, dict):
        if "patternProperties" in node:
            node["additionalProperties"] = False
        for inner in node.values():
            _refuse_other_names(inner)
    elif isinstance(node, list):
        for inner in node:
            _refuse_other_names(inner)


def _or_file(listed: dict[str, Any], key: str) -> dict[str, Any]:
    file = {
        "type": "object",
        "description": "A CSV or Parquet file of this folder, with the same columns.",
        "properties": {"file": {"type": "string", "pattern": _TABLE_FILE, "examples": [f"{key}.csv"]}},
        "required": ["file"],
        "additionalProperties": False,
    }
    kept: dict[str, Any] = {name: listed.pop(name) for name in ("title", "description", "default") if name in listed}
    return {**kept, "anyOf": [listed, file]}
