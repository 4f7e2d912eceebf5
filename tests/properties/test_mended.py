"""Defects that the laws found in the engine, each by the smallest scenario that showed it."""

from __future__ import annotations

from typing import Any

import pytest

from racktwin.model import Scenario
from tests.simulate import simulate_tables

from .history import History
from .laws import LAWS

Document = dict[str, Any]


def _line(*operations: Document, **rest: Any) -> Document:
    """One tray after another through these operations, at a cell and a bench."""
    return {
        "racktwin": 1,
        "name": "smallest",
        "start": "2026-01-05T00:00:00",
        "horizon": "2 d",
        "work_centers": {"cell": {"work_units": 1}, "bench": {"work_units": 1}},
        "parts": {"tray": {"routing": "tray"}},
        "routings": {"tray": {"operations": list(operations)}},
        "order_book": [{"product": "tray", "quantity": 8, "release": "1 h"}],
        **rest,
    }


TEST: Document = {"operation": "test", "work_center": "cell", "duration": "1 h"}
BREAKS_BY_CALENDAR: Document = {"time_between": "3 h", "repair_time": "1 h", "clock": "calendar"}
PEOPLE: Document = {
    "calendars": {"early": {"shifts": [{"days": "daily", "start": "00:00", "end": "04:30"}]}},
    "operator_groups": {
        "testers": {"skills": ["load", "test"], "crews": [{"calendar": "early", "headcount": 2}]},
    },
}

SMALLEST: dict[str, tuple[str, Document]] = {
    "a retest takes the kit again": (
        "bills_are_consumed_exactly",
        _line(
            {**TEST, "p_false_failure": 0.5, "on_fail": {"debug": "debug", "retest_from": "test"}},
            {"operation": "debug", "work_center": "bench", "duration": "1 h", "rework": True},
            parts={"tray": {"routing": "tray", "bill_of_materials": {"board": 1}}, "board": {}},
        ),
    ),
    "two skills of one crew count twice": (
        "labour_is_the_time_attended",
        _line({**TEST, "operators": {"load": 1, "test": 1}}, **PEOPLE),
    ),
    "a unit that breaks down while its people are away goes on drawing": (
        "limits_hold",
        _line(
            {**TEST, "operators": {"test": 1}, "draw": "10 kW"},
            **PEOPLE,
            admission={"rule": "time_phased"},
            feeds={"bay": {"limit": "10 kW"}},
            work_centers={
                "cell": {
                    "work_units": 1,
                    "feed": "bay",
                    "failures": {**BREAKS_BY_CALENDAR, "time_between": "5 h", "after_repair": "restart"},
                }
            },
        ),
    ),
    "a unit that breaks down while blocked is told as blocked only": (
        "states_tell_the_visits",
        _line(
            TEST,
            {"operation": "pack", "work_center": "bench", "duration": "9 h"},
            work_centers={
                "cell": {"work_units": 1, "failures": BREAKS_BY_CALENDAR},
                "bench": {"work_units": 1, "input_buffer": 0},
            },
        ),
    ),
    "demand without interarrival forgets due_in": (
        "orders_are_due_when_promised",
        _line(TEST, demand={"trays": {"product": "tray", "max_wip": 1, "due_in": "3 h"}}),
    ),
}


@pytest.mark.parametrize("defect", SMALLEST)
def test_it_is_mended(defect: str) -> None:
    law, document = SMALLEST[defect]
    scenario = Scenario.model_validate(document)
    assert list(LAWS[law](History(scenario, simulate_tables(scenario, 1, 1)[0]))) == []
