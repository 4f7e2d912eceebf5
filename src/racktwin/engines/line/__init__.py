"""The line engine: part receipts and orders in, operations and shipments out, under power, coolant and people."""

from .compile import CompiledLine, compile_line
from .replicate import replicate

__all__ = ["CompiledLine", "compile_line", "replicate"]
