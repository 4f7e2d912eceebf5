"""The package's own small tables: CSV with ``#`` comment lines that say source and licence."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def rows_of(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``reference/NAME`` as text by column."""
    text = resources.files("racktwin.reference").joinpath(name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(csv.DictReader(lines))
