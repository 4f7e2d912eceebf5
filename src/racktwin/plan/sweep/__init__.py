"""What if? A table of KPIs over many variants of a scenario: grid, Latin hypercube or list; resumable."""

from .design import Design, grid, latin_hypercube, listed, read_axis
from .folder import SweepFolder
from .run import Progress, run_sweep
from .variant import scenario_with

__all__ = [
    "Design",
    "Progress",
    "SweepFolder",
    "grid",
    "latin_hypercube",
    "listed",
    "read_axis",
    "run_sweep",
    "scenario_with",
]
