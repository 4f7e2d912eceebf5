"""TOML as a Document. The standard library's parser gives no lines, so a scan of the text finds them."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from typing import Any

from racktwin.errors import Problem, ScenarioError

from .document import Document, Place, Steps
from .yaml_text import MAX_DEPTH

_ERROR_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?")
_KEY = re.compile(r"\s*((?:[\w\-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w\-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w\-]+)")


def parse_toml(text: str, file: str) -> Document:
    """The document in ``text``; raises ScenarioError where it is not TOML."""
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = _ERROR_LINE.search(str(error))
        line = int(match[1]) if match else text.count("\n") + 1
        said = _ERROR_LINE.sub("", str(error)).strip()
        remedy = "check quotes, brackets and '=' on this line"
        raise ScenarioError([Problem(file, line, "", f"not valid TOML: {said}", remedy)]) from None
    except (RecursionError, ValueError) as error:
        message = f"not valid TOML: {type(error).__name__}"
        raise ScenarioError([Problem(file, 1, "", message, "write plain tables and values")]) from None
    return Document(_plain(value, file, 0), {(): Place(file, 1), **_places(text, file)})


def _plain(value: Any, file: str, depth: int) -> Any:
    """TOML's values as JSON knows them: dates and times become text."""
    if depth > MAX_DEPTH:
        message = f"nested more than {MAX_DEPTH} levels deep"
        raise ScenarioError([Problem(file, 1, "", message, "a scenario needs about ten levels")])
    if isinstance(value, dict):
        return {key: _plain(inner, file, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, file, depth + 1) for inner in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def _places(text: str, file: str) -> dict[Steps, Place]:
    places: dict[Steps, Place] = {}
    table: Steps = ()
    items: dict[Steps, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _with_indices(_words(header[2]), items)
            if header[1] == "[[":
                items[table] = items.get(table, -1) + 1
                table = (*table, items[table])
            places.setdefault(table, Place(file, number))
        elif key := _KEY.match(line):
            steps = (*table, *_words(key[1]))
            for length in range(len(table) + 1, len(steps) + 1):
                places.setdefault(steps[:length], Place(file, number))
    return places


def _words(dotted: str) -> tuple[str, ...]:
    return tuple(match[1] or match[2] or match[3] or "" for match in _WORD.finditer(dotted))


def _with_indices(words: tuple[str, ...], items: dict[Steps, int]) -> Steps:
    """The steps of a header; below an array of tables they go into its latest item."""
    steps: Steps = ()
    for position, word in enumerate(words):
        steps = (*steps, word)
        if steps in items and position < len(words) - 1:
            steps = (*steps, items[steps])
    return steps
