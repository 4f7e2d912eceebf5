"""From a file (or the name of a shipped example) to a checked scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from racktwin.errors import Problem, ScenarioError
from racktwin.model import Scenario

from .checks import check
from .document import Document, Place
from .folder import Folder, SourceFile
from .include import load
from .override import apply_overrides
from .spelling import did_you_mean
from .tables import inline_tables
from .validate import validate


@dataclass(frozen=True)
class ScenarioFile:
    """A scenario with all it was made from.

    ``document`` is the scenario as one JSON-serialisable mapping: includes merged, tables inlined, overrides applied.
    ``files`` are the files that were read; ``oddities`` is what is allowed but probably not meant.
    """

    scenario: Scenario
    document: dict[str, Any]
    files: tuple[SourceFile, ...]
    oddities: tuple[Problem, ...]


def read_scenario(source: str | Path, overrides: Sequence[str] = (), *, text: str | None = None) -> ScenarioFile:
    """Read and check the scenario at ``source``, a path or the name of a shipped example.

    ``overrides`` are ``path=value`` or ``path*=factor``. ``text`` stands for the file's content, as an editor holds it
    before it is saved (the file need not exist). Raises ScenarioError with every problem found.
    """
    path = _locate(source) if text is None else Path(source)
    folder = Folder.around(path)
    if text is not None:
        folder.unsaved[path.resolve()] = text.encode()
    document = load(path, folder)
    problems: list[Problem] = []
    inline_tables(document, folder, problems)
    if overrides:
        apply_overrides(document, overrides, problems)
        inline_tables(document, folder, problems)
    scenario, faults = validate(document)
    problems += faults
    if scenario is None:
        raise ScenarioError(_once(problems))
    findings = check(scenario)
    problems += [finding.problem(document) for finding in findings if not finding.odd]
    if problems:
        raise ScenarioError(_once(problems))
    oddities = sorted(finding.problem(document) for finding in findings if finding.odd)
    return ScenarioFile(scenario, document.value, tuple(folder.read_files.values()), tuple(oddities))


def scenario_from_document(document: Mapping[str, Any]) -> Scenario:
    """The scenario of a document that ``read_scenario`` made, as a run's manifest keeps it; raises ScenarioError."""
    scenario, problems = validate(Document(dict(document), {(): Place("document", 0)}))
    if scenario is None:
        raise ScenarioError(problems)
    return scenario


def examples() -> list[str]:
    """The names of the scenarios that ship with the package."""
    folder = Path(str(resources.files("racktwin"))) / "examples"
    return sorted(path.parent.name for path in folder.glob("*/scenario.yaml"))


def _locate(source: str | Path) -> Path:
    """The file of ``source``; a shipped example only where no file has that name."""
    path = Path(source)
    if _exists(path) or str(source) not in examples():
        if not _exists(path):
            remedy = f"check the spelling; {did_you_mean(str(source), examples(), 'shipped examples')}"
            raise ScenarioError([Problem(str(source), 0, "", "there is no such file", remedy)])
        return path
    return Path(str(resources.files("racktwin"))) / "examples" / str(source) / "scenario.yaml"


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _once(problems: list[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
