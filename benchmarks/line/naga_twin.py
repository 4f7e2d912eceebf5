"""The plants of :mod:`.plants` in Naga (``nagasim``), by its builder; run as a module by the Python of the peers.

Naga knows failures by calendar time and none by busy time: on the line its machines break down somewhat more often.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nagasim import build as nb

from .answer import answer


def _law(law: list[Any]) -> Any:
    if law[0] == "exponential":
        return nb.Exponential(rate=1.0 / law[1])
    return nb.Uniform(low=law[1], high=law[2])


def _prepare(plant: dict[str, Any], seed: int) -> Callable[[], tuple[int, float]]:
    model = nb.Model(time_limit=plant["horizon_s"], warmup=0, replications=1)
    for name, station in plant["stations"].items():
        model.add_resource(name=name, capacity=station["machines"])
        if station["between_failures"]:
            model.add_failure(
                name=f"breakdown_{name}",
                resources=[name],
                uptime=_law(station["between_failures"]),
                downtime=_law(station["repair"]),
            )
    for name, product in plant["products"].items():
        _add_route(model, plant, name, product)

    def once() -> tuple[int, float]:
        results = model.run(seed=seed, record_logs=False)
        return int(results.kpi("system/Total Entities Completed")), float(results.kpi("system/Avg Throughput Time"))

    return once


def _add_route(model: Any, plant: dict[str, Any], name: str, product: dict[str, Any]) -> None:
    last = model.create(f"release_{name}", distribution=_law(product["interarrival"]))
    for number, step in enumerate(product["route"]):
        places = plant["stations"][step["station"]]["buffer"] or 0
        here = model.process(
            f"{name}_{number}",
            distribution=_law(step["work"]),
            resource_name=step["station"],
            queue_capacity=places,
        )
        last >> here
        last = here
        if step["p_fail"]:
            verdict = model.decide(f"{name}_{number}_verdict", probs=[step["p_fail"]])
            debug = model.process(
                f"{name}_{number}_debug", distribution=_law(step["debug"]), resource_name=step["debug_station"]
            )
            here >> verdict >> debug >> here
            last = verdict
    last >> model.dispose(f"ship_{name}")


if __name__ == "__main__":
    answer(_prepare)
