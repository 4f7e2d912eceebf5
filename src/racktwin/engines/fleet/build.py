"""From a plan of the hall and its work, in plain numbers, to the tables of :mod:`.tables` at time zero."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from racktwin.sim.events import event_table

from . import tables
from .tables import DTYPES, WHOLE, Fleet

Floats = npt.NDArray[np.float64]
ROWS = 1 << 15
MARGIN = 64
MOST_TYPICAL = 0.95
"""Typical jobs are the most frequent needs that make up this share of all jobs, as in the reference simulator."""


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


@dataclass(frozen=True)
class LimitPlan:
    """A limit of a feed or a cooling loop; ``is_steered``: racks are capped to keep it, else work waits for it."""

    name: str
    quantity: str
    capacity: float
    is_steered: bool = False
    ramp_per_s: float = 0.0


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
    """A failure clock: scope, target and laws are rows."""

    scope: int
    target: int
    between_law: int
    repair_law: int
    cause: int
    stream: str
    share: float = 1.0
    hazard: float = 1.0


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
class FleetPlan:
    """A hall, its work and its policies in plain numbers: positions in one list name rows of another."""

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
    policy: dict[str, float] = field(default_factory=dict)
    horizon_s: float = math.inf


def build(plan: FleetPlan) -> Fleet:
    """The tables of ``plan`` at time zero. Racks must come kind of node by kind of node."""
    jobs, needs = _jobs(plan)
    nodes, racks, domains, pools = _hall(plan)
    gpus = _gpus(nodes)
    paths, below, limits = _limits(plan, racks)
    most_runs = min(len(jobs), _most_at_once(plan, nodes)) or 1
    most_pieces = min(len(gpus) * _shares_per_gpu(plan) + len(nodes), int(_pieces_of(plan).sum()) + 1)
    fails = _records("failures", len(plan.failures))
    _fill_failures(plan, fails)
    is_by_gradient = int(plan.policy.get("placement", tables.BEST_FIT)) in (tables.FGD, tables.FGD_WATTS)
    settings = plan.settings
    leaves = _power_of_two(len(jobs))
    queue = _records("queue", 2 * leaves)
    queue.milli, queue.limit_s = 1 << 60, np.inf
    steps = _steps(plan)
    clock = _clock(plan, most_runs, len(fails), len(limits), most_pieces, is_by_gradient)
    return Fleet(
        clock=clock,
        events=event_table(most_runs + len(fails) + len(limits) + 3),
        jobs=jobs,
        ranks=np.argsort(jobs.rank, kind="stable").astype(np.int64),
        queue=queue,
        runs=_chained("runs", most_runs),
        pieces=_chained("pieces", most_pieces),
        staged=_records("staged", len(nodes) + 1),
        ends=_records("ends", most_runs + 1),
        profile=_records("profile", _profile_rows(plan, most_runs)),
        nodes=nodes,
        node_tree=_node_tree(nodes),
        free_tree=_node_tree(nodes) if has_budgets(plan) else np.zeros(2, np.int64),
        gpus=gpus,
        domains=domains,
        pools=pools,
        racks=racks,
        rack_loads=np.repeat(racks.draw_w[:, None], settings.draw_w.shape[1], axis=1),
        paths=paths,
        limits=limits,
        limit_loads=np.zeros((len(limits), settings.draw_w.shape[1])),
        below=below,
        klasses=_klasses(plan),
        owners=_owners(plan, jobs),
        draws=_exact(settings.draw_w),
        reserves=_exact(settings.reserve_w),
        speeds=np.ascontiguousarray(settings.speed),
        least_reserves=_least_reserves(plan),
        least_loads=_least_loads(plan),
        needs=needs,
        typical=_typical(plan, needs, jobs),
        scores=_scores(needs, nodes, is_by_gradient),
        failures=fails,
        steps=steps,
        laws=_laws(plan),
        samples=np.asarray(plan.samples, np.float64),
        placement_rows=_records("placement_rows", ROWS + most_pieces),
        rack_rows=_records("rack_rows", ROWS + len(racks) + MARGIN),
        limit_rows=_records("limit_rows", ROWS + len(limits) + MARGIN),
        outage_rows=_records("outage_rows", ROWS + len(nodes) + MARGIN),
        queue_rows=_records("queue_rows", ROWS + MARGIN),
    )


def has_budgets(plan: FleetPlan) -> bool:
    """Whether some rack has a limit of its own."""
    return any(math.isfinite(rack.budget_w) for rack in plan.racks)


def _least_reserves(plan: FleetPlan) -> Floats:
    """What a GPU of each kind of node reserves at each setting with the class of jobs that reserves least, W."""
    reserve_w = _exact(plan.settings.reserve_w)
    return np.ascontiguousarray(reserve_w.reshape(-1, len(plan.node_kinds), reserve_w.shape[1]).min(axis=0))


def _least_loads(plan: FleetPlan) -> Floats:
    """What a GPU loads at least, wherever it is, on limits that all racks hang on; 0 on others."""
    least_w = _least_reserves(plan)[[position for position, kind in enumerate(plan.node_kinds) if kind.gpus]]
    loads = np.zeros((len(plan.limits), least_w.shape[1]))
    if not len(least_w):
        return loads
    if any(rack.is_steered for rack in plan.racks):  # a rack may be capped deeper than a limit asks
        least_w = np.minimum.accumulate(least_w[:, ::-1], axis=1)[:, ::-1]
    for index in range(len(plan.limits)):
        factors = [[factor for limit, factor, side in rack.paths if limit == index and side < 0] for rack in plan.racks]
        if factors and all(factors):
            loads[index] = min(min(row) for row in factors) * least_w.min(axis=0)
    return loads


def _records(name: str, count: int) -> tables.Records:
    return np.zeros(count, DTYPES[name]).view(np.recarray)


def _chained(name: str, count: int) -> tables.Records:
    """Unused rows, each leading to the next."""
    rows = _records(name, count)
    rows.following = np.arange(1, count + 1)
    rows.following[-1] = -1
    return rows


def _power_of_two(count: int) -> int:
    return 1 << max(count - 1, 1).bit_length()


def _exact(watts: Floats) -> Floats:
    """Watts as multiples of 2**-10, so that sums of them are exact."""
    return np.ascontiguousarray(np.floor(watts * 1024.0) / 1024.0)


def _jobs(plan: FleetPlan) -> tuple[tables.Records, tables.Records]:
    given = plan.jobs
    jobs = _records("jobs", len(given))
    milli = np.rint(np.where(given.gpus > 1.0, np.ceil(given.gpus), given.gpus) * WHOLE).astype(np.int64)
    jobs.submit_s, jobs.milli = given.submit_s, milli
    jobs.n_gpus = np.where(milli >= WHOLE, milli // WHOLE, 0)
    jobs.limit_s = given.limit_s
    jobs.is_done_by_limit = given.duration_s > given.limit_s
    jobs.work_s = jobs.left_s = np.minimum(given.duration_s, given.limit_s)
    for name in ("klass", "priority", "owner", "cpu_milli", "memory_mib", "pool"):
        jobs[name] = getattr(given, name)
    jobs.start_s = jobs.end_s = jobs.first_shadow_s = np.nan
    jobs.promised_s = np.inf
    jobs.rank = _ranks(plan, jobs)
    return jobs, _needs(plan, jobs)


def _ranks(plan: FleetPlan, jobs: tables.Records) -> npt.NDArray[np.int64]:
    """In which place each job waits."""
    came = np.arange(len(jobs))
    match int(plan.policy.get("order", tables.FIFO)):
        case tables.SJF:
            order = np.lexsort((came, jobs.limit_s))
        case tables.PRIORITY:
            order = np.lexsort((came, -jobs.priority))
        case tables.FAIR_SHARE:
            order = np.lexsort((came, jobs.owner))
        case _:
            order = came
    ranks = np.empty(len(jobs), np.int64)
    ranks[order] = came
    return ranks


def _needs(plan: FleetPlan, jobs: tables.Records) -> tables.Records:
    """All distinct requirements of jobs that one node can hold; each job's is set."""
    columns = ("n_gpus", "milli", "cpu_milli", "memory_mib", "pool")
    stacked = np.stack([jobs[name] for name in columns], axis=1)
    distinct, inverse = np.unique(stacked, axis=0, return_inverse=True)
    needs = _records("needs", max(len(distinct), 1))
    for position, name in enumerate(columns):
        needs[name][: len(distinct)] = distinct[:, position]
    jobs.need = inverse.reshape(-1)
    largest = max(kind.gpus for kind in plan.node_kinds)
    jobs.need[jobs.n_gpus > largest] = -1
    return needs


def _typical(plan: FleetPlan, needs: tables.Records, jobs: tables.Records) -> tables.Records:
    """The most popular needs and their shares, memory aside."""
    columns = np.stack([jobs.n_gpus, jobs.milli, jobs.cpu_milli, jobs.pool], axis=1)
    distinct, counts = np.unique(columns, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    if len(order) == 0:
        return _records("typical", 1)
    share = np.cumsum(counts[order]) / counts.sum()
    kept = order[: int(np.searchsorted(share, MOST_TYPICAL)) + 1]
    typical = _records("typical", len(kept))
    typical.n_gpus = np.where(distinct[kept, 1] > 0, np.maximum(distinct[kept, 0], 1), 0)
    typical.milli = np.minimum(distinct[kept, 1], WHOLE)
    typical.cpu_milli, typical.pool = distinct[kept, 2], distinct[kept, 3]
    typical.share = counts[kept] / counts[kept].sum()
    return typical


def _scores(needs: tables.Records, nodes: tables.Records, is_used: bool) -> tables.Records:
    scores = _records("scores", len(needs) * len(nodes) if is_used else 1)
    scores.turn = -1
    return scores


def _hall(plan: FleetPlan) -> tuple[tables.Records, tables.Records, tables.Records, tables.Records]:
    racks, pools = _records("racks", len(plan.racks)), _records("pools", len(plan.node_kinds))
    node_rows: list[tuple[int, ...]] = []
    domain_rows: list[tuple[int, int, int]] = []
    for p, kind in enumerate(plan.node_kinds):
        is_linked = kind.domain_gpus > kind.gpus
        pools[p].first_node, pools[p].first_domain = len(node_rows), len(domain_rows)
        pools[p].gpus_per_node, pools[p].is_linked = kind.gpus, int(is_linked)
        for r, rack in enumerate(plan.racks):
            if rack.node_kind != p:
                continue
            per_domain = max(kind.domain_gpus // kind.gpus, 1) if is_linked else rack.nodes
            racks[r].first_node, racks[r].n_nodes, racks[r].pool = len(node_rows), rack.nodes, p
            for first in range(0, rack.nodes, max(per_domain, 1)):
                count = min(per_domain, rack.nodes - first)
                domain_rows.append((len(node_rows), count, kind.gpus * count))
                node_rows += [(r, p, len(domain_rows) - 1, kind.gpus, kind.cpu_milli, kind.memory_mib)] * count
        pools[p].n_nodes = len(node_rows) - pools[p].first_node
        pools[p].n_domains = len(domain_rows) - pools[p].first_domain
        pools[p].gpus_per_domain = kind.domain_gpus if is_linked else kind.gpus
        pools[p].first_shared = -1
    nodes, domains = _nodes(plan, node_rows), _records("domains", len(domain_rows))
    for position, name in enumerate(("first_node", "n_nodes", "n_gpus")):
        domains[name] = [row[position] for row in domain_rows]
    domains.rack = nodes.rack[domains.first_node]
    is_here = nodes.service == tables.IN_SERVICE
    for rows, names in ((pools, nodes.pool), (domains, nodes.domain)):
        rows.n_free = np.bincount(names[is_here], nodes.n_gpus[is_here], len(rows)).astype(np.int64)
        rows.n_whole = np.bincount(names[is_here], minlength=len(rows))
    racks.n_free = np.bincount(nodes.rack[is_here], nodes.n_gpus[is_here], len(racks)).astype(np.int64)
    racks.powered, pools.n_powered = racks.n_free, pools.n_free
    _fill_racks(plan, racks)
    return nodes, racks, domains, pools


def _nodes(plan: FleetPlan, rows: list[tuple[int, ...]]) -> tables.Records:
    nodes = _records("nodes", len(rows))
    for position, name in enumerate(("rack", "pool", "domain", "n_gpus", "cpu_milli", "memory_mib")):
        nodes[name] = [row[position] for row in rows]
    nodes.first_gpu = np.cumsum(nodes.n_gpus) - nodes.n_gpus
    nodes.n_free = nodes.n_gpus
    comes_later = np.array([rack.available_s > 0.0 for rack in plan.racks])
    nodes.service = np.where(comes_later[nodes.rack], tables.TO_ARRIVE, tables.IN_SERVICE)
    return nodes


def _fill_racks(plan: FleetPlan, racks: tables.Records) -> None:
    for row, rack in zip(racks, plan.racks, strict=True):
        is_here = rack.available_s <= 0.0
        idle_w = math.floor(rack.idle_w * 1024.0) / 1024.0
        row.idle_w, row.budget_w, row.is_steered = idle_w, rack.budget_w, int(rack.is_steered)
        row.is_here, row.draw_w = int(is_here), idle_w if is_here else 0.0
        row.n_sides = len({side for _, _, side in rack.paths if side >= 0})
    racks.first_piece, racks.startable = -1, 1 << 40


def _gpus(nodes: tables.Records) -> tables.Records:
    gpus = _records("gpus", max(int(nodes.n_gpus.sum()), 1))
    gpus.free_milli = WHOLE
    if len(nodes) and nodes.n_gpus.sum():
        gpus.node = np.repeat(np.arange(len(nodes)), nodes.n_gpus)
    gpus.following = gpus.preceding = -1
    return gpus


def _node_tree(nodes: tables.Records) -> npt.NDArray[np.int64]:
    leaves = _power_of_two(len(nodes))
    tree = np.zeros(2 * leaves, np.int64)
    bits = np.left_shift(np.int64(1), nodes.n_free)
    tree[leaves : leaves + len(nodes)] = np.where(nodes.service == tables.IN_SERVICE, bits, 0)
    first = leaves
    while first > 1:
        tree[first // 2 : first] = tree[first : 2 * first : 2] | tree[first + 1 : 2 * first : 2]
        first //= 2
    return tree


def _limits(plan: FleetPlan, racks: tables.Records) -> tuple[tables.Records, tables.Records, tables.Records]:
    paths = _records("paths", sum(len(rack.paths) for rack in plan.racks))
    limits = _records("limits", len(plan.limits))
    below: list[list[tuple[int, int]]] = [[] for _ in plan.limits]
    position = 0
    for r, rack in enumerate(plan.racks):
        racks[r].first_path, racks[r].n_paths = position, len(rack.paths)
        for limit, factor, side in rack.paths:
            row = paths[position]
            row.limit, row.whole, row.side = limit, factor, side
            row.factor = factor / max(int(racks[r].n_sides), 1) if side >= 0 else factor
            below[limit].append((r, position))
            position += 1
    rows = [row for under in below for row in under]
    listed = _records("below", len(rows))
    if rows:
        listed.rack, listed.path = np.array(rows).T
    firsts = np.cumsum([0, *(len(under) for under in below)])
    for index, limit_plan in enumerate(plan.limits):
        row = limits[index]
        row.capacity, row.is_steered, row.ramp_per_s = limit_plan.capacity, limit_plan.is_steered, limit_plan.ramp_per_s
        row.scale, row.ceiling, row.is_power = 1.0, math.inf, int(limit_plan.quantity == "power")
        row.first_below, row.n_below = firsts[index], len(below[index])
    return paths, listed, limits


def _klasses(plan: FleetPlan) -> tables.Records:
    rows = _records("klasses", len(plan.klasses))
    for row, klass in zip(rows, plan.klasses, strict=True):
        row.is_open, row.load, row.is_preemptible = 1, 1.0, int(klass.is_preemptible)
        row.checkpoint_s, row.restart_s, row.keeps_work = klass.checkpoint_s, klass.restart_s, int(klass.keeps_work)
    return rows


def _owners(plan: FleetPlan, jobs: tables.Records) -> tables.Records:
    owners = _records("owners", len(plan.owners))
    owners.weight = 1.0
    if int(plan.policy.get("order", tables.FIFO)) == tables.FAIR_SHARE:
        counts = np.bincount(jobs.owner, minlength=len(owners))
        owners.end_rank = np.cumsum(counts)
        owners.first_rank = owners.end_rank - counts
    return owners


def _fill_failures(plan: FleetPlan, rows: tables.Records) -> None:
    for row, given in zip(rows, plan.failures, strict=True):
        row.scope, row.target, row.cause = given.scope, given.target, given.cause
        row.between_law, row.repair_law = given.between_law, given.repair_law
        row.share, row.hazard = given.share, given.hazard * _hazard(plan, given)


def _hazard(plan: FleetPlan, failure: FailurePlan) -> float:
    """How much more often this clock rings for the latent defects its rack came with."""
    if failure.scope == tables.RACK_CLOCK:
        return plan.racks[failure.target].hazard
    if failure.scope == tables.LIMIT_CLOCK:
        return 1.0
    rack = int(np.searchsorted(np.cumsum([rack.nodes for rack in plan.racks]), failure.target, side="right"))
    return plan.racks[rack].hazard


def _steps(plan: FleetPlan) -> tables.Records:
    arrivals = [(rack.available_s, tables.ARRIVE, r, 0.0) for r, rack in enumerate(plan.racks) if rack.available_s > 0]
    rows = sorted([*plan.steps, *arrivals], key=lambda step: step[0])
    steps = _records("steps", len(rows))
    for row, (time_s, kind, target, amount) in zip(steps, rows, strict=True):
        row.time_s, row.kind, row.target, row.amount = time_s, kind, target, amount
    return steps


def _laws(plan: FleetPlan) -> tables.Records:
    rows = _records("laws", len(plan.laws))
    for row, law in zip(rows, plan.laws, strict=True):
        for name, value in law.items():
            row[name] = value
    return rows


def _pieces_of(plan: FleetPlan) -> npt.NDArray[np.int64]:
    """The most pieces each job can be in."""
    largest = max(1, min((kind.gpus for kind in plan.node_kinds if kind.gpus), default=1))
    is_linked = any(kind.domain_gpus > kind.gpus for kind in plan.node_kinds)
    whole = np.ceil(plan.jobs.gpus)
    return np.maximum(whole if is_linked else np.ceil(whole / largest) + 1, 1).astype(np.int64)


def _shares_per_gpu(plan: FleetPlan) -> int:
    shares = plan.jobs.gpus[(plan.jobs.gpus > 0) & (plan.jobs.gpus < 1)]
    return max(1, math.floor(1.0 / max(float(shares.min()), 1.0 / WHOLE))) if len(shares) else 1


def _most_at_once(plan: FleetPlan, nodes: tables.Records) -> int:
    if (plan.jobs.gpus == 0).any():
        return len(plan.jobs)
    return int(nodes.n_gpus.sum()) * _shares_per_gpu(plan)


def _profile_rows(plan: FleetPlan, most_runs: int) -> int:
    if int(plan.policy.get("backfill", tables.NOBODY)) != tables.CONSERVATIVE:
        return 1
    return 2 * (most_runs + len(plan.jobs)) + 4


_DEFAULTS: dict[str, float] = {
    "domain_rule": tables.PREFER_DOMAIN,
    "most_waiting": -1,
    "backfill_depth": 1 << 40,
    "half_life_s": 7 * 86400.0,
    "is_recording": 1,
}


def _clock(
    plan: FleetPlan, most_runs: int, n_failures: int, n_limits: int, most_pieces: int, is_by_gradient: bool
) -> tables.Records:
    clock = _records("clock", 1)
    row = clock[0]
    for name, value in {**_DEFAULTS, **plan.policy}.items():
        row[name] = value
    row.horizon_s = plan.horizon_s
    row.first_failure_slot = most_runs
    row.first_response_slot = most_runs + n_failures
    row.timeline_slot = row.first_response_slot + n_limits
    row.tick_slot, row.submit_slot = row.timeline_slot + 1, row.timeline_slot + 2
    row.free_runs, row.free_pieces = most_runs, most_pieces
    row.new_job = row.head = row.held_node = row.held_domain = row.held_gpu = row.held_limit = -1
    row.dirty_rack = row.dirty_limit = row.refusing_limit = -1
    row.is_sharing = int(is_by_gradient or bool(((plan.jobs.gpus > 0) & (plan.jobs.gpus < 1)).any()))
    row.has_linked = int(any(kind.domain_gpus > kind.gpus for kind in plan.node_kinds))
    row.has_budgets = int(has_budgets(plan))
    row.is_limited = int(n_limits > 0 or row.has_budgets)
    return clock
