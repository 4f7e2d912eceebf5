"""From a file to the model: read, merge, override, validate and check a scenario."""

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
