"""What if an order came earlier or later: the orders of one replication as an order book, simulated twice.

What was generated is pinned: each order keeps product, pieces, due date, priority and the moment it wanted to be
released. ``max_wip`` of a demand is no part of an order book and is left out. Both runs draw from the same seed; orders
between the old and the new place of the one that moves get other numbers, and with them other luck.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from racktwin.scenario import ScenarioFile, scenario_from_document

from .answers import Opened
from .job_routes import JobOut, start
from .open_runs import OpenRun
from .problems import ApiError, errors

router = APIRouter(prefix="/api/runs/{run}", tags=["runs"])
_ORDERS = """
    SELECT order_number, CAST(source AS VARCHAR), CAST(part AS VARCHAR), count(*), min(wanted_s), min(due_s)
    FROM work_orders WHERE source <> 'component' GROUP BY ALL ORDER BY min(wanted_s), order_number
"""


class WhatIfIn(BaseModel):
    """An order to move."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"order_number": 3, "shift_s": -604800, "replication": 0}]}
    )

    order_number: int = Field(ge=0, lt=2**63)
    shift_s: float = Field(ge=-1e9, le=1e9, description="later if positive, s; never before the start")
    replication: int | None = Field(None, ge=0, le=10**9)


class MovedOrder(BaseModel):
    """An order of the run and its numbers in the two new runs."""

    order_number: int
    base: int
    moved: int


class WhatIfOut(BaseModel):
    """The two runs that were started, to be compared once both have finished."""

    base: JobOut
    moved: JobOut
    orders: list[MovedOrder]


@router.post("/what-if", status_code=202, response_model=WhatIfOut, responses=errors(404, 408, 409, 413, 429))
def move_order(request: Request, opened: Opened, wanted: WhatIfIn) -> dict[str, Any]:
    """Simulate the orders of a replication again, as they were and with one of them moved."""
    part = opened.replication(wanted.replication)
    found = opened.rows(_ORDERS, None, part)
    if wanted.order_number not in [row[0] for row in found]:
        raise ApiError(404, f"there is no order {wanted.order_number} in replication {part}", "see work_orders")
    released = {row[0]: float(row[4]) for row in found}
    shifted = {**released, wanted.order_number: max(0.0, released[wanted.order_number] + wanted.shift_s)}
    jobs = {
        name: start(request, _file(opened, found, times), f"{opened.name[:60]}-{name}", 1, seed, False, False)
        for seed in [opened.run.manifest.seed]
        for name, times in (("as-ordered", released), (f"order-{wanted.order_number}-moved", shifted))
    }
    base, moved = jobs.values()
    places = [_places(found, times) for times in (released, shifted)]
    orders = [{"order_number": n, "base": places[0][n], "moved": places[1][n]} for n in released]
    return {"base": asdict(base), "moved": asdict(moved), "orders": orders}


def _file(opened: OpenRun, found: list[tuple[Any, ...]], released: dict[int, float]) -> ScenarioFile:
    document = dict(opened.run.manifest.document)
    demand = document.pop("demand", {})
    document["order_book"] = [_order(row, released[row[0]], demand.get(row[1], {})) for row in found]
    return ScenarioFile(scenario_from_document(document), document, (), ())


def _order(row: tuple[Any, ...], release_s: float, demand: dict[str, Any]) -> dict[str, Any]:
    _, _, product, pieces, _, due_s = row
    order = {"product": product, "quantity": int(pieces), "release": f"{release_s:.3f} s"}
    if due_s is not None and math.isfinite(due_s):
        order["due"] = f"{due_s:.3f} s"
    return {**order, **{key: demand[key] for key in ("priority", "hot", "customer") if key in demand}}


def _places(found: list[tuple[Any, ...]], released: dict[int, float]) -> dict[int, int]:
    """The number each order gets in a run of the book: the line numbers them as they are released."""
    ordered = sorted((row[0] for row in found), key=lambda number: released[number])
    return {number: place for place, number in enumerate(ordered)}
