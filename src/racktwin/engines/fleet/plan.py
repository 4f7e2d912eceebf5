"""A hall, its work and its policies in plain numbers: what :mod:`.build` makes tables of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NodeKind:
    """A kind of compute node; ``domain_gpus`` is the size of its NVLink domain. Cores in thousandths, memory in MiB."""

    name: str
    gpus: int
    domain_gpus: int = 0
    cpu_milli: int = 1 << 40
    memory_mib: int = 1 << 40


@dataclass(frozen=True)
class RackPlan:
    """A rack: what it holds, draws when idle, may draw, and loads: (limit, load per watt, side or -1)."""

    name: str
    node_kind: int
    nodes: int
    idle_w: float = 0.0
    budget_w: float = math.inf
    is_steered: bool = False
    paths: tuple[tuple[int, float, int], ...] = ()
    available_s: float = 0.0
    hazard: float = 1.0
    liquid_share: float = 0.0


@dataclass(frozen=True)
class LimitPlan:
    """A limit of a feed or a cooling loop; ``is_steered``: racks are capped to keep it, else work waits for it.

    ``ramp_per_s`` and ``fall_per_s`` bound how fast its draw grows and falls; ``floor`` is what it draws at least.

    ``plant_weight``: the share of the cooling plant that goes with it where it carries less.
    """

    name: str
    quantity: str
    capacity: float
    is_steered: bool = False
    ramp_per_s: float = 0.0
    fall_per_s: float = math.inf
    floor: float = 0.0
    plant_weight: float = 0.0


@dataclass(frozen=True)
class Klass:
    """A class of jobs."""

    name: str
    is_preemptible: bool = True
    checkpoint_s: float = 0.0
    restart_s: float = 0.0
    keeps_work: bool = False


@dataclass(frozen=True)
class FailurePlan:
    """A failure clock: scope, target and laws are rows. ``is_once``: it never rings again after its repair."""

    scope: int
    target: int
    between_law: int
    repair_law: int
    cause: int
    stream: str
    share: float = 1.0
    hazard: float = 1.0
    is_once: bool = False


@dataclass(frozen=True)
class Jobs:
    """Jobs in the order of their submission: arrays of one length. ``gpus`` below 1 are shares of one."""

    submit_s: Floats
    gpus: Floats
    duration_s: Floats
    limit_s: Floats
    klass: npt.NDArray[np.int64]
    priority: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int64]
    cpu_milli: npt.NDArray[np.int64]
    memory_mib: npt.NDArray[np.int64]
    pool: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.submit_s)


_WHOLE_COLUMNS = ("klass", "priority", "owner", "cpu_milli", "memory_mib", "pool")


def plain_jobs(submit_s: Any, gpus: Any, duration_s: Any, limit_s: Any = None, **columns: Any) -> Jobs:
    """Jobs from a few columns; the rest is 0, any pool, and the duration for the limit."""
    zeros = np.zeros(len(submit_s), np.int64)
    whole = {name: np.asarray(columns.get(name, zeros - int(name == "pool")), np.int64) for name in _WHOLE_COLUMNS}
    floats = (submit_s, gpus, duration_s, duration_s if limit_s is None else limit_s)
    return Jobs(*(np.asarray(values, np.float64) for values in floats), *whole.values())  # type: ignore[arg-type]


@dataclass(frozen=True)
class Settings:
    """Power by kind (class of job × kind of node, in that order) and setting: (kinds, settings) arrays.

    ``draw_w`` and ``reserve_w`` are of one GPU at work, above its idle draw.
    """

    draw_w: Floats
    reserve_w: Floats
    speed: Floats


@dataclass(frozen=True)
class CoolantPlan:
    """The cooling plant that caps racks while its coolant is too warm, as rows of :mod:`racktwin.sim.cooling`.

    Looked at every ``every_s``; a cap is held for ``hold_s`` before it is eased a step. ``most_w``: by setting, the
    most that any GPU draws. Weather begins with a year, the run ``into_year_s`` after.
    """

    plant: Any
    weather: Any
    most_w: Floats
    hottest_k: float
    resistance_k_per_w: float
    rise_k: float
    into_year_s: float = 0.0
    every_s: float = 60.0
    hold_s: float = 900.0


@dataclass(frozen=True)
class FleetPlan:
    """A hall, its work and its policies in plain numbers: positions in one list name rows of another.

    ``upstream``: (limit, limit above it, what a watt there is here), for limits with ballast. ``hours``: (USD/MWh,
    g/kWh) of each hour of the clock from that in which the run begins.
    """

    node_kinds: Sequence[NodeKind]
    racks: Sequence[RackPlan]
    jobs: Jobs
    settings: Settings
    klasses: Sequence[Klass] = (Klass("job"),)
    limits: Sequence[LimitPlan] = ()
    owners: Sequence[str] = ("",)
    failures: Sequence[FailurePlan] = ()
    steps: Sequence[tuple[float, int, int, float]] = ()
    laws: Sequence[dict[str, Any]] = ()
    samples: Sequence[float] = ()
    coolant: CoolantPlan | None = None
    upstream: Sequence[tuple[int, int, float]] = ()
    hours: Sequence[tuple[float, float]] = ()
    policy: dict[str, float] = field(default_factory=dict)
    horizon_s: float = math.inf


def has_budgets(plan: FleetPlan) -> bool:
    """Whether some rack has a limit of its own."""
    return any(math.isfinite(rack.budget_w) for rack in plan.racks)
