"""The fleet engine: GPU jobs in a hall of racks, under power, coolant and price."""

from .compile import CompiledFleet, compile_fleet
from .engine import replicate_fleet

__all__ = ["CompiledFleet", "compile_fleet", "replicate_fleet"]
