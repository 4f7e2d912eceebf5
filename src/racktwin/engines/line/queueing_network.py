"""Lines that are no more than a queueing network: stations, buffers, breakdowns, tests and rework, and nothing else.

Most of what the kernel asks at each event cannot be the case in such a line. Of a table passed as
:class:`QueueingNetwork` the answers are known when the kernel is compiled (``sim/packing.py``), from the same source.
What that brings is in docs/design/line_speed.md. A line runs the same either way, and no kernel changes in a network
what is said here to be fixed: ``tests/engines/line/test_queueing_network.py`` holds that.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from racktwin.sim.packing import FixedFields

from .tables import FIFO, NO_DOOR, Line

_FIXED: FixedFields = {
    "clock": {
        "is_recording": 0,  # nothing is told but shipments
        "is_time_phased": 0,
        "is_freed": 0,
        "is_raised": 0,
        "is_throttling": 0,
        "drum": -1,
        "is_rope_slack": 0,
        "upkeep_head": -1,
        "served_part": -1,
        "asking_center": -1,
    },
    "centers": {
        "door": NO_DOOR,
        "dispatch": FIFO,
        "is_chosen": 0,
        "is_open": 1,
        "n_families": 0,
        "batch": 1,
        "vehicle_speed_m_per_s": 0.0,
    },
    "banks": {"speed": 1.0},
    "units": {
        "n_begun": 1,
        "n_upkeep": 0,
        "level": 0,
        "is_shed": 0,
        "is_throttled": 0,
        "cut_defect": -1,
        "reserved_w": 0.0,
        "draw_w": 0.0,
        "energy_j": 0.0,
        "labour_s": 0.0,
        "setup_s": 0.0,
    },
    "services": {"skill": -1},
    "operations": {
        "begins_plainly": 1,
        "n_consumed": 0,
        "n_produced": 0,
        "is_move": 0,
        "gang": 1,
        "alternative": -1,
        "learning_exponent": 0.0,
    },
    "phases": {"n_needs": 0, "n_levels": 0, "is_setup": 0, "draw_w": 0.0, "peak_w": 0.0, "stress": 0.0},
    "parts": {"n_components": 0, "n_prebuilt": 0, "is_kanban": 0, "drum_s": 0.0},
    "kinds": {"replace": -1},  # else debug has a spare made, which is no order
    "sources": {"is_hot": 0, "rope_s": 0.0},
    "claims": {"is_listed": 0},
    "laws": {"is_mirrored": 0},
    "items": {
        "is_order": 1,
        "is_hot": 0,
        "plan": -1,
        "gang_next": -1,
        "batch_next": -1,
        "drum_left_s": 0.0,
        "energy_j": 0.0,
        "labour_s": 0.0,
    },
}


class QueueingNetwork(Line):
    """The tables of a line for which :func:`is_queueing_network` holds, run without recording."""

    __slots__ = ()
    FIXED: ClassVar[FixedFields] = _FIXED


_FOLLOWING = {"clock": ("is_recording",), "items": tuple(_FIXED["items"])}
"""Fields that the tables at time zero do not tell: recording is up to the run, items are made as others say."""


def is_queueing_network(line: Line) -> bool:
    """Whether a fresh line is a queueing network fed by sources: no people, material, limits, calendars or rules."""
    if line.steps.size:
        return False
    return all(
        bool(np.all(getattr(line, table)[field] == value))
        for table, fields in _FIXED.items()
        for field, value in fields.items()
        if field not in _FOLLOWING.get(table, ())
    )
