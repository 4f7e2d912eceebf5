"""One whole replication of a compiled line."""

from __future__ import annotations

import pyarrow as pa

from .compile import CompiledLine
from .running import LineRun, Sink


def replicate(compiled: CompiledLine, replication: int, seed: int, *, is_recording: bool = True) -> dict[str, pa.Table]:
    """Simulate one replication to the horizon.

    Without recording only ``shipments`` has rows. Raises SimulationError if the simulated state breaks one of its own
    rules.
    """
    return LineRun.start(compiled, replication, seed, is_recording=is_recording).finish()


def replicate_into(
    sink: Sink, compiled: CompiledLine, replication: int, seed: int, *, is_recording: bool = True
) -> None:
    """As :func:`replicate`, the rows handed to ``sink`` in batches as they come."""
    LineRun.start(compiled, replication, seed, is_recording=is_recording).finish_into(sink)
