"""The fleet kernel: EASY, caps per rack and FGD; jobs per CPU-second after warm-up, at three sizes, and memory.

``python benchmarks/fleet.py [FOLDER OF openb]``. Draws are synthetic and fixed by their seed. Times are CPU-seconds,
the median of several runs; memory is the peak of a process that does one run and nothing else.
"""

from __future__ import annotations

import csv
import math
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from racktwin.engines.fleet import tables
from racktwin.engines.fleet.build import build
from racktwin.engines.fleet.plan import FleetPlan, NodeKind, RackPlan, Settings, plain_jobs
from racktwin.engines.fleet.replicate import Outcome, simulate

JOBS, RUNS = 100_000, 5
FORTNIGHT_S, JULY_S = 14 * 86_400.0, 181 * 86_400.0
CASES = {"EASY": (math.inf, 0.95), "EASY, rack caps at 60 %": (0.6, 0.7)}
"""(budget of a rack as a share of its full draw, load)"""
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
    """Median of the CPU-seconds of runs after the first, which may have to compile."""
    built = build(plan)
    outcome = simulate(built)
    found = []
    for _ in range(RUNS):
        begin = time.process_time()
        outcome = simulate(built)
        found.append(time.process_time() - begin)
    return statistics.median(found), outcome


def peak_mb() -> float:
    """The most memory this process has had."""
    # not getrusage: its figure starts with the memory of the process that started this one
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def peak_of(case: str, gpus: int) -> str:
    """(peak of a process that runs one case once, what it had after its imports), as it prints them."""
    command = [sys.executable, __file__, "--one", case, str(gpus)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def run_one(case: str, gpus: int) -> None:
    """One run of a case; its memory is printed."""
    floor_mb = peak_mb()
    outcome = simulate(build(synthetic(gpus, *CASES[case])), in_place=True)
    assert len(outcome.jobs) == JOBS
    print(f"peak {peak_mb():,.0f} MB, of which imports {floor_mb:,.0f} MB")


def fortnight(gpus: int) -> None:
    """The jobs spread over a fortnight, the hall's power every 15 s, and its cooling plant in a Texan July."""
    import pyarrow as pa  # not at the top: the run whose memory is measured needs none of these

    from racktwin.engines.fleet.heat import heat_of, overhead_of
    from racktwin.engines.fleet.plant import weather_rows
    from racktwin.model.cooling import CoolingPlant

    plan = synthetic(gpus, *CASES["EASY"])
    stretch = FORTNIGHT_S / float(plan.jobs.submit_s[-1])
    longer = {name: getattr(plan.jobs, name) * stretch for name in ("submit_s", "duration_s", "limit_s")}
    plan = replace(plan, jobs=replace(plan.jobs, **longer), horizon_s=FORTNIGHT_S)
    built, weather = build(plan), weather_rows("travis_county_2018")
    names = pa.array([rack.name for rack in plan.racks])
    plant = CoolingPlant.model_validate({"heat": f"{gpus / 1e3:.3f} MW"})
    liquid = {rack.name: 0.8 for rack in plan.racks}
    found = []
    for _ in range(RUNS + 1):
        begin = time.process_time()
        rows = simulate(built).rows["rack_rows"]
        columns = {name: np.ascontiguousarray(rows[name]) for name in ("start_s", "end_s", "draw_w")}
        racks = pa.DictionaryArray.from_arrays(pa.array(rows["rack"].astype(np.int32)), names)
        power = pa.table({"rack": racks, **columns})
        cooling = heat_of(power, liquid, plant, weather, horizon_s=FORTNIGHT_S, into_year_s=JULY_S)
        found.append(time.process_time() - begin)
    overhead = overhead_of(cooling)
    print(
        f"{gpus:>7,} GPUs  fortnight, {cooling.num_rows:,} samples of 15 s and the cooling plant  "
        f"{statistics.median(found[1:]):.2f} CPU-s  PUE {overhead.pue:.3f}",
        flush=True,
    )


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
    if sys.argv[1:2] == ["--one"]:
        run_one(sys.argv[2], int(sys.argv[3]))
        return
    for gpus in (1_008, 10_080, 100_080):
        for name, (share, load) in CASES.items():
            seconds, outcome = timed(synthetic(gpus, share, load))
            rows = outcome.rows["rack_rows"]
            energy_j = float((rows["draw_w"] * (rows["end_s"] - rows["start_s"])).sum())
            error = abs(energy_j / float(outcome.fleet.racks.energy_j.sum()) - 1.0)
            print(
                f"{gpus:>7,} GPUs  {name:<24} {JOBS / seconds:>10,.0f} jobs/CPU-s  {len(rows):>9,} rack intervals  "
                f"energy error {error:.0e}  {peak_of(name, gpus)}",
                flush=True,
            )
        fortnight(gpus)
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
