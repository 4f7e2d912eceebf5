"""Small halls for tests, in plain numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from racktwin.engines.fleet.plan import FleetPlan, Jobs, Klass, LimitPlan, NodeKind, RackPlan, Settings, plain_jobs

LEVELS = 8
FULL_W, LEAST_CAP = 700.0, 0.4


def power_settings(kinds: int = 1, levels: int = LEVELS, least_cap: float = LEAST_CAP) -> Settings:
    """Draw falls in proportion to the cap, speed with its square root."""
    caps = np.linspace(1.0, least_cap, levels)[None, :]
    draw_w = np.repeat(FULL_W * caps, kinds, axis=0)
    return Settings(draw_w, draw_w * 1.1, np.repeat(np.sqrt(caps), kinds, axis=0))


def hall(
    jobs: Jobs,
    *,
    racks: int = 2,
    nodes: int = 2,
    gpus: int = 8,
    domain_gpus: int = 0,
    idle_w: float = 500.0,
    budget_w: float = math.inf,
    limits: tuple[LimitPlan, ...] = (),
    paths: tuple[tuple[int, float, int], ...] = (),
    klasses: tuple[Klass, ...] = (Klass("job"),),
    settings: Settings | None = None,
    **policy: Any,
) -> FleetPlan:
    """A hall of equal racks."""
    extra = {name: policy.pop(name) for name in ("steps", "failures", "laws", "horizon_s", "owners") if name in policy}
    return FleetPlan(
        [NodeKind("node", gpus, domain_gpus)],
        [RackPlan(f"rack_{r}", 0, nodes, idle_w, budget_w, math.isfinite(budget_w), paths) for r in range(racks)],
        jobs,
        settings or power_settings(len(klasses)),
        klasses=klasses,
        limits=limits,
        policy=policy,
        **extra,
    )


def some_jobs(rng: np.random.Generator, count: int, sizes: list[float], mean_gap_s: float, **columns: Any) -> Jobs:
    """Jobs with whole-second times, so that many things happen at one instant."""
    submit_s = np.cumsum(np.floor(rng.exponential(mean_gap_s, count)))
    duration_s = np.floor(rng.exponential(60.0, count)) + 1.0
    limit_s = np.ceil(duration_s * rng.choice([1.0, 1.5, 3.0], count))
    return plain_jobs(submit_s, rng.choice(sizes, count), duration_s, limit_s, **columns)
