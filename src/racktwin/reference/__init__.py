"""Published and measured figures that ship with the package, each with its source and licence."""

from .failures import FailureRate, failure_rate, failure_rates
from .power import HostPower, Knot, PowerTable, gpu_models, gpu_rating_w, host_power, job_classes, power_table

__all__ = [
    "FailureRate",
    "HostPower",
    "Knot",
    "PowerTable",
    "failure_rate",
    "failure_rates",
    "gpu_models",
    "gpu_rating_w",
    "host_power",
    "job_classes",
    "power_table",
]
