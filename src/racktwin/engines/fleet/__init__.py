"""The fleet engine: GPU jobs in a hall of racks, under power, coolant and price.

The public names are loaded when they are first used: the kernels alone need neither scenarios nor traces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from racktwin.lazy_names import lazy_names

if TYPE_CHECKING:
    from .compile import CompiledFleet, compile_fleet
    from .decisions import DECISIONS
    from .engine import replicate_fleet

__all__ = ["DECISIONS", "CompiledFleet", "compile_fleet", "replicate_fleet"]

__getattr__ = lazy_names(
    __name__, {"compile": "CompiledFleet compile_fleet", "decisions": "DECISIONS", "engine": "replicate_fleet"}
)
