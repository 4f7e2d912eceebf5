"""The line engine: part receipts and orders in, operations and shipments out, under power, coolant and people."""

from .compile import CompiledLine, compile_line
from .planned import PlannedStarts
from .replicate import replicate
from .running import LineRun
from .state import Snapshot
from .user_rules import DispatchRule, compiled_rule, python_rule

__all__ = [
    "CompiledLine",
    "DispatchRule",
    "LineRun",
    "PlannedStarts",
    "Snapshot",
    "compile_line",
    "compiled_rule",
    "python_rule",
    "replicate",
]
