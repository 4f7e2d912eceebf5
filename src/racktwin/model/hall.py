"""The data hall: compute nodes in racks on feeds and cooling loops."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .cooling import CoolingPlant
from .entity import Entity, Name
from .hourly import PowerCarbon, PowerPrice, SystemLoad
from .instant import Instant
from .quantity import (
    Count,
    Duration,
    FlowPerHeat,
    Fraction,
    NonNegative,
    PeakFactor,
    PositiveWholeNumber,
    Power,
    Probability,
    Provenance,
    Quantity,
    WholeNumber,
)

_MAX_Q = "NVIDIA H200 Max-Q submission, MLCommons inference v4.1: wall power over 8 x the power cap"


class ComputeNode(Entity):
    """A kind of compute node: GPUs of one model, and the host around them.

    At the wall it draws ``host_power`` and ``host_factor`` times what its GPUs draw (fans, voltage regulators, power
    supplies). ``nvlink_domain`` counts the GPUs that NVLink joins, where that reaches beyond the node. ``rated_power``
    of a GPU and its draws at work come from the measured tables of its model.
    """

    gpu_model: str
    gpus: WholeNumber
    nvlink_domain: PositiveWholeNumber | None = None
    idle_gpu_w: Power = Field(alias="idle_gpu", default=Quantity(75.0, "W", "75 W"))
    host_power_w: Power = Field(
        alias="host_power", default=Quantity(1744.0, "W", "1744 W", Provenance(_MAX_Q, "A", 1181.0, 2307.0))
    )
    host_factor: PeakFactor = Quantity(1.1015, "1", "1.1015", Provenance(_MAX_Q, "A", 1.0, 1.263))
    cores: NonNegative | None = None
    memory_gib: NonNegative | None = None


class HallRack(Entity):
    """``count`` equal racks.

    Two ``feeds`` share the load (A and B); if one is lost the other carries all. ``overhead`` is what the rack draws
    beside its nodes (switches, shelves). ``budget`` is what it may draw. With ``part`` the rack is that product of the
    line: what is not given here is that part's, and racks ``arrive`` ``with_shipments`` come as the line ships them, of
    which ``shipments_share`` come here.
    """

    compute_node: Name
    compute_nodes: PositiveWholeNumber
    count: PositiveWholeNumber = Count(1)
    feeds: tuple[Name, ...] = Field(default=(), max_length=2)
    cooling_loops: tuple[Name, ...] = ()
    overhead_w: Power = Field(alias="overhead", default=Quantity(0.0, "W"))
    liquid_fraction: Probability | None = None
    coolant_flow_m3_per_j: FlowPerHeat | None = Field(default=None, alias="coolant_flow")
    budget_w: Power | None = Field(default=None, alias="budget")
    part: Name | None = None
    arrive: Literal["at_start", "with_shipments"] = "at_start"
    arrive_at: Instant | None = None
    installation_s: Duration = Field(default=Quantity(0.0, "s"), alias="installation")
    shipments_share: Fraction = Quantity(1.0, "1")


class Hall(Entity):
    """What stands in the hall. Its feeds and cooling loops are the scenario's ``feeds`` and ``cooling_loops``.

    ``cooling_plant`` takes the racks' liquid share of heat outdoors, in ``weather``; it gives PUE and WUE. With
    ``throttling`` it acts back: liquid-cooled racks are capped while the coolant is too warm for what their GPUs draw.
    ``price`` and ``carbon`` give cost and emissions, and rules of ``fleet.hours`` go by them and by the peaks of
    ``system_load``.
    """

    compute_nodes: dict[Name, ComputeNode] = Field(min_length=1)
    racks: dict[Name, HallRack] = Field(min_length=1)
    cooling_plant: CoolingPlant | None = None
    throttling: bool = True
    price: PowerPrice | None = None
    carbon: PowerCarbon | None = None
    system_load: SystemLoad | None = None
    weather: Literal["travis_county_2018"] = "travis_county_2018"
