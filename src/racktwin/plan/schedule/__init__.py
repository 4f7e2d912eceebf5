"""The schedule of the test floor. The solver is OR-Tools CP-SAT, an optional extra: ``pip install racktwin[plan]``."""
