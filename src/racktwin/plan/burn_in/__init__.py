"""How long to burn in, and at what cap: test cost against field failures, and how far the answer can be trusted."""

from .cost import Cost, Course, Prices, Product, Weakness, cost_of
from .from_scenario import product_of
from .optimum import Choice, best_choice, coverage_worth, exponential_optimum_h
from .order import Test, expected_cost, fail_fast_order
from .robust import Robustness, robustness

__all__ = [
    "Choice",
    "Cost",
    "Course",
    "Prices",
    "Product",
    "Robustness",
    "Test",
    "Weakness",
    "best_choice",
    "cost_of",
    "coverage_worth",
    "expected_cost",
    "exponential_optimum_h",
    "fail_fast_order",
    "product_of",
    "robustness",
]
