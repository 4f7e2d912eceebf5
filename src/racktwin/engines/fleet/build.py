"""From a plan of the hall and its work, in plain numbers, to the tables of :mod:`.tables` at time zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from racktwin.sim.events import event_table

from . import tables
from .build_clock import clock_of, most_at_once, pieces_of, profile_rows, shares_per_gpu
from .build_hall import gpus_of, hall_of, limits_of, node_tree, smoothed_of
from .build_jobs import jobs_of, needs_of, owners_of, typical_jobs
from .build_power import exact, least_loads, least_reserves
from .plan import FleetPlan, has_budgets
from .rows import chained, power_of_two, records
from .tables import Fleet

ROWS = 1 << 15

MARGIN = 64


def build(plan: FleetPlan) -> Fleet:
    """The tables of ``plan`` at time zero. Racks must come kind of node by kind of node."""
    jobs = jobs_of(plan)
    nodes, racks, domains, pools = hall_of(plan)
    gpus = gpus_of(nodes)
    paths, below, limits = limits_of(plan, racks)
    most_runs = min(len(jobs), most_at_once(plan, nodes)) or 1
    most_pieces = min(len(gpus) * shares_per_gpu(plan) + len(nodes), int(pieces_of(plan).sum()) + 1)
    fails = records("failures", len(plan.failures))
    _fill_failures(plan, fails)
    is_by_gradient = int(plan.policy.get("placement", tables.BEST_FIT)) in (tables.FGD, tables.FGD_WATTS)
    needs = needs_of(plan, jobs) if is_by_gradient else records("needs", 1)
    settings = plan.settings
    leaves = power_of_two(len(jobs))
    queue = records("queue", 2 * leaves)
    queue.milli, queue.limit_s = 1 << 60, np.inf
    steps = _steps(plan)
    clock = clock_of(plan, most_runs, len(fails), len(limits), most_pieces, is_by_gradient)
    return Fleet(
        clock=clock,
        events=event_table(most_runs + len(fails) + len(limits) + 4),
        jobs=jobs,
        ranks=np.argsort(jobs.rank, kind="stable").astype(np.int64),
        queue=queue,
        runs=chained("runs", most_runs),
        pieces=chained("pieces", most_pieces),
        staged=records("staged", len(nodes) + 1),
        ends=records("ends", most_runs + 1),
        profile=records("profile", profile_rows(plan, most_runs)),
        nodes=nodes,
        node_tree=node_tree(nodes),
        free_tree=node_tree(nodes) if has_budgets(plan) else np.zeros(2, np.int64),
        gpus=gpus,
        domains=domains,
        pools=pools,
        racks=racks,
        rack_loads=np.repeat(racks.draw_w[:, None], settings.draw_w.shape[1], axis=1),
        paths=paths,
        limits=limits,
        limit_loads=np.zeros((len(limits), settings.draw_w.shape[1])),
        below=below,
        smoothed=smoothed_of(plan),
        upstream=_filled("upstream", plan.upstream),
        klasses=_klasses(plan),
        owners=owners_of(plan, jobs),
        draws=exact(settings.draw_w),
        reserves=exact(settings.reserve_w),
        speeds=np.ascontiguousarray(settings.speed),
        least_reserves=least_reserves(plan),
        least_loads=least_loads(plan),
        most_w=np.zeros(1) if plan.coolant is None else np.ascontiguousarray(plan.coolant.most_w),
        plants=records("plants", 0) if plan.coolant is None else np.repeat(plan.coolant.plant[:1], 2).view(np.recarray),
        weather=records("weather", 0) if plan.coolant is None else plan.coolant.weather,
        cooled=records("cooled", 2),
        needs=needs,
        typical=typical_jobs(jobs) if is_by_gradient else records("typical", 1),
        scores=_scores(needs, nodes, is_by_gradient),
        failures=fails,
        steps=steps,
        laws=_laws(plan),
        samples=np.asarray(plan.samples, np.float64),
        placement_rows=records("placement_rows", ROWS + most_pieces),
        rack_rows=records("rack_rows", ROWS + len(racks) + MARGIN),
        limit_rows=records("limit_rows", ROWS + len(limits) + MARGIN),
        outage_rows=records("outage_rows", ROWS + len(nodes) + MARGIN),
        queue_rows=records("queue_rows", ROWS + MARGIN),
        ballast_rows=records("ballast_rows", ROWS + MARGIN if len(smoothed_of(plan)) else 1),
        candidates=records("candidates", 1),
        places=records("places", 1),
        cap_steps=records("cap_steps", 1),
        hours=_filled("hours", plan.hours),
    )


def _filled(name: str, rows: Sequence[tuple[float, ...]]) -> tables.Records:
    return np.array(list(map(tuple, rows)), tables.DTYPES[name]).view(np.recarray)


def _scores(needs: tables.Records, nodes: tables.Records, is_used: bool) -> tables.Records:
    scores = records("scores", len(needs) * len(nodes) if is_used else 1)
    scores.turn = -1
    return scores


def _klasses(plan: FleetPlan) -> tables.Records:
    rows = records("klasses", len(plan.klasses))
    for row, klass in zip(rows, plan.klasses, strict=True):
        row.is_open, row.load, row.is_preemptible = 1, 1.0, int(klass.is_preemptible)
        row.checkpoint_s, row.restart_s, row.keeps_work = klass.checkpoint_s, klass.restart_s, int(klass.keeps_work)
    return rows


def _fill_failures(plan: FleetPlan, rows: tables.Records) -> None:
    for name in ("scope", "target", "cause", "between_law", "repair_law", "is_once", "share", "hazard"):
        rows[name] = [getattr(given, name) for given in plan.failures]
    rows.hazard *= _hazards(plan, rows)


def _hazards(plan: FleetPlan, rows: tables.Records) -> npt.NDArray[np.float64]:
    """How much more often each clock rings for the latent defects its rack came with."""
    of_rack = np.array([rack.hazard for rack in plan.racks])
    of_node = np.repeat(of_rack, [rack.nodes for rack in plan.racks])
    found = np.ones(len(rows))
    for scope, hazards in ((tables.RACK_CLOCK, of_rack), (tables.NODE_CLOCK, of_node)):
        chosen = rows.scope == scope
        found[chosen] = hazards[rows.target[chosen]]
    return found


def _steps(plan: FleetPlan) -> tables.Records:
    arrivals = [(rack.available_s, tables.ARRIVE, r, 0.0) for r, rack in enumerate(plan.racks) if rack.available_s > 0]
    return _filled("steps", sorted([*plan.steps, *arrivals], key=lambda step: step[0]))


def _laws(plan: FleetPlan) -> tables.Records:
    rows = records("laws", len(plan.laws))
    for row, law in zip(rows, plan.laws, strict=True):
        for name, value in law.items():
            row[name] = value
    return rows
