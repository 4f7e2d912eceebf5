"""Which part of a run is asked for: a replication, an interval of it, and into how many buckets it is cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from .answers import Opened
from .problems import ApiError
from .series import Buckets

Which = Annotated[int | None, Query(ge=0, le=10**9, description="the first replication by default")]
From = Annotated[float | None, Query(ge=0, le=1e12, description="s after the scenario's start; 0 by default")]
To = Annotated[float | None, Query(gt=0, le=1e12, description="s; the horizon by default")]
Points = Annotated[int, Query(ge=2, le=5000, description="buckets between from_s and to_s")]
Moment = Annotated[float | None, Query(ge=0, le=1e12, description="s after the start; end of the warm-up by default")]


@dataclass(frozen=True)
class Window:
    """An interval of one replication, s."""

    part: int
    from_s: float
    to_s: float

    @property
    def span(self) -> tuple[float, float]:
        """Begin and end, s."""
        return self.from_s, self.to_s


@dataclass(frozen=True)
class Course:
    """A window, and the ``points`` buckets that it is cut into."""

    window: Window
    points: int

    @property
    def buckets(self) -> Buckets:
        """The buckets of equal length."""
        return Buckets.over(*self.window.span, self.points)


def window_of(opened: Opened, replication: Which = None, from_s: From = None, to_s: To = None) -> Window:
    """The window asked for; ApiError 422 if it is empty, 404 if there is no such replication."""
    begin, end = from_s or 0.0, to_s if to_s is not None else opened.run.manifest.horizon_s
    if end <= begin:
        raise ApiError(422, "to_s is not after from_s", "ask for an interval of some length")
    return Window(opened.replication(replication), begin, end)


Windowed = Annotated[Window, Depends(window_of)]


def course_of(window: Windowed, points: Points = 400) -> Course:
    """The course asked for."""
    return Course(window, points)


Coursed = Annotated[Course, Depends(course_of)]


def part_of(opened: Opened, replication: Which = None) -> int:
    """The replication asked for; ApiError 404 if it is not done."""
    return opened.replication(replication)


Part = Annotated[int, Depends(part_of)]
