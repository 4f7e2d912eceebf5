"""The line engine: part receipts and orders in, operations and shipments out, under power, coolant and people."""

from .changes import Absent, LimitChanged, OrderAdded, UnitDown
from .compile import CompiledLine, compile_line
from .lookout import observed_document
from .planned import PlannedStarts
from .receipts import with_receipts
from .replicate import replicate, replicate_into
from .running import LineRun, Sink
from .snapshot_file import load_snapshot, save_snapshot
from .state import Snapshot
from .user_rules import DispatchRule, compiled_rule, python_rule

__all__ = [
    "Absent",
    "CompiledLine",
    "DispatchRule",
    "LimitChanged",
    "LineRun",
    "OrderAdded",
    "PlannedStarts",
    "Sink",
    "Snapshot",
    "UnitDown",
    "compile_line",
    "compiled_rule",
    "load_snapshot",
    "observed_document",
    "python_rule",
    "replicate",
    "replicate_into",
    "save_snapshot",
    "with_receipts",
]
