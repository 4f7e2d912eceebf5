"""The plants of :mod:`.plants` as racktwin scenarios."""

from __future__ import annotations

from typing import Any

from racktwin.model import Scenario

from .plants import Law, Plant, Product, Station, Step


def scenario_of(plant: Plant) -> Scenario:
    """The scenario of a plant."""
    return Scenario.model_validate(document_of(plant))


def document_of(plant: Plant) -> dict[str, Any]:
    """The scenario as one would write it in a file."""
    debug = {
        step.debug_station: step for product in plant.products.values() for step in product.route if step.debug_station
    }
    document: dict[str, Any] = {
        "racktwin": 1,
        "name": plant.name,
        "start": "2026-01-05T00:00:00",
        "horizon": f"{plant.horizon_s} s",
        "replications": 1,
        "work_centers": {name: _work_center(plant, station) for name, station in plant.stations.items()},
        "parts": {name: {"routing": name} for name in plant.products},
        "routings": {name: {"operations": _operations(product, debug)} for name, product in plant.products.items()},
        "demand": {
            name: {"product": name, "interarrival": _law(product.interarrival)}
            for name, product in plant.products.items()
        },
    }
    if plant.crews:
        document["calendars"] = {
            "day": {"shifts": [{"days": "daily", "start": "06:00", "end": "18:00"}]},
            "night": {"shifts": [{"days": "daily", "start": "18:00", "end": "06:00"}]},
        }
        document["operator_groups"] = {
            skill: {
                "skills": [skill],
                "crews": [{"calendar": "day", "headcount": day}, {"calendar": "night", "headcount": night}],
            }
            for skill, (day, night) in plant.crews.items()
        }
    if plant.feed_w is not None:
        document["feeds"] = {"floor": {"limit": f"{plant.feed_w} W"}}
        document["admission"] = {"rule": "time_phased"}
    return document


def _law(law: Law) -> dict[str, Any]:
    if law[0] == "exponential":
        return {"exponential": {"mean": f"{law[1]} s"}}
    return {"uniform": {"low": f"{law[1]} s", "high": f"{law[2]} s"}}


def _work_center(plant: Plant, station: Station) -> dict[str, Any]:
    center: dict[str, Any] = {"work_units": station.machines}
    if station.buffer is not None:
        center["input_buffer"] = station.buffer
    if station.between_failures and station.repair:
        center["failures"] = {"time_between": _law(station.between_failures), "repair_time": _law(station.repair)}
    if plant.feed_w is not None:
        center["feed"] = "floor"
    return center


def _operations(product: Product, debug: dict[str, Step]) -> list[dict[str, Any]]:
    operations = [_operation(number, step) for number, step in enumerate(product.route)]
    stations = {step.debug_station for step in product.route if step.debug_station}
    for station in sorted(stations):
        law = debug[station].debug
        assert law is not None
        operations.append({"operation": station, "work_center": station, "duration": _law(law), "rework": True})
    return operations


def _operation(number: int, step: Step) -> dict[str, Any]:
    name = f"{step.station}_{number}"
    operation: dict[str, Any] = {"operation": name, "work_center": step.station}
    if step.attended is None:
        operation["duration"] = _law(step.work)
    else:
        operation["phases"] = [
            {"name": "load", "duration": _law(step.attended), "operators": {step.skill: 1}},
            {"name": "run", "duration": _law(step.work), "draw": f"{step.draw_w} W"},
        ]
    if step.p_fail:
        operation["p_false_failure"] = f"{100.0 * step.p_fail} %"
        operation["on_fail"] = {"debug": step.debug_station, "retest_from": name}
    return operation
