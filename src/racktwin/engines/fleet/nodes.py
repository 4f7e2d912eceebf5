"""Free GPUs: which nodes have how many, and what changes when a job takes some or gives them back."""

from __future__ import annotations

from typing import Any

from racktwin.sim.jit import kernel
from racktwin.sim.trees import next_subtree

from .tables import DRAINED, IN_REPAIR, IN_SERVICE, TO_ARRIVE, WHOLE, Fleet


@kernel
def find_node(tree: Any, first: int, end: int, bits: int) -> int:
    """The first node in [first, end) whose number of free GPUs is among ``bits``; -1 if there is none."""
    leaves = tree.size // 2
    if first >= end:
        return -1
    index = leaves + first
    while index > 0:
        if tree[index] & bits:
            if index >= leaves:
                return index - leaves if index - leaves < end else -1
            index *= 2
        else:
            index = next_subtree(index)
    return -1


@kernel
def relist(fleet: Fleet, n: int) -> None:
    """Let the trees know how many GPUs node ``n`` has free; a node out of service has none to give."""
    node = fleet.nodes[n]
    if node.service != IN_SERVICE:
        _put(fleet.node_tree, n, 0)
    elif fleet.clock[0].has_budgets:
        _put(fleet.node_tree, n, 1 << min(node.n_free, fleet.racks[node.rack].startable))
    else:
        _put(fleet.node_tree, n, 1 << node.n_free)
    if fleet.clock[0].has_budgets:
        _put(fleet.free_tree, n, 1 << node.n_free if node.service == IN_SERVICE else 0)


@kernel
def _put(tree: Any, n: int, bits_here: int) -> None:
    index = tree.size // 2 + n
    tree[index] = bits_here
    index >>= 1
    while index >= 1:
        bits = tree[2 * index] | tree[2 * index + 1]
        if tree[index] == bits:
            return
        tree[index] = bits
        index >>= 1


@kernel
def count_powered(fleet: Fleet, r: int, change: int, startable: int) -> None:
    """Rack ``r`` has so many whole GPUs more to give, and its budget has power for ``startable`` of them."""
    rack = fleet.racks[r]
    rack.n_free += change
    rack.startable = startable
    powered = min(rack.n_free, startable)
    fleet.pools[rack.pool].n_powered += powered - rack.powered
    rack.powered = powered


@kernel
def set_startable(fleet: Fleet, r: int, startable: int) -> None:
    """The budget of rack ``r`` has power for so many more GPUs: its nodes are listed by what can start on them."""
    rack = fleet.racks[r]
    before = rack.startable
    if startable == before:
        return
    count_powered(fleet, r, 0, startable)
    for n in range(rack.first_node, rack.first_node + rack.n_nodes):
        n_free = fleet.nodes[n].n_free
        if min(n_free, before) != min(n_free, startable):
            relist(fleet, n)


@kernel
def count_free(fleet: Fleet, n: int, change: int) -> None:
    """Node ``n`` has so many whole GPUs more to give."""
    node = fleet.nodes[n]
    pool, domain = fleet.pools[node.pool], fleet.domains[node.domain]
    was_whole = int(node.n_free == node.n_gpus)
    node.n_free += change
    node.turn += 1
    if node.service == IN_SERVICE:
        is_whole = int(node.n_free == node.n_gpus)
        pool.n_free += change
        domain.n_free += change
        pool.n_whole += is_whole - was_whole
        domain.n_whole += is_whole - was_whole
        if fleet.clock[0].has_budgets:
            count_powered(fleet, node.rack, change, fleet.racks[node.rack].startable)
        relist(fleet, n)


@kernel
def open_node(fleet: Fleet, n: int, service: int) -> None:
    """Node ``n`` comes into service, or goes out of it with whatever it has free."""
    node = fleet.nodes[n]
    pool, domain = fleet.pools[node.pool], fleet.domains[node.domain]
    sign = int(service == IN_SERVICE) - int(node.service == IN_SERVICE)
    is_whole = int(node.n_free == node.n_gpus)
    pool.n_free += sign * node.n_free
    domain.n_free += sign * node.n_free
    pool.n_whole += sign * is_whole
    domain.n_whole += sign * is_whole
    node.service = service
    node.turn += 1
    if fleet.clock[0].has_budgets:
        count_powered(fleet, node.rack, sign * node.n_free, fleet.racks[node.rack].startable)
    relist(fleet, n)


@kernel
def has_power(fleet: Fleet, r: int) -> bool:
    """Whether rack ``r`` still has a feed: nothing on its path without a twin is lost, nor both of two sides."""
    rack, lost = fleet.racks[r], 0
    for index in range(rack.first_path, rack.first_path + rack.n_paths):
        path = fleet.paths[index]
        if fleet.limits[path.limit].is_lost:
            if path.side < 0:
                return False
            lost |= 1 << path.side
    return rack.n_sides == 0 or lost != (1 << rack.n_sides) - 1


@kernel
def due_service(fleet: Fleet, n: int) -> int:
    """What node ``n`` should be, by all that can keep it from work."""
    node = fleet.nodes[n]
    if not fleet.racks[node.rack].is_here:
        return TO_ARRIVE
    if node.is_lemon or node.is_drained or not has_power(fleet, node.rack):
        return DRAINED
    return IN_REPAIR if node.n_out > 0 else IN_SERVICE


@kernel
def take_whole(fleet: Fleet, n: int, count: int) -> int:
    """Take ``count`` whole GPUs of node ``n``; which, as bits, where GPUs are shared, else 0."""
    mask = 0
    node = fleet.nodes[n]
    if fleet.clock[0].is_sharing:
        taken = 0
        for index in range(node.n_gpus):
            if taken < count and fleet.gpus[node.first_gpu + index].free_milli == WHOLE:
                fleet.gpus[node.first_gpu + index].free_milli = 0
                mask |= 1 << index
                taken += 1
    count_free(fleet, n, -count)
    return mask


@kernel
def return_whole(fleet: Fleet, n: int, count: int, mask: int) -> None:
    """Give ``count`` whole GPUs back."""
    node = fleet.nodes[n]
    if mask:
        for index in range(node.n_gpus):
            if mask & (1 << index):
                fleet.gpus[node.first_gpu + index].free_milli = WHOLE
    count_free(fleet, n, count)


@kernel
def take_share(fleet: Fleet, g: int, milli: int) -> None:
    """Take a share of GPU ``g``, the first or one more."""
    gpu = fleet.gpus[g]
    pool = fleet.pools[fleet.nodes[gpu.node].pool]
    if not gpu.is_shared:
        count_free(fleet, gpu.node, -1)
        gpu.is_shared = 1
        gpu.preceding, gpu.following = -1, pool.first_shared
        if pool.first_shared >= 0:
            fleet.gpus[pool.first_shared].preceding = g
        pool.first_shared = g
    gpu.free_milli -= milli
    fleet.nodes[gpu.node].turn += 1


@kernel
def return_share(fleet: Fleet, g: int, milli: int) -> None:
    """Give a share of GPU ``g`` back; the last makes it whole."""
    gpu = fleet.gpus[g]
    pool = fleet.pools[fleet.nodes[gpu.node].pool]
    gpu.free_milli += milli
    fleet.nodes[gpu.node].turn += 1
    if gpu.free_milli < WHOLE:
        return
    gpu.is_shared = 0
    if gpu.preceding >= 0:
        fleet.gpus[gpu.preceding].following = gpu.following
    else:
        pool.first_shared = gpu.following
    if gpu.following >= 0:
        fleet.gpus[gpu.following].preceding = gpu.preceding
    count_free(fleet, gpu.node, 1)
