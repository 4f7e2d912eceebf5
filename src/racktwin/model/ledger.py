"""The assumption ledger: every number a scenario rests on, with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from .quantity import Count, LedgerEntry, Quantity


def ledger(entity: BaseModel) -> list[LedgerEntry]:
    """Every quantity below ``entity`` that its author wrote (defaults are left out), in file order."""
    return list(_walk(entity, ""))


def _walk(node: Any, path: str) -> Iterator[LedgerEntry]:
    if isinstance(node, Quantity | Count):
        yield LedgerEntry(path, node.written, node.unit, float(node), node.provenance)
    elif isinstance(node, BaseModel):
        for name, info in type(node).model_fields.items():
            if name in node.model_fields_set:
                yield from _walk(getattr(node, name), _join(path, info.alias or name))
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _walk(value, _join(path, str(key)))
    elif isinstance(node, tuple):
        for index, value in enumerate(node):
            named = getattr(value, "operation", None) or getattr(value, "name", None)
            yield from _walk(value, _join(path, str(named or index)))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
