"""What to do: how much to simulate, which alternative to choose, which unknown decides the answer.

What a name needs is imported when it is asked for: the server asks for the exposure of a network alone, and no kernels.
"""

from typing import TYPE_CHECKING

from racktwin.lazy_names import lazy_names

from .unknowns import Unknown, unknowns

if TYPE_CHECKING:
    from .alternatives import AS_IT_IS, Alternative, choose, read_alternative
    from .record import about, influence_table, tornado_table, variance_table, write_study
    from .replications import Needed, Target, read_share, replications_needed, until
    from .selection import Contender, Selection, allocate, select, select_with_budget
    from .sensitivity import Bar, Influence, Progress, Screening, Sweep, screen, shares, tornado
    from .sobol import Indices, simulations_needed
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
__getattr__ = lazy_names(
    __name__,
    {
        "alternatives": "AS_IT_IS Alternative choose read_alternative",
        "record": "about influence_table tornado_table variance_table write_study",
        "replications": "Needed Target read_share replications_needed until",
        "selection": "Contender Selection allocate select select_with_budget",
        "sensitivity": "Bar Influence Progress Screening Sweep screen shares tornado",
        "sobol": "Indices simulations_needed",
        "unrecorded": "UNRECORDED Experiment",
    },
)
