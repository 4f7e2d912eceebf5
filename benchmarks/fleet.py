"""The fleet kernel: EASY, caps per rack and FGD; jobs per CPU-second after warm-up, at three sizes, and memory.

``python benchmarks/fleet.py [FOLDER OF openb]``. Draws are synthetic and fixed by their seed.
"""

from __future__ import annotations

import csv
import math
import resource
import sys
import time
from pathlib import Path

import numpy as np

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import FleetPlan, NodeKind, RackPlan, Settings, build, plain_jobs
from racktwin.engines.fleet.replicate import Outcome, simulate

JOBS = 100_000
SIZES, SHARES = [1, 2, 4, 8, 16, 32, 64, 128], [0.35, 0.15, 0.15, 0.2, 0.07, 0.04, 0.03, 0.01]
NODES_PER_RACK, FULL_W, IDLE_W = 9, 600.0, 18_000.0


def synthetic(gpus: int, budget_share: float = math.inf, load: float = 0.95) -> FleetPlan:
    """A hall of racks of 72 GPUs; a rack's budget is a share of what all its jobs could draw. Capped to 60 % a GPU has
    0.77 of its speed, so the capped hall gets 70 % load: at 95 % its queue would grow without end.
    """
    rng = np.random.default_rng(1)
    sizes = rng.choice(SIZES, JOBS, p=SHARES)
    duration_s = np.exp(rng.normal(7.5, 1.2, JOBS))
    limit_s = duration_s * rng.uniform(1.0, 4.0, JOBS)
    rate_per_s = load * gpus / float((sizes * duration_s).mean())
    submit_s = np.cumsum(rng.exponential(1.0 / rate_per_s, JOBS))
    caps = np.linspace(1.0, 0.4, 16)[None, :]
    budget_w = budget_share * (IDLE_W + 72 * FULL_W)
    racks = [
        RackPlan(f"rack_{r}", 0, NODES_PER_RACK, IDLE_W, budget_w, math.isfinite(budget_w)) for r in range(gpus // 72)
    ]
    settings = Settings(FULL_W * caps, FULL_W * caps, np.sqrt(caps))
    policy: dict[str, float] = {"backfill": tables.EASY}
    return FleetPlan(
        [NodeKind("hgx", 8)], racks, plain_jobs(submit_s, sizes, duration_s, limit_s), settings, policy=policy
    )


def timed(plan: FleetPlan) -> tuple[float, Outcome]:
    """CPU-seconds of the second run, which finds everything compiled and cached."""
    built = build(plan)
    simulate(built)
    begin = time.process_time()
    outcome = simulate(built)
    return time.process_time() - begin, outcome


def openb(folder: Path, placement: int) -> FleetPlan:
    """The openb cluster, pods in random order until they ask for 130 % of its GPUs; what does not fit is dropped."""
    nodes = list(csv.DictReader((folder / "openb_node_list_all_node.csv").open()))
    pods = list(csv.DictReader((folder / "openb_pod_list_default.csv").open()))
    shapes = [(n["model"], int(n["gpu"]), int(n["cpu_milli"]), int(n["memory_mib"])) for n in nodes]
    kinds = list(dict.fromkeys(shapes))
    racks = [RackPlan(str(kind), position, shapes.count(kind)) for position, kind in enumerate(kinds)]
    gpus = np.array([int(pod["num_gpu"]) * int(pod["gpu_milli"]) / 1000 for pod in pods])
    rng = np.random.default_rng(1)
    order = np.concatenate([rng.permutation(len(pods)), rng.integers(len(pods), size=len(pods))])
    wanted = 1.3 * sum(kind[1] for kind in shapes)
    order = order[: int(np.searchsorted(np.cumsum(gpus[order]), wanted)) + 1]
    cores = np.array([int(pod["cpu_milli"]) for pod in pods])[order]
    memory = np.array([int(pod["memory_mib"]) for pod in pods])[order]
    count = len(order)
    jobs = plain_jobs(np.arange(count), gpus[order], np.full(count, 1e9), cpu_milli=cores, memory_mib=memory)
    none = np.zeros((len(kinds), 1))
    return FleetPlan(
        [NodeKind(str(kind), kind[1], 0, kind[2], kind[3]) for kind in kinds],
        racks,
        jobs,
        Settings(none, none, none + 1.0),
        policy={"placement": placement, "most_waiting": 0},
        horizon_s=count + 10.0,
    )


def main() -> None:
    """Print a line for each case."""
    for gpus in (1_008, 10_080, 100_080):
        for name, share, load in (("EASY", math.inf, 0.95), ("EASY, rack caps at 60 %", 0.6, 0.7)):
            seconds, outcome = timed(synthetic(gpus, share, load))
            rows = outcome.rows["rack_rows"]
            energy_j = float((rows["draw_w"] * (rows["end_s"] - rows["start_s"])).sum())
            error = abs(energy_j / float(outcome.fleet.racks.energy_j.sum()) - 1.0)
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{gpus:>7,} GPUs  {name:<24} {JOBS / seconds:>10,.0f} jobs/CPU-s  {len(rows):>9,} rack intervals  "
                f"energy error {error:.0e}  peak {peak_mb:,.0f} MB",
                flush=True,
            )
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("../shared/data/openb")
    if folder.is_dir():
        for name, placement in (("FGD", tables.FGD), ("best fit", tables.BEST_FIT)):
            plan = openb(folder, placement)
            seconds, outcome = timed(plan)
            share = outcome.rows["placement_rows"]["milli"].sum() / 1000 / outcome.fleet.nodes.n_gpus.sum()
            print(
                f"openb at 130 %  {name:<9} {len(plan.jobs) / seconds:>9,.0f} pods/CPU-s  {share:.2%} of GPUs allocated"
            )


if __name__ == "__main__":
    main()
