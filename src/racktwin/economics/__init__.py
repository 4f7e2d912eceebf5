"""What it is worth: the landed cost of a part at a site, layer by layer."""

from .landed_cost import LAYERS, CostLine, LandedCost, landed_cost, makers

__all__ = ["LAYERS", "CostLine", "LandedCost", "landed_cost", "makers"]
