"""From a file (or the name of a shipped example) to a checked scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from racktwin.errors import Problem, ScenarioError
from racktwin.model import Quantity, Scenario
from racktwin.spelling import did_you_mean

from .checks import check
from .document import Document, Place
from .failure_rates import fill_failures
from .folder import Folder, SourceFile
from .include import load
from .override import apply_overrides
from .tables import inline_tables
from .validate import validate
from .work_files import inline_work


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


def read_scenario(
    source: str | Path, overrides: Sequence[str] = (), *, text: str | None = None, observed: str | Path | None = None
) -> ScenarioFile:
    """Read and check the scenario at ``source``, a path or the name of a shipped example.

    ``overrides`` are ``path=value`` or ``path*=factor``. ``text`` stands for the file's content, as an editor holds it
    before it is saved (the file need not exist). ``observed`` is a file with the observed state from which to start, in
    place of the scenario's own; the warm-up then ends no earlier. Raises ScenarioError with every problem found.
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
    inline_work(document, folder, problems)
    fill_failures(document)
    seen_files: tuple[SourceFile, ...] = ()
    if observed is not None:
        seen_files = _start_from(document, Path(observed))
    scenario, faults = validate(document)
    if scenario is not None and observed is not None and scenario.observed is not None:
        scenario = _with_late_warm_up(scenario, document)
    problems += faults
    if scenario is None:
        raise ScenarioError(_once(problems))
    findings = check(scenario)
    problems += [finding.problem(document) for finding in findings if not finding.odd]
    if problems:
        raise ScenarioError(_once(problems))
    oddities = sorted(finding.problem(document) for finding in findings if finding.odd)
    return ScenarioFile(scenario, document.value, (*folder.read_files.values(), *seen_files), tuple(oddities))


def _start_from(document: Document, path: Path) -> tuple[SourceFile, ...]:
    """Put the observed state of the file into the document; it may stand below a key ``observed`` or alone."""
    folder = Folder.around(path)
    seen = load(path, folder)
    inner = seen.value.get("observed") if isinstance(seen.value, dict) else None
    if inner is not None:
        seen = Document(inner, {steps[1:]: place for steps, place in seen.places.items() if steps[:1] == ("observed",)})
    document.put(("observed",), seen)
    document.places.setdefault(("observed",), Place(folder.show(path.resolve()), 1))
    return tuple(folder.read_files.values())


def _with_late_warm_up(scenario: Scenario, document: Document) -> Scenario:
    """Results are taken from the observed instant on, at the earliest."""
    assert scenario.observed is not None
    try:
        at_s = scenario.instant_s(scenario.observed.at)
    except (OSError, ValueError):  # an unknown time zone: the checks tell
        return scenario
    if at_s <= scenario.warm_up_s:
        return scenario
    document.value["warm_up"] = f"{at_s:.17g} s"
    return scenario.model_copy(update={"warm_up_s": Quantity(at_s, "s")})


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
