"""SEMI E10 equipment states and the reasons behind them, as the numbers that kernels record."""

from __future__ import annotations

PRODUCTIVE, STANDBY, ENGINEERING, SCHEDULED_DOWN, UNSCHEDULED_DOWN, NON_SCHEDULED = range(6)
E10_STATES = ("productive", "standby", "engineering", "scheduled_down", "unscheduled_down", "non_scheduled")

WORKING, STARVED, BLOCKED, PEOPLE, POWER, COOLANT, REPAIR, REPAIR_WAIT, CLOSED = range(9)
SETUP, MAINTENANCE, MAINTENANCE_WAIT, TRIAL, TRIAL_WAIT, BATCHING = range(9, 15)
REASONS = (
    *("working", "starved", "blocked", "people", "power", "coolant", "repair", "repair_wait", "closed"),
    *("setup", "maintenance", "maintenance_wait", "trial", "trial_wait", "batching"),
)
