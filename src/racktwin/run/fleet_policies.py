"""The power policies of a hall over the same jobs: work, energy and provisioned power of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from racktwin.engines.fleet import compile_fleet, replicate_fleet
from racktwin.kpi.estimate import student_quantile
from racktwin.model import PowerPolicy, Quantity, Scenario
from racktwin.results.dimensions import scenario_tables

from .chain import compile_chain

Floats = npt.NDArray[np.float64]
DAY_S = 86400.0
_WORK, _ENERGY = 0, 3
"""Where a measure has useful work and energy per useful GPU-hour."""

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Policy:
    """A rule and what a job counts for; ``name`` says both. ``supply_k``: another set-point of the coolant."""

    name: str
    rule: str
    reserve: str
    cap: float = 1.0
    supply_k: float | None = None


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


def at_set_points(policies: Sequence[Policy], supplies_k: Sequence[float]) -> list[Policy]:
    """Every policy at every set-point of the coolant: caps and set-point chosen together."""
    return [
        replace(policy, name=f"{policy.name}, {supply_k - 273.15:g} degC", supply_k=supply_k)
        for supply_k in supplies_k
        for policy in policies
    ]


@dataclass(frozen=True)
class Change:
    """A paired relative difference to the baseline over replications, and half of its 95 % interval.

    NaN where there is only one replication, or where the baseline has nothing to compare with.
    """

    mean: float
    half_width: float


@dataclass(frozen=True)
class PolicyResult:
    """One policy, means over replications. ``per_provisioned_mw``: useful GPU-hours a day by MW of the root feeds.

    ``kwh_per_gpu_h`` is of all energy at the root feeds and of the cooling plant, ``usd_per_gpu_h`` what it costs (NaN
    without a price). ``peak_w`` is the highest draw of all racks together, ``above_limit_s`` the longest time a feed
    was above its limit. ``mean_wait_s`` is of all jobs submitted in the window, those that have not started
    (``unstarted``, a mean too) with their wait up to the horizon: at least so long.
    What a baseline draws is measured; ``provisioned_w`` and ``nameplate_w`` are not.
    ``work_change`` and ``energy_change`` are of work a day and of energy per useful GPU-hour, against the first policy.
    """

    policy: str
    work_change: Change
    energy_change: Change
    useful_gpu_h_per_day: float
    mean_w: float
    peak_w: float
    kwh_per_gpu_h: float
    mean_wait_s: float
    unstarted: float
    effective_time_ratio: float
    per_provisioned_mw: float
    per_peak_mw: float
    provisioned_w: float
    nameplate_w: float
    usd_per_gpu_h: float
    above_limit_s: float


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
    results: list[PolicyResult] = []
    baseline: Floats | None = None
    for done, policy in enumerate(policies):
        compiled = compile_fleet(with_policy(scenario, policy))
        found = np.array(
            [
                _measure(scenario, replicate_fleet(compiled, replication, seed, *shipped[replication]))
                for replication in range(replications)
            ]
        )
        baseline = found if baseline is None else baseline
        results.append(
            PolicyResult(
                policy.name,
                _change(found[:, _WORK], baseline[:, _WORK]),
                _change(found[:, _ENERGY], baseline[:, _ENERGY]),
                *(float(value) for value in np.mean(found, axis=0)),
            )
        )
        if progress is not None:
            progress(done + 1, len(policies))
    return results


def _change(values: Floats, of: Floats) -> Change:
    """Under common random numbers the difference in each replication is that of the policy."""
    relative = np.divide(values, of, out=np.full(len(values), np.nan), where=of != 0.0) - 1.0
    n = len(relative)
    spread = float(np.std(relative, ddof=1)) if n > 1 else np.nan
    return Change(float(relative.mean()), student_quantile(n - 1) * spread / math.sqrt(n) if n > 1 else math.nan)


def with_policy(scenario: Scenario, policy: Policy) -> Scenario:
    """The scenario under another power policy; its control and response times stay."""
    update = {"rule": policy.rule, "reserve": policy.reserve, "cap": Quantity(policy.cap, "1")}
    power: PowerPolicy = scenario.fleet.power.model_copy(update=update)
    changed: dict[str, Any] = {"fleet": scenario.fleet.model_copy(update={"power": power})}
    hall = scenario.hall
    if policy.supply_k is not None and hall is not None and hall.cooling_plant is not None:
        plant = hall.cooling_plant.model_copy(update={"supply_k": Quantity(policy.supply_k, "K")})
        changed["hall"] = hall.model_copy(update={"cooling_plant": plant})
    return scenario.model_copy(update=changed)


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
    facility_j, cost_usd = _facility(tables["hall_hours"], begin_s, end_s)
    mean_wait_s, unstarted = _waits(tables["gpu_jobs"], begin_s, end_s)
    (hall,) = scenario_tables(scenario)["scenario_hall"].to_pylist()
    useful_h = useful_s / 3600.0
    provisioned_mw = hall["provisioned_w"] / 1e6
    return (
        useful_h / days,
        energy_j / (end_s - begin_s),
        peak_w,
        facility_j / 3.6e6 / useful_h if useful_h else np.nan,
        mean_wait_s,
        unstarted,
        useful_s / held_s if held_s else np.nan,
        useful_h / days / provisioned_mw if provisioned_mw else np.nan,
        useful_h / days / (peak_w / 1e6) if peak_w else np.nan,
        hall["provisioned_w"],
        hall["nameplate_w"],
        cost_usd / useful_h if useful_h else np.nan,
        _above_limit_s(tables["limits"], begin_s, end_s),
    )


def _waits(jobs: pa.Table, begin_s: float, end_s: float) -> tuple[float, float]:
    """(mean wait of jobs submitted in the window, s, how many of them have not started); those turned away aside."""
    submit_s, start_s = jobs["submit_s"].to_numpy(), jobs["start_s"].to_numpy()
    fates = jobs["fate"].combine_chunks()
    kept = np.array(fates.dictionary.to_pylist())[fates.indices.to_numpy()] != "rejected"
    kept &= (submit_s >= begin_s) & (submit_s < end_s)
    waits_s = (np.where(np.isfinite(start_s), start_s, end_s) - submit_s)[kept]
    return float(waits_s.mean()) if len(waits_s) else np.nan, float((~np.isfinite(start_s[kept])).sum())


def _facility(hours: pa.Table, begin_s: float, end_s: float) -> tuple[float, float]:
    """(J, USD) of the hall in the window, by hours."""
    start_s, stop_s = hours["start_s"].to_numpy(), hours["end_s"].to_numpy()
    inside_s = np.clip(np.minimum(stop_s, end_s) - np.maximum(start_s, begin_s), 0.0, None)
    share = inside_s / (stop_s - start_s)
    return float((share * hours["facility_j"].to_numpy()).sum()), float((share * hours["cost_usd"].to_numpy()).sum())


def _above_limit_s(limits: pa.Table, begin_s: float, end_s: float) -> float:
    """The longest time that one feed carries more than its limit at that moment."""
    names = limits["name"].combine_chunks()
    quantity = limits["quantity"].combine_chunks()
    is_power = quantity.dictionary.index("power").as_py() == quantity.indices.to_numpy()
    start_s, stop_s = (limits[name].to_numpy() for name in ("start_s", "end_s"))
    inside_s = np.clip(np.minimum(stop_s, end_s) - np.maximum(start_s, begin_s), 0.0, None)
    is_above = is_power & (limits["draw"].to_numpy() > limits["limit"].to_numpy() * (1 + 1e-9))
    return float(np.bincount(names.indices.to_numpy(), inside_s * is_above, 1).max())


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
