"""What a page is made of: sections of charts, tables, cards and notes, as plain data for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

Figure = dict[str, Any]
"""A plotly figure: ``data`` and ``layout``, in which ``"$name"`` is a colour of :mod:`.palette`."""


GRADE_TITLES = {
    "assumed": "assumed, without a source",
    "C": "C, analyst, blog or vendor",
    "B": "B, reputable secondary source",
    "A": "A, primary source",
}
"""Confidence in a source in words, weakest first: the order of the ledger."""


@dataclass(frozen=True)
class Column:
    """A column of a table; ``help`` explains its title."""

    title: str
    numeric: bool = True
    help: str = ""


@dataclass(frozen=True)
class Row:
    """Cells as the reader sees them; the first names the row. ``tone`` is ``muted``, ``better``, ``worse`` or empty."""

    cells: tuple[str, ...]
    tone: str = ""


@dataclass(frozen=True)
class Table:
    """A table; a ``folded`` one opens on demand, which is where the numbers of a chart are."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    folded: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart with its name in the page, the alternative text, and the table of its numbers where there is one."""

    kind: ClassVar[str] = "chart"
    name: str
    title: str
    description: str
    figure: Figure
    table: Table | None = None


@dataclass(frozen=True)
class Note:
    """A paragraph; ``tone`` is ``plain``, ``warning`` or ``lead``."""

    kind: ClassVar[str] = "note"
    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class Card:
    """One headline number: what it is, its value, lines of detail beneath, and its definition."""

    title: str
    value: str
    unit: str
    details: tuple[str, ...]
    definition: str


@dataclass(frozen=True)
class Cards:
    """Headline numbers side by side."""

    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Code:
    """A command to copy."""

    kind: ClassVar[str] = "code"
    text: str


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
    """The assumption ledger, with how many quantities are of each grade."""

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


Block = Chart | Table | Note | Cards | Code | Ledger


@dataclass(frozen=True)
class Section:
    """A chapter of the page: its anchor, heading, one sentence of what it says, and its blocks."""

    name: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
