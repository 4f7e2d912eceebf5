"""What an operation's phases come to, and whether its visits are plain (plain.py)."""

from __future__ import annotations

from . import tables
from .builder import Builder, Row


def sum_up_phases(builder: Builder) -> None:
    """Tell each operation the most it draws, at how many caps it may run, and whether it begins and ends plainly."""
    for row in builder.rows["operations"]:
        phases = builder.rows["phases"][row["first_phase"] : row["first_phase"] + row["n_phases"]]
        levels = max(phase.get("n_levels", 0) for phase in phases)
        row.update(n_levels=max(1, levels), is_capped=int(levels > 0), law=phases[0]["law"])
        row["peak_w"] = max(phase.get("peak_w", 0.0) for phase in phases)
        center = builder.rows["centers"][row["center"]]
        is_plain = len(phases) == 1 and _begins_plainly(row, phases[0], center) and _takes_all_alike(builder, center)
        row["begins_plainly"] = int(is_plain)
        row["ends_plainly"] = int(is_plain and _ends_plainly(row) and builder.scenario.drum is None)


def _begins_plainly(operation: Row, phase: Row, center: Row) -> bool:
    """Whether the operation of one phase takes its work unit for a time and nothing else."""
    takes = ("n_needs", "draw_w", "peak_w", "stress", "n_levels")
    has = ("n_families", "vehicle_speed_m_per_s")
    return (
        operation["gang"] <= 1
        and operation["speed"] == 1.0
        and not operation.get("is_move")
        and not operation.get("learning_exponent")
        and not any(phase.get(name) for name in takes)
        and phase["law"] != tables.BY_DEFECT
        and not any(center.get(name) for name in has)
        and center["batch"] == 1
        and center["dispatch"] < tables.CRITICAL_RATIO
    )


def _takes_all_alike(builder: Builder, center: Row) -> bool:
    """Whether the work center's units are one bank of the usual speed, without upkeep."""
    units = builder.rows["units"][center["first_unit"] : center["first_unit"] + center["n_units"]]
    is_usual = center["n_banks"] == 1 and builder.rows["banks"][center["first_bank"]]["speed"] == 1.0
    return is_usual and not any(unit["n_upkeep"] for unit in units)


def _ends_plainly(operation: Row) -> bool:
    """Whether an operation that begins plainly always passes and leaves nothing behind."""
    turns = ("is_rework", "n_left", "n_detected", "n_produced", "p_false_failure")
    return not any(operation.get(name) for name in turns)
