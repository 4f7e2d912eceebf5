"""How a part is made: a routing of operations, each a sequence of phases."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .distribution import ByDefect, DurationDistribution
from .entity import Entity, Name
from .power import Cap
from .quantity import Draw, Fraction, NonNegative, PeakFactor, PositiveWholeNumber, Probability, Quantity, Ratio

Level = Literal["L6", "L10", "L11", "L12"]
"""L6 board in chassis · L10 complete tested server or tray · L11 tested rack · L12 racks tested as one cluster."""

MOST_SKILLS = 4
"""How many skills a phase may need at once."""

_PHASE_KEYS = ("duration", "operators", "draw", "peak", "cap", "stress")


class Phase(Entity):
    """A stretch of an operation with one draw and one need for people.

    ``operators`` maps a skill to the people needed for the whole phase; none means unattended. ``draw`` is the mean
    draw, in watts or as a share of the part's rated power; ``peak`` is the multiple of it that is reserved.
    ``stress`` is how many hours of burn-in stress one hour of this phase counts for.
    """

    name: Name = "work"
    duration: DurationDistribution | ByDefect
    operators: dict[Name, PositiveWholeNumber] = Field(default={}, max_length=MOST_SKILLS)
    draw: Draw = Quantity(0.0, "W")
    peak: PeakFactor = Quantity(1.0, "1")
    cap: Cap | None = None
    stress: NonNegative = Quantity(0.0, "1")


class OnFail(Entity):
    """Where a part goes that failed a test: to ``debug``, then from ``retest_from``.

    ``scrap_after`` scraps it at that many failures, counted over all of its tests.
    """

    debug: Name
    retest_from: Name
    scrap_after: PositiveWholeNumber | None = None


class Learning(Entity):
    """Wright's learning curve: each doubling of the number done multiplies the attended time by ``rate``.

    The duration given is that of the first piece; ``experience`` pieces were done before time zero; it never falls
    below ``floor`` times the first. Source: T. P. Wright, "Factors affecting the cost of airplanes", 1936.
    """

    rate: Fraction
    experience: NonNegative = Quantity(0.0, "1")
    floor: Probability = Quantity(0.0, "1")


class Alternative(Entity):
    """Another work center that can do the same operation, at a relative ``speed``."""

    work_center: Name
    speed: Ratio = Quantity(1.0, "1")


class Operation(Entity):
    """One step of a routing at one work center.

    ``phases`` follow each other in the same work unit; an operation of a single phase may give the phase's keys
    itself. ``consumes`` takes parts from stock before the part queues, once. ``defects`` is the probability that the
    operation leaves a defect of each kind; ``detects`` the probability that it finds each kind if patent.
    ``rework`` operations are off the main route: only ``on_fail`` leads to them. ``gang`` operations start that many
    parts together, each in its own work unit. ``alternatives`` are other work centers for the same operation: a part
    joins the one with the least work per unit, wherever it is open. ``produces`` puts parts in stock as the
    operation passes (disassembly, recovered parts). ``setup`` is the family that the work unit must be set up for.
    """

    operation: Name
    work_center: Name
    level: Level | None = None
    phases: tuple[Phase, ...] = Field(min_length=1)
    consumes: dict[Name, PositiveWholeNumber] = {}
    defects: dict[Name, Probability] = {}
    detects: dict[Name, Probability] = {}
    p_false_failure: Probability = Quantity(0.0, "1")
    on_fail: OnFail | None = None
    rework: bool = False
    gang: PositiveWholeNumber | None = None
    alternatives: tuple[Alternative, ...] = ()
    produces: dict[Name, PositiveWholeNumber] = {}
    setup: Name | None = None
    learning: Learning | None = None

    @model_validator(mode="before")
    @classmethod
    def _single_phase(cls, raw: Any) -> Any:
        """Let an operation of one phase be written flat."""
        if not isinstance(raw, dict):
            return raw
        flat = {key: raw[key] for key in _PHASE_KEYS if key in raw}
        if not flat:
            return raw
        if "phases" in raw:
            raise PydanticCustomError(
                "phases",
                "{message}",
                {
                    "message": f"both 'phases' and {', '.join(repr(key) for key in flat)} on the operation",
                    "remedy": "move them into a phase",
                },
            )
        return {**{key: value for key, value in raw.items() if key not in flat}, "phases": [flat]}

    @property
    def tests(self) -> bool:
        """Whether a part can fail here."""
        return bool(self.detects) or self.p_false_failure > 0


class Routing(Entity):
    """Operations in order. Parts with equal steps may share a routing."""

    level: Level | None = None
    operations: tuple[Operation, ...] = Field(min_length=1)
