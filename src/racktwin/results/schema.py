"""The tables of a run: one schema for simulated and observed data alike.

Times are seconds after the scenario's start. Columns of type ``str`` are dictionary-encoded names of the scenario's
entities. Every table begins with ``replication``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["int64", "float64", "bool", "str"]

WAIT_CAUSES = ("cell", "people", "power", "coolant", "material", "gang", "calendar")
"""Why a part waits before or inside an operation. It waits for material, then for its gang, then in the queue for what
is missing first in the order calendar, cell, people, power, coolant.

``cell``: every work unit is taken or down · ``people``: no free operator with the skill · ``power``, ``coolant``: a
feed or loop has no room · ``material``: a part is missing · ``gang``: partners, or the rest of a batch, are missing ·
``calendar``: closed.
"""

E10_STATES = ("productive", "standby", "engineering", "scheduled_down", "unscheduled_down", "non_scheduled")
"""SEMI E10 equipment states."""


@dataclass(frozen=True)
class Column:
    """A column: its name (with the unit), type and meaning."""

    name: str
    type: ColumnType
    description: str


@dataclass(frozen=True)
class Table:
    """A table: what one row is, its columns, and the engines that fill it (others leave it empty)."""

    name: str
    row: str
    columns: tuple[Column, ...]
    engines: tuple[str, ...] = ("line",)


def _table(name: str, row: str, *columns: tuple[str, ColumnType, str], engines: tuple[str, ...] = ("line",)) -> Table:
    replication = Column("replication", "int64", "number of the replication, from 0")
    return Table(name, row, (replication, *(Column(*column) for column in columns)), engines)


_FLEET = (
    _table(
        "gpu_jobs",
        "one GPU job, from its submission to its end (or to the horizon)",
        ("job", "str", "its name"),
        ("job_class", "str", ""),
        ("user", "str", "whom fair share counts it for; empty if unknown"),
        ("gpus", "float64", "GPUs it needs; below 1 a share of one"),
        ("priority", "int64", "larger goes first"),
        ("submit_s", "float64", ""),
        ("start_s", "float64", "when it first started; NaN if it never did"),
        ("end_s", "float64", "when it ended for good, or was turned away; NaN if it had not by the horizon"),
        ("duration_s", "float64", "how long it takes at full power, undisturbed, s"),
        ("time_limit_s", "float64", "the work after which it is ended, s at full power"),
        ("promised_s", "float64", "the latest start it was promised when it first headed the queue; NaN if none"),
        ("work_s", "float64", "work done and kept, s at full power"),
        ("lost_s", "float64", "work done and lost to interruptions, s at full power"),
        ("overhead_s", "float64", "restarts after interruptions, s at full power"),
        ("busy_s", "float64", "time it held its GPUs, s"),
        ("wait_power_s", "float64", "time at the head of the queue for want of power or coolant, s"),
        ("attempts", "int64", "how often it started"),
        ("energy_j", "float64", "drawn for it at the wall above what an idle hall draws, J"),
        ("fate", "str", "completed, timed_out, rejected, at_work, waiting, held or to_come"),
        engines=("fleet",),
    ),
    _table(
        "placements",
        "an interval in which one job holds GPUs of one compute node",
        ("job", "str", ""),
        ("attempt", "int64", "which start of the job, from 1"),
        ("rack", "str", ""),
        ("compute_node", "int64", "number of the node in its rack, from 0"),
        ("gpus", "float64", ""),
        ("start_s", "float64", ""),
        ("end_s", "float64", ""),
        ("outcome", "str", "done, cut_off (at its time limit), preempted, failed, shed (for power) or horizon"),
        engines=("fleet",),
    ),
    _table(
        "rack_power",
        "an interval of constant draw of one rack of the hall",
        ("rack", "str", ""),
        ("start_s", "float64", ""),
        ("end_s", "float64", ""),
        ("draw_w", "float64", ""),
        ("reserved_w", "float64", "what its jobs and itself count for at the present setting"),
        ("setting", "int64", "how far it is capped; 0: not"),
        engines=("fleet",),
    ),
    _table(
        "hall_racks",
        "one rack of the hall",
        ("rack", "str", ""),
        ("part", "str", "the product of the line that it is, or empty"),
        ("serial_number", "int64", "which one it is of the line's products; -1 if none, or none came"),
        (
            "shipped_s",
            "float64",
            "when it left the line; infinite if none came, NaN if it is none of the line's",
        ),
        ("in_service_s", "float64", "when it goes to work; infinite if it never does"),
        ("gpus", "int64", ""),
        ("latent_defects", "int64", "that the line let escape in it"),
        engines=("fleet",),
    ),
    _table(
        "hall_hours",
        "one hour of the hall",
        ("start_s", "float64", ""),
        ("end_s", "float64", ""),
        ("it_j", "float64", "energy of all racks"),
        ("plant_j", "float64", "energy of pumps, fans and chillers of the cooling plant"),
        ("facility_j", "float64", "energy at the hall's topmost feeds (of the racks, if it has none) and of the plant"),
        ("price_usd_per_j", "float64", "price of energy; NaN where the hall has none"),
        ("cost_usd", "float64", "of the facility's energy; NaN without a price"),
        ("carbon_kg", "float64", "emitted for the facility's energy; NaN without a carbon intensity"),
        ("month_peak", "int64", "1 in the hour that turned out to be its month's peak of the system's load, else 0"),
        engines=("fleet",),
    ),
    _table(
        "cooling",
        "a step of the hall's cooling plant",
        ("start_s", "float64", ""),
        ("end_s", "float64", ""),
        ("it_w", "float64", "mean draw of all racks"),
        ("heat_w", "float64", "of it what goes to liquid"),
        ("supply_k", "float64", "coolant to the racks, K"),
        ("return_k", "float64", "coolant from the racks, K"),
        ("facility_supply_k", "float64", "facility water to the CDUs, K"),
        ("facility_return_k", "float64", "facility water from the CDUs, K"),
        ("rejected_w", "float64", "heat to outdoors, the chiller's work included"),
        ("pump_w", "float64", ""),
        ("fan_w", "float64", ""),
        ("chiller_w", "float64", "electrical"),
        ("water_kg_per_s", "float64", "make-up water of the tower"),
        ("gpu_limit_w", "float64", "the most a GPU may draw on coolant that warm"),
        engines=("fleet",),
    ),
    _table(
        "outages",
        "an interval in which one compute node takes no work",
        ("rack", "str", ""),
        ("compute_node", "int64", "number of the node in its rack, from 0"),
        ("start_s", "float64", ""),
        ("end_s", "float64", ""),
        ("cause", "str", "the failure of the scenario; empty where it is drained or not yet there"),
        engines=("fleet",),
    ),
    _table(
        "ballast",
        "an interval of constant ballast below a feed: what it draws so that its load falls no faster than it may",
        ("feed", "str", ""),
        ("start_s", "float64", ""),
        ("end_s", "float64", ""),
        ("ballast_w", "float64", "W; counted in the draw of the feed and of those above it, not in that of racks"),
        engines=("fleet",),
    ),
    _table(
        "hall_queue",
        "an interval of constant queue and constant GPUs at work",
        ("start_s", "float64", ""),
        ("end_s", "float64", ""),
        ("waiting", "int64", "jobs that wait"),
        ("busy_gpus", "float64", "GPUs held by jobs"),
        engines=("fleet",),
    ),
)
"""The tables of the fleet engine."""


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "operations",
            "one visit of one part to one operation, recorded when the part leaves the work unit",
            ("serial_number", "int64", "the part worked on; unique in its replication"),
            ("part", "str", "its part number"),
            ("operation", "str", "operation of the routing"),
            ("level", "str", "L6, L10, L11, L12 or empty"),
            ("work_center", "str", "where"),
            ("work_unit", "int64", "number of the work unit within its work center, from 0"),
            ("visit", "int64", "how often this part has been at this operation, from 1"),
            ("queued_s", "float64", "when it joined the queue"),
            ("start_s", "float64", "when it entered the work unit"),
            ("end_s", "float64", "when work ended"),
            ("left_s", "float64", "when it left the work unit (later than end_s if blocked)"),
            *((f"wait_{cause}_s", "float64", f"waiting for {cause}, in queue and in cell, s") for cause in WAIT_CAUSES),
            ("setup_s", "float64", "time in which the work unit was set up for it, s"),
            ("work_s", "float64", "time worked, s"),
            ("down_s", "float64", "time in a broken-down work unit, s"),
            ("blocked_s", "float64", "time finished but with nowhere to go, s"),
            ("energy_j", "float64", "energy drawn for it, J"),
            ("labour_s", "float64", "attended time times people, s"),
            ("cap", "float64", "lowest power cap used, as a share of full draw (1 = uncapped)"),
            ("outcome", "str", "pass, fail, false_fail, scrap, or repaired (debug operations)"),
            ("defect_kind", "str", "kind found or repaired, else empty"),
        ),
        _table(
            "states",
            "an interval in which one work unit is in one SEMI E10 state",
            ("work_center", "str", ""),
            ("work_unit", "int64", "number of the work unit within its work center, from 0"),
            ("state", "str", "SEMI E10 state"),
            (
                "reason",
                "str",
                "working, starved, blocked, people, power, coolant, batching, setup, repair, maintenance or trial (and "
                "repair_wait, maintenance_wait, trial_wait while nobody is there for it), closed",
            ),
            ("serial_number", "int64", "part in the work unit, or -1"),
            ("start_s", "float64", ""),
            ("end_s", "float64", ""),
        ),
        _table(
            "limits",
            "an interval of constant load on one limit of a feed or cooling loop",
            ("name", "str", "the feed or cooling loop"),
            ("quantity", "str", "power (W), heat (W) or flow (m3/s)"),
            ("start_s", "float64", ""),
            ("end_s", "float64", ""),
            ("draw", "float64", "what is drawn, in the quantity's unit"),
            ("reserved", "float64", "what is reserved; never above the limit"),
            ("limit", "float64", "the limit"),
            ("waiting", "int64", "operations that were refused for want of this limit and still wait"),
            engines=("line", "fleet"),
        ),
        _table(
            "labour",
            "an interval of constant attendance and work of one operator group",
            ("operator_group", "str", ""),
            ("start_s", "float64", ""),
            ("end_s", "float64", ""),
            ("present", "int64", "people present"),
            ("busy", "int64", "people at work"),
            ("waiting", "int64", "operations that wait for one of the group's skills"),
        ),
        _table(
            "work_orders",
            "one part made here, from release to its end (or to the horizon)",
            ("serial_number", "int64", ""),
            ("part", "str", ""),
            ("order_number", "int64", "the customer order it belongs to; parts for stock carry the order they replace"),
            ("source", "str", "name of the demand, 'order_book', or 'component'"),
            ("wanted_s", "float64", "when the order wanted to be released (earlier than release_s under max_wip)"),
            ("release_s", "float64", ""),
            ("due_s", "float64", "NaN where none"),
            ("end_s", "float64", "when shipped, used in an assembly or scrapped; NaN if still inside at the horizon"),
            ("fate", "str", "shipped, consumed, scrapped, in_stock, in_progress"),
        ),
        _table(
            "shipments",
            "one finished product leaving the plant: the table the hall engine receives",
            ("serial_number", "int64", ""),
            ("part", "str", ""),
            ("order_number", "int64", ""),
            ("release_s", "float64", ""),
            ("due_s", "float64", "NaN where none"),
            ("shipped_s", "float64", ""),
            ("latent_escapes", "int64", "latent defects shipped"),
            ("patent_escapes", "int64", "patent defects shipped"),
            ("failures", "int64", "failed tests on the way, its components' included"),
            ("energy_j", "float64", "energy drawn on the way, its components' included, J"),
            ("labour_s", "float64", "attended time times people, its components' included, s"),
            ("stress_s", "float64", "burn-in stress received as a finished assembly, s"),
        ),
        _table(
            "defects",
            "one defect, from its making to its end",
            ("defect", "int64", "number, unique in its replication"),
            ("kind", "str", ""),
            ("origin", "str", "part that brought it, or operation that made it"),
            ("serial_number", "int64", "the part that carries it at its end"),
            ("created_s", "float64", ""),
            ("latent", "bool", "whether it was latent at first"),
            ("precipitates_at_stress_s", "float64", "stress at which a latent defect turns patent, s; 0 if patent"),
            ("precipitated_s", "float64", "when it turned patent; NaN if it never did"),
            ("found_s", "float64", "NaN if never found"),
            ("found_at", "str", "operation that found it, or empty"),
            ("end_s", "float64", "NaN if still inside at the horizon"),
            ("fate", "str", "repaired, scrapped, escaped, open"),
        ),
        _table(
            "material",
            "one change of a part's stock",
            ("part", "str", ""),
            ("time_s", "float64", ""),
            ("change", "int64", "pieces"),
            ("on_hand", "int64", "stock after it; for parts of unlimited supply the pieces used so far, negative"),
            ("reason", "str", "receipt, made, consumed, replacement, recovered"),
        ),
        _table(
            "genealogy",
            "what went into one part: a component made here, or pieces of one lot",
            ("serial_number", "int64", "the part it went into"),
            ("part", "str", "its part number"),
            ("child_serial_number", "int64", "of a component made here, else -1"),
            ("lot", "str", "lot of a bought part, as named by its receipt, else empty"),
            ("pieces", "int64", ""),
            ("time_s", "float64", ""),
        ),
        _table(
            "part_receipts",
            "pieces that arrive at a stock of the network; those at the line's site are what the line receives",
            ("part", "str", ""),
            ("quantity", "int64", "good pieces"),
            ("at_s", "float64", "when they arrive: as the site opens in that tick"),
            ("stock", "str", "the stock they arrive at"),
            ("site", "str", "its site"),
            ("source", "str", "the supply or stock they come from; opening_stock at the start"),
            ("lane", "str", "the lane that carried them, the expedite lane where it did; empty at the same site"),
            ("price_usd", "float64", "price of these pieces, US$; 0 for what is made or moved from other stock"),
            ("freight_usd", "float64", "US$, by the lane that carried them"),
            ("insurance_usd", "float64", "US$"),
            ("duty_usd", "float64", "by the duty rules of that day, US$"),
            ("ours", "bool", "false: consigned, the customer pays all of it"),
            engines=("supply",),
        ),
        _table(
            "supply_orders",
            "one order of a stock",
            ("part", "str", ""),
            ("quantity", "int64", "pieces ordered (made parts: started)"),
            ("at_s", "float64", "when it is placed"),
            ("stock", "str", "the stock that orders"),
            ("site", "str", "its site"),
            ("source", "str", "the supply or stock it is placed with"),
            engines=("supply",),
        ),
        _table(
            "stock_levels",
            "one stock of the network at the end of one tick",
            ("part", "str", ""),
            ("stock", "str", ""),
            ("site", "str", ""),
            ("time_s", "float64", "end of the tick"),
            ("on_hand", "float64", "pieces there"),
            ("backorders", "float64", "pieces owed"),
            ("on_order", "float64", "pieces ordered and not yet received"),
            ("in_transit", "float64", "of those, pieces on their way"),
            ("demand", "float64", "pieces asked for in the tick"),
            ("given", "float64", "pieces handed over in the tick"),
            ("lost", "float64", "pieces of demand lost in the tick"),
            engines=("supply",),
        ),
        *_FLEET,
    )
}
