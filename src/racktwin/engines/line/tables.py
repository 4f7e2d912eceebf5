"""The line as a few record tables: what each row holds, static and changing side by side.

Ragged lists (what an operation consumes, who has a skill, what a part brings along) are runs of :data:`LINK` rows,
named by a first index and a count. Lists of waiting things are intrusive: rows point to the next by index, -1 ends.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from racktwin.sim.distributions import LAW
from racktwin.sim.events import EVENT
from racktwin.sim.power import LIMIT, PATH

Records = np.recarray[Any, Any]

# What a unit is doing.
IDLE, WORKING, WAITING, PAUSED, BLOCKED = range(5)
# Whether it can: up, or down for a service (repair, maintenance, engineering) that goes on or waits for people.
UP, IN_SERVICE, AWAITING_SERVICE = range(3)
# Why a work center's queue does not move, in the order of results.schema.WAIT_CAUSES. NO_CAUSE: nobody waits.
CELL, PEOPLE, POWER, COOLANT, MATERIAL, GANG, CALENDAR = range(7)
CAUSES = 7
NO_CAUSE = -1
# Outcomes of an operation.
PASS, FAIL, FALSE_FAIL, SCRAP, REPAIRED = range(5)
# Dispatch rules: those from CRITICAL_RATIO on look at the whole queue each time. How the bank of a unit is chosen.
FIFO, PRIORITY, EDD, SPT, CRITICAL_RATIO, LEAST_SETUP, PLANNED = range(7)
FIRST, FASTEST, HEADROOM = range(3)
# Clocks of failures and of upkeep.
BUSY_CLOCK, CALENDAR_CLOCK, PARTS_CLOCK = range(3)
# Fates of work items and defects.
IN_PROGRESS, IN_STOCK, SHIPPED, CONSUMED, SCRAPPED = range(5)
OPEN, MENDED, DISCARDED, ESCAPED = range(4)
# Kinds of timeline entry.
HEADCOUNT, OPENING, LIMIT_CHANGE, RECEIPT, RELEASE, OUTAGE = range(6)
# Who chooses the next of a queue: its order, a compiled rule, or Python.
NO_DOOR, COMPILED_DOOR, PYTHON_DOOR = range(3)
# Draw numbers within an operation's stream: visit * VISIT_DRAWS + purpose (+ index).
VISIT_DRAWS = 1 << 12
DRAW_SETUP = 255
DRAW_PHASE, DRAW_LEFT, DRAW_BROUGHT, DRAW_SWAPPED, DRAW_FALSE, DRAW_MENDED = 0, 256, 1024, 2048, 3072, 3073
BY_DEFECT = -2  # a phase's law: the repair time of the defect in hand
FINISHED = -1  # an item's target after its last operation
MANY = 1 << 30  # as good as no bound: more than there can be, and an integer of 32 bits

CLOCK = np.dtype(
    [
        ("now_s", "f8"),
        ("horizon_s", "f8"),
        ("first_failure_slot", "i8"),
        ("first_upkeep_slot", "i8"),
        ("first_timeline_slot", "i8"),
        ("first_source_slot", "i8"),
        ("first_center_slot", "i8"),
        ("is_time_phased", "i8"),
        ("is_fair", "i8"),
        ("sheds_first", "i8"),
        ("upkeep_head", "i8"),  # idle units with upkeep due, chained by next_free
        ("is_raised", "i8"),  # there is room under a limit: what was throttled may be raised
        ("is_throttling", "i8"),  # some unit runs slower than a limit that fell let it
        ("drum", "i8"),  # the work center that paces releases, or -1
        ("drum_load_s", "f8"),  # mean work for it of all that is released and not yet through
        ("is_rope_slack", "i8"),  # an order held by the rope may go
        ("is_recording", "i8"),
        ("next_serial", "i8"),
        ("next_order", "i8"),
        ("next_defect", "i8"),
        ("free_item", "i8"),
        ("free_items", "i8"),
        ("free_defect", "i8"),
        ("free_defects", "i8"),
        ("most_items", "i8"),  # the most items, and defects, that one event can make
        ("most_defects", "i8"),
        ("dirty_center", "i8"),
        ("served_part", "i8"),  # parts whose stock has grown: the first of a list
        ("turns", "i8"),  # since time last advanced
        ("overflow", "i8"),  # a table was too small for one turn
        ("waiting_head", "i8"),
        ("waiting_tail", "i8"),
        ("is_freed", "i8"),  # some skill or limit is
        ("asking_center", "i8"),  # work centers that wait for a rule's choice: the first of a list
        ("choice", "i8"),  # which candidate the rule has chosen, or -1: not asked yet
        ("wide_rows", "i8"),
        ("middle_rows", "i8"),
        ("narrow_rows", "i8"),
        ("most_rows", "i8"),
        ("events", "i8"),
    ]
)

CENTER = np.dtype(
    [
        ("first_bank", "i4"),
        ("n_banks", "i4"),
        ("first_unit", "i4"),
        ("n_units", "i4"),
        ("n_free", "i4"),
        ("buffer", "i4"),
        ("dispatch", "i4"),
        ("door", "i4"),
        ("is_chosen", "i4"),  # the head of the queue is the rule's choice
        ("is_open", "i4"),
        ("queue_head", "i4"),
        ("queue_tail", "i4"),
        ("n_queued", "i4"),
        ("blocked_head", "i4"),
        ("is_dirty", "i4"),
        ("next_dirty", "i4"),
        ("cause", "i4"),
        ("batch", "i4"),  # most parts in a unit at once
        ("n_families", "i4"),  # of set-ups; 0: none are needed
        ("fails", "i4"),
        ("failure_clock", "i4"),
        ("unit_choice", "i4"),
        ("vehicle_speed_m_per_s", "f8"),  # 0: the units are no vehicles
        ("rule", "i8"),  # address of a compiled rule
        ("is_asking", "i4"),
        ("next_asking", "i4"),
        ("blocked_tail", "i4"),
        ("cause_since_s", "f8"),
        ("waited_s", "f8", (CAUSES,)),
        ("between_law", "i4"),
        ("repair", "i4"),  # its service row
        ("restarts", "i4"),
        ("first_setup", "i4"),  # links to phases: row `from` (n_families: nothing yet) times n_families plus `to`
        ("least_batch", "i4"),
        ("batch_wait_s", "f8"),
        ("x_m", "f8"),
        ("y_m", "f8"),
    ]
)

SERVICE = np.dtype(
    [("state", "i4"), ("reason", "i4"), ("wait_reason", "i4"), ("law", "i4"), ("skill", "i4"), ("operators", "i4")]
)
"""What takes a unit out of production, with the E10 state it is then in; skill -1 needs nobody."""

UPKEEP = np.dtype(
    [("service", "i8"), ("clock", "i8"), ("every", "f8"), ("left", "f8"), ("due_s", "f8"), ("is_due", "i8"),
     ("done", "i8")]
)  # fmt: skip
"""A planned service of one unit: due at a time (calendar), or when ``left`` (busy seconds, parts) is used up."""

BANK = np.dtype(
    [("center", "i4"), ("free_head", "i4"), ("n_free", "i4"), ("first_path", "i4"), ("n_paths", "i4"),
     ("idle_draw_w", "f8"), ("n_units", "i4"), ("speed", "f8")]
)  # fmt: skip

MOST_SKILLS = 4
"""The most different skills one phase may need at once."""

UNIT = np.dtype(
    [
        ("activity", "i4"),
        ("health", "i4"),
        ("center", "i4"),
        ("bank", "i4"),
        ("held", "i4"),  # the item inside (of a batch, the first left), or -1
        ("n_held", "i4"),
        ("n_begun", "i4"),  # parts that began together
        ("phase", "i4"),
        ("level", "i4"),
        ("cut_defect", "i4"),  # the defect whose failure ends the phase, or -1
        ("has_people", "i4"),
        ("is_shed", "i4"),  # its power was taken away
        ("is_throttled", "i4"),
        ("family", "i4"),  # what it is set up for, or -1
        ("ends_plainly", "i4"),  # what it holds will pass (plain.py)
        ("first_upkeep", "i4"),
        ("n_upkeep", "i4"),
        ("next_free", "i4"),
        ("repetition", "i4"),  # how often the operation has been begun, this time included
        ("state", "i4"),
        ("since_s", "f8"),  # when the present activity began
        ("remaining_s", "f8"),  # work left in the phase
        ("phase_s", "f8"),  # the phase's whole duration
        ("drawn_s", "f8"),  # of it, what its law gave, at the pace the law is for
        ("cut_off_s", "f8"),  # what a failure of the part will spare of the phase
        ("entered_s", "f8"),
        ("ended_s", "f8"),
        ("reserved_w", "f8"),
        ("draw_w", "f8"),
        ("draw_since_s", "f8"),
        ("energy_j", "f8"),
        ("labour_s", "f8"),
        ("work_s", "f8"),
        ("down_s", "f8"),
        ("lowest_cap", "f8"),
        ("setup_s", "f8"),
        ("pace", "f8"),  # how fast its people are
        ("life_s", "f8"),  # working time left until the next breakdown (busy clock)
        ("next_blocked", "i4"),
        ("reason", "i4"),
        ("state_since_s", "f8"),
        ("state_serial", "i8"),
        ("crews", "i4", (MOST_SKILLS,)),
        ("service", "i4"),
        ("upkeep", "i8"),  # of the present service, or -1
        ("service_crew", "i4"),
        ("service_left_s", "f8"),
        ("service_drawn_s", "f8"),  # the whole service; 0 where its end is known
        ("x_m", "f8"),  # where a vehicle stands
        ("y_m", "f8"),
        ("down_since_s", "f8"),
        ("down_by_end_s", "f8"),  # of it, before the work ended
        ("waited_s", "f8", (CAUSES,)),
        ("life_drawn_s", "f8"),  # the whole life
        ("breakdowns", "i8"),
        ("key", "u8"),
    ]
)

CREW = np.dtype(
    [("present", "i8"), ("busy", "i8"), ("claims", "i8"), ("since_s", "f8"), ("first_skill", "i8"), ("n_skills", "i8"),
     ("walking_speed_m_per_s", "f8"), ("first_place", "i8"), ("n_places", "i8")]
)  # fmt: skip
PLACE = np.dtype([("x_m", "f8"), ("y_m", "f8"), ("idle", "i8")])
"""Where people of a walking crew stand idle: its base, then each work center."""
SKILL = np.dtype(
    [
        ("first_crew", "i4"),
        ("n_crews", "i4"),
        ("claims", "i4"),
        ("ahead", "i4"),
        ("is_freed", "i4"),
        ("is_retried", "i4"),
    ]
)

OPERATION = np.dtype(
    [
        ("center", "i4"),
        ("next", "i4"),
        ("begins_plainly", "i4"),  # takes its work unit for a time and nothing else (plain.py)
        ("ends_plainly", "i4"),  # and always passes
        ("law", "i4"),  # of its only phase, where it begins plainly
        ("n_consumed", "i4"),
        ("is_move", "i4"),
        ("is_rework", "i4"),
        ("gang", "i4"),
        ("alternative", "i4"),  # the same operation at another work center, or -1
        ("family", "i4"),  # of set-ups, among those of its work center, or -1
        ("step", "i4"),  # the operation of the route that it is, or to which it is an alternative
        ("n_queued", "i4"),
        ("begun", "i4"),
        ("first_phase", "i4"),
        ("n_phases", "i4"),
        ("key", "u8"),
        ("n_left", "i4"),
        ("n_detected", "i4"),
        ("n_produced", "i4"),
        ("n_levels", "i4"),  # at how many caps it may be admitted: 1 if it knows none
        ("is_capped", "i4"),
        ("debug", "i4"),
        ("peak_w", "f8"),  # the most of its phases, uncapped
        ("p_false_failure", "f8"),
        ("learning_exponent", "f8"),
        ("speed", "f8"),
        ("retest", "i4"),
        ("scrap_after", "i4"),
        ("first_consumed", "i4"),
        ("first_left", "i4"),
        ("first_detected", "i4"),
        ("mean_s", "f8"),
        ("left_s", "f8"),  # mean work from here to the end of the route
        ("first_produced", "i4"),
        ("experience", "f8"),
        ("learning_floor", "f8"),
        ("from_x_m", "f8"),
        ("from_y_m", "f8"),
        ("to_x_m", "f8"),
        ("to_y_m", "f8"),
        ("wait_head", "i4"),  # items that wait for material or for gang partners
        ("wait_tail", "i4"),
        ("gang_head", "i4"),
        ("gang_tail", "i4"),
        ("n_gang", "i4"),
    ]
)

PHASE = np.dtype(
    [
        ("law", "i4"),
        ("first_need", "i4"),
        ("n_needs", "i4"),
        ("draw_w", "f8"),
        ("peak_w", "f8"),
        ("first_level", "i4"),
        ("n_levels", "i4"),
        ("stress", "f8"),
        ("mean_s", "f8"),
        ("is_setup", "i4"),
    ]
)
LEVEL = np.dtype([("cap", "f8"), ("speed", "f8")])

PART = np.dtype(
    [
        ("first_operation", "i8"),
        ("is_unlimited", "i8"),
        ("on_hand", "i8"),
        ("stock_head", "i8"),
        ("stock_tail", "i8"),
        ("swap_head", "i8"),  # items in debug that wait for one of these
        ("swap_tail", "i8"),
        ("is_served", "i8"),
        ("next_served", "i8"),
        ("first_component", "i8"),
        ("n_components", "i8"),
        ("first_consumer", "i8"),
        ("n_consumers", "i8"),
        ("first_brought", "i8"),
        ("n_brought", "i8"),
        ("liquid_fraction", "f8"),
        ("coolant_flow_m3_per_j", "f8"),
        ("ordered", "i8"),  # pieces ordered by the order book or by kanban cards so far
        ("first_plan", "i8"),  # the plan of the first ordered piece: n_steps rows for each of n_planned pieces
        ("n_planned", "i8"),
        ("n_steps", "i8"),
        ("first_step", "i8"),  # the operation that a piece's first row is about
        ("is_kanban", "i8"),
        ("free_cards", "i8"),  # kanban cards that wait to be made
        ("cards_made", "i8"),
        ("first_prebuilt", "i8"),  # links: from ``count`` s on the share ``amount`` comes pre-built
        ("n_prebuilt", "i8"),
        ("prebuilt_due", "f8"),  # pieces to be brought that are no whole piece yet
        ("prebuilt", "i8"),  # pre-built pieces received so far
        ("without_card", "i8"),  # pieces in stock that were recovered, not made for a card
        ("drum_s", "f8"),  # mean work of one piece at the drum
        ("loose", "i8"),  # pieces on hand of no lot; they go first
        ("lot_head", "i8"),  # lots on hand, oldest first
        ("lot_tail", "i8"),
        ("key", "u8"),
    ]
)

KIND = np.dtype(
    [("is_latent", "i8"), ("weibull_shape", "f8"), ("scale_s", "f8"), ("replace", "i8"), ("repair_law", "i8"),
     ("p_repaired", "f8"), ("improves_to", "f8"), ("improves_in_s", "f8")]
)  # fmt: skip

PLAN = np.dtype([("start_s", "f8"), ("not_before_s", "f8")])
"""When one piece is planned to start one operation: infinity if it is not."""

LINK = np.dtype([("to", "i8"), ("count", "i8"), ("amount", "f8")])

LOT = np.dtype([("pieces", "i8"), ("next", "i8"), ("first_brought", "i8"), ("n_brought", "i8")])
"""A receipt of a bought part that can be traced; its defects are its own."""

ITEM = np.dtype(
    [
        ("operation", "i4"),
        ("furthest", "i4"),  # the last operation of its route that it has been kitted for
        ("passed", "i4"),  # the last operation of its route that it has passed
        ("target", "i4"),  # where it goes once finished here: an operation, or FINISHED
        ("outcome", "i4"),
        ("outcome_kind", "i4"),
        ("unit", "i4"),
        ("next", "i4"),
        ("gang_next", "i4"),
        ("batch_next", "i4"),
        ("defects", "i4"),
        ("mending", "i4"),  # the defect that debug is about, or -1
        ("is_reworked", "i4"),  # on its way back from debug: may exceed buffers
        ("failures", "i4"),
        ("is_hot", "i4"),
        ("part", "i4"),
        ("visits", "i8"),  # operations entered so far, whatever they were
        ("entity", "i8"),  # of its random draws: by order, piece and place in the bill of materials
        ("queued_s", "f8"),
        ("waiting_since_s", "f8"),
        ("material_s", "f8"),
        ("gang_s", "f8"),
        ("energy_j", "f8"),
        ("labour_s", "f8"),
        ("drum_left_s", "f8"),  # mean work for the drum that it still stands for
        ("center_waited_s", "f8", (CAUSES,)),
        ("serial", "i8"),
        ("order", "i4"),
        ("source", "i4"),
        ("priority", "i8"),
        ("is_order", "i4"),
        ("plan", "i4"),  # the first row of its plan, or -1
        ("wanted_s", "f8"),
        ("release_s", "f8"),
        ("due_s", "f8"),
        ("all_failures", "i4"),
        ("retest", "i4"),  # where to go on after debug, or -1 on the main route
        ("stress_s", "f8"),
    ]
)

DEFECT = np.dtype(
    [
        ("number", "i8"),
        ("kind", "i8"),
        ("origin_part", "i8"),
        ("origin_operation", "i8"),
        ("child_serial", "i8"),  # the assembled component that carries it, or -1
        ("child_part", "i8"),
        ("next", "i8"),
        ("is_latent", "i8"),
        ("was_latent", "i8"),
        ("is_found", "i8"),
        ("created_s", "f8"),
        ("born_stress_s", "f8"),
        ("fails_at_s", "f8"),  # stress after birth at which it turns patent
        ("precipitated_s", "f8"),
        ("found_s", "f8"),
        ("found_operation", "i8"),
        ("key", "u8"),
    ]
)

SOURCE = np.dtype(
    [
        ("part", "i8"),
        ("quantity", "i8"),
        ("interarrival_law", "i8"),
        ("due_law", "i8"),
        ("first_s", "f8"),
        ("priority", "i8"),
        ("is_hot", "i8"),
        ("rope_s", "f8"),
        ("max_wip", "i8"),
        ("wip", "i8"),
        ("arrivals", "i8"),
        ("gap_s", "f8"),  # between the last order and the next
        ("pieces_left", "i8"),  # of the order being released
        ("order_due_s", "f8"),
        ("held_head", "i8"),
        ("held_tail", "i8"),
        ("key", "u8"),
    ]
)

TIMELINE = np.dtype([("next", "i8"), ("end", "i8"), ("kind", "i8"), ("pieces_done", "i8")])
STEP = np.dtype(
    [("time_s", "f8"), ("target", "i8"), ("amount", "i8"), ("due_s", "f8"), ("priority", "i8"), ("is_hot", "i8"),
     ("lot", "i8")]
)  # fmt: skip

CLAIM = np.dtype([("next", "i4"), ("prev", "i4"), ("is_listed", "i4"), ("cause", "i4"), ("on", "i4")])

CANDIDATE = np.dtype(
    [
        ("serial_number", "i8"),
        ("part", "i8"),
        ("operation", "i8"),
        ("priority", "i8"),
        ("is_hot", "i8"),
        ("due_s", "f8"),  # infinity where nothing is promised
        ("release_s", "f8"),
        ("queued_s", "f8"),
        ("waiting_s", "f8"),  # since then
        ("work_s", "f8"),  # mean duration of this operation
        ("work_left_s", "f8"),  # and of all that follow on the main route, together
        ("setup_s", "f8"),  # the shortest mean set-up among the free work units
        ("peak_w", "f8"),  # what it reserves at full draw
        ("failures", "i8"),  # of its tests so far
        ("pieces", "i8"),  # that start together (a gang), each in a work unit of its own
    ]
)
"""Who might go next, as a rule sees it (docs/rules.md)."""

WIDE = np.dtype([("table", "i8"), ("i", "i8", (12,)), ("x", "f8", (20,))])
MIDDLE = np.dtype([("table", "i8"), ("i", "i8", (8,)), ("x", "f8", (6,))])
NARROW = np.dtype([("table", "i8"), ("i", "i8", (4,)), ("x", "f8", (5,))])
"""Rows as the kernel appends them; records.py knows which slot is which column. A row no wider than its table needs
stays in the processor's cache: with shipments in wide rows M/M/4 took a third longer."""


class Line(NamedTuple):
    """All tables of one line, ready to run. Copying the tables copies the state."""

    clock: Records
    events: Records
    centers: Records
    banks: Records
    units: Records
    services: Records
    upkeep: Records
    crews: Records
    places: Records
    skills: Records
    operations: Records
    phases: Records
    levels: Records
    parts: Records
    kinds: Records
    links: Records
    lots: Records
    paths: Records
    limits: Records
    claims: Records
    items: Records
    defects: Records
    sources: Records
    timelines: Records
    steps: Records
    laws: Records
    plans: Records
    candidates: Records
    samples: Any  # float64, one-dimensional: the sorted samples of empirical laws
    wide: Records
    middle: Records
    narrow: Records


ROW_TABLES = ("wide", "middle", "narrow")
"""What the kernel only appends to."""

DTYPES: dict[str, np.dtype[Any]] = {
    "clock": CLOCK,
    "events": EVENT,
    "centers": CENTER,
    "banks": BANK,
    "units": UNIT,
    "services": SERVICE,
    "upkeep": UPKEEP,
    "crews": CREW,
    "places": PLACE,
    "skills": SKILL,
    "operations": OPERATION,
    "phases": PHASE,
    "levels": LEVEL,
    "parts": PART,
    "kinds": KIND,
    "links": LINK,
    "lots": LOT,
    "paths": PATH,
    "limits": LIMIT,
    "claims": CLAIM,
    "items": ITEM,
    "defects": DEFECT,
    "sources": SOURCE,
    "timelines": TIMELINE,
    "steps": STEP,
    "laws": LAW,
    "plans": PLAN,
    "candidates": CANDIDATE,
    "wide": WIDE,
    "middle": MIDDLE,
    "narrow": NARROW,
}
