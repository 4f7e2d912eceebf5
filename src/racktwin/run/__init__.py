"""One experiment: a scenario's chain of engines, replicated, evaluated and stored."""

from .experiment import Progress, run_scenario, simulate_tables
from .resume import resume_run

__all__ = ["Progress", "resume_run", "run_scenario", "simulate_tables"]
