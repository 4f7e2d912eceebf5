"""The supply engine: where parts come from, when, and what is in stock meanwhile."""

from .replicate import replicate_supply

__all__ = ["replicate_supply"]
