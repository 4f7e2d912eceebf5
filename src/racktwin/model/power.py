"""What bounds the test floor: feeds (watts) and cooling loops (watts of heat, flow of coolant)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .entity import Entity, Name
from .instant import Instant
from .quantity import Flow, Fraction, Power, Quantity


class FeedChange(Entity):
    """A feed's limit from an instant on: a demand-response call, a transformer out, a new panel."""

    at: Instant
    limit_w: Power = Field(alias="limit")


class Feed(Entity):
    """A power feed: utility, switchboard, panel, test bay. What it passes on counts against every feed above it.

    ``efficiency`` is what arrives below of what is drawn above (UPS, transformer, rectifier losses): a draw of
    ``p`` below this feed loads its parent with ``p / efficiency``. ``changes`` move the limit at known times; what
    then no longer fits is throttled or shed (see admission).
    """

    limit_w: Power = Field(alias="limit")
    changes: tuple[FeedChange, ...] = ()
    parent: Name | None = None
    efficiency: Fraction = Quantity(1.0, "1")
    kind: Literal["utility", "switchboard", "panel", "bay"] = "panel"


class CoolingLoop(Entity):
    """A cooling loop: facility water, CDU, bay manifold (``liquid``), or room air (``air``).

    A part's heat splits by its ``liquid_fraction``; the liquid share loads the work unit's liquid loop with heat
    and, times the part's ``coolant_flow``, with flow; the rest loads its air loop.
    """

    medium: Literal["liquid", "air"] = "liquid"
    heat_limit_w: Power = Field(alias="heat_limit")
    flow_limit_m3_per_s: Flow | None = Field(default=None, alias="flow_limit")
    parent: Name | None = None


class Admission(Entity):
    """How test power is granted.

    ``peak`` reserves the highest draw of all phases from start to end of an operation; ``time_phased`` reserves each
    phase's own draw as it begins, and a phase that does not fit waits in its cell with the power off.
    ``fifo`` lets nobody overtake an older claim on the same feed or loop; ``greedy`` starts whatever fits, which
    uses a scarce feed fully and can starve large racks behind small trays.

    When a limit falls below what is reserved, ``shortage`` says what gives way, latest starts first: ``throttle``
    lowers phases that know caps before it sheds, ``shed`` switches off at once. What is shed waits in its cell with
    the power off and resumes; what was throttled is raised again when the limit rises.
    """

    rule: Literal["peak", "time_phased"] = "peak"
    order: Literal["fifo", "greedy"] = "fifo"
    shortage: Literal["throttle", "shed"] = "throttle"


class CapTable(Entity):
    """Measured speed of a work load against its power cap, both relative to the uncapped run.

    ``points`` are (cap as a share of full draw, speed as a share of full speed), increasing; linear in between.
    """

    points: tuple[tuple[Fraction, Fraction], ...] = Field(min_length=1)


class Cap(Entity):
    """A phase that may run at less power: the first level that fits its feed is taken.

    At speed ``v`` the phase takes ``1/v`` as long. Stress per hour falls with the speed, so a capped soak
    accumulates the same stress as an uncapped one (a named simplification: docs/design/decisions.md).
    """

    table: Name
    levels: tuple[Fraction, ...] = Field(min_length=1)
