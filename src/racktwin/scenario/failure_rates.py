"""Failures by reference: the laws that a cause's ``reference`` stands for, written out with source and range."""

from __future__ import annotations

from typing import Any

from racktwin.reference import FailureRate, failure_rates

from .document import Document

_OF = {
    "compute node": "compute_node",
    "GPU": "gpu",
    "rack": "rack",
    "CDU": "cooling_loop",
    "pump": "cooling_loop",
    "power feed": "feed",
}
_REPAIR = {
    "lognormal": {
        "mean": {"value": "8 h", "low": "1 h", "high": "48 h"},
        "cv": {"value": 1.0, "low": 0.5, "high": 2.0},
    }
}
"""Nobody publishes how long repairs take: assumed."""


def fill_failures(document: Document) -> None:
    """What ``reference`` says is put beside it where the author did not say otherwise."""
    rates = failure_rates()
    fleet = document.value.get("fleet")
    failures = fleet.get("failures") if isinstance(fleet, dict) else None
    for cause in failures.values() if isinstance(failures, dict) else ():
        if isinstance(cause, dict) and isinstance(cause.get("reference"), str) and cause["reference"] in rates:
            rate = rates[cause["reference"]]
            cause.setdefault("of", _OF[rate.per])
            cause.setdefault("time_between", {"exponential": {"mean": _mean(rate)}})
            cause.setdefault("repair_time", _REPAIR)


def _mean(rate: FailureRate) -> dict[str, Any]:
    ends = {"value": rate.rate_per_s, "low": rate.high_per_s, "high": rate.low_per_s}
    written: dict[str, Any] = {name: f"{1.0 / per_s / 86400.0:.4g} d" for name, per_s in ends.items()}
    if rate.confidence != "assumed":
        written |= {"source": rate.source, "confidence": rate.confidence}
    return written
