"""Numbers with a unit and a source: ``132 kW``, or ``{value: 132 kW, source: ..., confidence: B}``.

A :class:`Quantity` is a float in SI units that remembers how it was written and where it came from, so that the
model computes with plain floats and the report can still print the assumption ledger.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, get_args

import pint
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Confidence = Literal["A", "B", "C", "assumed"]
"""A primary source · B reputable secondary · C analyst, blog, vendor · assumed: no source."""

_PROVENANCE_KEYS = ("value", "source", "confidence", "low", "high")
_NUMBER_WITH_UNIT = re.compile(r"\s*([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*\Z", re.DOTALL)
_UNIT_TERM = r"[A-Za-zµ%$°]+(?:\s*(?:\*\*|\^)\s*-?\d|[²³])?"
_UNIT_TEXT = re.compile(rf"(?:1\s*/\s*)?{_UNIT_TERM}(?:(?:\s*[*/·]\s*|\s+){_UNIT_TERM})*\Z")
_JSON_NUMBER = r"(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?\s*([A-Za-zµ%$°].*)"
_LONGEST_TEXT = 100
_LARGEST_COUNT = 10**12

_UNIT_DEFINITIONS = """
micro- = 1e-6 = µ-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
meter = [length] = m
second = [time] = s = sec
gram = [mass] = g
kelvin = [temperature] = K
dollar = [money] = USD
minute = 60 * second = min
hour = 60 * minute = h = hr
day = 24 * hour = d
week = 7 * day = wk
year = 365 * day = yr
joule = kilogram * meter ** 2 / second ** 2 = J
watt = joule / second = W
watt_hour = watt * hour = Wh
liter = 1e-3 * meter ** 3 = L = l
metric_ton = 1000 * kilogram = t
pound = 0.45359237 * kilogram = lb
foot = 0.3048 * meter = ft
inch = 0.0254 * meter = in
percent = 0.01 = %
"""


@cache
def _registry() -> pint.UnitRegistry[Any]:
    """A registry of the few units a rack factory writes: short names like ``c`` cannot turn into speed of light."""
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
    registry.load_definitions(_UNIT_DEFINITIONS.strip().splitlines())
    return registry


@cache
def _factor(unit: str, si_unit: str) -> float:
    """The factor from ``unit`` to ``si_unit``; raises pint's errors when undefined or of another dimension."""
    registry = _registry()
    if unit == "%":
        unit = "percent"
    return float((1.0 * registry.parse_units(unit)).to(registry.parse_units(si_unit)).magnitude)


@dataclass(frozen=True)
class Provenance:
    """Where a number came from, and the range within which its author believes it to lie (SI, like the number)."""

    source: str | None = None
    confidence: Confidence = "assumed"
    low: float | None = None
    high: float | None = None


class Quantity(float):
    """A float in SI units with the text it was written as and its provenance."""

    written: str
    unit: str
    provenance: Provenance

    def __new__(
        cls, value: float, unit: str = "", written: str | None = None, provenance: Provenance | None = None
    ) -> Quantity:
        self = super().__new__(cls, value)
        self.unit = unit
        self.written = f"{value:.15g} {'' if unit == '1' else unit}".strip() if written is None else written
        self.provenance = provenance or Provenance()
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return float(self), self.unit, self.written, self.provenance

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(cls, serialization=_in_json_as_written())


class Count(int):
    """A whole number with its provenance: headcounts, work units, quantities per assembly."""

    written: str
    unit: str
    provenance: Provenance

    def __new__(cls, value: int, written: str | None = None, provenance: Provenance | None = None) -> Count:
        self = super().__new__(cls, value)
        self.unit = ""
        self.written = str(value) if written is None else written
        self.provenance = provenance or Provenance()
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return int(self), self.written, self.provenance

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(cls, serialization=_in_json_as_written())


def as_written(quantity: Quantity | Count) -> Any:
    """A quantity in the file's form: text or number, or the mapping with its source."""
    provenance = quantity.provenance
    value: Any = int(quantity) if isinstance(quantity, Count) else quantity.written
    ends = {"low": provenance.low, "high": provenance.high}
    described: dict[str, Any] = {
        key: int(end) if isinstance(quantity, Count) else f"{float(end)!r} {quantity.unit}".removesuffix(" 1")
        for key, end in ends.items()
        if end is not None
    }
    if not described and provenance.source is None:
        return value
    source = {} if provenance.source is None else {"source": provenance.source}
    return {"value": value, **source, "confidence": provenance.confidence, **described}


def _in_json_as_written() -> core_schema.PlainSerializerFunctionSerSchema:
    return core_schema.plain_serializer_function_ser_schema(as_written, when_used="json")


def _fail(message: str, remedy: str, *steps: str) -> PydanticCustomError:
    """``steps`` lead from the quantity to the key at fault."""
    return PydanticCustomError("quantity", "{message}", {"message": message, "remedy": remedy, "steps": steps})


@dataclass(frozen=True)
class Unit:
    """Pydantic annotation: accept text such as ``45 min``, hold it in ``si_units[0]`` (or another listed unit).

    A bare number is taken only where one of ``si_units`` is ``"1"`` (a probability, a ratio).
    """

    si_units: tuple[str, ...]
    example: str
    minimum: float = 0.0
    maximum: float = math.inf
    above_minimum: bool = False
    whole: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.validate, serialization=_in_json_as_written())

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        sign = "[-+]?" if self.minimum < 0 else r"\+?"
        if self.whole:
            scalar: dict[str, Any] = {"type": "integer", "minimum": self.minimum}
        elif "1" in self.si_units:
            scalar = {"type": ["number", "string"], "pattern": rf"^\s*{sign}{_JSON_NUMBER}?$"}
        else:
            scalar = {"type": "string", "pattern": rf"^\s*{sign}{_JSON_NUMBER}$"}
        scalar["examples"] = [self.example]
        described = {
            "type": "object",
            "properties": {
                "value": scalar,
                "source": {"type": "string", "description": "where the figure comes from"},
                "confidence": {"enum": list(get_args(Confidence))},
                "low": scalar,
                "high": scalar,
            },
            "required": ["value"],
            "additionalProperties": False,
        }
        return {"anyOf": [scalar, described]}

    def validate(self, raw: Any) -> Quantity | Count:
        """The number in SI units; raises PydanticCustomError with a remedy."""
        if isinstance(raw, Quantity | Count):
            return raw
        if isinstance(raw, Mapping):
            return self._with_provenance(raw)
        value, unit = self._parse(raw)
        return Count(int(value), str(raw)) if self.whole else Quantity(value, unit, str(raw))

    def _with_provenance(self, raw: Mapping[str, Any]) -> Quantity | Count:
        unknown = [str(key) for key in raw if key not in _PROVENANCE_KEYS]
        form = f"write {{value: {self.example}, source: ..., confidence: B, low: ..., high: ...}}"
        if unknown:
            guess = difflib.get_close_matches(unknown[0], _PROVENANCE_KEYS, 1)
            hint = f"did you mean {guess[0]!r}? " if guess else ""
            raise _fail(f"a quantity with a source has unknown key {unknown[0]!r}", hint + form, unknown[0])
        if "value" not in raw:
            raise _fail("a quantity with a source has no 'value'", form)
        confidence = raw.get("confidence", "assumed")
        if confidence not in get_args(Confidence):
            raise _fail(f"confidence {confidence!r} is not known", "use A, B, C or assumed", "confidence")
        source = raw.get("source")
        if source is not None and not isinstance(source, str):
            raise _fail(f"the source is {_describe(source)}, not text", 'put it in quotes: source: "..."', "source")
        if source is None and confidence != "assumed":
            remedy = "add 'source:', or write confidence: assumed"
            raise _fail(f"confidence {confidence} without a source", remedy, "confidence")
        value, unit = self._parse(raw["value"], "value")
        low, high = (self._parse_end(raw, end, unit) for end in ("low", "high"))
        if (low is not None and low > value) or (high is not None and high < value):
            ends = " to ".join(str(raw.get(end, "…")) for end in ("low", "high"))
            message = f"the value {raw['value']} lies outside its range {ends}"
            raise _fail(message, "low ≤ value ≤ high", "value")
        provenance = Provenance(source, confidence, low, high)
        if self.whole:
            return Count(int(value), str(raw["value"]), provenance)
        return Quantity(value, unit, str(raw["value"]), provenance)

    def _parse_end(self, raw: Mapping[str, Any], end: str, unit: str) -> float | None:
        if raw.get(end) is None:
            return None
        number, its_unit = self._parse(raw[end], end)
        if its_unit != unit:
            raise _fail(f"{end} {raw[end]} is of another kind than the value {raw['value']}", "use one unit", end)
        return number

    def _parse(self, raw: Any, *steps: str) -> tuple[float, str]:
        try:
            value, unit = self._to_si(raw)
            self._check_range(raw, value)
        except PydanticCustomError as error:
            context = error.context or {}
            raise _fail(context["message"], context["remedy"], *steps) from None
        return value, unit

    def _check_range(self, raw: Any, value: float) -> None:
        example = f"write for example {self.example}"
        if not math.isfinite(value):
            raise _fail(f"{raw!r} is not a finite number", example)
        if value < self.minimum or (self.above_minimum and value == self.minimum):
            bound = "more than" if self.above_minimum else "at least"
            raise _fail(f"{raw} is too small: it must be {bound} {self.minimum:g}", example)
        if value > self.maximum:
            raise _fail(f"{raw} is too large: at most {self.maximum:g}", example)

    def _to_si(self, raw: Any) -> tuple[float, str]:
        example = f"write for example {self.example}"
        if isinstance(raw, bool) or raw is None or not isinstance(raw, int | float | str):
            raise _fail(f"expected {self._expected()}, found {_describe(raw)}", example)
        if self.whole:
            if isinstance(raw, int) and abs(raw) <= _LARGEST_COUNT:
                return float(raw), ""
            raise _fail(f"expected a whole number, found {raw!r}", example)
        if isinstance(raw, int | float):
            if "1" in self.si_units:
                return float(raw), "1"
            raise _fail(f"{raw} has no unit", f"say the unit: {example}")
        match = _NUMBER_WITH_UNIT.match(raw) if len(raw) <= _LONGEST_TEXT else None
        if match is None:
            raise _fail(f"{raw[:_LONGEST_TEXT]!r} is not a number with a unit", example)
        number, unit = float(match[1].replace("_", "")), match[2]
        if not unit:
            if "1" in self.si_units:
                return number, "1"
            raise _fail(f"{raw!r} has no unit", f"say the unit: {example}")
        return self._convert(raw, number, unit)

    def _convert(self, raw: str, number: float, unit: str) -> tuple[float, str]:
        if len(unit) > 40 or not _UNIT_TEXT.match(unit):
            raise _fail(f"{raw!r}: {unit[:40]!r} is not a unit", f"write for example {self.example}")
        for si_unit in self.si_units:
            try:
                return number * _factor(unit, "dimensionless" if si_unit == "1" else si_unit), si_unit
            except pint.DimensionalityError:
                continue
            except Exception as error:  # pint raises many kinds for text that is no unit
                raise _fail(f"{raw!r}: unit {unit!r} is not known", f"write for example {self.example}") from error
        raise _fail(f"{raw!r} is not {self._expected()}", f"write for example {self.example}")

    def _expected(self) -> str:
        if self.whole:
            return "a whole number"
        return " or ".join("a plain number or %" if unit == "1" else f"a quantity in {unit}" for unit in self.si_units)


@dataclass(frozen=True)
class TemperatureUnit(Unit):
    """Pydantic annotation: accept ``32 degC``, ``90 degF`` or ``305 K``, hold K."""

    def _convert(self, raw: str, number: float, unit: str) -> tuple[float, str]:
        if unit in ("degC", "°C", "C"):
            return number + 273.15, "K"
        if unit in ("degF", "°F", "F"):
            return (number - 32.0) / 1.8 + 273.15, "K"
        if unit in ("K", "kelvin"):
            return number, "K"
        raise _fail(f"{raw!r} is not a temperature", f"write for example {self.example}")

    def _expected(self) -> str:
        return "a temperature"


def _describe(raw: Any) -> str:
    if raw is None:
        return "nothing"
    if isinstance(raw, bool):
        return "yes/no"
    if isinstance(raw, Mapping):
        return "a mapping"
    return "a list" if isinstance(raw, list | tuple) else type(raw).__name__


Duration = Annotated[Quantity, Unit(("s",), "45 min")]
PositiveDuration = Annotated[Quantity, Unit(("s",), "45 min", above_minimum=True)]
Power = Annotated[Quantity, Unit(("W",), "132 kW")]
Draw = Annotated[Quantity, Unit(("W", "1"), "132 kW (or 90 % of the part's rated power)")]
PowerRamp = Annotated[Quantity, Unit(("W/s",), "1 MW/min", above_minimum=True)]
Mass = Annotated[Quantity, Unit(("kg",), "1.36 t")]
Money = Annotated[Quantity, Unit(("USD",), "3.1e6 USD")]
MoneyPerTime = Annotated[Quantity, Unit(("USD/s",), "30 USD/h")]
MoneyPerMass = Annotated[Quantity, Unit(("USD/kg",), "8.5 USD/kg")]
MoneyPerVolume = Annotated[Quantity, Unit(("USD/m**3",), "120 USD/m**3")]
Price = Annotated[Quantity, Unit(("USD", "1"), "1200 USD (or a plain number of the source's currency)")]
EnergyPrice = Annotated[Quantity, Unit(("USD/J",), "47 USD/MWh", minimum=-math.inf)]
CarbonPerEnergy = Annotated[Quantity, Unit(("kg/J",), "390 g/kWh")]
RatePerTime = Annotated[Quantity, Unit(("1/s",), "10 %/yr")]
Volume = Annotated[Quantity, Unit(("m**3",), "0.2 m**3")]
Distance = Annotated[Quantity, Unit(("m",), "12000 km")]
CarbonIntensity = Annotated[Quantity, Unit(("1/m",), "0.6 kg/t/km")]
Latitude = Annotated[Quantity, Unit(("1",), "30.63", minimum=-90.0, maximum=90.0)]
Longitude = Annotated[Quantity, Unit(("1",), "-97.68", minimum=-180.0, maximum=180.0)]
Length = Annotated[Quantity, Unit(("m",), "12 m", minimum=-math.inf)]
Speed = Annotated[Quantity, Unit(("m/s",), "1.2 m/s", above_minimum=True)]
Flow = Annotated[Quantity, Unit(("m**3/s",), "900 L/min")]
FlowPerHeat = Annotated[Quantity, Unit(("m**3/J",), "1.2 L/min/kW")]
Temperature = Annotated[Quantity, TemperatureUnit(("K",), "32 degC")]
CoolantTemperature = Annotated[Quantity, TemperatureUnit(("K",), "32 degC", minimum=273.15, maximum=373.15)]
"""Of water that is to stay liquid."""
TemperatureDifference = Annotated[Quantity, Unit(("K",), "4 K", above_minimum=True)]
ThermalResistance = Annotated[Quantity, Unit(("K/W",), "0.03 K/W", above_minimum=True)]
VolumePerPower = Annotated[Quantity, Unit(("m**3/W",), "5 L/kW")]
Probability = Annotated[Quantity, Unit(("1",), "3 %", maximum=1.0)]
Fraction = Annotated[Quantity, Unit(("1",), "0.97", maximum=1.0, above_minimum=True)]
Ratio = Annotated[Quantity, Unit(("1",), "1.4", above_minimum=True)]
PeakFactor = Annotated[Quantity, Unit(("1",), "1.1", minimum=1.0)]
Variation = Annotated[Quantity, Unit(("1",), "0.5", minimum=1e-3, maximum=100.0)]
Shape = Annotated[Quantity, Unit(("1",), "0.7", minimum=0.05, maximum=100.0)]
NonNegative = Annotated[Quantity, Unit(("1",), "1.0")]
WholeNumber = Annotated[Count, Unit(("1",), "4", whole=True)]
PositiveWholeNumber = Annotated[Count, Unit(("1",), "4", minimum=1.0, whole=True)]


@dataclass(frozen=True)
class LedgerEntry:
    """One quantity of a scenario, as the assumption ledger shows it."""

    path: str
    written: str
    unit: str
    value: float
    provenance: Provenance = field(default_factory=Provenance)
