"""Rows of what stands in the hall at time zero: racks, compute nodes, GPUs, NVLink domains, limits."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from . import tables
from .plan import FleetPlan
from .rows import power_of_two, records
from .tables import WHOLE


def hall_of(plan: FleetPlan) -> tuple[tables.Records, tables.Records, tables.Records, tables.Records]:
    racks, pools = records("racks", len(plan.racks)), records("pools", len(plan.node_kinds))
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
    nodes, domains = _nodes(plan, node_rows), records("domains", len(domain_rows))
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
    nodes = records("nodes", len(rows))
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
        row.liquid_share = rack.liquid_share
        row.is_here, row.draw_w = int(is_here), idle_w if is_here else 0.0
        row.n_sides = len({side for _, _, side in rack.paths if side >= 0})
    racks.first_piece, racks.startable = -1, 1 << 40


def gpus_of(nodes: tables.Records) -> tables.Records:
    gpus = records("gpus", max(int(nodes.n_gpus.sum()), 1))
    gpus.free_milli = WHOLE
    if len(nodes) and nodes.n_gpus.sum():
        gpus.node = np.repeat(np.arange(len(nodes)), nodes.n_gpus)
    gpus.following = gpus.preceding = -1
    return gpus


def node_tree(nodes: tables.Records) -> npt.NDArray[np.int64]:
    leaves = power_of_two(len(nodes))
    tree = np.zeros(2 * leaves, np.int64)
    bits = np.left_shift(np.int64(1), nodes.n_free)
    tree[leaves : leaves + len(nodes)] = np.where(nodes.service == tables.IN_SERVICE, bits, 0)
    first = leaves
    while first > 1:
        tree[first // 2 : first] = tree[first : 2 * first : 2] | tree[first + 1 : 2 * first : 2]
        first //= 2
    return tree


def smoothed_of(plan: FleetPlan) -> npt.NDArray[np.int64]:
    """Limits whose draw may not fall at will, those below before those above: what is above more of them is later."""
    found = [index for index, row in enumerate(plan.limits) if math.isfinite(row.fall_per_s) or row.floor > 0.0]
    above = [index for _, index, _ in plan.upstream]
    return np.array(sorted(found, key=above.count), np.int64)


def limits_of(plan: FleetPlan, racks: tables.Records) -> tuple[tables.Records, tables.Records, tables.Records]:
    paths = records("paths", sum(len(rack.paths) for rack in plan.racks))
    limits = records("limits", len(plan.limits))
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
    listed = records("below", len(rows))
    if rows:
        listed.rack, listed.path = np.array(rows).T
    firsts = np.cumsum([0, *(len(under) for under in below)])
    for index, limit_plan in enumerate(plan.limits):
        row = limits[index]
        row.capacity, row.is_steered, row.ramp_per_s = limit_plan.capacity, limit_plan.is_steered, limit_plan.ramp_per_s
        row.fall_per_s, row.floor = limit_plan.fall_per_s, limit_plan.floor
        row.scale, row.ceiling, row.is_power = 1.0, math.inf, int(limit_plan.quantity == "power")
        row.plant_weight = limit_plan.plant_weight if plan.coolant is not None else 0.0
        row.first_below, row.n_below = firsts[index], len(below[index])
    return paths, listed, limits
