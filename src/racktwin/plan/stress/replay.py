"""Replications of one policy, and what is wanted of them: when each piece was done, and the feeds' highest draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from racktwin.run.chain import compile_chain

from .policies import Policy

Floats = npt.NDArray[np.float64]

Report = Callable[[str, int, int], None]
"""(policy, replications done, replications)."""


@dataclass(frozen=True)
class Replayed:
    """``done_s[replication, piece]``: when shipped, infinity if not by then. ``starts_s`` by (piece, operation).

    ``peak[limit][replication]`` per limit (name, quantity) is the highest draw; ``reserved`` the highest
    reservation over its limit, which never exceeds 1.
    """

    policy: str
    horizon_s: float
    done_s: Floats
    peak: dict[tuple[str, str], Floats]
    reserved: dict[tuple[str, str], Floats]
    starts_s: tuple[dict[tuple[int, str], float], ...]


def replay(policy: Policy, replications: int, seed: int, jobs: int = 2, report: Report | None = None) -> Replayed:
    """Simulate the policy's scenario with all its chance. Replication r is the same chance for all policies.

    A supply network's receipts are drawn with it.
    """
    chain = replace(compile_chain(policy.scenario, plan=policy.starts), fleet=None)
    pieces = len(policy.scenario.order_book)
    found: list[_One] = []
    pool = ThreadPoolExecutor(jobs)
    try:
        for one in pool.map(lambda r: _read(chain.replicate(r, seed), pieces), range(replications)):
            found.append(one)
            if report is not None:
                report(policy.name, len(found), replications)
    finally:
        pool.shutdown(cancel_futures=True)
    return Replayed(
        policy.name,
        float(policy.scenario.horizon_s),
        np.array([one.done_s for one in found]),
        _stacked([one.peak for one in found]),
        _stacked([one.reserved for one in found]),
        tuple(one.starts_s for one in found),
    )


@dataclass(frozen=True)
class _One:
    done_s: Floats
    peak: dict[tuple[str, str], float]
    reserved: dict[tuple[str, str], float]
    starts_s: dict[tuple[int, str], float]


def _read(tables: dict[str, pa.Table], pieces: int) -> _One:
    done_s = np.full(pieces, np.inf)
    shipments = tables["shipments"]
    done_s[shipments["order_number"].to_numpy()] = shipments["shipped_s"].to_numpy()
    limits = tables["limits"]
    share = pc.divide(limits["reserved"], limits["limit"])
    grouped = (
        pa.table(
            {**{n: limits[n].cast(pa.string()) for n in ("name", "quantity")}, "draw": limits["draw"], "share": share}
        )
        .group_by(["name", "quantity"])
        .aggregate([("draw", "max"), ("share", "max")])
        .to_pylist()
    )
    peak = {(row["name"], row["quantity"]): float(row["draw_max"]) for row in grouped}
    reserved = {(row["name"], row["quantity"]): float(row["share_max"]) for row in grouped}
    return _One(done_s, peak, reserved, _starts(tables))


def _starts(tables: dict[str, pa.Table]) -> dict[tuple[int, str], float]:
    """The first start of each ordered piece at each operation."""
    orders = tables["work_orders"]
    is_order = pc.equal(orders["source"].cast(pa.string()), "order_book")
    chosen = orders.filter(is_order)
    number_of = dict(zip(chosen["serial_number"].to_pylist(), chosen["order_number"].to_pylist(), strict=True))
    operations = tables["operations"]
    wanted = pc.is_in(operations["serial_number"], pa.array(list(number_of), pa.int64()))
    seen = operations.filter(wanted)
    starts: dict[tuple[int, str], float] = {}
    rows: Sequence[tuple[int, str, float]] = list(
        zip(
            seen["serial_number"].to_pylist(),
            seen["operation"].cast(pa.string()).to_pylist(),
            seen["start_s"].to_pylist(),
            strict=True,
        )
    )
    for serial, operation, start_s in rows:
        key = (number_of[serial], operation)
        starts[key] = min(start_s, starts.get(key, np.inf))
    return starts


def _stacked(rows: list[dict[tuple[str, str], float]]) -> dict[tuple[str, str], Floats]:
    keys = dict.fromkeys(key for row in rows for key in row)
    return {key: np.array([row.get(key, 0.0) for row in rows]) for key in keys}
