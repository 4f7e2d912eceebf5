"""The fleet engine: GPU jobs in a hall of racks, under power, coolant and price.

The public names are loaded when they are first used: the kernels alone need neither scenarios nor traces.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .compile import CompiledFleet, compile_fleet
    from .decisions import DECISIONS
    from .engine import replicate_fleet

__all__ = ["DECISIONS", "CompiledFleet", "compile_fleet", "replicate_fleet"]

_HOMES = {"DECISIONS": "decisions", "CompiledFleet": "compile", "compile_fleet": "compile", "replicate_fleet": "engine"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
