"""Where many simulations are done: processes of this machine, or a Dask cluster. Both lose nothing when one dies."""

from .base import Executor, Outcome
from .choose import executor
from .local import LocalProcesses

__all__ = ["Executor", "LocalProcesses", "Outcome", "executor"]
