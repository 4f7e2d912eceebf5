"""The assumption ledger: every quantity the scenario's author wrote, and what it rests on."""

from __future__ import annotations

import re
from collections import Counter

from racktwin.model import LedgerEntry, Scenario, ledger

from .blocks import GRADE_TITLES, Column, Ledger, LedgerRow
from .numbers import quantity

GRADES = tuple(GRADE_TITLES)
"""Weakest first: the order of the ledger."""

_LEADING_NUMBER = re.compile(r"\s*([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*\Z", re.DOTALL)


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
    place, _, attribute = entry.path.removesuffix(".value").rpartition(".")
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
