"""Recorded halls replayed through the power tables and the cooling plant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from racktwin.calibrate.power import Point, host_load, read_points
from racktwin.calibrate.power_tables import power_tables
from racktwin.engines.fleet.compile_cooling import cooling_plants
from racktwin.model.cooling import CoolingPlant
from racktwin.sim import cooling
from racktwin.sim.moist_air import fill_humidity
from tests.reference.hold_back import POINTS

RECORDED = Path(__file__).parent / "recorded"
GPT3_STEP_S, FRONTIER_STEP_S = 5.0, 15.0
Floats = npt.NDArray[np.float64]


def gpt3_nodes_w() -> Floats:
    """Node power of the GPT-3 run: 64 rows, a column each 5 s, W."""
    table = pq.read_table(RECORDED / "gpt3_64_nodes.parquet")
    return np.array([table[name].to_numpy() for name in table.column_names], float)


def frontier_w() -> tuple[Floats, Floats]:
    """Power of 25 CDU groups, W (25 rows, a column each 15 s), and the wet bulb, K."""
    table = pq.read_table(RECORDED / "frontier_day.parquet")
    groups = np.array([table[name].to_numpy() for name in table.column_names[:-1]], float) * 100.0
    return groups, table["wet_bulb"].to_numpy() / 100.0 + cooling_zero_k()


def cooling_zero_k() -> float:
    """0 °C in K."""
    return 273.15


def coincidence(powers_w: Floats) -> float:
    """The peak of the sum by the sum of the peaks."""
    return float(powers_w.sum(axis=0).max() / powers_w.max(axis=1).sum())


@dataclass(frozen=True)
class Hall:
    """Mean and peak of a hall's power, W."""

    mean_w: float
    peak_w: float


def gpt3_measured() -> Hall:
    """What the 64 nodes drew together."""
    total = gpt3_nodes_w().sum(axis=0)
    return Hall(float(total.mean()), float(total.max()))


def gpt3_expected() -> tuple[Hall, float, float]:
    """What tables made without this run expect of 64 nodes, all peaking at once; and the 90 % interval of the mean."""
    points = [point for point in read_points(POINTS) if "/gpt3/" not in point.workload]
    tables = power_tables(points)
    (row,) = [row for row in tables.rows if (row.job_class, row.gpu_model) == ("training_llm", "H100")]
    host = host_load(points)
    mean, low, high = (64 * host.node_w(draw) for draw in (row.draw.value, row.draw.low, row.draw.high))
    return Hall(mean, mean * row.peak_ratio), low, high


def held_back_points() -> list[Point]:
    """The points of the GPT-3 run, which are held back."""
    return [point for point in read_points(POINTS) if "/gpt3/" in point.workload]


def frontier_plant() -> CoolingPlant:
    """Frontier as far as it is published: 30 MW, 6,000 gpm of facility water (19 K at 30 MW), towers, no chiller."""
    return CoolingPlant.model_validate(
        {
            "heat": {
                "value": "30 MW",
                "source": "Sun et al., Scientific Data 11:1077, 2024: 8 to 30 MW",
                "confidence": "A",
            },
            "supply": {"value": "25 degC", "confidence": "assumed"},
            "cdu": {
                "facility_rise": {"value": "19.1 K", "source": "6,000 gpm: Bloomberg 2023-01-05", "confidence": "B"},
                "coolant_rise": {"value": "19.1 K", "confidence": "assumed"},
            },
            "outdoors": {"kind": "cooling_tower"},
        }
    )


def frontier_replayed() -> Any:
    """What the plant does through the day, a row each 15 s."""
    groups, wet_bulb_k = frontier_w()
    heat_w = groups.sum(axis=0)
    weather = np.zeros(len(heat_w), cooling.WEATHER).view(np.recarray)
    weather.start_s = np.arange(len(heat_w)) * FRONTIER_STEP_S
    weather.dry_bulb_k = wet_bulb_k + 4.0  # not recorded; York's tower does not look at it
    weather.pressure_pa = 98_300.0
    fill_humidity(weather, np.full(len(heat_w), 0.6))
    weather.wet_bulb_k = wet_bulb_k
    out = np.zeros(len(heat_w), cooling.COOLED).view(np.recarray)
    plants = cooling_plants([frontier_plant()])
    cooling.replay(plants, weather, weather.start_s, np.full(len(heat_w), FRONTIER_STEP_S), heat_w, out)
    return out


def in_steps(powers_w: Floats, steps: int) -> Floats:
    """Power in means over so many samples: what a model that holds a power for longer can see of it."""
    whole = len(powers_w) // steps * steps
    return np.asarray(powers_w[:whole].reshape(-1, steps).mean(axis=1), np.float64)
