"""How long something takes: one grammar for fixed and random durations.

A bare duration is fixed; otherwise one key names the law::

    duration: 45 min
    duration: {triangular: {low: 30 min, mode: 45 min, high: 80 min}, source: "...", confidence: C}
    duration: {empirical: {file: repair_times.csv, column: minutes, unit: min}}
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic.functional_validators import BeforeValidator
from pydantic_core import PydanticCustomError

from .quantity import Duration, PositiveDuration, Ratio


class _Law(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    key: ClassVar[str]

    @property
    def mean_s(self) -> float:
        """The expected value, s."""
        raise NotImplementedError


class Fixed(_Law):
    """Always the same duration."""

    key: ClassVar[str] = "fixed"
    value_s: Duration = Field(alias="value")

    @property
    def mean_s(self) -> float:
        return float(self.value_s)


class Uniform(_Law):
    """Equally likely between ``low`` and ``high``."""

    key: ClassVar[str] = "uniform"
    low_s: Duration = Field(alias="low")
    high_s: Duration = Field(alias="high")

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        _require(self.low_s <= self.high_s, "uniform: low is above high", "low ≤ high")
        return self

    @property
    def mean_s(self) -> float:
        return (self.low_s + self.high_s) / 2


class Triangular(_Law):
    """Between ``low`` and ``high``, most likely at ``mode``: what an engineer can say without data."""

    key: ClassVar[str] = "triangular"
    low_s: Duration = Field(alias="low")
    mode_s: Duration = Field(alias="mode")
    high_s: Duration = Field(alias="high")

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        _require(self.low_s <= self.mode_s <= self.high_s, "triangular: out of order", "low ≤ mode ≤ high")
        return self

    @property
    def mean_s(self) -> float:
        return (self.low_s + self.mode_s + self.high_s) / 3


class Exponential(_Law):
    """Memoryless with the given mean."""

    key: ClassVar[str] = "exponential"
    average_s: PositiveDuration = Field(alias="mean")

    @property
    def mean_s(self) -> float:
        return float(self.average_s)


class Gamma(_Law):
    """Gamma with the given mean and coefficient of variation (``cv`` 1 is exponential, 0.5 is Erlang-4)."""

    key: ClassVar[str] = "gamma"
    average_s: PositiveDuration = Field(alias="mean")
    cv: Ratio

    @property
    def mean_s(self) -> float:
        return float(self.average_s)


class Lognormal(_Law):
    """Lognormal with the given mean and coefficient of variation: repair and debug times."""

    key: ClassVar[str] = "lognormal"
    average_s: PositiveDuration = Field(alias="mean")
    cv: Ratio

    @property
    def mean_s(self) -> float:
        return float(self.average_s)


class Weibull(_Law):
    """Weibull: ``shape`` below 1 is infant mortality, 1 exponential, above 1 wear-out; ``scale`` is the 63rd percentile."""

    key: ClassVar[str] = "weibull"
    shape: Ratio
    scale_s: PositiveDuration = Field(alias="scale")

    @property
    def mean_s(self) -> float:
        from math import gamma

        return self.scale_s * gamma(1.0 + 1.0 / self.shape)


class Empirical(_Law):
    """Drawn from the values of a CSV column (inverse of the empirical distribution function, no interpolation).

    ``values_s`` is filled from the file when a scenario is read; the file must lie in the scenario's folder.
    """

    key: ClassVar[str] = "empirical"
    file: str
    column: str
    unit: str = "s"
    values_s: tuple[float, ...] = Field(default=(), exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, raw: Any, info: ValidationInfo) -> Any:
        if not isinstance(raw, Mapping) or "values_s" in raw:
            return raw
        read_column = (info.context or {}).get("read_column")
        if read_column is None or not isinstance(raw.get("file"), str):
            return raw
        values = read_column(raw["file"], str(raw.get("column", "")), str(raw.get("unit", "s")))
        return {**raw, "values_s": values}

    @property
    def mean_s(self) -> float:
        return sum(self.values_s) / len(self.values_s)


Law = Fixed | Uniform | Triangular | Exponential | Gamma | Lognormal | Weibull | Empirical
LAWS: dict[str, type[_Law]] = {
    law.key: law for law in (Fixed, Uniform, Triangular, Exponential, Gamma, Lognormal, Weibull, Empirical)
}


def _require(condition: bool, message: str, remedy: str) -> None:
    if not condition:
        raise PydanticCustomError("distribution", "{message}", {"message": message, "remedy": remedy})


def _read_law(raw: Any, info: ValidationInfo) -> Any:
    """Turn the file's form into one law; spread a source given beside the law over its parameters."""
    if isinstance(raw, _Law):
        return raw
    if not isinstance(raw, Mapping) or "value" in raw:
        return Fixed.model_validate({"value": raw}, context=info.context)
    keys = [str(key) for key in raw if key not in ("source", "confidence")]
    names = ", ".join(LAWS)
    if len(keys) != 1 or keys[0] not in LAWS:
        guess = difflib.get_close_matches(keys[0], LAWS, 1) if keys else []
        hint = f"did you mean {guess[0]!r}? " if guess else ""
        raise PydanticCustomError(
            "distribution",
            "{message}",
            {
                "message": f"not a distribution: {', '.join(keys) or 'empty'}",
                "remedy": f"{hint}give a duration, or exactly one of {names}",
            },
        )
    parameters = raw[keys[0]]
    _require(isinstance(parameters, Mapping), f"{keys[0]} needs its parameters", f"{{{keys[0]}: {{...}}}}")
    provenance = {key: raw[key] for key in ("source", "confidence") if key in raw}
    if provenance and keys[0] != "empirical":
        parameters = {
            name: value if isinstance(value, Mapping) else {"value": value, **provenance}
            for name, value in parameters.items()
        }
    return LAWS[keys[0]].model_validate(parameters, context=info.context)


DurationDistribution = Annotated[Law, BeforeValidator(_read_law)]
"""A random or fixed duration in seconds; see the module's docstring for how it is written."""

ByDefect = Literal["by_defect"]
"""A phase whose duration is the repair time of the defect being repaired."""
