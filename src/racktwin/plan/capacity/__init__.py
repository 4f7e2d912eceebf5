"""How much of everything? The cheapest plant that ships enough on time, the frontier, and what binds next."""

from .feasible import Requirement, Verdict, judge
from .levers import Lever, read_lever
from .plant import Plant, Samples
from .search import CapacityPlan, Progress, plan_capacity
from .trade import Step, Tradeoff, frontier, next_steps

__all__ = [
    "CapacityPlan",
    "Lever",
    "Plant",
    "Progress",
    "Requirement",
    "Samples",
    "Step",
    "Tradeoff",
    "Verdict",
    "frontier",
    "judge",
    "next_steps",
    "plan_capacity",
    "read_lever",
]
