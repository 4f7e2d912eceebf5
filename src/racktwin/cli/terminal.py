"""What the commands print: tables to standard output, notes to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_WITHOUT_TERMINAL = 200


def console(*, notes: bool = False) -> Console:
    """Standard output, or standard error for notes; wide lines where nothing would wrap them."""
    from rich.console import Console

    stream = sys.stderr if notes else sys.stdout
    width = None if stream.isatty() else _WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def note(text: str) -> None:
    """Tell the person something that is not the command's result."""
    print(text, file=sys.stderr, flush=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[str] = ()) -> None:
    """Print ``rows`` under ``columns``; the columns named in ``numbers`` are set to the right."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(escape(column), justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console().print(table)


def print_json(value: Any) -> None:
    """Print ``value`` as JSON; not-a-number and infinity, which JSON lacks, become null."""
    print(json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False, default=_plain))


def number(value: float) -> str:
    """``value`` to four significant digits, or more where it is a large whole number; a dash for none."""
    if value != value:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def give_or_take(value: float, half: float) -> str:
    """A mean with its half width, where there is one."""
    return number(value) if half != half or (value == 0 and half == 0) else f"{number(value)} ± {number(half)}"


def _plain(value: Any) -> float | str:
    """What SQL has and JSON lacks: decimals as numbers, dates and times as text."""
    return float(value) if isinstance(value, Decimal) else str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value
