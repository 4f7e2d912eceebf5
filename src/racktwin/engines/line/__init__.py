"""The line engine: part receipts and orders in, operations and shipments out, under power, coolant and people."""

from .compile import CompiledLine, compile_line
from .planned import PlannedStarts
from .replicate import replicate

__all__ = ["CompiledLine", "PlannedStarts", "compile_line", "replicate"]
