"""The published guaranteed-service networks, as :class:`StageNetwork`."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from racktwin.plan.supply.stages import NO_LIMIT, Floats, Ints, StageNetwork, pooled, uses_of

FOLDER = Path(__file__).parent / "published"


def published_network(name: str, *, carrying_rate: float, of_value_added: bool) -> StageNetwork:
    """Stock is charged on the value summed up along the network, or on what each stage adds (``cost`` of the file)."""
    head, *rows = [row for row in csv.reader((FOLDER / f"{name}.csv").read_text().splitlines()) if row]
    column = {title: index for index, title in enumerate(head)}

    def numbers(title: str, default: float) -> Floats:
        texts = [row[column[title]] if column[title] < len(row) else "" for row in rows]
        return np.array([float(text) if text.strip() else default for text in texts])

    names = tuple(row[0] for row in rows)
    arcs, pieces = _arcs(rows, column["up_stages"], names)
    size = len(names)
    added = numbers("cost_rate" if "cost_rate" in column else "cost", 0.0)
    value = added if of_value_added else uses_of(size, arcs, pieces).T @ added
    mean, deviation = pooled(size, arcs, pieces, numbers("ext_demand_mean", 0.0), numbers("ext_demand_std", 0.0))
    factor = np.full(size, numbers("ext_demand_thres", 0.0).max())
    longest = np.where(np.isin(np.arange(size), arcs[:, 0]), NO_LIMIT, numbers("max_s_time", 0.0)).astype(np.int64)
    periods = numbers("lead_time", 0.0).astype(np.int64)
    return StageNetwork(names, periods, value * carrying_rate, mean, deviation, factor, longest, arcs)


def _arcs(rows: list[list[str]], first: int, names: tuple[str, ...]) -> tuple[Ints, list[float]]:
    arcs, pieces = [], []
    for number, row in enumerate(rows):
        suppliers = [text for text in row[first:] if text.strip()]
        arcs += [(names.index(name), number) for name in suppliers[::2]]
        pieces += [float(count) for count in suppliers[1::2]]
    return np.array(arcs, np.int64), pieces


def published_solution(name: str) -> Any:
    """As the file has it."""
    return json.loads((FOLDER / f"{name}_solution.json").read_text())
