"""What to do: how much to simulate, which alternative to choose, which unknown decides the answer."""

from .alternatives import AS_IT_IS, Alternative, choose, read_alternative
from .record import about, influence_table, tornado_table, variance_table, write_study
from .replications import Needed, Target, read_share, replications_needed, until
from .selection import Contender, Selection, allocate, select, select_with_budget
from .sensitivity import Bar, Influence, Progress, Screening, Sweep, screen, shares, tornado
from .sobol import Indices, simulations_needed
from .unknowns import Unknown, unknowns
from .unrecorded import UNRECORDED, Experiment

__all__ = [
    "AS_IT_IS",
    "UNRECORDED",
    "Alternative",
    "Bar",
    "Contender",
    "Experiment",
    "Indices",
    "Influence",
    "Needed",
    "Progress",
    "Screening",
    "Selection",
    "Sweep",
    "Target",
    "Unknown",
    "about",
    "allocate",
    "choose",
    "influence_table",
    "read_alternative",
    "read_share",
    "replications_needed",
    "screen",
    "select",
    "select_with_budget",
    "shares",
    "simulations_needed",
    "tornado",
    "tornado_table",
    "unknowns",
    "until",
    "variance_table",
    "write_study",
]
