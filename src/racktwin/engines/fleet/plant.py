"""The cooling plant of a scenario's hall over one replication."""

from __future__ import annotations

import datetime as dt
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from racktwin.model import HallRack, Scenario
from racktwin.results.schema import TABLES
from racktwin.traces import read_epw

from .heat import heat_of

if TYPE_CHECKING:
    from .compile import CompiledFleet

_FINE_S, _COARSE_S = 60.0, 600.0
_LONG_S = 30 * 86_400.0
"""Horizons beyond this are seen in coarse steps."""


def cooling_of(compiled: CompiledFleet, rack_power: pa.Table, replication: int) -> pa.Table:
    """The ``cooling`` table: the plant under the racks' heat, in steps."""
    scenario = compiled.scenario
    assert scenario.hall is not None
    assert scenario.hall.cooling_plant is not None
    horizon_s = float(scenario.horizon_s)
    found = heat_of(
        rack_power,
        liquid_shares(scenario),
        scenario.hall.cooling_plant,
        weather_rows(scenario.hall.weather),
        horizon_s=horizon_s,
        into_year_s=into_year_s(scenario.start),
        step_s=_FINE_S if horizon_s <= _LONG_S else _COARSE_S,
    )
    columns = [column.name for column in TABLES["cooling"].columns[1:]]
    numbers = pa.array([replication] * found.num_rows, pa.int64())
    return found.select(columns).add_column(0, "replication", numbers)


def liquid_shares(scenario: Scenario) -> dict[str, float]:
    """By rack, the share of its heat that its cold plates take: its own, or its part's."""
    assert scenario.hall is not None
    return {
        f"{name}-{number}": _liquid_share(scenario, rack)
        for name, rack in scenario.hall.racks.items()
        for number in range(int(rack.count))
    }


def _liquid_share(scenario: Scenario, rack: HallRack) -> float:
    if rack.liquid_fraction is not None:
        return float(rack.liquid_fraction)
    part = scenario.parts.get(rack.part) if rack.part else None
    return float(part.liquid_fraction) if part is not None else 0.0


def into_year_s(start: dt.datetime) -> float:
    """Seconds from the start of its year to ``start``, by its own clock."""
    naive = start.replace(tzinfo=None)
    return (naive - dt.datetime(naive.year, 1, 1)).total_seconds()


@cache
def weather_rows(name: str) -> Any:
    """A year of weather that ships."""
    return read_epw(Path(str(resources.files("racktwin.reference").joinpath("texas", f"{name}.epw.gz")))).rows
