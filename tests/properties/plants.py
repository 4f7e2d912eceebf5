"""Small random plants with every feature of a line mixed in, as documents a scenario file could hold.

What is generated is always valid and can always make something: every skill has people, every feed and loop carries
at least one gang, the flow through finite buffers has no circle.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from racktwin.model import Scenario

Document = dict[str, Any]
SKILLS = ("load", "test", "repair")
BOUGHT = ("board", "cable", "pump")


@st.composite
def plants(draw: st.DrawFn) -> Scenario:
    """A valid scenario of a few days with some tens of parts."""
    return Scenario.model_validate(draw(documents()))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """The same before validation, so that a test may change it."""
    levels = draw(st.integers(1, 3))
    products = ("rack", "server")[: draw(st.integers(1, 2))]
    trays = ("tray", "shelf")[: draw(st.integers(1, 2))] if levels > 1 else ()
    modules = ("module",) if levels > 2 else ()
    made = [(part, "floor") for part in products] + [(part, "tray_line") for part in trays]
    made += [(part, "module_line") for part in modules]
    feeds, loops = draw(_feeds()), draw(_cooling_loops())
    areas = {area: draw(st.integers(1, 2)) for area in dict.fromkeys(area for _, area in made)}
    gang = draw(st.sampled_from([0, 0, 0, 2]))
    bills = {part: draw(_bill(trays if part in products else modules if part in trays else ())) for part, _ in made}
    routings = {
        part: draw(
            _routing(
                area, areas[area], bills[part], trays if part in products else (), gang if part == products[0] else 0
            )
        )
        for part, area in made
    }
    bought = draw(_bought_parts())
    return {
        "racktwin": 1,
        "name": "generated",
        "start": "2026-01-05T00:00:00",
        "horizon": f"{draw(st.integers(2, 5))} d",
        "warm_up": draw(st.sampled_from(["0 h", "6 h"])),
        "seed": draw(st.integers(0, 2**31)),
        "admission": {
            "rule": draw(st.sampled_from(["peak", "time_phased"])),
            "order": draw(st.sampled_from(["fifo", "greedy"])),
        },
        "calendars": _CALENDARS,
        "feeds": feeds,
        "cooling_loops": loops,
        "operator_groups": draw(_operator_groups()),
        "work_centers": draw(_work_centers(areas, list(feeds), loops, gang)),
        "cap_tables": {"load": {"points": [[0.4, 0.6], [0.7, 0.9], [1.0, 1.0]]}},
        "defect_kinds": draw(_defect_kinds(trays)),
        "parts": {
            **{part: {"routing": part, "bill_of_materials": bills[part], **_RACK} for part, _ in made},
            **bought,
        },
        "routings": routings,
        **draw(_orders(products, bought)),
    }


_CALENDARS: Document = {
    "day": {
        "shifts": [
            {"days": "mon-fri", "start": "06:00", "end": "18:00", "breaks": [{"start": "12:00", "duration": "30 min"}]}
        ],
        "holidays": ["2026-01-07"],
    },
    "two_shifts": {
        "shifts": [
            {"days": "daily", "start": "06:00", "end": "14:00"},
            {"days": "daily", "start": "14:00", "end": "22:00"},
        ],
        "overtime": [{"date": "2026-01-06", "start": "22:00", "end": "23:30"}],
    },
    "night": {"shifts": [{"days": ["mon", "tue", "wed-sun"], "start": "22:00", "end": "06:00"}]},
}
_RACK: Document = {"rated_power": "30 kW", "liquid_fraction": "80 %", "coolant_flow": "1.5 L/min/kW"}


def _coin(draw: st.DrawFn) -> bool:
    return draw(st.booleans())


def _share(draw: st.DrawFn, low: float = 0.0, high: float = 1.0) -> float:
    return draw(st.integers(0, 20)) / 20.0 * (high - low) + low


def _minutes(draw: st.DrawFn, low: int, high: int) -> str:
    return f"{draw(st.integers(low, high))} min"


@st.composite
def _duration(draw: st.DrawFn, low: int = 5, high: int = 120) -> Any:
    """Any law of the grammar but the empirical one, which needs a file."""
    mean = draw(st.integers(low, high))
    cv = draw(st.sampled_from([0.3, 1.0, 1.5]))
    return draw(
        st.sampled_from(
            [
                f"{mean} min",
                {"uniform": {"low": f"{mean} min", "high": f"{2 * mean} min"}},
                {"triangular": {"low": "2 min", "mode": f"{mean} min", "high": f"{2 * mean} min"}},
                {"exponential": {"mean": f"{mean} min"}},
                {"gamma": {"mean": f"{mean} min", "cv": cv}},
                {"lognormal": {"mean": f"{mean} min", "cv": cv}},
                {"weibull": {"shape": cv, "scale": f"{mean} min"}},
            ]
        )
    )


@st.composite
def _feeds(draw: st.DrawFn) -> Document:
    if _coin(draw):
        return {}
    feeds: Document = {"utility": {"limit": f"{draw(st.sampled_from([140, 200, 400]))} kW", "kind": "utility"}}
    for bay in ("bay_1", "bay_2")[: draw(st.integers(1, 2))]:
        feeds[bay] = {
            "limit": f"{draw(st.sampled_from([100, 150, 300]))} kW",
            "parent": "utility",
            "efficiency": draw(st.sampled_from(["100 %", "90 %"])),
            "kind": "bay",
        }
    return feeds


@st.composite
def _cooling_loops(draw: st.DrawFn) -> Document:
    if _coin(draw):
        return {}
    heat, flow = draw(st.sampled_from([120, 200])), draw(st.sampled_from([180, 400]))
    loops: Document = {"facility_water": {"heat_limit": f"{heat} kW", "flow_limit": f"{flow} L/min"}}
    if _coin(draw):
        loops["manifold"] = {"heat_limit": "110 kW", "parent": "facility_water"}
    if _coin(draw):
        loops["room"] = {"medium": "air", "heat_limit": "40 kW"}
    return loops


@st.composite
def _operator_groups(draw: st.DrawFn) -> Document:
    """One to three groups that together have every skill, two people each at least in every crew."""
    together = {"operators": list(SKILLS)}
    apart = {"loaders": ["load"], "technicians": ["test", "repair"]}
    overlapping = {"loaders": ["load", "test"], "testers": ["test"], "technicians": ["repair", "load"]}
    return {
        name: {
            "skills": skills,
            "crews": [
                {"calendar": calendar, "headcount": draw(st.integers(2, 3))}
                for calendar in draw(st.sampled_from([["always"], ["day"], ["two_shifts"], ["day", "night"]]))
            ],
        }
        for name, skills in draw(st.sampled_from([together, apart, overlapping])).items()
    }


@st.composite
def _work_centers(draw: st.DrawFn, areas: dict[str, int], feeds: list[str], loops: Document, gang: int) -> Document:
    centers: Document = {"debug_bench": {"work_units": draw(st.integers(1, 2)), "calendar": draw(_calendar())}}
    for area, count in areas.items():
        for index in range(count):
            last_of_floor = area == "floor" and index == count - 1
            fewest = max(gang, 1) if last_of_floor else 1
            center: Document = {
                "work_units": draw(st.integers(fewest, 3)),
                "calendar": draw(_calendar()),
                "dispatch": draw(st.sampled_from(["fifo", "priority", "edd", "spt"])),
                "idle_draw": draw(st.sampled_from(["0 W", "500 W"])),
            }
            if index > 0 and not (last_of_floor and gang) and _coin(draw):
                center["input_buffer"] = draw(st.integers(0, 2))
            if draw(st.integers(0, 2)) == 0:
                center["failures"] = draw(_failures())
            if feeds and _coin(draw):
                center["feed"] = feeds[-1]
            if loops and _coin(draw):
                liquid = "manifold" if "manifold" in loops and _coin(draw) else "facility_water"
                center["cooling_loops"] = [liquid, *(["room"] if "room" in loops else [])]
            if len(feeds) == 3 and _coin(draw):
                center["work_units"] = [
                    {"name": "north", "count": fewest, "feed": feeds[1]},
                    {"name": "south", "count": 1},
                ]
            centers[f"{area}_{index}"] = center
    return centers


def _calendar() -> st.SearchStrategy[str]:
    return st.sampled_from(["always", "always", "always", "two_shifts"])


@st.composite
def _failures(draw: st.DrawFn) -> Document:
    failures: Document = {
        "time_between": {"exponential": {"mean": f"{draw(st.integers(8, 40))} h"}},
        "repair_time": draw(_duration(30, 180)),
        "clock": draw(st.sampled_from(["busy", "calendar"])),
        "after_repair": draw(st.sampled_from(["resume", "restart"])),
    }
    if _coin(draw):
        failures["repair_skill"] = "repair"
    return failures


@st.composite
def _bill(draw: st.DrawFn, made_below: tuple[str, ...]) -> dict[str, int]:
    bought = draw(st.lists(st.sampled_from(BOUGHT), unique=True, max_size=3))
    return {part: draw(st.integers(1, 2)) for part in [*made_below, *bought]}


@st.composite
def _phase(draw: st.DrawFn) -> Document:
    phase: Document = {"name": "work", "duration": draw(_duration())}
    kind = draw(st.sampled_from(["attended", "soak", "both", "plain"]))
    if kind in ("attended", "both"):
        skills = draw(st.lists(st.sampled_from(["load", "test"]), unique=True, min_size=1))
        phase["operators"] = dict.fromkeys(skills, 1)
    if kind in ("soak", "both"):
        phase["draw"] = draw(st.sampled_from(["100 %", "50 %", "12 kW"]))
        phase["peak"] = draw(st.sampled_from([1.0, 1.3]))
        phase["stress"] = draw(st.sampled_from([0.0, 1.0, 2.5]))
        if _coin(draw):
            phase["cap"] = {"table": "load", "levels": [1.0, 0.7, 0.5]}
    return phase


@st.composite
def _routing(
    draw: st.DrawFn, area: str, centers: int, bill: dict[str, int], trays: tuple[str, ...], gang: int
) -> Document:
    """Main operations through the area's work centers in order; perhaps the last one tests."""
    operations: list[Document] = []
    for index in range(centers):
        for _ in range(draw(st.integers(1, 2))):
            phases = draw(st.lists(_phase(), min_size=1, max_size=3))
            name = f"step_{len(operations) + 1}"
            operation: Document = {"operation": name, "work_center": f"{area}_{index}", "phases": phases}
            if _coin(draw):
                operation["defects"] = {"loose_screw": _share(draw, 0.0, 0.4)}
            operations.append(operation)
    if trays and _coin(draw):
        operations[-1].setdefault("defects", {})["bad_tray"] = 0.3
    late = [part for part in bill if draw(st.integers(0, 2)) == 0]
    if late:
        operations[-1]["consumes"] = {part: bill[part] for part in late}
    if gang:
        operations[-1]["gang"] = gang
    if _coin(draw):
        operations += draw(_test(operations, bool(trays)))
    return {"operations": operations}


@st.composite
def _test(draw: st.DrawFn, operations: list[Document], with_trays: bool) -> list[Document]:
    """Make the last operation a test; the debug operation it leads to."""
    kinds = ["weak_joint", "bent_pin", "loose_screw", *(["bad_tray"] if with_trays else [])]
    last = operations[-1]
    last["detects"] = {kind: _share(draw, 0.2) for kind in draw(st.lists(st.sampled_from(kinds), unique=True))}
    last["p_false_failure"] = draw(st.sampled_from([0.0, 0.15]))
    if not last["detects"] and not last["p_false_failure"]:
        last["detects"] = {"bent_pin": 1.0}
    last["on_fail"] = {"debug": "debug", "retest_from": draw(st.sampled_from(operations))["operation"]}
    if _coin(draw):
        last["on_fail"]["scrap_after"] = draw(st.integers(1, 3))
    debug: Document = {
        "operation": "debug",
        "work_center": "debug_bench",
        "rework": True,
        "duration": draw(st.sampled_from(["by_defect", "20 min"])),
    }
    if _coin(draw):
        debug["operators"] = {"repair": 1}
    return [debug]


@st.composite
def _defect_kinds(draw: st.DrawFn, trays: tuple[str, ...]) -> Document:
    repair = {"repair_time": draw(_duration(10, 60)), "p_repaired": draw(st.sampled_from([1.0, 0.7]))}
    ttf = {"shape": draw(st.sampled_from([0.4, 0.8])), "scale": f"{draw(st.integers(1, 30))} h"}
    kinds: Document = {
        "weak_joint": {"latent": True, "time_to_failure": ttf, "replace": "board", **repair},
        "bent_pin": {"replace": "cable", **repair},
        "loose_screw": dict(repair),
    }
    if trays:
        kinds["bad_tray"] = {"replace": trays[0], **repair}
    return kinds


@st.composite
def _bought_parts(draw: st.DrawFn) -> Document:
    board = {"defects": {"weak_joint": _share(draw, 0.0, 0.5)}}
    cable = {"defects": {"bent_pin": _share(draw, 0.0, 0.4)}}
    pump: Document = {}
    if _coin(draw):
        pump = {"supply": "receipts", "initial_stock": draw(st.integers(0, 10))}
    return {"board": board, "cable": cable, "pump": pump}


@st.composite
def _orders(draw: st.DrawFn, products: tuple[str, ...], bought: Document) -> Document:
    first = products[0]
    demand: Document = {"product": first, "quantity": draw(st.integers(1, 2)), "priority": draw(st.integers(0, 1))}
    steady = _coin(draw)
    if not steady:
        demand["interarrival"] = draw(_duration(120, 480))
    if steady or _coin(draw):
        demand["max_wip"] = draw(st.integers(2, 5))
    if _coin(draw):
        demand["due_in"] = draw(_duration(300, 900))
    orders: Document = {"demand": {"market": demand}, "part_receipts": [], "order_book": []}
    for _ in range(draw(st.integers(0, 3)) if bought["pump"] else 0):
        orders["part_receipts"].append(
            {"part": "pump", "quantity": draw(st.integers(0, 12)), "at": _minutes(draw, 0, 4000)}
        )
    for _ in range(draw(st.integers(0, 3))):
        release = draw(st.integers(0, 3000))
        order: Document = {"product": products[-1], "quantity": draw(st.integers(1, 3)), "release": f"{release} min"}
        if _coin(draw):
            order["due"] = f"{release + draw(st.integers(1, 2000))} min"
        orders["order_book"].append(order)
    return orders
