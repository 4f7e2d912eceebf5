"""The commented starter scenario that ``racktwin new`` writes."""

from __future__ import annotations

from importlib import resources


def starter_text() -> str:
    """The starter scenario, YAML."""
    return (resources.files("racktwin.scenario") / "starter.yaml").read_text(encoding="utf-8")
