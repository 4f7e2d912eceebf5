"""For readers: the report of a run and the comparison of two, each one self-contained HTML file.

What a name needs is imported when it is asked for: the server wants the palette alone, and no kernels.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .compare_rows import compare_rows
    from .comparison import write_comparison
    from .report import write_report

__all__ = ["compare_rows", "write_comparison", "write_report"]
_HOMES = {"compare_rows": "compare_rows", "write_comparison": "comparison", "write_report": "report"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
