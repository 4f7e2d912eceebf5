"""Rules between entities: one small function each, all run, all findings at once."""

from __future__ import annotations

from racktwin.model import Scenario

from .finding import Finding, Rule

RULES: tuple[Rule, ...] = ()


def check(plant: Scenario) -> list[Finding]:
    """Every finding of every rule about ``plant``, errors and oddities."""
    return [finding for rule in RULES for finding in rule(plant)]


__all__ = ["RULES", "Finding", "check"]
