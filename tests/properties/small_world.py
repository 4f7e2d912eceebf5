"""A run made by hand, true to every law: two trays are tested, one fails, is debugged and goes into a rack.

The rack's test draws 10 kW on a bay below the utility; an operator attends the trays. ``tables`` is a fresh copy.
"""

from __future__ import annotations

from math import nan

from racktwin.model import Scenario
from racktwin.results.schema import TABLES

from .history import Row

HORIZON_S = 36000.0

SCENARIO = Scenario.model_validate(
    {
        "racktwin": 1,
        "name": "small_world",
        "start": "2026-01-05T00:00:00",
        "horizon": "10 h",
        "calendars": {"early": {"shifts": [{"days": "daily", "start": "00:00", "end": "08:00"}]}},
        "feeds": {
            "utility": {"limit": "30 kW"},
            "bay": {"limit": "12 kW", "parent": "utility", "efficiency": "50 %"},
        },
        "cooling_loops": {"water": {"heat_limit": "20 kW"}},
        "operator_groups": {"testers": {"skills": ["test"], "crews": [{"calendar": "early", "headcount": 2}]}},
        "work_centers": {
            "tray_cell": {"work_units": 1},
            "bench": {"work_units": 1},
            "rack_cell": {
                "work_units": 2,
                "feed": "bay",
                "cooling_loops": ["water"],
                "idle_draw": "1 kW",
                "input_buffer": 1,
            },
        },
        "defect_kinds": {
            "pin": {"replace": "board"},
            "joint": {"latent": True, "time_to_failure": {"shape": 0.5, "scale": "9 h"}},
        },
        "parts": {
            "rack": {
                "routing": "rack",
                "bill_of_materials": {"tray": 1},
                "rated_power": "10 kW",
                "liquid_fraction": 1.0,
            },
            "tray": {"routing": "tray", "bill_of_materials": {"board": 2}},
            "board": {"supply": "receipts", "initial_stock": 3, "defects": {"pin": 0.1, "joint": 0.1}},
        },
        "routings": {
            "rack": {
                "operations": [
                    {"operation": "prepare", "work_center": "bench", "duration": "10 min"},
                    {
                        "operation": "burn_in",
                        "work_center": "rack_cell",
                        "duration": "1 h",
                        "draw": "100 %",
                        "consumes": {"tray": 1},
                    },
                ]
            },
            "tray": {
                "operations": [
                    {
                        "operation": "test",
                        "work_center": "tray_cell",
                        "duration": {"uniform": {"low": "1 h", "high": "2 h"}},
                        "operators": {"test": 1},
                        "detects": {"pin": 1.0},
                        "on_fail": {"debug": "debug", "retest_from": "test", "scrap_after": 2},
                    },
                    {"operation": "debug", "work_center": "bench", "duration": "30 min", "rework": True},
                ]
            },
        },
        "demand": {
            "market": {"product": "rack", "interarrival": "1 d", "first": "1 d"},
            "hot": {"product": "rack", "interarrival": "1 d", "first": "1 d", "due_in": "2 d"},
        },
        "order_book": [{"product": "rack", "quantity": 2, "release": "1 h"}],
        "part_receipts": [{"part": "board", "quantity": 5, "at": "2 h"}],
    }
)


def tables() -> dict[str, list[Row]]:
    """The tables of the run."""
    return {
        "operations": [
            _visit(2, "tray", "test", "tray_cell", 1, (3600, 3600, 7200, 7200), labour_s=3600, outcome="fail"),
            _visit(2, "tray", "debug", "bench", 1, (7200, 7200, 9000, 9000), outcome="repaired"),
            _visit(3, "tray", "test", "tray_cell", 1, (3600, 7200, 10800, 10800), labour_s=3600, wait_cell_s=3600),
            _visit(0, "rack", "prepare", "bench", 1, (3600, 3600, 4200, 4200)),
            _visit(1, "rack", "prepare", "bench", 1, (3600, 4200, 4800, 4800), wait_cell_s=600),
            _visit(
                0, "rack", "burn_in", "rack_cell", 1, (4200, 10800, 14400, 14400), wait_material_s=6600, energy_j=36e6
            ),
            _visit(2, "tray", "test", "tray_cell", 2, (9000, 10800, 14400, 14400), labour_s=3600, wait_cell_s=1800),
        ],
        "states": [
            *_states("tray_cell", 0, (0, -1), (3600, 2), (7200, 3), (10800, 2), (14400, -1)),
            *_states("bench", 0, (0, -1), (3600, 0), (4200, 1), (4800, -1), (7200, 2), (9000, -1)),
            *_states("rack_cell", 0, (0, -1), (10800, 0), (14400, -1)),
            *_states("rack_cell", 1, (0, -1), (34000, 1)),
        ],
        "limits": [
            *_limits("bay", "power", 12e3, (0, 2e3), (10800, 12e3), (14400, 2e3), (34000, 12e3)),
            *_limits("utility", "power", 30e3, (0, 4e3), (10800, 24e3), (14400, 4e3), (34000, 24e3)),
            *_limits("water", "heat", 20e3, (0, 0), (10800, 10e3), (14400, 0), (34000, 10e3)),
        ],
        "labour": [
            _row(
                "labour", operator_group="testers", start_s=start_s, end_s=end_s, present=present, busy=busy, waiting=0
            )
            for start_s, end_s, present, busy in (
                (0.0, 3600.0, 2, 0),
                (3600.0, 14400.0, 2, 1),
                (14400.0, 28800.0, 2, 0),
                (28800.0, HORIZON_S, 0, 0),
            )
        ],
        "work_orders": [
            _order(0, "rack", "order_book", "shipped", 14400.0),
            _order(1, "rack", "order_book", "in_progress", nan),
            _order(2, "tray", "component", "consumed", 34000.0),
            _order(3, "tray", "component", "consumed", 10800.0),
        ],
        "shipments": [
            _row(
                "shipments",
                serial_number=0,
                part="rack",
                order_number=0,
                release_s=3600.0,
                due_s=nan,
                shipped_s=14400.0,
                latent_escapes=1,
                patent_escapes=0,
                failures=0,
                energy_j=36e6,
                labour_s=3600.0,
                stress_s=0.0,
            )
        ],
        "defects": [
            _defect(0, "pin", 2, False, 0.0, (3600.0, nan, 7200.0, 9000.0), "test", "repaired"),
            _defect(1, "joint", 0, True, 3600.0, (7200.0, nan, nan, 14400.0), "", "escaped"),
        ],
        "material": [
            _row("material", part=part, time_s=time_s, change=change, on_hand=on_hand, reason=reason)
            for part, time_s, change, on_hand, reason in (
                ("board", 3600.0, -2, 1, "consumed"),
                ("board", 7200.0, 5, 6, "receipt"),
                ("board", 7200.0, -2, 4, "consumed"),
                ("board", 7200.0, -1, 3, "replacement"),
                ("tray", 10800.0, 1, 1, "made"),
                ("tray", 10800.0, -1, 0, "consumed"),
                ("tray", 14400.0, 1, 1, "made"),
                ("tray", 34000.0, -1, 0, "consumed"),
            )
        ],
        "genealogy": [
            _row("genealogy", serial_number=0, part="tray", child_serial_number=3, lot="", pieces=1, time_s=10800.0),
            _row("genealogy", serial_number=1, part="tray", child_serial_number=2, lot="", pieces=1, time_s=34000.0),
        ],
    }


def _row(table: str, **values: object) -> Row:
    return {column.name: values.get(column.name, 0) for column in TABLES[table].columns}


def _visit(
    serial: int,
    part: str,
    operation: str,
    center: str,
    visit: int,
    times_s: tuple[float, float, float, float],
    **values: object,
) -> Row:
    queued_s, start_s, end_s, left_s = map(float, times_s)
    return _row(
        "operations",
        serial_number=serial,
        part=part,
        operation=operation,
        level="",
        work_center=center,
        visit=visit,
        queued_s=queued_s,
        start_s=start_s,
        end_s=end_s,
        left_s=left_s,
        work_s=end_s - start_s,
        cap=1.0,
        defect_kind="",
        **{"outcome": "pass", **values},
    )


def _states(center: str, number: int, *changes: tuple[float, int]) -> list[Row]:
    ends = [start_s for start_s, _ in changes[1:]] + [HORIZON_S]
    return [
        _row(
            "states",
            work_center=center,
            work_unit=number,
            state="productive" if serial >= 0 else "standby",
            reason="working" if serial >= 0 else "starved",
            serial_number=serial,
            start_s=float(start_s),
            end_s=float(end_s),
        )
        for (start_s, serial), end_s in zip(changes, ends, strict=True)
    ]


def _limits(name: str, quantity: str, limit: float, *changes: tuple[float, float]) -> list[Row]:
    ends = [start_s for start_s, _ in changes[1:]] + [HORIZON_S]
    return [
        _row(
            "limits",
            name=name,
            quantity=quantity,
            start_s=float(start_s),
            end_s=float(end_s),
            draw=draw,
            reserved=draw,
            limit=limit,
        )
        for (start_s, draw), end_s in zip(changes, ends, strict=True)
    ]


def _order(serial: int, part: str, source: str, fate: str, end_s: float) -> Row:
    return _row(
        "work_orders",
        serial_number=serial,
        part=part,
        source=source,
        wanted_s=3600.0,
        release_s=3600.0,
        due_s=nan,
        end_s=end_s,
        fate=fate,
    )


def _defect(
    number: int,
    kind: str,
    serial: int,
    latent: bool,
    at_stress_s: float,
    times_s: tuple[float, float, float, float],
    found_at: str,
    fate: str,
) -> Row:
    created_s, precipitated_s, found_s, end_s = times_s
    return _row(
        "defects",
        defect=number,
        kind=kind,
        origin="board",
        serial_number=serial,
        created_s=created_s,
        latent=latent,
        precipitates_at_stress_s=at_stress_s,
        precipitated_s=precipitated_s,
        found_s=found_s,
        found_at=found_at,
        end_s=end_s,
        fate=fate,
    )
