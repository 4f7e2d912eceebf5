"""Files that include files: found, checked for loops, merged; the including file wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from racktwin.errors import Problem, ScenarioError
from racktwin.model import LAWS

from .document import Document, Place
from .folder import MAX_SCENARIO_BYTES, Folder, decode
from .json_text import parse_json
from .toml_text import parse_toml
from .yaml_text import parse_yaml

_PARSERS = {".yaml": parse_yaml, ".yml": parse_yaml, ".json": parse_json, ".toml": parse_toml}
MAX_INCLUDES_DEEP = 20


def load(path: Path, folder: Folder) -> Document:
    """The scenario file at ``path`` with all it includes; raises ScenarioError with every problem found."""
    problems: list[Problem] = []
    document = _load(path.resolve(), folder, Place(folder.show(path.resolve()), 0), (), problems)
    if problems or document is None:
        raise ScenarioError(problems)
    return document


def _load(
    path: Path, folder: Folder, asked_at: Place, stack: tuple[Path, ...], problems: list[Problem]
) -> Document | None:
    try:
        document = _parse(path, folder, asked_at)
    except ScenarioError as error:
        problems += error.problems
        return None
    for name, place in reversed(_take_includes(document, problems)):
        other = _include(name, place, path, folder, (*stack, path), problems)
        if other is not None:
            document = merge(other, document)
    return document


def _parse(path: Path, folder: Folder, asked_at: Place) -> Document:
    shown = folder.show(path)
    parser = _PARSERS.get(path.suffix.lower())
    content = folder.read(path, asked_at, MAX_SCENARIO_BYTES)
    if parser is None:
        message = f"{path.suffix or 'no suffix'}: not a kind of file racktwin reads"
        raise ScenarioError([Problem(shown, 0, "", message, "use .yaml, .json or .toml")])
    text = decode(content, shown)
    document = parser(text, shown) if text.strip() else parse_yaml("", shown)
    if not isinstance(document.value, dict):
        message = "a scenario is a mapping (keys with values), not " + _kind(document.value)
        raise ScenarioError([Problem(shown, 1, "", message, "racktwin new writes a starter scenario")])
    return document


def _kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else "nothing" if value is None else "a single value"


def _take_includes(document: Document, problems: list[Problem]) -> list[tuple[str, Place]]:
    """The names a document includes, with their places; ``include`` itself is removed."""
    if "include" not in document.value:
        return []
    written = document.value.pop("include")
    names = [written] if isinstance(written, str) else written
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        problem = document.place(("include",)).problem(
            "include", "expected a list of file names", "include: [power.yaml, products.yaml]"
        )
        problems.append(problem)
        return []
    return [(name, document.place(("include", index))) for index, name in enumerate(names)]


def _include(
    name: str, place: Place, beside: Path, folder: Folder, stack: tuple[Path, ...], problems: list[Problem]
) -> Document | None:
    try:
        path = folder.find(name, beside, place)
    except ScenarioError as error:
        problems += error.problems
        return None
    if path in stack or len(stack) > MAX_INCLUDES_DEEP:
        loop = " → ".join(step.name for step in (*stack, path))
        problems.append(place.problem("include", f"files include each other in a loop: {loop}", "remove one include"))
        return None
    return _load(path, folder, place, stack, problems)


def merge(base: Document, over: Document) -> Document:
    """Both documents in one; mappings are merged key by key, and elsewhere ``over`` replaces ``base``.

    A quantity with its source, and a distribution, are replaced as a whole: half of each would be a third thing.
    """
    return Document(_merge(base.value, over.value), {**base.places, **over.places})


def _merge(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)) or _is_one_value(base) or _is_one_value(over):
        return over
    merged = dict(base)
    for key, value in over.items():
        merged[key] = _merge(base[key], value) if key in base else value
    return merged


def _is_one_value(mapping: dict[str, Any]) -> bool:
    return "value" in mapping or any(key in LAWS for key in mapping)
