"""How many pieces: one grammar for fixed and random quantities.

A bare whole number is fixed; otherwise one key names the law::

    quantity: 12
    quantity: {poisson: {mean: 12}}
    quantity: {normal: {mean: 12, sd: 3}}
    quantity: {series: [10, 12, 9, 0]}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from .entity import Entity
from .quantity import Count, NonNegative, Ratio, WholeNumber


class FixedPieces(Entity):
    """Always the same number."""

    value: WholeNumber

    @property
    def mean(self) -> float:
        return float(self.value)

    @property
    def variance(self) -> float:
        return 0.0


class UniformPieces(Entity):
    """Each whole number from ``low`` to ``high`` equally likely."""

    low: WholeNumber
    high: WholeNumber

    @model_validator(mode="after")
    def _ordered(self) -> UniformPieces:
        if self.low > self.high:
            raise PydanticCustomError("pieces", "{message}", {"message": "low is above high", "remedy": "low ≤ high"})
        return self

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def variance(self) -> float:
        return ((self.high - self.low + 1) ** 2 - 1) / 12


class PoissonPieces(Entity):
    """Poisson with that mean: many small independent customers."""

    average: Ratio = Field(alias="mean")

    @property
    def mean(self) -> float:
        return float(self.average)

    @property
    def variance(self) -> float:
        return float(self.average)


class NormalPieces(Entity):
    """Normal with that mean and standard deviation, rounded to a whole number and at least 0.

    ``mean`` and ``variance`` are the law's before rounding and cutting off at 0.
    """

    average: NonNegative = Field(alias="mean")
    sd: NonNegative

    @property
    def mean(self) -> float:
        return float(self.average)

    @property
    def variance(self) -> float:
        return float(self.sd) ** 2


class SeriesPieces(Entity):
    """These numbers one after another, from the first again when they end: a plan, or what was observed."""

    values: Annotated[tuple[WholeNumber, ...], Field(min_length=1)]

    @property
    def mean(self) -> float:
        return sum(self.values) / len(self.values)

    @property
    def variance(self) -> float:
        return sum((value - self.mean) ** 2 for value in self.values) / len(self.values)


class FixedLaw(Entity):
    """``{fixed: {value: 12}}``; a bare whole number is the same."""

    fixed: FixedPieces


class UniformLaw(Entity):
    """``{uniform: {low: 0, high: 8}}``."""

    uniform: UniformPieces


class PoissonLaw(Entity):
    """``{poisson: {mean: 12}}``."""

    poisson: PoissonPieces


class NormalLaw(Entity):
    """``{normal: {mean: 12, sd: 3}}``."""

    normal: NormalPieces


class SeriesLaw(Entity):
    """``{series: {values: [10, 12, 9, 0]}}``; a bare list is the same."""

    series: SeriesPieces


PiecesLaw = FixedLaw | UniformLaw | PoissonLaw | NormalLaw | SeriesLaw
_LAWS: dict[str, type[PiecesLaw]] = {
    "fixed": FixedLaw,
    "uniform": UniformLaw,
    "poisson": PoissonLaw,
    "normal": NormalLaw,
    "series": SeriesLaw,
}


def _read_pieces(raw: Any) -> Any:
    """Let a fixed number and a series be written bare; name the laws where none is given."""
    if isinstance(raw, int | Count) and not isinstance(raw, bool):
        return {"fixed": {"value": raw}}
    if isinstance(raw, list):
        return {"series": {"values": raw}}
    if isinstance(raw, Mapping) and "value" in raw:
        return {"fixed": {"value": raw}}
    if isinstance(raw, Mapping) and (len(raw) != 1 or next(iter(raw)) not in _LAWS):
        message = f"not a number of pieces: {', '.join(str(key) for key in raw) or 'empty'}"
        remedy = f"give a whole number, a list, or exactly one of {', '.join(_LAWS)}"
        raise PydanticCustomError("pieces", "{message}", {"message": message, "remedy": remedy})
    return raw


Pieces = Annotated[
    PiecesLaw, BeforeValidator(_read_pieces, json_schema_input_type=WholeNumber | list[WholeNumber] | PiecesLaw)
]
"""A random or fixed number of pieces; see the module's docstring for how it is written."""


def law_of(pieces: PiecesLaw) -> FixedPieces | UniformPieces | PoissonPieces | NormalPieces | SeriesPieces:
    """The law itself, without the key that names it."""
    for key in _LAWS:
        if (law := getattr(pieces, key, None)) is not None:
            found: FixedPieces | UniformPieces | PoissonPieces | NormalPieces | SeriesPieces = law
            return found
    raise AssertionError("a law has one of its keys")
