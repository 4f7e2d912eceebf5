"""A parsed file: plain values, and for each of them the file and line where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from racktwin.errors import Problem

Steps = tuple[str | int, ...]
"""The way from the top of a document to a value: keys and list indices."""


@dataclass(frozen=True)
class Place:
    """A line (from 1; 0 where none is known) of a file, named as its reader knows it."""

    file: str
    line: int

    def problem(self, path: str, message: str, remedy: str) -> Problem:
        """A problem at this place."""
        return Problem(self.file, self.line, path, message, remedy)


@dataclass
class Document:
    """Values as JSON knows them, and ``places`` of each key and list item by its steps."""

    value: Any
    places: dict[Steps, Place] = field(default_factory=dict)

    def place(self, steps: Steps) -> Place:
        """Where ``steps`` stands: its own place, or that of the nearest value around it."""
        for length in range(len(steps), -1, -1):
            if steps[:length] in self.places:
                return self.places[steps[:length]]
        return Place("", 0)

    def follow(self, location: Sequence[str | int]) -> Steps:
        """The steps of ``location`` that exist here.

        A location comes from the model and may hold more than the file does: the branch of a union, or the
        ``phases`` of an operation that gives its phase's keys itself. Such steps are left out.
        """
        steps: list[str | int] = []
        value = self.value
        for step in location:
            known, inner = _step_into(value, step)
            if known:
                steps.append(step)
                value = inner
        return tuple(steps)

    def dotted(self, steps: Steps) -> str:
        """``steps`` as people write them: ``routings.rack.operations.soak``, list items by name where they have one."""
        words: list[str] = []
        value = self.value
        for step in steps:
            _, inner = _step_into(value, step)
            words.append(item_name(inner) or str(step) if isinstance(step, int) else step)
            value = inner
        return ".".join(words)

    def put(self, steps: Steps, other: Document) -> None:
        """Set the value at ``steps``, whose parent exists, to another document's, with its places."""
        parent = self.value
        for step in steps[:-1]:
            parent = parent[step]
        parent[steps[-1]] = other.value
        self.places = {
            known: place for known, place in self.places.items() if known[: len(steps)] != steps or known == steps
        }
        self.places.update({(*steps, *inner): place for inner, place in other.places.items()})

    def remove(self, steps: Steps) -> None:
        """Take away the key at ``steps``, as if it had not been written, and what stands below it."""
        parent = self.value
        for step in steps[:-1]:
            parent = parent[step]
        parent.pop(steps[-1], None)
        self.places = {known: place for known, place in self.places.items() if known[: len(steps)] != steps}


def item_name(item: Any) -> str:
    """The name by which people know an item of a list; empty where it has none."""
    if isinstance(item, Mapping):
        for key in ("operation", "name"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return ""


def _step_into(value: Any, step: str | int) -> tuple[bool, Any]:
    if isinstance(value, Mapping) and step in value:
        return True, value[step]
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return True, value[step]
    return False, value
