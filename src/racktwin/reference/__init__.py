"""Published and measured figures that ship with the package, each with its source and licence."""

from .power import HostPower, Knot, PowerTable, gpu_models, host_power, job_classes, power_table

__all__ = ["HostPower", "Knot", "PowerTable", "gpu_models", "host_power", "job_classes", "power_table"]
