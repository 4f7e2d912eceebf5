"""A report read back as a browser's parser would: headings, tables, figures, and what it would load."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_LOADING = {"src", "href", "action", "data", "poster", "srcset", "formaction", "background"}
_VOID = {"meta", "link", "img", "br", "hr", "input", "base", "area", "col", "embed", "source", "track", "wbr"}


@dataclass
class ReadTable:
    """A table: caption, column titles, and its rows as lists of texts."""

    caption: str = ""
    titles: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def row(self, name: str) -> dict[str, str]:
        """The row that begins with ``name``, by column title."""
        (found,) = [row for row in self.rows if row[0] == name]
        return dict(zip(self.titles, found, strict=True))


class Reader(HTMLParser):
    """``read(path)`` gives sections, tables, texts, scripts and addresses of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections: list[str] = []
        self.tables: list[ReadTable] = []
        self.plots: list[dict[str, str]] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.tags: list[str] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.texts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.addresses += [value for name, value in given.items() if name in _LOADING]
        self.handlers += [name for name in given if name.startswith("on")]
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "section":
            self.sections.append(given["id"])
        elif tag == "table":
            self.tables.append(ReadTable())
        elif tag == "tr" and "tbody" in self._open:
            self.tables[-1].rows.append([])
        elif tag == "th" and "thead" in self._open:
            self.tables[-1].titles.append("")
        elif tag in ("td", "th") and "tbody" in self._open:
            self.tables[-1].rows[-1].append("")
        elif tag == "script":
            self.scripts.append((given, ""))
        if "data-figure" in given:
            self.plots.append(given)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1] == tag, f"</{tag}> closes <{self._open[-1]}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
            return
        self.texts.append(data)
        if "caption" in self._open:
            self.tables[-1].caption += data
        elif "thead" in self._open and "th" in self._open:
            self.tables[-1].titles[-1] += data
        elif "tbody" in self._open and ("td" in self._open or "th" in self._open):
            self.tables[-1].rows[-1][-1] += data

    @property
    def figures(self) -> dict[str, Any]:
        """The charts by name."""
        (text,) = [text for given, text in self.scripts if given.get("id") == "figures"]
        found: dict[str, Any] = json.loads(text)
        return found

    @property
    def text(self) -> str:
        """All that is not markup or script."""
        return " ".join(" ".join(self.texts).split())

    def table(self, caption: str) -> ReadTable:
        """The table with that caption."""
        (found,) = [table for table in self.tables if table.caption == caption]
        return found


def read(page: Path | str) -> Reader:
    """Parse a page; every element must be closed by its own end tag."""
    reader = Reader()
    reader.feed(page.read_text(encoding="utf-8") if isinstance(page, Path) else page)
    reader.close()
    assert reader._open == []
    return reader
