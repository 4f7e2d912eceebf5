"""From a file to the model: read, merge, override, validate and check a scenario."""

from .document import Document, Place
from .folder import SourceFile
from .reader import ScenarioFile, examples, read_scenario, scenario_from_document

__all__ = [
    "Document",
    "Place",
    "ScenarioFile",
    "SourceFile",
    "examples",
    "read_scenario",
    "scenario_from_document",
]
