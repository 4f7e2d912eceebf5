"""Every KPI there is."""

from __future__ import annotations

from .definition import Kpi
from .energy import ENERGY
from .equipment import EQUIPMENT
from .fleet import FLEET
from .fleet_cost import FLEET_COST
from .flow import FLOW
from .limits import LIMITS
from .people import PEOPLE
from .quality import QUALITY

KPIS: dict[str, Kpi] = {
    kpi.name: kpi for kpi in (*FLOW, *LIMITS, *QUALITY, *EQUIPMENT, *ENERGY, *PEOPLE, *FLEET, *FLEET_COST)
}
"""Every KPI by its name, in the order of a report."""
