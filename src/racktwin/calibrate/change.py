"""What calibration proposes: a parameter's old and new value, with where the new one came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .choice import FittedLaw
from .laws import Interval
from .plant import Path

_UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0))
_PLAIN = ("cv", "shape")


@dataclass(frozen=True)
class Change:
    """A value for one path of the scenario. ``old`` and ``new`` are as the document writes them; ``old`` None: absent.

    ``n`` observations support it, of which ``censored`` were cut short; ``basis`` says what they are. ``fitted`` is
    the law behind a duration. ``agrees``: every old parameter lies in the new 95 % interval; None if they differ in
    kind.
    """

    path: str
    old: Any
    new: Any
    n: int
    basis: str
    censored: int = 0
    fitted: FittedLaw | None = None
    agrees: bool | None = None

    @property
    def override(self) -> str:
        """The change for ``--set``."""
        return f"{self.path}={json.dumps(self.new, ensure_ascii=False)}"


def duration_change(path: Path, old: Any, fitted: FittedLaw, source: str, basis: str) -> Change:
    """A change of the duration at ``path`` to the law that was fitted."""
    new = _law(fitted, source)
    agrees = _agrees(old, fitted)
    return Change(".".join(path), old, new, fitted.n, basis, fitted.censored, fitted, agrees)


def probability_change(
    path: Path, old: Any, value: float, interval: Interval, n: int, source: str, basis: str
) -> Change:
    """A change of the probability at ``path``."""
    new = {
        "value": _rounded(value),
        **_provenance(source, n),
        "low": min(_rounded(interval[0]), _rounded(value)),
        "high": max(_rounded(interval[1]), _rounded(value)),
    }
    before = plain_number(old)
    agrees = None if before is None else interval[0] <= before <= interval[1]
    return Change(".".join(path), old, new, n, basis, agrees=agrees)


def _law(fitted: FittedLaw, source: str) -> dict[str, Any]:
    provenance = _provenance(source, fitted.n)
    if fitted.law == "empirical":
        values = [_rounded(value) for value in fitted.values_s]
        parameters = {"file": source, "column": "observed", "unit": "s", "values_s": values}
        return {"empirical": parameters, **provenance}
    written = {
        name: _parameter(name, value, fitted.fit.intervals.get(name), provenance)
        for name, value in fitted.fit.parameters.items()
    }
    return written["value"] if fitted.law == "fixed" else {fitted.law: written}


def _parameter(name: str, value: float, interval: Interval | None, provenance: Mapping[str, Any]) -> dict[str, Any]:
    unit, seconds = ("", 1.0) if name in _PLAIN else _unit(value)

    def write(number: float) -> float | str:
        return _rounded(number) if name in _PLAIN else f"{number / seconds:.6g} {unit}"

    ends = {} if interval is None else {"low": write(interval[0]), "high": write(interval[1])}
    return {"value": write(value), **provenance, **ends}


def _provenance(source: str, n: int) -> dict[str, str]:
    return {"source": f"fitted to {source}, n={n}", "confidence": "B"}


def _unit(seconds: float) -> tuple[str, float]:
    return next(((unit, size) for unit, size in _UNITS if seconds >= 2 * size), ("s", 1.0))


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def plain_number(value: Any) -> float | None:
    """A probability or count as written, with or without its source; None where it is neither."""
    if isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, str) and value.strip().endswith("%"):
        value = _float(value.strip()[:-1], 0.01)
    elif isinstance(value, str):
        value = _float(value, 1.0)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _float(text: str, factor: float) -> float | None:
    try:
        return float(text.replace("_", "")) * factor
    except ValueError:
        return None


def _agrees(old: Any, fitted: FittedLaw) -> bool | None:
    """Whether the old law is of the new kind with all parameters inside the intervals."""
    from pydantic import TypeAdapter, ValidationError

    from racktwin.model.distribution import DurationDistribution

    try:
        law = TypeAdapter(DurationDistribution).validate_python(old)
    except ValidationError:
        return None
    if law.key != fitted.law or fitted.law == "empirical":
        return None
    before = {info.alias or name: float(getattr(law, name)) for name, info in type(law).model_fields.items()}
    if fitted.law == "fixed":
        return abs(before["value"] - fitted.fit.parameters["value"]) <= 1e-6 * max(1.0, before["value"])
    intervals = fitted.fit.intervals
    return all(low <= before[name] <= high for name, (low, high) in intervals.items()) if intervals else None
