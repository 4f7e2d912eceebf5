"""Rows gathered table by table on the way from the scenario to the line, and the laws they draw from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from racktwin.model import DurationDistribution, Scenario
from racktwin.scenario.laws import law_row

from .tables import DTYPES

Row = dict[str, Any]


@dataclass
class Builder:
    """Rows gathered table by table; the index of a row is where it was put."""

    scenario: Scenario
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in DTYPES})
    samples: list[float] = field(default_factory=list)
    streams: dict[str, list[str]] = field(
        default_factory=lambda: {"units": [], "operations": [], "parts": [], "sources": []}
    )
    steps: list[tuple[float, ...]] = field(default_factory=list)
    """Rows of STEP: a year has tens of thousands, as tuples ready in a third of the time."""
    operation_names: list[tuple[str, str]] = field(default_factory=list)
    lot_names: list[str] = field(default_factory=list)
    limit_names: list[tuple[str, str]] = field(default_factory=list)
    feed_limit: dict[str, int] = field(default_factory=dict)
    heat_limit: dict[str, int] = field(default_factory=dict)
    flow_limit: dict[str, int] = field(default_factory=dict)
    _laws: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> int:
        self.rows[table].append(row)
        return len(self.rows[table]) - 1

    def link(self, rows: Iterable[tuple[int, int, float]]) -> tuple[int, int]:
        """(first, count) of new LINK rows."""
        first = len(self.rows["links"])
        for to, count, amount in rows:
            self.add("links", to=to, count=count, amount=amount)
        return first, len(self.rows["links"]) - first

    def law(self, law: DurationDistribution | None) -> int:
        """The LAW row of a duration, one for all that are equal: a plant's laws then stay in the processor's cache."""
        if law is None:
            return -1
        key = law.model_dump_json()
        if key not in self._laws:
            self._laws[key] = self.add("laws", **law_row(law, self.samples))
        return self._laws[key]


def skills_of(scenario: Scenario) -> list[str]:
    """All skills of the plant, in order of first mention: the rows of the skill table."""
    return list(dict.fromkeys(skill for group in scenario.operator_groups.values() for skill in group.skills))


def kind_links(scenario: Scenario, items: Iterable[tuple[str, float]]) -> list[tuple[int, int, float]]:
    """Links to defect kinds with their probabilities, for :meth:`Builder.link`."""
    kinds = list(scenario.defect_kinds)
    return [(kinds.index(kind), 1, float(p)) for kind, p in items if p > 0.0]
