"""Which variants to try: values along the paths of a scenario."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from racktwin.errors import RacktwinError

MOST_POINTS = 100_000
_NUMBER = r"[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*\.\.\s*({_NUMBER})\s*(.*?)\s*(?::\s*(\d+))?\s*\Z")
_AXIS = re.compile(r"\s*([^=*\s]+)\s*(\*?=)\s*(.+?)\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Axis:
    """A path with the values to try, or with a range (``low`` to ``high``, in ``unit``)."""

    path: str
    sign: str
    values: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    is_whole: bool = False

    @property
    def is_range(self) -> bool:
        return not self.values

    def at(self, share: float) -> str:
        """The value a share of the range from its low end; whole numbers with equal chance."""
        if self.is_whole:
            return str(int(min(self.high, np.floor(self.low + share * (self.high - self.low + 1)))))
        return f"{self.low + share * (self.high - self.low):.10g}{' ' if self.unit else ''}{self.unit}"


@dataclass(frozen=True)
class Design:
    """Points over paths: ``points[n]`` are the values, in the order of ``paths``; ``signs`` are ``=`` or ``*=``."""

    paths: tuple[str, ...]
    signs: tuple[str, ...]
    points: tuple[tuple[str, ...], ...]

    def overrides(self, number: int) -> tuple[str, ...]:
        """The overrides that make the point's scenario."""
        return tuple(
            f"{path}{sign}{value}"
            for path, sign, value in zip(self.paths, self.signs, self.points[number], strict=True)
        )


def read_axis(text: str) -> Axis:
    """``path=a, b, c``; ``path=low..high`` (a range); ``path=low..high:5`` (five values). ``*=`` scales."""
    match = _AXIS.match(text)
    if match is None:
        raise RacktwinError(
            f"{text!r} varies nothing\n"
            "    → write path=a,b,c, or path=low..high, as in feeds.test_floor.limit=600 kW..1200 kW"
        )
    path, sign, written = match[1], match[2], match[3]
    ends = _RANGE.match(written)
    if ends is None:
        values = tuple(part.strip() for part in _split(written) if part.strip())
        if not values:
            raise RacktwinError(f"{path} is given no values\n    → write {path}=a,b,c")
        return Axis(path, sign, values)
    low, high = float(ends[1].replace("_", "")), float(ends[3].replace("_", ""))
    unit = ends[4] or ends[2]
    if (ends[2] and ends[2] != unit) or low >= high:
        raise RacktwinError(f"{written!r} is no range\n    → low..high in one unit, low below high")
    is_whole = not unit and low == int(low) and high == int(high) and "." not in ends[1] + ends[3]
    axis = Axis(path, sign, (), low, high, unit, is_whole and sign == "=")
    if ends[5] is None:
        return axis
    count = int(ends[5])
    if count < 2:
        raise RacktwinError(f"{written!r} asks for {count} value\n    → at least 2")
    steps = np.linspace(low, high, count)
    shown = [f"{step:.10g}{' ' if unit else ''}{unit}" for step in (np.round(steps) if axis.is_whole else steps)]
    return Axis(path, sign, tuple(dict.fromkeys(shown)))


def _split(text: str) -> list[str]:
    """At commas outside of brackets and quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for index, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def grid(axes: Sequence[Axis]) -> Design:
    """Every combination of the values; RacktwinError for a range, or for more than a hundred thousand points."""
    for axis in axes:
        if axis.is_range:
            raise RacktwinError(
                f"a grid needs values, and {axis.path} is a range\n"
                f"    → {axis.path}=low..high:5 for five values, or --lhs N"
            )
    count = int(np.prod([len(axis.values) for axis in axes]))
    if count > MOST_POINTS:
        raise RacktwinError(f"{count:,} points are too many\n    → fewer values, or --lhs N")
    return _design(axes, product(*(axis.values for axis in axes)))


def latin_hypercube(axes: Sequence[Axis], points: int, seed: int) -> Design:
    """``points`` spread evenly along every axis (McKay, Beckman and Conover, Technometrics 21, 1979)."""
    if points < 1:
        raise RacktwinError(f"{points} points\n    → at least 1")
    shares = qmc.LatinHypercube(len(axes), rng=np.random.default_rng(seed)).random(points)
    rows = (
        tuple(
            axis.at(float(share)) if axis.is_range else axis.values[int(share * len(axis.values))]
            for axis, share in zip(axes, row, strict=True)
        )
        for row in shares
    )
    return _design(axes, rows)


def _design(axes: Sequence[Axis], rows: object) -> Design:
    paths = tuple(axis.path for axis in axes)
    if twice := {path for path in paths if paths.count(path) > 1}:
        raise RacktwinError(f"{sorted(twice)[0]} is varied twice\n    → give all its values at once")
    return Design(paths, tuple(axis.sign for axis in axes), tuple(rows))  # type: ignore[arg-type]


def listed(path: Path) -> Design:
    """The points of a CSV file: its header names paths, each row is a point."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError) as error:
        raise RacktwinError(f"{path} cannot be read: {error}\n    → name a CSV file whose header holds paths") from None
    if len(rows) < 2:
        raise RacktwinError(f"{path} lists no points\n    → a header of paths, and a row for each point")
    header = tuple(cell.strip() for cell in rows[0])
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(header):
            raise RacktwinError(f"{path}:{number}: {len(row)} values for {len(header)} paths\n    → one value per path")
    if len(set(header)) < len(header) or not all(header):
        raise RacktwinError(f"{path}:1: a path is empty or named twice\n    → one column per path")
    return Design(header, ("=",) * len(header), tuple(tuple(cell.strip() for cell in row) for row in rows[1:]))
