"""The whole plant and its work, as one frozen object."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from .calendar import ALWAYS, Calendar
from .demand import Demand, PartReceipt, WorkOrder
from .entity import Entity, Name
from .fleet import Fleet, GpuJob
from .hall import Hall
from .instant import LocalTime
from .network import Network
from .observed import Observed
from .part import DefectKind, Part
from .people import OperatorGroup
from .power import Admission, CapTable, CoolingLoop, Feed
from .quantity import Count, Duration, PositiveDuration, PositiveWholeNumber, Quantity
from .routing import Routing
from .work_center import WorkCenter

FORMAT_VERSION = 1


class Scenario(Entity):
    """A plant, its products, people, power and orders, and how long to watch them.

    Which engines run follows from what is described: a line has ``work_centers``, ``parts`` and ``routings``, a supply
    network has ``stocks``, a fleet runs the ``gpu_jobs`` and the ``demand`` of ``fleet`` in a ``hall``.
    ``order_book``, ``part_receipts`` and ``gpu_jobs`` are lists, or ``{file: orders.csv}`` with the same columns; the
    reader turns a file into the list. Results are taken after ``warm_up``. ``antithetic``
    replications come in pairs: the second has the random numbers of the first with every law of time mirrored, and
    KPIs are estimated over pairs.
    """

    racktwin: Literal[1]
    name: Name
    title: str = ""
    start: LocalTime
    time_zone: str = "UTC"
    horizon_s: PositiveDuration = Field(alias="horizon")
    warm_up_s: Duration = Field(default=Quantity(0.0, "s"), alias="warm_up")
    replications: PositiveWholeNumber = Count(20)
    seed: int = Field(default=1, ge=0, lt=2**63)
    antithetic: bool = False
    admission: Admission = Admission()
    calendars: dict[Name, Calendar] = {}
    feeds: dict[Name, Feed] = {}
    cooling_loops: dict[Name, CoolingLoop] = {}
    operator_groups: dict[Name, OperatorGroup] = {}
    work_centers: dict[Name, WorkCenter] = {}
    cap_tables: dict[Name, CapTable] = {}
    defect_kinds: dict[Name, DefectKind] = {}
    parts: dict[Name, Part] = {}
    routings: dict[Name, Routing] = {}
    demand: dict[Name, Demand] = {}
    drum: Name | None = None
    order_book: tuple[WorkOrder, ...] = ()
    part_receipts: tuple[PartReceipt, ...] = ()
    network: Network | None = None
    observed: Observed | None = None
    hall: Hall | None = None
    fleet: Fleet = Fleet()
    gpu_jobs: tuple[GpuJob, ...] = ()

    @property
    def has_line(self) -> bool:
        """Whether there is a line to simulate."""
        return bool(self.work_centers or self.routings)

    @property
    def has_supply(self) -> bool:
        """Whether there is stock of a supply network to simulate."""
        return self.network is not None and bool(self.network.stocks)

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that this scenario has work for, in the order in which they run."""
        there = (("supply", self.has_supply), ("line", self.has_line), ("fleet", self.hall is not None))
        return tuple(name for name, is_there in there if is_there)

    @property
    def hall_feeds(self) -> frozenset[str]:
        """The feeds that the racks of the hall hang on, those above them included."""
        leaves = [feed for rack in self.hall.racks.values() for feed in rack.feeds] if self.hall is not None else []
        return _with_parents(leaves, {name: feed.parent for name, feed in self.feeds.items()})

    @property
    def hall_loops(self) -> frozenset[str]:
        """The cooling loops of the racks of the hall, those above them included."""
        leaves = [loop for rack in self.hall.racks.values() for loop in rack.cooling_loops] if self.hall else []
        return _with_parents(leaves, {name: loop.parent for name, loop in self.cooling_loops.items()})

    @property
    def of_line(self) -> Scenario:
        """The scenario as the line sees it: without the feeds and loops of the hall. Itself where there is none."""
        if self.hall is None or not self.has_line:
            return self
        feeds = {name: feed for name, feed in self.feeds.items() if name not in self.hall_feeds}
        loops = {name: loop for name, loop in self.cooling_loops.items() if name not in self.hall_loops}
        return self.model_copy(update={"feeds": feeds, "cooling_loops": loops})

    def instant_s(self, instant: dt.date | float) -> float:
        """Seconds from the scenario's start to an instant of its file."""
        if isinstance(instant, float):
            return float(instant)
        moment = instant if isinstance(instant, dt.datetime) else dt.datetime.combine(instant, dt.time())
        zone = ZoneInfo(self.time_zone)
        return moment.replace(tzinfo=zone).timestamp() - self.start.replace(tzinfo=zone).timestamp()

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name; ``always`` needs no declaration."""
        return ALWAYS if name == "always" and name not in self.calendars else self.calendars[name]


def _with_parents(leaves: Iterable[str], parents: Mapping[str, str | None]) -> frozenset[str]:
    found: set[str] = set()
    for leaf in leaves:
        name: str | None = leaf
        while name is not None and name in parents and name not in found:
            found.add(name)
            name = parents[name]
    return frozenset(found)
