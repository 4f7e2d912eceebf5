"""A small plant that has every kind of limit, for tests of whole runs."""

from __future__ import annotations

from typing import Any

from racktwin.scenario import ScenarioFile, scenario_from_document

DOCUMENT: dict[str, Any] = {
    "racktwin": 1,
    "name": "small",
    "start": "2027-01-04T00:00",
    "horizon": "8 d",
    "warm_up": "2 d",
    "replications": 3,
    "seed": 11,
    "calendars": {"day": {"shifts": [{"days": "daily", "start": "06:00", "end": "18:00"}]}},
    "feeds": {"floor": {"limit": "130 kW"}},
    "cooling_loops": {"loop": {"heat_limit": "200 kW", "flow_limit": "300 L/min"}},
    "operator_groups": {"technicians": {"skills": ["test"], "crews": [{"calendar": "day", "headcount": 2}]}},
    "work_centers": {
        "assembly": {"work_units": 2},
        "cell": {"work_units": 3, "feed": "floor", "cooling_loops": ["loop"]},
        "bench": {"work_units": 1},
    },
    "defect_kinds": {"loose": {"replace": "cable"}},
    "parts": {
        "tray": {
            "routing": "tray",
            "bill_of_materials": {"cable": 2},
            "rated_power": "60 kW",
            "liquid_fraction": "80 %",
            "coolant_flow": "1.2 L/min/kW",
        },
        "cable": {"defects": {"loose": "10 %"}},
    },
    "routings": {
        "tray": {
            "operations": [
                {"operation": "build", "work_center": "assembly", "duration": {"exponential": {"mean": "1 h"}}},
                {
                    "operation": "test",
                    "work_center": "cell",
                    "phases": [
                        {"name": "load", "duration": "10 min", "operators": {"test": 1}},
                        {"name": "soak", "duration": {"gamma": {"mean": "4 h", "cv": 0.4}}, "draw": "100 %"},
                    ],
                    "detects": {"loose": "90 %"},
                    "on_fail": {"debug": "debug", "retest_from": "test"},
                },
                {"operation": "debug", "work_center": "bench", "duration": "1 h", "rework": True},
            ]
        }
    },
    "demand": {"trays": {"product": "tray", "interarrival": {"exponential": {"mean": "150 min"}}}},
}


def small_file(**changes: Any) -> ScenarioFile:
    """The plant as read from nowhere, with some keys changed."""
    document = {**DOCUMENT, **changes}
    return ScenarioFile(scenario_from_document(document), document, (), ())
