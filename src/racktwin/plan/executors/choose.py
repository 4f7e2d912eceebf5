"""Which executor a user asked for."""

from __future__ import annotations

from racktwin.plan.extras import require

from .base import Executor
from .local import LocalProcesses


def executor(jobs: int, cluster: str | None = None) -> Executor:
    """Local processes, or the Dask cluster at an address; RacktwinError if the extra for that is missing."""
    if cluster is None:
        return LocalProcesses(jobs)
    require("distributed", "dist", "a cluster")
    from .cluster import DaskCluster

    return DaskCluster(cluster)
