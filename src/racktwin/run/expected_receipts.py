"""The line as a planner may count on it: the parts that the network brings come at the median of their days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from racktwin.engines.line import CompiledLine, with_receipts
from racktwin.errors import RacktwinError
from racktwin.model import Scenario

from .chain import Chain, compile_chain

REPLICATIONS = 9
"""An odd number: the median is a day that was seen."""
_FIRST = 1_000_000
"""Far from the replications that a plan is tested in."""


def expected_line(scenario: Scenario, seed: int | None = None) -> CompiledLine:
    """The compiled line; with a network, its k-th piece of a part comes at the median of the replications' k-th.

    They are replications that no run comes to, so a plan knows nothing of what chance brings in those it is tested in.
    A part that comes in fewer than half of them does not come. RacktwinError if the scenario has no line.
    """
    chain = compile_chain(scenario)
    if chain.line is None:
        raise RacktwinError("the scenario has no line to plan\n    → add work_centers, routings and an order_book")
    receipts = _expected(chain, scenario.seed if seed is None else seed)
    return chain.line if receipts is None else with_receipts(chain.line, receipts)


def _expected(chain: Chain, seed: int) -> pa.Table | None:
    if chain.receipts(chain.supply(_FIRST, seed)) is None:
        return None
    days: dict[str, list[npt.NDArray[np.float64]]] = {}
    for replication in range(_FIRST, _FIRST + REPLICATIONS):
        for part, times in _arrivals(chain, replication, seed).items():
            days.setdefault(part, []).append(times)
    rows = [(part, count, at_s) for part, times in days.items() for at_s, count in _counted(_median(times))]
    schema = pa.schema([("part", pa.string()), ("quantity", pa.int64()), ("at_s", pa.float64())])
    return pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema) if rows else None


def _arrivals(chain: Chain, replication: int, seed: int) -> dict[str, npt.NDArray[np.float64]]:
    """When each piece of a part comes, ascending."""
    receipts = chain.receipts(chain.supply(replication, seed))
    assert receipts is not None
    part = np.asarray(receipts["part"].cast(pa.string()).to_pylist())
    at_s, pieces = receipts["at_s"].to_numpy(), receipts["quantity"].to_numpy()
    return {name: np.sort(np.repeat(at_s[part == name], pieces[part == name])) for name in dict.fromkeys(part.tolist())}


def _median(times: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    most = max(len(one) for one in times)
    missing = REPLICATIONS - len(times)
    rows = [np.append(one, np.full(most - len(one), np.inf)) for one in times] + [np.full(most, np.inf)] * missing
    middle: npt.NDArray[np.float64] = np.sort(np.array(rows), axis=0)[REPLICATIONS // 2]
    return middle[np.isfinite(middle)]


def _counted(times: npt.NDArray[np.float64]) -> list[tuple[float, int]]:
    at_s, counts = np.unique(times, return_counts=True)
    return list(zip(at_s.tolist(), counts.tolist(), strict=True))
