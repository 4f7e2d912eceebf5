"""The assumption ledger: every quantity the scenario's author wrote, and what it rests on."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from racktwin.model import LedgerEntry, Scenario, ledger

from .blocks import Column
from .numbers import quantity

GRADES = ("assumed", "C", "B", "A")
"""Weakest first: the order of the ledger."""

GRADE_TITLES = {
    "assumed": "assumed, no source",
    "C": "C: analyst, blog, vendor",
    "B": "B: reputable secondary",
    "A": "A: primary source",
}

_LEADING_NUMBER = re.compile(r"\s*([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class LedgerRow:
    """A quantity as the reader sees it: ``place`` is where it belongs, ``attribute`` what it says of it."""

    place: str
    attribute: str
    value: str
    range: str
    grade: str
    source: str


@dataclass(frozen=True)
class Ledger:
    """The ledger with how many quantities are of each grade."""

    kind: ClassVar[str] = "ledger"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[LedgerRow, ...]
    counts: tuple[tuple[str, int], ...]
    grade_titles: ClassVar[dict[str, str]] = GRADE_TITLES

    @property
    def unsourced(self) -> int:
        """Quantities without a source."""
        return dict(self.counts)["assumed"]

    def share_sentence(self) -> str:
        """What the answer rests on, in words."""
        total = len(self.rows)
        if not total:
            return "The scenario gives no quantities."
        share = round(100 * self.unsourced / total)
        return f"{self.unsourced:,} of the {total:,} quantities behind this answer ({share} %) have no source."


def scenario_ledger(scenario: Scenario) -> Ledger:
    """The ledger of a scenario, quantities without a source first, then by falling doubt, then in file order."""
    entries = sorted(ledger(scenario), key=lambda entry: GRADES.index(_grade(entry)))
    rows = tuple(_row(entry) for entry in entries)
    counts = Counter(row.grade for row in rows)
    return Ledger(
        "Every quantity of the scenario, weakest first",
        (
            Column("Quantity", numeric=False),
            Column("Value", help="as written in the scenario"),
            Column("Range", help="within which its author believes it to lie"),
            Column("Confidence", numeric=False),
            Column("Source", numeric=False),
        ),
        rows,
        tuple((grade, counts[grade]) for grade in GRADES),
    )


def _grade(entry: LedgerEntry) -> str:
    return entry.provenance.confidence if entry.provenance.source else "assumed"


def _row(entry: LedgerEntry) -> LedgerRow:
    place, _, attribute = entry.path.rpartition(".")
    return LedgerRow(
        place.replace(".", " › "),
        attribute.replace("_", " "),
        entry.written,
        _range(entry),
        _grade(entry),
        _source(entry),
    )


def _source(entry: LedgerEntry) -> str:
    return entry.provenance.source or ""


def _range(entry: LedgerEntry) -> str:
    """The range in the unit the value was written in."""
    low, high = entry.provenance.low, entry.provenance.high
    if low is None and high is None:
        return ""
    ends = [_as_written(entry, end) if end is not None else "?" for end in (low, high)]
    return " to ".join(ends)


def _as_written(entry: LedgerEntry, value: float) -> str:
    match = _LEADING_NUMBER.match(entry.written)
    written = float(match[1].replace("_", "")) if match else 0.0
    if match is None or written == 0 or entry.value == 0:
        return quantity(value, entry.unit)
    return f"{value * written / entry.value:.4g} {match[2]}".strip()
