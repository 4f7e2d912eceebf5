"""Where two scenario documents differ, path by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ABSENT = "(absent)"
_LONG = 8


@dataclass(frozen=True)
class Difference:
    """A path of the scenario and what each of the two documents says there."""

    path: str
    a: str
    b: str


def document_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Difference]:
    """Every path whose value differs, in the order of ``a`` and then of ``b``.

    Steps and groups of a list are matched by their name, so that one added step is one difference.
    """
    found: list[Difference] = []
    _walk("", a, b, found)
    return found


_NOTHING = object()


def _walk(path: str, a: Any, b: Any, found: list[Difference]) -> None:
    if a == b and type(a) is type(b):
        return
    if (_is_quantity(a) or _is_quantity(b)) and _show(a) != _show(b):
        found.append(Difference(path, _show(a), _show(b)))
        return
    children_a, children_b = _children(a), _children(b)
    if children_a is None or children_b is None:
        found.append(Difference(path, _show(a), _show(b)))
        return
    for key in dict.fromkeys((*children_a, *children_b)):
        _walk(f"{path}.{key}" if path else key, children_a.get(key, _NOTHING), children_b.get(key, _NOTHING), found)


def _is_quantity(value: Any) -> bool:
    """Whether this is a value with its source and range: where the values differ, those do not matter."""
    return isinstance(value, Mapping) and "value" in value


def _children(value: Any) -> dict[str, Any] | None:
    """What can be compared piece by piece: mappings, and lists whose entries have names of their own."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        return None
    names = [item.get("operation") or item.get("name") for item in value]
    if None in names or len(set(names)) != len(names):
        return None
    return {str(name): item for name, item in zip(names, value, strict=True)}


def _show(value: Any) -> str:
    if value is _NOTHING:
        return ABSENT
    if _is_quantity(value):
        return str(value["value"])
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_show(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return f"{len(value):,} entries" if len(value) > _LONG else "[" + ", ".join(map(_show, value)) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
