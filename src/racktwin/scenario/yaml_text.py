"""YAML 1.2 (and JSON, which is a part of it) as a Document: plain values with their lines, nothing else.

The text is only composed, never constructed, so no tag can make an object. Anchors and merge keys are followed;
their expansion counts against the limits.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node

from racktwin.errors import Problem, ScenarioError

from . import libyaml
from .document import Document, Place, Steps

MAX_DEPTH = 40
MAX_VALUES = 200_000

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {_TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge")}
_INT = re.compile(r"[-+]?[0-9]{1,30}\Z")
_INT_OTHER_BASE = re.compile(r"0(o[0-7]{1,20}|x[0-9a-fA-F]{1,15})\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z")


def parse_yaml(text: str, file: str) -> Document:
    """The document in ``text``; raises ScenarioError with every syntax problem found."""
    root = _compose(text, file)
    if root is None:
        raise ScenarioError([Problem(file, 1, "", "the file is empty", "racktwin new writes a starter scenario")])
    builder = _Builder(file)
    document = Document(builder.build(root, ()), builder.places)
    if builder.problems:
        raise ScenarioError(builder.problems)
    return document


def scalar(text: str) -> Any:
    """A plain scalar by YAML 1.2's core schema: number, yes/no, nothing, or the text itself (dates stay text)."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    if _INT.match(text):
        return int(text)
    if _INT_OTHER_BASE.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    if _INFINITE.match(text):
        return float(text.replace(".", "", 1))
    return float("nan") if text in (".nan", ".NaN", ".NAN") else text


def _compose(text: str, file: str) -> Any:
    return libyaml.composed(text) or _compose_slowly(text, file)


def _compose_slowly(text: str, file: str) -> Node | None:
    """By ruamel.yaml, which knows YAML 1.2 and says best what is wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yaml = YAML(typ="safe", pure=True)
            yaml.max_depth = MAX_DEPTH
            node: Node | None = yaml.compose(text)
            return node
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        if type(error).__name__ == "MaxDepthExceededError":
            raise ScenarioError([_too_deep(file, line)]) from None
        said = ", ".join(str(part) for part in (error.context, error.problem) if part)
        raise _syntax(file, line, said) from None
    except YAMLError as error:
        position = getattr(error, "position", 0)
        said = " ".join(str(error).split())[:200]
        raise _syntax(file, text.count("\n", 0, position if isinstance(position, int) else 0) + 1, said) from None
    except RecursionError:
        raise ScenarioError([_too_deep(file, 1)]) from None
    except Exception as error:  # ruamel.yaml lets ValueError, OverflowError and others out for odd text
        raise _syntax(file, 1, f"{type(error).__name__}: {error}"[:200]) from None


def _syntax(file: str, line: int, said: str) -> ScenarioError:
    remedy = "check indentation, colons, quotes and brackets around this line"
    return ScenarioError([Problem(file, line, "", f"not valid YAML: {said}", remedy)])


def _too_deep(file: str, line: int) -> Problem:
    return Problem(file, line, "", f"nested more than {MAX_DEPTH} levels deep", "a scenario needs about ten levels")


class _Builder:
    """Turns composed nodes into values, counting them, and noting each place and problem."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Steps, Place] = {}
        self.problems: list[Problem] = []
        self.count = 0

    def build(self, node: Any, steps: Steps) -> Any:
        line = node.start_mark.line + 1
        self.places.setdefault(steps, Place(self.file, line))
        self.take(node, len(steps))
        if self.refuses_tag(node, steps):
            return None
        if node.id == "mapping":
            return self.mapping(node, steps)
        if node.id == "sequence":
            return [self.build(item, (*steps, index)) for index, item in enumerate(node.value)]
        quoted = node.style in ("'", '"', "|", ">") or str(node.tag) == _TAG + "str"
        return _without_surrogates(node.value) if quoted else scalar(_without_surrogates(node.value))

    def mapping(self, node: Any, steps: Steps) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first_line: dict[str, int] = {}
        for key_node, value_node in self.pairs(node, len(steps)):
            line = key_node.start_mark.line + 1
            if self.refuses_tag(key_node, steps):
                continue
            if key_node.id != "scalar":
                self.report(line, steps, "a key must be a word", "keys are plain text followed by a colon")
                continue
            key = _without_surrogates(key_node.value)
            if key in first_line:
                if any(key_node is own for own, _ in node.value):
                    self.report(line, (*steps, key), f"duplicate key {key!r} (first on line {first_line[key]})",
                                "keep one of the two")  # fmt: skip
                continue
            first_line[key] = line
            self.places[(*steps, key)] = Place(self.file, line)
            result[key] = self.build(value_node, (*steps, key))
        return result

    def pairs(self, node: Any, depth: int) -> Iterator[tuple[Any, Any]]:
        """The pairs of a mapping, then those it merges in with ``<<`` (which never override its own)."""
        self.take(node, depth)
        merged: list[Any] = []
        for key, value in node.value:
            if str(key.tag) == _TAG + "merge":
                merged += value.value if value.id == "sequence" else [value]
            else:
                yield key, value
        for other in merged:
            if other.id == "mapping":
                yield from self.pairs(other, depth + 1)
            else:
                line = other.start_mark.line + 1
                self.report(line, (), "'<<' merges mappings only", "write <<: *anchor, where the anchor is a mapping")

    def take(self, node: Any, depth: int) -> None:
        """Count a node against the limits; raises ScenarioError beyond them."""
        line = node.start_mark.line + 1
        self.count += 1
        if self.count > MAX_VALUES:
            remedy = "move long lists into CSV files; do not nest aliases"
            message = f"more than {MAX_VALUES:,} values once aliases are expanded"
            raise ScenarioError([Problem(self.file, line, "", message, remedy)])
        if depth > MAX_DEPTH:
            raise ScenarioError([_too_deep(self.file, line)])

    def refuses_tag(self, node: Any, steps: Steps) -> bool:
        tag = str(node.tag)
        if tag in _PLAIN_TAGS:
            return False
        message = f"the YAML tag {tag.replace(_TAG, '!!')} is not allowed"
        self.report(node.start_mark.line + 1, steps, message, "remove the tag; write plain values")
        return True

    def report(self, line: int, steps: Steps, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, ".".join(str(step) for step in steps), message, remedy))


def _without_surrogates(text: str) -> str:
    """JSON writes characters beyond U+FFFF as two escapes; join them, and replace lone halves."""
    if text.isascii() or not re.search("[\ud800-\udfff]", text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
