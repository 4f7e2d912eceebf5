"""One experiment: a scenario's chain of engines, replicated, evaluated and stored."""

from .experiment import Progress, run_scenario, simulate_tables

__all__ = ["Progress", "run_scenario", "simulate_tables"]
