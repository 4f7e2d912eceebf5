"""For readers: the report of a run and the comparison of two, each one self-contained HTML file.

What a name needs is imported when it is asked for: the server wants the palette alone, and no kernels.
"""

from typing import TYPE_CHECKING

from racktwin.lazy_names import lazy_names

if TYPE_CHECKING:
    from .compare_rows import compare_rows
    from .comparison import write_comparison
    from .report import write_report

__all__ = ["compare_rows", "write_comparison", "write_report"]
__getattr__ = lazy_names(
    __name__,
    {"compare_rows": "compare_rows", "comparison": "write_comparison", "report": "write_report"},
)
