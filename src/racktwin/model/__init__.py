"""What exists: the frozen entities of a plant, in SI units with the unit in each name."""

from .calendar import ALWAYS, Calendar
from .demand import Demand, PartReceipt, WorkOrder
from .distribution import LAWS, DurationDistribution
from .fleet import Fleet, GpuDemand, GpuJob, HallEvent, HallFailures, HourlyRule, JobClass, PowerPolicy, Scheduling
from .gpu_work import GpuGenerator, GpuService, GpuTrace, GpuWork, RequestSteps, TraceJobs
from .hall import ComputeNode, Hall, HallRack
from .hourly import HourlyValues, PowerCarbon, PowerPrice, SystemLoad
from .ledger import ledger
from .observed import Away, Down, Observed, WorkInProgress
from .part import DefectKind, Improvement, Part
from .people import Crew, OperatorGroup
from .power import Admission, Cap, CapTable, CoolingLoop, Feed, FeedChange
from .quantity import Confidence, Count, LedgerEntry, Provenance, Quantity
from .routing import Alternative, Learning, OnFail, Operation, Phase, Routing
from .scenario import FORMAT_VERSION, Scenario
from .work_center import Batch, Failures, Position, SetupChange, Setups, Upkeep, Vehicle, WorkCenter, WorkUnitGroup

__all__ = [
    "ALWAYS",
    "FORMAT_VERSION",
    "LAWS",
    "Admission",
    "Alternative",
    "Away",
    "Batch",
    "Calendar",
    "Cap",
    "CapTable",
    "ComputeNode",
    "Confidence",
    "CoolingLoop",
    "Count",
    "Crew",
    "DefectKind",
    "Demand",
    "Down",
    "DurationDistribution",
    "Failures",
    "Feed",
    "FeedChange",
    "Fleet",
    "GpuDemand",
    "GpuGenerator",
    "GpuJob",
    "GpuService",
    "GpuTrace",
    "GpuWork",
    "Hall",
    "HallEvent",
    "HallFailures",
    "HallRack",
    "HourlyRule",
    "HourlyValues",
    "Improvement",
    "JobClass",
    "Learning",
    "LedgerEntry",
    "Observed",
    "OnFail",
    "Operation",
    "OperatorGroup",
    "Part",
    "PartReceipt",
    "Phase",
    "Position",
    "PowerCarbon",
    "PowerPolicy",
    "PowerPrice",
    "Provenance",
    "Quantity",
    "RequestSteps",
    "Routing",
    "Scenario",
    "Scheduling",
    "SetupChange",
    "Setups",
    "SystemLoad",
    "TraceJobs",
    "Upkeep",
    "Vehicle",
    "WorkCenter",
    "WorkInProgress",
    "WorkOrder",
    "WorkUnitGroup",
    "ledger",
]
