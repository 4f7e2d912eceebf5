"""A small plant with Georgetown's names, as the document a scenario file gives."""

from __future__ import annotations

import copy
from typing import Any

WEEK_S = 7 * 86400.0

_DOCUMENT: dict[str, Any] = {
    "racktwin": 1,
    "name": "synthetic-georgetown",
    "title": "Georgetown, made up for tests",
    "start": "2027-01-04T00:00:00",
    "time_zone": "America/Chicago",
    "warm_up": "1 wk",
    "replications": 4,
    "seed": 7,
    "calendars": {"two_shifts": {"shifts": [{"days": "mon-fri", "start": "06:00", "end": "22:00"}]}},
    "feeds": {
        "utility": {
            "limit": {"value": "2.4 MW", "source": "interconnection letter", "confidence": "B"},
            "kind": "utility",
        },
        "test_floor": {"limit": "900 kW", "parent": "utility", "efficiency": 0.96, "kind": "switchboard"},
    },
    "cooling_loops": {
        "facility_water": {"heat_limit": "1.1 MW", "flow_limit": "1500 L/min"},
        "room_air": {"medium": "air", "heat_limit": "300 kW"},
    },
    "operator_groups": {
        "assemblers": {
            "skills": ["assembly"],
            "crews": [{"calendar": "two_shifts", "headcount": 10}],
            "wage": "30 USD/h",
        },
        "technicians": {
            "skills": ["test", "debug"],
            "crews": [{"calendar": "always", "headcount": 4}],
            "wage": "38 USD/h",
        },
    },
    "work_centers": {
        "tray_assembly": {"work_units": 6, "position": {"x": "10 m", "y": "20 m"}},
        "tray_test": {"work_units": 8, "feed": "test_floor", "cooling_loops": ["facility_water", "room_air"]},
        "rack_integration": {"work_units": 3},
        "burn_in": {
            "work_units": 6,
            "feed": "test_floor",
            "cooling_loops": ["facility_water", "room_air"],
            "failures": {
                "time_between": {"exponential": {"mean": "400 h"}},
                "repair_time": {"lognormal": {"mean": "4 h", "cv": 0.8}},
            },
        },
        "debug_bench": {"work_units": 2},
    },
    "defect_kinds": {
        "connector": {"replace": "nvlink_cartridge", "repair_time": "2 h"},
        "gpu_infant": {
            "latent": True,
            "time_to_failure": {"shape": 0.5, "scale": "300 h"},
            "replace": "gb200_board",
            "repair_time": "3 h",
        },
    },
    "parts": {
        "gb200_nvl72": {
            "routing": "rack",
            "bill_of_materials": {"gb200_compute_tray": 3, "nvlink_cartridge": 4},
            "rated_power": {
                "value": "132 kW",
                "source": "rack data sheet",
                "confidence": "B",
                "low": "120 kW",
                "high": "140 kW",
            },
            "liquid_fraction": 0.87,
            "coolant_flow": "1.2 L/min/kW",
            "mass": "1.36 t",
        },
        "gb200_compute_tray": {"routing": "tray", "bill_of_materials": {"gb200_board": 2}, "rated_power": "6.5 kW"},
        "hgx_b200_rack": {"routing": "rack", "bill_of_materials": {"hgx_b200_server": 4}, "rated_power": "60 kW"},
        "hgx_b200_server": {"defects": {"connector": 0.01}, "rated_power": "14.3 kW"},
        "gb200_board": {"defects": {"gpu_infant": 0.02}},
        "nvlink_cartridge": {"defects": {"connector": 0.03}},
    },
    "routings": {
        "tray": {
            "level": "L10",
            "operations": [
                {
                    "operation": "assemble_tray",
                    "work_center": "tray_assembly",
                    "duration": "2 h",
                    "operators": {"assembly": 1},
                },
                {
                    "operation": "test_tray",
                    "work_center": "tray_test",
                    "duration": "95 min",
                    "draw": 0.9,
                    "detects": {"connector": 0.95, "gpu_infant": 0.9},
                    "p_false_failure": 0.02,
                    "on_fail": {"debug": "debug_tray", "retest_from": "test_tray"},
                },
                {
                    "operation": "debug_tray",
                    "work_center": "debug_bench",
                    "duration": "by_defect",
                    "operators": {"debug": 1},
                    "rework": True,
                },
            ],
        },
        "rack": {
            "level": "L11",
            "operations": [
                {
                    "operation": "integrate_rack",
                    "work_center": "rack_integration",
                    "duration": "16 h",
                    "operators": {"assembly": 2},
                    "defects": {"connector": 0.05},
                },
                {
                    "operation": "burn_in_rack",
                    "work_center": "burn_in",
                    "phases": [
                        {"name": "connect", "duration": "1 h", "operators": {"test": 1}},
                        {"name": "soak", "duration": "48 h", "draw": 0.9, "stress": 1.0},
                    ],
                    "detects": {"connector": 0.95, "gpu_infant": 0.95},
                    "p_false_failure": 0.03,
                    "on_fail": {"debug": "debug_rack", "retest_from": "burn_in_rack"},
                },
                {
                    "operation": "debug_rack",
                    "work_center": "debug_bench",
                    "duration": "by_defect",
                    "operators": {"debug": 1},
                    "rework": True,
                },
            ],
        },
    },
    "demand": {
        "nvl72": {"product": "gb200_nvl72", "interarrival": {"exponential": {"mean": "28 h"}}, "due_in": "9 d"},
        "hgx": {"product": "hgx_b200_rack", "interarrival": {"exponential": {"mean": "36 h"}}, "due_in": "8 d"},
    },
}


def plant_document(weeks: float = 6, warm_up_weeks: float = 1, **changes: Any) -> dict[str, Any]:
    """The plant's document for a horizon of ``weeks``; ``changes`` replace whole top-level keys."""
    document = copy.deepcopy(_DOCUMENT)
    return document | {"horizon": f"{weeks} wk", "warm_up": f"{warm_up_weeks} wk"} | changes
