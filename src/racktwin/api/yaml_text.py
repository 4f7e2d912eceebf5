"""A scenario document as YAML people can read and edit: in block style, text in quotes only where it needs them.

A document is JSON: this takes 10 ms where a round-trip dumper takes a second and 30 MB (``test_yaml_text.py``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_WORD = r"[A-Za-z_][\w./%*+-]*"
_PLAIN = re.compile(rf"(?:{_WORD}|-?\d[\d.]*)(?: {_WORD})*\Z", re.ASCII)
"""Words, or a number before them as in ``4 MW``; nothing that YAML could read as something else."""
_TAKEN = re.compile(r"(?:-?\d[\d.]*|true|false|yes|no|on|off|null|y|n|-?\d[\d.]*[eE]\d+)\Z", re.IGNORECASE)


def as_yaml(document: dict[str, Any]) -> str:
    """The document as one YAML text; read again it is the same."""
    return "".join(f"{line}\n" for line in _lines(document, "")) if document else "{}\n"


def _lines(value: Any, margin: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _entry(f"{margin}{_scalar(str(key))}:", inner, f"{margin}  ")
    else:
        for inner in value:
            if isinstance(inner, dict) and inner:
                first, *others = _lines(inner, f"{margin}  ")
                yield f"{margin}- {first.lstrip()}"
                yield from others
            else:
                yield from _entry(f"{margin}-", inner, f"{margin}  ")


def _entry(head: str, value: Any, margin: str) -> Iterator[str]:
    if isinstance(value, list | tuple | dict) and value and not _is_short(value):
        yield head
        yield from _lines(value, margin)
    else:
        yield f"{head} {_scalar(value)}"


def _is_short(value: Any) -> bool:
    """A row of plain values stands in one line, as in a table of caps."""
    simple = isinstance(value, list | tuple) and all(not isinstance(one, list | tuple | dict) for one in value)
    return simple and sum(len(str(one)) + 2 for one in value) < 100


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        is_plain = _PLAIN.match(value) and not _TAKEN.match(value)
        return value if is_plain else _quoted(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_scalar, value))}]"
    return json.dumps(value)


def _quoted(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in written)
