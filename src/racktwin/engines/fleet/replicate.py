"""One replication of a fleet: copy the tables, name the streams, run the kernel, gather the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from racktwin.errors import SimulationError
from racktwin.sim.rng import stream_keys
from racktwin.sim.user_rules import Rule

from . import kernel
from .tables import Fleet, Records
from .user_rules import UserRules

ROW_TABLES = ("placement_rows", "rack_rows", "limit_rows", "outage_rows", "queue_rows", "ballast_rows")


@dataclass(frozen=True)
class Outcome:
    """The fleet at the horizon, and all rows by table: structured arrays (as ``NDArray[Any]`` they cost mypy 20 s)."""

    fleet: Fleet
    rows: dict[str, Any]

    @property
    def jobs(self) -> Records:
        """Every job as it ended."""
        return self.fleet.jobs


def set_streams(fleet: Fleet, streams: tuple[str, ...], replication: int, seed: int) -> None:
    """Failures draw from the random streams of one replication."""
    if streams:
        fleet.failures["key"] = stream_keys(seed, replication, streams)


def simulate(
    built: Fleet,
    streams: tuple[str, ...] = (),
    *,
    replication: int = 0,
    seed: int = 1,
    is_recording: bool = True,
    in_place: bool = False,
    rules: Mapping[str, Rule] | None = None,
) -> Outcome:
    """Simulate to the horizon, or to the last job's end where there is none.

    ``in_place`` runs the tables of ``built`` themselves, which cannot be run again, instead of a copy.

    ``rules`` of a user decide in place of built-in ones: ``order`` (who is first in line), ``placement``, ``cap``.
    Raises SimulationError if one fails or chooses wrongly, or if the simulated state breaks one of its own rules.
    """
    fleet = built if in_place else Fleet(*(table.copy() for table in built))
    set_streams(fleet, streams, replication, seed)
    deciding = UserRules(rules or {})
    fleet = deciding.install(fleet)
    clock = fleet.clock[0]
    clock.is_recording = int(is_recording)
    batches: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in ROW_TABLES}

    def flush() -> None:
        for name in ROW_TABLES:
            count = int(clock[name])
            batches[name].append(np.array(getattr(fleet, name)[:count]))
            clock[name] = 0

    # Philox multiplies modulo 2^64; uncompiled, numpy would warn of it
    with np.errstate(over="ignore"):
        kernel.start(fleet)
        while (status := kernel.run(fleet)) != kernel.OVER:
            if status == kernel.OVERFLOW:
                raise SimulationError("one instant needs more rows than foreseen; please report this scenario")
            if status == kernel.WRONG:
                deciding.complain(fleet)
            if status == kernel.ASKING:
                deciding.answer(fleet)
            else:
                flush()
        while kernel.close(fleet):
            flush()
    flush()
    _check(fleet)
    # table by table, so that no more than one of them is there twice
    return Outcome(fleet, {name: np.concatenate(batches.pop(name)) for name in ROW_TABLES})


def _check(fleet: Fleet) -> None:
    """Everything was given back, and no limit was exceeded but in the wake of an emergency."""
    if fleet.clock[0].overflow:
        raise SimulationError("a table of rows was too small; please report this scenario")
    if (fleet.nodes.n_work != 0).any():
        raise SimulationError("a job left its node without giving it back")
    if (fleet.gpus.free_milli > 1000).any():
        raise SimulationError("a GPU has more to give than it has")
