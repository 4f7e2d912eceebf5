"""The power policies of a hall over the same jobs: work, energy and provisioned power of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from racktwin.engines.fleet import compile_fleet, replicate_fleet
from racktwin.model import PowerPolicy, Quantity, Scenario
from racktwin.results.dimensions import scenario_tables

from .chain import compile_chain

DAY_S = 86400.0
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Policy:
    """A rule and what a job counts for; ``name`` says both."""

    name: str
    rule: str
    reserve: str
    cap: float = 1.0


POLICIES = (
    Policy("none, nameplate", "none", "nameplate"),
    Policy("none, peak", "none", "peak"),
    Policy("static 70 %, nameplate", "static", "nameplate", 0.7),
    Policy("static 70 %, peak", "static", "peak", 0.7),
    Policy("max_q, peak", "max_q", "peak"),
    Policy("uniform, peak", "uniform", "peak"),
    Policy("water_filling, peak", "water_filling", "peak"),
    Policy("water_filling, mean", "water_filling", "mean"),
)
"""The first is the baseline: uncapped, every job counted at the rated power of its GPUs."""


@dataclass(frozen=True)
class PolicyResult:
    """One policy, means over replications. ``per_provisioned_mw``: useful GPU-hours a day by MW of the root feeds.

    ``peak_w`` is the highest draw of all racks together; ``peak_w`` of the baseline and its ``energy_j`` are measured
    draws, ``provisioned_w`` and ``nameplate_w`` are not.
    """

    policy: str
    useful_gpu_h_per_day: float
    mean_w: float
    peak_w: float
    kwh_per_gpu_h: float
    mean_wait_s: float
    effective_time_ratio: float
    per_provisioned_mw: float
    per_peak_mw: float
    provisioned_w: float
    nameplate_w: float


def compare_policies(
    scenario: Scenario,
    policies: Sequence[Policy] = POLICIES,
    *,
    replications: int = 3,
    seed: int | None = None,
    progress: Report | None = None,
) -> list[PolicyResult]:
    """Each policy over the same jobs and failures (common random numbers), and the same shipments of racks."""
    seed = scenario.seed if seed is None else seed
    shipped = [_shipped(scenario, replication, seed) for replication in range(replications)]
    results = []
    for done, policy in enumerate(policies):
        compiled = compile_fleet(with_policy(scenario, policy))
        found = [
            _measure(scenario, replicate_fleet(compiled, replication, seed, *shipped[replication]))
            for replication in range(replications)
        ]
        results.append(PolicyResult(policy.name, *(float(value) for value in np.mean(found, axis=0))))
        if progress is not None:
            progress(done + 1, len(policies))
    return results


def with_policy(scenario: Scenario, policy: Policy) -> Scenario:
    """The scenario under another power policy; its control and response times stay."""
    update = {"rule": policy.rule, "reserve": policy.reserve, "cap": Quantity(policy.cap, "1")}
    power: PowerPolicy = scenario.fleet.power.model_copy(update=update)
    return scenario.model_copy(update={"fleet": scenario.fleet.model_copy(update={"power": power})})


def _shipped(scenario: Scenario, replication: int, seed: int) -> tuple[pa.Table | None, pa.Table | None]:
    """What the line ships and what is latently wrong with it, as a run of the whole chain has it."""
    if not scenario.has_line:
        return None, None
    tables = replace(compile_chain(scenario), fleet=None).replicate(replication, seed)
    return tables["shipments"], tables["defects"]


def _measure(scenario: Scenario, tables: dict[str, pa.Table]) -> tuple[float, ...]:
    """The numbers of :class:`PolicyResult` between warm-up and horizon."""
    begin_s, end_s = float(scenario.warm_up_s), float(scenario.horizon_s)
    days = (end_s - begin_s) / DAY_S
    useful_s, held_s = _work(tables, begin_s, end_s)
    energy_j, peak_w = _energy(tables["rack_power"], begin_s, end_s)
    jobs = tables["gpu_jobs"]
    wait_s = (jobs["start_s"].to_numpy() - jobs["submit_s"].to_numpy())[jobs["submit_s"].to_numpy() >= begin_s]
    (hall,) = scenario_tables(scenario)["scenario_hall"].to_pylist()
    useful_h = useful_s / 3600.0
    provisioned_mw = hall["provisioned_w"] / 1e6
    return (
        useful_h / days,
        energy_j / (end_s - begin_s),
        peak_w,
        energy_j / 3.6e6 / useful_h if useful_h else np.nan,
        float(np.nanmean(wait_s)) if np.isfinite(wait_s).any() else np.nan,
        useful_s / held_s if held_s else np.nan,
        useful_h / days / provisioned_mw if provisioned_mw else np.nan,
        useful_h / days / (peak_w / 1e6) if peak_w else np.nan,
        hall["provisioned_w"],
        hall["nameplate_w"],
    )


def _work(tables: dict[str, pa.Table], begin_s: float, end_s: float) -> tuple[float, float]:
    """(useful, held) GPU-seconds in the window, as the KPIs define them."""
    jobs, placements = tables["gpu_jobs"], tables["placements"]
    busy_s, work_s = jobs["busy_s"].to_numpy(), jobs["work_s"].to_numpy()
    share = np.divide(work_s, busy_s, out=np.zeros_like(busy_s), where=busy_s > 0)
    names = {name: index for index, name in enumerate(jobs["job"].to_pylist())}
    index = np.array([names[name] for name in placements["job"].to_pylist()], dtype=np.int64)
    start_s, stop_s = placements["start_s"].to_numpy(), placements["end_s"].to_numpy()
    held_s = (
        np.clip(np.minimum(stop_s, end_s) - np.maximum(start_s, begin_s), 0.0, None) * placements["gpus"].to_numpy()
    )
    return float((held_s * share[index]).sum()), float(held_s.sum())


def _energy(racks: pa.Table, begin_s: float, end_s: float) -> tuple[float, float]:
    """(J drawn in the window, highest draw of all racks together at any instant of it, W)."""
    start_s, stop_s, draw_w = (racks[name].to_numpy() for name in ("start_s", "end_s", "draw_w"))
    start_s, stop_s = np.maximum(start_s, begin_s), np.minimum(stop_s, end_s)
    kept = stop_s > start_s
    start_s, stop_s, draw_w = start_s[kept], stop_s[kept], draw_w[kept]
    times, changes = np.concatenate([start_s, stop_s]), np.concatenate([draw_w, -draw_w])
    # at one instant what ends goes before what begins
    order = np.lexsort((changes, times))
    total_w = np.cumsum(changes[order])
    return float((draw_w * (stop_s - start_s)).sum()), float(total_w.max()) if len(total_w) else 0.0
