"""What it means: one definition per KPI, and estimates over replications."""

from .catalogue import KPIS
from .definition import SUBJECT_KINDS, Kpi
from .estimate import Difference, Estimate, difference, summarize
from .evaluation import compute

__all__ = ["KPIS", "SUBJECT_KINDS", "Difference", "Estimate", "Kpi", "compute", "difference", "summarize"]
