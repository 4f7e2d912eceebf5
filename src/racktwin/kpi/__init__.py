"""What it means: one definition per KPI, estimates over replications, and whether a run is long enough for them."""

from .batch_means import BatchMeans, batch_means
from .catalogue import KPIS
from .definition import SUBJECT_KINDS, Kpi
from .estimate import Difference, Estimate, difference, pair_means, student_quantile, summarize
from .evaluation import compute
from .quantile import QuantileInterval, order_statistic_interval, replicated_quantile
from .warm_up import Truncation, WarmUp, mser5, observed_series, warm_up, welch

__all__ = [
    "KPIS",
    "SUBJECT_KINDS",
    "BatchMeans",
    "Difference",
    "Estimate",
    "Kpi",
    "QuantileInterval",
    "Truncation",
    "WarmUp",
    "batch_means",
    "compute",
    "difference",
    "mser5",
    "observed_series",
    "order_statistic_interval",
    "pair_means",
    "replicated_quantile",
    "student_quantile",
    "summarize",
    "warm_up",
    "welch",
]
