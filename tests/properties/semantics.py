"""Generated plants with the rest of the line's features mixed in: set-ups, batches, upkeep, vehicles, cards, rope."""

from __future__ import annotations

from hypothesis import strategies as st

from racktwin.model import Scenario

from .plants import Document, documents

_RULES = ["fifo", "priority", "edd", "spt", "critical_ratio", "least_setup"]


@st.composite
def rich_plants(draw: st.DrawFn) -> Scenario:
    """A valid scenario of a few days with some of everything the line knows."""
    return Scenario.model_validate(draw(rich_documents()))


@st.composite
def rich_documents(draw: st.DrawFn) -> Document:
    """The same before validation."""
    plant: Document = draw(documents())
    for enrich in (_centers, _operations, _people, _products, _power, _releases):
        draw(enrich(plant))
    return plant


def _coin(draw: st.DrawFn, one_in: int = 2) -> bool:
    return draw(st.integers(1, one_in)) == 1


def _is_ganged(plant: Document, center: str) -> bool:
    operations = [one for routing in plant["routings"].values() for one in routing["operations"]]
    return any(one["work_center"] == center and one.get("gang") for one in operations)


@st.composite
def _centers(draw: st.DrawFn, plant: Document) -> None:
    for index, (name, center) in enumerate(plant["work_centers"].items()):
        center["dispatch"] = draw(st.sampled_from(_RULES))
        center["unit_choice"] = draw(st.sampled_from(["first", "fastest", "headroom"]))
        center["position"] = {"x": f"{20 * index} m", "y": f"{draw(st.integers(0, 60))} m"}
        if not isinstance(center["work_units"], list) and _coin(draw, 3):
            count = center["work_units"]
            center["work_units"] = [
                {"name": "old", "count": count},
                {"name": "new", "count": 1, "speed": draw(st.sampled_from([0.5, 1.6]))},
            ]
        if _coin(draw, 3):
            center["upkeep"] = [draw(_upkeep())]
        if _coin(draw, 3):
            center["setups"] = draw(_setups())
        if not plant["feeds"] and not plant["cooling_loops"] and not _is_ganged(plant, name) and _coin(draw, 3):
            center["batch"] = {"size": draw(st.integers(2, 4)), "minimum": draw(st.integers(1, 2)), "max_wait": "3 h"}


@st.composite
def _upkeep(draw: st.DrawFn) -> Document:
    upkeep: Document = {"name": "service", "duration": f"{draw(st.integers(10, 90))} min"}
    upkeep.update(
        draw(
            st.sampled_from(
                [{"every": "17 h"}, {"every": "4 h", "clock": "busy"}, {"every_parts": 3}, {"every_parts": 1}]
            )
        )
    )
    upkeep["kind"] = draw(st.sampled_from(["maintenance", "engineering"]))
    if _coin(draw):
        upkeep["skill"] = "repair"
    return upkeep


@st.composite
def _setups(draw: st.DrawFn) -> Document:
    setups: Document = {"duration": f"{draw(st.integers(5, 40))} min"}
    if _coin(draw):
        setups["operators"] = {"load": 1}
    if _coin(draw):
        setups["changes"] = [{"before": "red", "after": "blue", "duration": "0 min"}]
    return setups


@st.composite
def _operations(draw: st.DrawFn, plant: Document) -> None:
    for routing in plant["routings"].values():
        for operation in routing["operations"]:
            if _coin(draw):
                operation["setup"] = draw(st.sampled_from(["red", "blue", "green"]))
            if _coin(draw, 4):
                operation["learning"] = {"rate": 0.8, "floor": draw(st.sampled_from([0.0, 0.5]))}
            if not operation.get("rework") and not operation.get("gang") and _coin(draw, 4):
                others = [name for name in plant["work_centers"] if name != operation["work_center"]]
                speed = draw(st.sampled_from([0.7, 1.0, 1.5]))
                if plant["feeds"] or plant["cooling_loops"]:
                    others = []  # the phase might fit the feed of no other place
                for other in others[: draw(st.integers(1, 2))]:
                    operation.setdefault("alternatives", []).append({"work_center": other, "speed": speed})


@st.composite
def _people(draw: st.DrawFn, plant: Document) -> None:
    for group in plant["operator_groups"].values():
        if _coin(draw):
            group["skills"] = {skill: draw(st.sampled_from([0.5, 1.0, 1.25])) for skill in group["skills"]}
        if _coin(draw):
            group["walking_speed"] = "1 m/s"


@st.composite
def _products(draw: st.DrawFn, plant: Document) -> None:
    used = {child for part in plant["parts"].values() for child in part.get("bill_of_materials", {})}
    for name, part in plant["parts"].items():
        if "routing" not in part:
            continue
        if _coin(draw):
            part["transport"] = "cart"
        if name in used and _coin(draw):
            part["kanban"] = draw(st.integers(4, 6))
    plant["work_centers"]["cart"] = {
        "work_units": draw(st.integers(1, 2)),
        "vehicle": {"speed": "0.5 m/s", "handling": "3 min", **draw(st.sampled_from([{}, {"operators": {"load": 1}}]))},
    }
    for kind in plant["defect_kinds"].values():
        if _coin(draw):
            kind["improves"] = {"to": 0.2, "time_constant": "2 d"}
    for index, receipt in enumerate(plant["part_receipts"]):
        if _coin(draw):
            receipt["lot"] = f"L{index}"
        if _coin(draw, 3):
            receipt["defects"] = {"bent_pin": 0.5}


@st.composite
def _power(draw: st.DrawFn, plant: Document) -> None:
    plant["admission"]["shortage"] = draw(st.sampled_from(["throttle", "shed"]))
    for feed in plant["feeds"].values():
        if _coin(draw):
            at_h = draw(st.integers(4, 30))
            low = f"{draw(st.sampled_from([20, 60]))} kW"
            feed["changes"] = [{"at": f"{at_h} h", "limit": low}, {"at": f"{at_h + 9} h", "limit": feed["limit"]}]


@st.composite
def _releases(draw: st.DrawFn, plant: Document) -> None:
    demand = plant["demand"]["market"]
    demand["hot"] = _coin(draw, 4)
    for order in plant["order_book"]:
        order["hot"] = _coin(draw, 3)
    if _coin(draw):
        plant["drum"] = draw(st.sampled_from([name for name in plant["work_centers"] if name != "cart"]))
        demand["rope"] = f"{draw(st.integers(1, 20))} h"
