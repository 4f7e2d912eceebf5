"""The scenario's parameters by where they stand in its document, to be found from what was observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from racktwin.model import Operation, Phase, Scenario
from racktwin.scenario import ScenarioFile
from racktwin.scenario.document import item_name

Path = tuple[str, ...]
"""Steps through the document; joined by dots they are the path of ``--set``."""


@dataclass(frozen=True)
class Step:
    """An operation of a routing, with the steps to its entry in the document."""

    routing: str
    operation: Operation
    path: Path
    written: Mapping[str, Any]

    def duration_path(self, phase: Phase) -> Path:
        """Where a phase's duration stands: on the operation itself where it is written flat."""
        if "phases" not in self.written:
            return (*self.path, "duration")
        index = next(number for number, item in enumerate(self.operation.phases) if item is phase)
        written = [item.get("name") for item in self.written["phases"]]
        return (*self.path, "phases", phase.name if written.count(phase.name) == 1 else str(index), "duration")


@dataclass(frozen=True)
class Plant:
    """Look-ups into one scenario."""

    file: ScenarioFile

    @property
    def scenario(self) -> Scenario:
        """The scenario itself."""
        return self.file.scenario

    @cached_property
    def steps(self) -> dict[tuple[str, str], Step]:
        """Every operation, by routing and name."""
        found = {}
        for routing, model in self.scenario.routings.items():
            written = self.file.document["routings"][routing]["operations"]
            for operation, entry in zip(model.operations, written, strict=True):
                path = ("routings", routing, "operations", operation.operation)
                found[routing, operation.operation] = Step(routing, operation, path, entry)
        return found

    @cached_property
    def routings_of(self) -> dict[str, tuple[str, ...]]:
        """The routings in which an operation of that name occurs."""
        found: dict[str, tuple[str, ...]] = {}
        for routing, operation in self.steps:
            found[operation] = (*found.get(operation, ()), routing)
        return found

    @cached_property
    def parts_of(self) -> dict[str, tuple[str, ...]]:
        """The parts made by a routing."""
        found: dict[str, tuple[str, ...]] = {}
        for name, part in self.scenario.parts.items():
            if part.routing is not None:
                found[part.routing] = (*found.get(part.routing, ()), name)
        return found

    def routing(self, part: str, operation: str) -> str | None:
        """The routing of a visit; with no part named, the only one that has the operation."""
        if part:
            return self.scenario.parts[part].routing if part in self.scenario.parts else None
        routings = self.routings_of.get(operation, ())
        return routings[0] if len(routings) == 1 else None

    def at(self, path: Path) -> Any:
        """What the document says there; None where it leaves a default."""
        value: Any = self.file.document
        for step in path:
            if isinstance(value, list):
                names = [item_name(item) for item in value]
                value = value[names.index(step) if step in names else int(step)]
            elif isinstance(value, dict) and step in value:
                value = value[step]
            else:
                return None
        return value
