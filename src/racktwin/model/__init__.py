"""What exists: the frozen entities of a plant, in SI units with the unit in each name."""

from .calendar import ALWAYS, Calendar
from .demand import Demand, PartReceipt, WorkOrder
from .distribution import LAWS, DurationDistribution
from .ledger import ledger
from .part import DefectKind, Part
from .people import Crew, OperatorGroup
from .power import Admission, Cap, CapTable, CoolingLoop, Feed
from .quantity import Confidence, Count, LedgerEntry, Provenance, Quantity
from .routing import OnFail, Operation, Phase, Routing
from .scenario import FORMAT_VERSION, Scenario
from .work_center import Failures, WorkCenter, WorkUnitGroup

__all__ = [
    "ALWAYS",
    "FORMAT_VERSION",
    "LAWS",
    "Admission",
    "Calendar",
    "Cap",
    "CapTable",
    "Confidence",
    "CoolingLoop",
    "Count",
    "Crew",
    "DefectKind",
    "Demand",
    "DurationDistribution",
    "Failures",
    "Feed",
    "LedgerEntry",
    "OnFail",
    "Operation",
    "OperatorGroup",
    "Part",
    "PartReceipt",
    "Phase",
    "Provenance",
    "Quantity",
    "Routing",
    "Scenario",
    "WorkCenter",
    "WorkOrder",
    "WorkUnitGroup",
    "ledger",
]
