"""How long something takes: one grammar for fixed and random durations.

A bare duration is fixed; otherwise one key names the law::

    duration: 45 min
    duration: {triangular: {low: 30 min, mode: 45 min, high: 80 min}, source: "...", confidence: C}
    duration: {empirical: {file: repair_times.csv, column: minutes, unit: min}}
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Union

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from .quantity import Confidence, Duration, PositiveDuration, Shape, Unit, Variation


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
    cv: Variation

    @property
    def mean_s(self) -> float:
        return float(self.average_s)


class Lognormal(_Law):
    """Lognormal with the given mean and coefficient of variation: repair and debug times."""

    key: ClassVar[str] = "lognormal"
    average_s: PositiveDuration = Field(alias="mean")
    cv: Variation

    @property
    def mean_s(self) -> float:
        return float(self.average_s)


class Weibull(_Law):
    """Weibull with its 63rd percentile ``scale``; ``shape`` below 1 is infant mortality, above 1 wear-out."""

    key: ClassVar[str] = "weibull"
    shape: Shape
    scale_s: PositiveDuration = Field(alias="scale")

    @property
    def mean_s(self) -> float:
        return self.scale_s * math.gamma(1.0 + 1.0 / self.shape)


class Empirical(_Law):
    """Drawn from the values of a CSV column (inverse of the empirical distribution function, no interpolation).

    ``values_s`` is filled from the file when a scenario is read; the file must lie in the scenario's folder.
    """

    key: ClassVar[str] = "empirical"
    file: str
    column: str
    unit: str = "s"
    values_s: SkipJsonSchema[tuple[float, ...]] = Field(default=(), exclude=True)

    @model_validator(mode="after")
    def _has_values(self) -> Empirical:
        usable = all(math.isfinite(value) and value >= 0 for value in self.values_s)
        _require(bool(self.values_s) and usable, "empirical: no usable values", "durations of 0 or more, at least one")
        return self

    @property
    def mean_s(self) -> float:
        return sum(self.values_s) / len(self.values_s)


Law = Fixed | Uniform | Triangular | Exponential | Gamma | Lognormal | Weibull | Empirical
LAWS: dict[str, type[_Law]] = {
    law.key: law for law in (Fixed, Uniform, Triangular, Exponential, Gamma, Lognormal, Weibull, Empirical)
}

_PARAMETERS = {
    "fixed": "{value: 45 min}",
    "uniform": "{low: 30 min, high: 80 min}",
    "triangular": "{low: 30 min, mode: 45 min, high: 80 min}",
    "exponential": "{mean: 45 min}",
    "gamma": "{mean: 45 min, cv: 0.5}",
    "lognormal": "{mean: 45 min, cv: 0.5}",
    "weibull": "{shape: 0.7, scale: 40 h}",
    "empirical": "{file: repair_times.csv, column: minutes, unit: min}",
}
_FIXED = Unit(("s",), "45 min")


def _require(condition: bool, message: str, remedy: str) -> None:
    if not condition:
        raise PydanticCustomError("distribution", "{message}", {"message": message, "remedy": remedy})


def _read_law(raw: Any) -> Any:
    """Turn the file's form into one law; spread a source given beside the law over its parameters."""
    if isinstance(raw, _Law):
        return raw
    if not isinstance(raw, Mapping) or "value" in raw:
        return Fixed.model_validate({"value": _FIXED.validate(raw)})
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
    return _read_parameters(keys[0], raw[keys[0]], raw)


def _read_parameters(key: str, parameters: Any, beside: Mapping[str, Any]) -> _Law:
    if key == "fixed" and not (isinstance(parameters, Mapping) and "value" in parameters):
        parameters = {"value": parameters}
    _require(isinstance(parameters, Mapping), f"{key} needs its parameters", f"write {key}: {_PARAMETERS[key]}")
    provenance = {name: beside[name] for name in ("source", "confidence") if name in beside}
    if provenance and key != "empirical":
        parameters = {
            name: value if isinstance(value, Mapping) else {"value": value, **provenance}
            for name, value in parameters.items()
        }
    try:
        return LAWS[key].model_validate(parameters)
    except ValidationError as error:
        # A validator cannot report faults at places inside its value, so the reader of scenarios unpacks these.
        inner = [{**fault, "loc": (key, *fault["loc"])} for fault in error.errors(include_url=False)]
        message = "; ".join(str(fault["msg"]) for fault in inner)
        raise PydanticCustomError("distribution", "{message}", {"message": message, "inner": inner}) from None


def _read_weibull(raw: Any) -> Any:
    """A Weibull law with its name or, where no other law can stand, without."""
    if isinstance(raw, Mapping) and ("shape" in raw or "scale" in raw):
        return _read_parameters("weibull", raw, {})
    law = _read_law(raw)
    _require(isinstance(law, Weibull), "only a Weibull law can stand here", "weibull: {shape: 0.5, scale: 40 h}")
    return law


def _forms(*laws: type[_Law]) -> Any:
    """The types of the file's forms of ``laws``, for the JSON Schema: one key, and perhaps a source.

    ``Union[...]`` and not ``|``, since the members are only known at run time.
    """
    optional: dict[str, Any] = {"source": (str, None), "confidence": (Confidence, None)}
    return Union[  # noqa: UP007
        tuple(
            create_model(
                f"{law.__name__}Duration",
                __config__=ConfigDict(extra="forbid"),
                __doc__=law.__doc__,
                **{law.key: (law, ...), **optional},
            )
            for law in laws
        )
    ]


DurationDistribution = Annotated[
    Law, BeforeValidator(_read_law, json_schema_input_type=Union[Duration, _forms(*LAWS.values())])  # noqa: UP007
]
"""A random or fixed duration in seconds; see the module's docstring for how it is written."""

WeibullDuration = Annotated[
    Weibull, BeforeValidator(_read_weibull, json_schema_input_type=Union[Weibull, _forms(Weibull)])  # noqa: UP007
]
"""A time to failure: ``{shape: 0.5, scale: 40 h}``, or the same below the key ``weibull``."""

ByDefect = Literal["by_defect"]
"""A phase whose duration is the repair time of the defect being repaired."""
