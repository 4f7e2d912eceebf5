"""What a client may ask of a table: filters, order, page. Names are checked, values are bound, nothing is pasted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .problems import ApiError

_COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
OPERATORS = (*_COMPARISONS, "contains", "in", "empty")
MOST_FILTERS = 20
_WHOLE = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "UINTEGER")


@dataclass
class Selection:
    """A checked question: SQL after ``FROM``, its bound values, and the columns asked for."""

    table: str
    columns: dict[str, str]
    chosen: list[str]
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """``"table" WHERE …``."""
        where = f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""
        return f"{quoted(self.table)}{where}"

    @property
    def select(self) -> str:
        """The whole SELECT, in order, without a page."""
        order = f" ORDER BY {', '.join(self.order)}" if self.order else ""
        return f"SELECT {', '.join(map(quoted, self.chosen))} FROM {self.source}{order}"


def selection(
    table: str,
    columns: Mapping[str, str],
    filters: Sequence[str],
    sort: Sequence[str],
    chosen: Sequence[str],
    search: str,
) -> Selection:
    """The question in SQL; ApiError 422 says which word of it is wrong.

    A filter is ``column:operator:value``; a sort is a column, with ``-`` before it for the largest first. ``search``
    is looked for in every column of text.
    """
    if len(filters) > MOST_FILTERS:
        raise ApiError(422, f"{len(filters)} filters, at most {MOST_FILTERS} are allowed", "combine them")
    known = dict(columns)
    found = Selection(table, known, [_known(known, name) for name in chosen] or list(known))
    for text in filters:
        _add_filter(found, text)
    if search:
        texts = [name for name, kind in known.items() if _is_text(kind)]
        found.conditions.append(
            "(" + (" OR ".join(f"contains(lower({_text(name)}), ?)" for name in texts) or "false") + ")"
        )
        found.values += [search.lower()] * len(texts)
    for word in sort:
        name = _known(known, word.removeprefix("-"))
        found.order.append(f"{quoted(name)} {'DESC' if word.startswith('-') else 'ASC'} NULLS LAST")
    return found


def quoted(name: str) -> str:
    """A name as SQL knows it."""
    return '"' + name.replace('"', '""') + '"'


def _add_filter(found: Selection, text: str) -> None:
    name, colon, rest = text.partition(":")
    operator, second, value = rest.partition(":")
    if not colon or (not second and operator != "empty"):
        raise ApiError(422, f"the filter {text[:80]!r} is not column:operator:value", "as in part:eq:gb200_nvl72")
    column = quoted(_known(found.columns, name))
    kind = found.columns[name]
    if operator in _COMPARISONS:
        found.conditions.append(f"{_text(name) if _is_text(kind) else column} {_COMPARISONS[operator]} ?")
        found.values.append(_value(name, kind, value))
    elif operator == "contains":
        found.conditions.append(f"contains(lower({_text(name)}), ?)")
        found.values.append(value.lower())
    elif operator == "in":
        words = value.split(",")[:1000]
        found.conditions.append(f"{_text(name) if _is_text(kind) else column} IN ({', '.join('?' * len(words))})")
        found.values += [_value(name, kind, word) for word in words]
    elif operator == "empty":
        nothing = f"isnan({column})" if kind in ("DOUBLE", "FLOAT") else f"{_text(name)} = ''"
        found.conditions.append(f"({column} IS NULL OR {nothing})")
    else:
        raise ApiError(422, f"there is no operator {operator[:40]!r}", f"choose from {', '.join(OPERATORS)}")


def _known(columns: Mapping[str, str], name: str) -> str:
    if name not in columns:
        raise ApiError(422, f"there is no column {name[:80]!r}", f"choose from {', '.join(columns)}")
    return name


def _is_text(kind: str) -> bool:
    return kind == "VARCHAR" or kind.startswith("ENUM")


def _text(name: str) -> str:
    return f"CAST({quoted(name)} AS VARCHAR)"


def _value(name: str, kind: str, text: str) -> Any:
    try:
        if kind in _WHOLE:
            return _whole(text)
        if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
            number = float(text)
            if not math.isfinite(number):
                raise ValueError
            return number
        if kind == "BOOLEAN":
            return {"true": True, "false": False}[text.lower()]
    except (ValueError, KeyError):
        raise ApiError(422, f"{text[:40]!r} is no value of {name!r}", f"it is of type {kind}") from None
    return text


def _whole(text: str) -> int | float:
    """Filters on whole numbers may compare with fractions: 2.5 is between 2 and 3."""
    number = float(text) if not text.lstrip("+-").isdigit() else int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError
    return number
