"""For readers: the report of a run and the comparison of two, each one self-contained HTML file."""

from .compare_rows import compare_rows
from .comparison import write_comparison
from .report import write_report

__all__ = ["compare_rows", "write_comparison", "write_report"]
