"""The buffered line of :mod:`.plants` in prodsys, by its express classes; run as a module by the Python of prodsys.

Between any two resources prodsys moves a part by a transport resource: here one that is always free and takes no time.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any

import prodsys
import prodsys.express as psx

from .answer import answer

MINUTE_S = 60.0
"""prodsys counts in minutes."""


def _law(law: list[Any]) -> Any:
    if law[0] == "exponential":
        return psx.FunctionTimeModel("exponential", law[1] / MINUTE_S)
    steps = 2000  # no uniform law: the middles of so many equal slices of it
    width = (law[2] - law[1]) / steps
    return psx.SampleTimeModel([(law[1] + (slice_ + 0.5) * width) / MINUTE_S for slice_ in range(steps)])


def _prepare(plant: dict[str, Any], seed: int) -> Callable[[], tuple[int, float]]:
    (product,) = plant["products"].values()
    nothing = psx.FunctionTimeModel("constant", 0.0)
    transport = psx.TransportProcess(nothing)
    works, machines = [], []
    for number, step in enumerate(product["route"]):
        station = plant["stations"][step["station"]]
        work = psx.ProductionProcess(_law(step["work"]), ID=f"work_{number}")
        states = [psx.BreakDownState(_law(station["between_failures"]), _law(station["repair"]))]
        places = 0 if station["buffer"] is None else station["buffer"]
        works.append(work)
        resource = psx.Resource([work], location=[number + 1, 0], states=states, internal_queue_size=places)
        resource.ID = step["station"]
        machines.append(resource)
    mover = psx.Resource([transport], location=[0, 0], capacity=100, ID="mover")
    part = psx.Product(process=works, transport_process=transport, ID="tray")
    source = psx.Source(part, _law(product["interarrival"]), location=[0, 0], ID="source")
    sink = psx.Sink(part, location=[20, 0], ID="sink")
    system = psx.ProductionSystem([*machines, mover], [source], [sink])

    def once() -> tuple[int, float]:
        with contextlib.redirect_stdout(io.StringIO()):
            system.run(plant["horizon_s"] / MINUTE_S, seed=seed)
        results = system.post_processor
        cycles = results.get_aggregated_throughput_time_data()
        return int(sum(results.get_aggregated_throughput_data())), sum(cycles) / max(1, len(cycles)) * MINUTE_S

    return once


if __name__ == "__main__":
    prodsys.set_logging("ERROR")
    answer(_prepare)
