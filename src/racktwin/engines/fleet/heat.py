"""The heat of a hall through its cooling plant, step by step: power, water, and what coolant lets GPUs draw.

Within a run the plant acts back on the jobs in :mod:`.coolant`. Of the rows of a run that it left alone
(``throttling: false``), :func:`throttled` says which cap the coolant would have forced and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from racktwin.model.cooling import ColdPlate, CoolingPlant
from racktwin.sim.cooling import COOLED, replay

from .compile_cooling import cooling_plants

Floats = npt.NDArray[np.float64]
STEP_S = 15.0

COOLING = pa.schema(
    [
        ("start_s", pa.float64()),
        ("end_s", pa.float64()),
        ("it_w", pa.float64()),
        ("heat_w", pa.float64()),
        ("supply_k", pa.float64()),
        ("return_k", pa.float64()),
        ("facility_supply_k", pa.float64()),
        ("facility_return_k", pa.float64()),
        ("rejected_w", pa.float64()),
        ("pump_w", pa.float64()),
        ("fan_w", pa.float64()),
        ("chiller_w", pa.float64()),
        ("water_kg_per_s", pa.float64()),
        ("gpu_limit_w", pa.float64()),
    ]
)
"""One row: a step of the plant. ``it_w``: the racks' mean draw; ``heat_w``: of it to liquid; ``gpu_limit_w``: the most
a GPU may draw on coolant that warm."""


@dataclass(frozen=True)
class Overhead:
    """What the plant took over a run. ``pue``: (racks + pumps + fans + chillers) by racks; WUE by racks' energy."""

    pue: float
    wue_l_per_kwh: float


def heat_of(
    rack_power: pa.Table,
    liquid_share: dict[str, float],
    plant: CoolingPlant,
    weather: Any,
    *,
    horizon_s: float,
    into_year_s: float = 0.0,
    step_s: float = STEP_S,
) -> pa.Table:
    """:data:`COOLING` of one replication's ``rack_power`` (``rack``, ``start_s``, ``end_s``, ``draw_w``).

    ``liquid_share``: of each rack's heat, what its cold plates take (the rest is not this plant's). ``weather``: rows
    of :data:`racktwin.sim.cooling.WEATHER` from the start of a year, in the local time in which the run begins
    ``into_year_s`` later. Energy is exact: a step holds the mean of its intervals.
    """
    edges_s = np.append(np.arange(0.0, horizon_s, step_s), horizon_s)
    names, racks = _coded(rack_power["rack"])
    start_s, end_s, draw_w = (np.asarray(rack_power[name], np.float64) for name in ("start_s", "end_s", "draw_w"))
    shares = np.array([liquid_share.get(name, 0.0) for name in names])[racks]
    it_w, heat_w = step_means(start_s, end_s, edges_s, draw_w, draw_w * shares)
    out = np.zeros(len(it_w), COOLED).view(np.recarray)
    lasts_s = np.diff(edges_s)
    replay(cooling_plants([plant]), weather, edges_s[:-1] + into_year_s, lasts_s, heat_w, out)
    columns = {name: np.array(out[name]) for name in COOLING.names if name in COOLED.names}  # type: ignore[operator]
    limits_w = gpu_limits_w(plant.cold_plate, np.array(out.supply_k))
    given = {"start_s": edges_s[:-1], "end_s": edges_s[1:], "it_w": it_w, "heat_w": heat_w, "gpu_limit_w": limits_w}
    return pa.table({**columns, **given}).select(COOLING.names).cast(COOLING)


def step_means(start_s: Floats, end_s: Floats, edges_s: Floats, *draws_w: Floats) -> list[Floats]:
    """For each of ``draws_w`` the mean between edges of the sum of intervals of constant draw, W; exact."""
    times_s = np.concatenate([start_s, end_s, edges_s[:1]])
    order = np.argsort(times_s, kind="stable")
    times_s = times_s[order]
    lasts_s, steps_s = np.diff(times_s), np.diff(edges_s)
    means_w = []
    for draw_w in draws_w:
        level_w = np.cumsum(np.concatenate([draw_w, -draw_w, [0.0]])[order])
        energy_j = np.concatenate([[0.0], np.cumsum(level_w[:-1] * lasts_s)])
        means_w.append(np.diff(np.interp(edges_s, times_s, energy_j)) / steps_s)
    return means_w


def gpu_limits_w(cold_plate: ColdPlate, supply_k: Floats) -> Floats:
    """The most a GPU may draw on coolant of ``supply_k`` so that it does not throttle, W."""
    return np.asarray(np.maximum(cold_plate.hottest_k - supply_k, 0.0) / cold_plate.resistance_k_per_w, np.float64)


def throttled(cooling: pa.Table, most_w: float, hold_s: float = 900.0) -> list[tuple[float, float]]:
    """(time, cap in W) at which GPUs that could draw ``most_w`` must be capped, or eased again, for the coolant.

    A cap is the lowest of the coming ``hold_s``, so that it changes no more often than that.
    """
    start_s, end_s = (np.asarray(cooling[name], np.float64) for name in ("start_s", "end_s"))
    limit_w = np.minimum(np.asarray(cooling["gpu_limit_w"], np.float64), most_w)
    found: list[tuple[float, float]] = []
    before_w, row = most_w, 0
    while row < len(limit_w):
        stop = int(np.searchsorted(start_s, start_s[row] + hold_s - 1e-9))
        cap_w = float(limit_w[row:stop].min())
        if cap_w != before_w:
            found.append((float(start_s[row]), cap_w))
        before_w, row = cap_w, stop
    return found if len(end_s) else []


def overhead_of(cooling: pa.Table, *, other_w: float = 0.0) -> Overhead:
    """PUE and WUE over all rows; ``other_w`` is what else the facility draws (losses upstream, air cooling)."""
    lasts_s = np.asarray(cooling["end_s"], np.float64) - np.asarray(cooling["start_s"], np.float64)

    def total(*names: str) -> float:
        return float(sum((np.asarray(cooling[name], np.float64) * lasts_s).sum() for name in names))

    it_j = total("it_w")
    plant_j = total("pump_w", "fan_w", "chiller_w") + other_w * float(lasts_s.sum())
    return Overhead((it_j + plant_j) / it_j, total("water_kg_per_s") / (it_j / 3.6e6))


def _coded(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The distinct names of a column, and the number of each row's."""
    whole = column.combine_chunks()
    coded = whole if isinstance(whole, pa.DictionaryArray) else whole.dictionary_encode()
    return coded.dictionary.to_pylist() or [""], coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
