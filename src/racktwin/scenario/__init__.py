"""From a file to the model: read, merge, override, validate and check a scenario.

The names are loaded when they are first used: the engines need laws, but no parser of YAML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from racktwin.lazy_names import lazy_names

if TYPE_CHECKING:
    from .document import Document, Place
    from .folder import SourceFile
    from .reader import ScenarioFile, examples, read_scenario, scenario_from_document
    from .schema import scenario_schema
    from .set_file import read_overrides
    from .starter import starter_text
    from .summary import Summary, summarize

__all__ = [
    "Document",
    "Place",
    "ScenarioFile",
    "SourceFile",
    "Summary",
    "examples",
    "read_overrides",
    "read_scenario",
    "scenario_from_document",
    "scenario_schema",
    "starter_text",
    "summarize",
]

__getattr__ = lazy_names(
    __name__,
    {
        "document": "Document Place",
        "folder": "SourceFile",
        "reader": "ScenarioFile examples read_scenario scenario_from_document",
        "schema": "scenario_schema",
        "set_file": "read_overrides",
        "starter": "starter_text",
        "summary": "Summary summarize",
    },
)
