"""The quantities whose author gave a range, and the scenario at any point of those ranges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import numpy.typing as npt

from racktwin.errors import RacktwinError, ScenarioError
from racktwin.model import LAWS, LedgerEntry, Scenario, ledger
from racktwin.scenario import Document, ScenarioFile, scenario_from_document
from racktwin.scenario.checks import check
from racktwin.scenario.document import Steps, item_name
from racktwin.scenario.keys import PHASE_KEYS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Unknown:
    """A quantity with a range: ``low``, ``value`` and ``high`` in SI (``unit``).

    ``path`` is what ``--set`` knows it by, ``entity`` the thing it belongs to, ``steps`` its place in the document.
    """

    path: str
    entity: str
    steps: Steps
    written: str
    low: float
    value: float
    high: float
    unit: str
    is_whole: bool

    def at(self, share: float) -> float:
        """The value that far between ``low`` (0) and ``high`` (1); whole numbers get equal parts of the way."""
        if self.is_whole:
            return float(min(self.high, int(self.low + share * (self.high - self.low + 1))))
        return float(min(self.high, self.low + share * (self.high - self.low)))

    def as_written(self, value: float) -> int | str:
        """``value`` as a scenario file has it."""
        return int(value) if self.is_whole else f"{value!r} {self.unit}".removesuffix(" 1")


def unknowns(file: ScenarioFile, patterns: Sequence[str] = ()) -> list[Unknown]:
    """Every quantity with a range that leaves room, in file order; only paths (or globs) of ``patterns`` if given.

    Raises RacktwinError if there is none.
    """
    document = Document(file.document)
    entries = {entry.path: entry for entry in ledger(file.scenario)}
    found = [_unknown(document, steps, entries) for steps in _with_range(file.document, ())]
    chosen = [one for one in found if one.low < one.high and _is_chosen(one.path, patterns)]
    if not chosen:
        which = f" at {', '.join(patterns)}" if patterns else ""
        raise RacktwinError(f"no quantity{which} has a range\n    → write {{value: 45 min, low: 30 min, high: 2 h}}")
    return chosen


def _is_chosen(path: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(path, p) or path.startswith(f"{p}.") for p in patterns)


def _with_range(value: Any, steps: Steps) -> Iterator[Steps]:
    if isinstance(value, dict):
        if "value" in value and ("low" in value or "high" in value):
            yield steps
            return
        for key, inner in value.items():
            yield from _with_range(inner, (*steps, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _with_range(inner, (*steps, index))


def _unknown(document: Document, steps: Steps, entries: dict[str, LedgerEntry]) -> Unknown:
    path = document.dotted(steps)
    model_path = _model_path(document.value, steps)
    entry = entries.get(model_path) or entries[f"{model_path}.value"]
    low, high = entry.provenance.low, entry.provenance.high
    is_whole = entry.unit == ""
    return Unknown(
        path,
        ".".join(path.split(".")[: 4 if steps[0] == "routings" else 2]),
        steps,
        entry.written,
        entry.value if low is None else low,
        entry.value,
        entry.value if high is None else high,
        entry.unit,
        is_whole,
    )


def _model_path(value: Any, steps: Steps) -> str:
    """The ledger's path: without the name of a law, and with the phase that a flat operation leaves out."""
    words: list[str] = []
    for depth, step in enumerate(steps):
        inner = value[step]
        is_law = step in LAWS and set(value) <= {*LAWS, "source", "confidence"} and depth > 2
        if not is_law:
            is_flat = depth == 4 and steps[0] == "routings" and step in PHASE_KEYS
            words += ["phases", "work"] if is_flat else []
            words.append(item_name(inner) or str(step) if isinstance(step, int) else step)
        value = inner
    return ".".join(words)


def scenario_at(file: ScenarioFile, chosen: Sequence[Unknown], values: Sequence[float]) -> Scenario:
    """The scenario with each of ``chosen`` at its value (SI), validated and checked; raises ScenarioError."""
    scenario = scenario_from_document(document_at(file.document, chosen, values))
    findings = [finding for finding in check(scenario) if not finding.odd]
    if findings:
        raise ScenarioError([finding.problem(Document(file.document)) for finding in findings])
    return scenario


def document_at(document: dict[str, Any], chosen: Sequence[Unknown], values: Sequence[float]) -> dict[str, Any]:
    """The document with other values; what does not change is shared with ``document``."""
    copied: dict[Steps, Any] = {(): dict(document)}
    for one, value in zip(chosen, values, strict=True):
        parent = copied[()]
        for depth, step in enumerate(one.steps[:-1], start=1):
            here = one.steps[:depth]
            if here not in copied:
                copied[here] = parent[step] = parent[step].copy()
            parent = copied[here]
        parent[one.steps[-1]] = {**parent[one.steps[-1]], "value": one.as_written(value)}
    result: dict[str, Any] = copied[()]
    return result
