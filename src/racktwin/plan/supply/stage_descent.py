"""Better placements from a given one: each step is the exact optimum over a random spanning forest."""

from __future__ import annotations

import numpy as np

from .stage_kernel import solve_forest
from .stage_tables import Limits, Tables, compile_stages, keep_forest
from .stages import Ints, StageNetwork

_SEED = 20001
_PATIENCE = 40


def descend(network: StageNetwork, service: Ints, cost: float, *, patience: int = _PATIENCE) -> tuple[Ints, float]:
    """A placement no dearer than ``service`` and its cost; stops after ``patience`` steps without gain.

    A step keeps a random forest of arcs and optimises it exactly. Across an arc left out both ends agree on a time
    between what the supplier quotes and the consumer waits now, so the present placement stays allowed.
    """
    random = np.random.default_rng(_SEED)
    tables = compile_stages(network)
    present = service.astype(np.int64).copy()
    idle = 0
    while idle < patience:
        order = keep_forest(tables.stages, tables.arcs, random.permutation(len(tables.arcs)))
        tables = tables._replace(order=order)
        _agree(network, tables, present, random)
        found = float(solve_forest(tables))
        idle = 0 if found < cost * (1.0 - 1e-9) else idle + 1
        if found < cost:
            cost = found
        if found <= cost * (1.0 + 1e-12):
            present = tables.stages.service.astype(np.int64)
    return present, cost


def _agree(network: StageNetwork, tables: Tables, service: Ints, random: np.random.Generator) -> None:
    """Limit the ends of each arc left out to either side of a time between them."""
    limits = Limits.widest(network)
    inbound = network.least_inbound.copy()
    up, down = tables.arcs.upstream, tables.arcs.downstream
    np.maximum.at(inbound, down, service[up])
    apart = tables.arcs.is_kept == 0
    room = inbound[down] - service[up]
    meet = service[up] + np.where(random.random(len(up)) < 0.5, 0, random.integers(0, room + 1))
    np.minimum.at(limits.service_high, up[apart], meet[apart])
    np.maximum.at(limits.inbound_low, down[apart], meet[apart])
    limits.enter(tables)
