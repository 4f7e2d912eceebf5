"""The engine under test, by the one function that these tests need of it."""

from racktwin.run import simulate_tables

__all__ = ["simulate_tables"]
