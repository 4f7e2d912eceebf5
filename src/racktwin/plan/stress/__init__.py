"""A schedule under stress: replayed with everything that can go wrong, beside the dispatch rules it has to beat."""

from .policies import PLAN, RULES, Policy, policies_of
from .replay import Replayed, replay
from .risk import Lag, OrderRisk, lags, order_risks
from .versus import Versus, versus

__all__ = [
    "PLAN",
    "RULES",
    "Lag",
    "OrderRisk",
    "Policy",
    "Replayed",
    "Versus",
    "lags",
    "order_risks",
    "policies_of",
    "replay",
    "versus",
]
