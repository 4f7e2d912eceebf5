"""The fleet as a few record tables: what each row holds, static and changing side by side.

A *setting* is a step of power capping, 0 for none. Everything that depends on power is tabled by setting: what a GPU at
work draws and reserves, and how fast it is. A rack, feed or cooling loop asks for the lowest setting at which it
keeps within its limit; a rack obeys the highest that anything on its path asks for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from racktwin.sim.cooling import COOLED, PLANT, WEATHER
from racktwin.sim.distributions import LAW
from racktwin.sim.events import EVENT

Records = np.recarray[Any, Any]

# In which order waiting jobs are looked at.
FIFO, SJF, PRIORITY, FAIR_SHARE = range(4)
# Who may pass the first of them.
NOBODY, EASY, CONSERVATIVE = range(3)
# Where a job goes.
BEST_FIT, FIRST_FIT, FGD, FGD_WATTS = range(4)
# Whether a gang that fits one NVLink domain must be in one.
PREFER_DOMAIN, REQUIRE_DOMAIN, IGNORE_DOMAIN = range(3)
# What a job is doing.
TO_COME, WAITING, HELD, AT_WORK, COMPLETED, TIMED_OUT, REJECTED = range(7)
# How a placement ended.
DONE, CUT_OFF, PREEMPTED, FAILED, SHED, HORIZON = range(6)
# Whether a compute node can take work.
IN_SERVICE, TO_ARRIVE, IN_REPAIR, DRAINED = range(4)
# What the first waiting job holds of the future (EASY).
NOTHING, ON_NODE, WHOLE_NODES, IN_DOMAIN, ON_GPU = range(5)
# Why the first waiting job waits.
NO_CAUSE, FOR_GPUS, FOR_POWER, FOR_GATE = range(4)
# Timeline entries.
ARRIVE, LIMIT_SCALE, LIMIT_TRIP, GATE, LEAST_SETTING, DRAIN, LOAD_SCALE, LOSE_SIDE = range(8)
# Who says who is first in line: ``order``, or a rule of the user.
NO_DOOR, COMPILED_DOOR, PYTHON_DOOR = range(3)
# Which rule of the user chose none of its candidates.
NO_RULE, PLACEMENT_RULE, CAP_RULE = range(3)
# What a failure clock breaks.
NODE_CLOCK, RACK_CLOCK, LIMIT_CLOCK = range(3)

WHOLE = 1000
"""A GPU, in thousandths."""

CLOCK = np.dtype(
    [
        ("now_s", "f8"),
        ("horizon_s", "f8"),
        ("order", "i8"),
        ("backfill", "i8"),
        ("placement", "i8"),
        ("domain_rule", "i8"),
        ("preempts", "i8"),
        ("most_waiting", "i8"),
        ("backfill_depth", "i8"),
        ("tick_s", "f8"),
        ("half_life_s", "f8"),
        ("response_s", "f8"),
        ("lemon_failures", "i8"),  # a node that fails so often is taken out for good; 0: never
        ("first_failure_slot", "i8"),
        ("first_response_slot", "i8"),
        ("timeline_slot", "i8"),
        ("tick_slot", "i8"),
        ("submit_slot", "i8"),
        ("next_job", "i8"),
        ("next_step", "i8"),
        ("n_waiting", "i8"),
        ("n_ends", "i8"),
        ("n_profile", "i8"),
        ("free_run", "i8"),
        ("free_runs", "i8"),
        ("free_piece", "i8"),
        ("free_pieces", "i8"),
        ("n_staged", "i8"),
        ("stage", "i8"),  # the number of the present choice of nodes
        ("extra_used", "i8"),
        ("domain_used", "i8"),
        ("is_sharing", "i8"),  # some job takes a share of a GPU
        ("is_limited", "i8"),  # some rack, feed or loop has a limit
        ("is_long", "i8"),  # the job tried last would run past the shadow time
        ("has_linked", "i8"),  # in some pool NVLink reaches from node to node
        ("has_budgets", "i8"),  # some rack has a limit of its own
        ("by_free", "i8"),  # places are looked for among free GPUs whether or not there is power for them
        ("refused_rack", "i8"),  # the rack that had no power, as the present search saw it last
        ("stamp", "i8"),
        ("settlements", "i8"),  # how often racks were let obey: a run is timed anew once in each
        ("is_freed", "i8"),  # something was freed at this instant, so everything waiting is looked at
        ("is_settled", "i8"),  # the last pass started nobody, and no cap has changed since
        ("new_job", "i8"),  # the one job that came at this instant, or -1
        ("n_new", "i8"),
        ("order_door", "i8"),
        ("order_rule", "i8"),  # the address of a compiled rule
        ("n_candidates", "i8"),
        ("choice", "i8"),  # the place of the candidate that a rule chose, or -1
        ("first", "i8"),  # the rank that a rule put first
        ("place_door", "i8"),
        ("place_rule", "i8"),
        ("n_places", "i8"),
        ("cap_door", "i8"),
        ("cap_rule", "i8"),
        ("control_s", "f8"),  # how often caps are looked at, if they are
        ("first_hour_s", "f8"),  # how long into an hour of the clock the run begins
        ("wrong_rule", "i8"),  # a rule chose none of its candidates
        ("wrong_choice", "i8"),
        ("wrong_count", "i8"),
        ("is_more", "i8"),  # it started: the rule is asked again before time goes on
        ("head", "i8"),  # the rank that waits first, as the last pass saw it
        ("head_cause", "i8"),
        ("shadow_s", "f8"),  # when the head can start at the latest, if all keep to their limits
        ("held", "i8"),
        ("held_node", "i8"),
        ("held_gpus", "i8"),
        ("held_domain", "i8"),
        ("held_gpu", "i8"),
        ("extra_nodes", "i8"),
        ("held_limit", "i8"),
        ("refusing_limit", "i8"),
        ("is_power_dirty", "i8"),
        ("least_setting", "i8"),
        ("coolant_setting", "i8"),  # what liquid-cooled racks are capped at for their coolant
        ("cool_slot", "i8"),
        ("cool_s", "f8"),  # how often the coolant is looked at; 0: it caps nobody
        ("cooled_s", "f8"),  # when it was last
        ("ease_s", "f8"),  # until then a cap for the coolant is not eased
        ("hold_s", "f8"),
        ("into_year_s", "f8"),
        ("heat_w", "f8"),  # to the coolant, as it was looked at last
        ("heat_j", "f8"),  # since then, until heated_s
        ("heated_s", "f8"),
        ("liquid_w", "f8"),  # what goes to the coolant now
        ("hottest_k", "f8"),  # of a GPU
        ("resistance_k_per_w", "f8"),
        ("rise_k", "f8"),  # of coolant through a rack at design
        ("plant_share", "f8"),  # of its CDUs and pumps that work
        ("dirty_rack", "i8"),
        ("dirty_limit", "i8"),
        ("is_recording", "i8"),
        ("placement_rows", "i8"),
        ("rack_rows", "i8"),
        ("limit_rows", "i8"),
        ("outage_rows", "i8"),
        ("queue_rows", "i8"),
        ("ballast_rows", "i8"),
        ("queue_since_s", "f8"),
        ("busy_milli", "i8"),
        ("overflow", "i8"),
        ("events", "i8"),
        ("passes", "i8"),
    ]
)

JOB = np.dtype(
    [
        ("submit_s", "f8"),
        ("n_gpus", "i8"),  # whole GPUs; 0 for a share of one, and for work without GPUs
        ("milli", "i8"),  # thousandths of a GPU in all
        ("work_s", "f8"),  # at full speed, checkpoints included
        ("limit_s", "f8"),
        ("klass", "i8"),
        ("pool", "i8"),  # the pool it must run in, or -1
        ("need", "i8"),  # the row of its requirements among all distinct ones
        ("priority", "i8"),
        ("owner", "i8"),
        ("cpu_milli", "i8"),
        ("memory_mib", "i8"),
        ("rank", "i8"),
        ("activity", "i8"),
        ("left_s", "f8"),  # work still to be done
        ("start_s", "f8"),
        ("end_s", "f8"),
        ("promised_s", "f8"),  # its reservation under conservative backfill
        ("first_shadow_s", "f8"),
        ("cause", "i8"),
        ("cause_since_s", "f8"),
        ("power_wait_s", "f8"),
        ("attempts", "i8"),
        ("lost_s", "f8"),  # work done and lost, s at full speed
        ("overhead_s", "f8"),  # restarts
        ("busy_s", "f8"),  # wall-clock time placed
        ("energy_j", "f8"),
        ("is_done_by_limit", "i8"),
    ]
)

RUN = np.dtype(
    [
        ("job", "i8"),
        ("start_s", "f8"),
        ("promise_s", "f8"),  # when it ends at the latest, as seen at its start
        ("left_s", "f8"),
        ("since_s", "f8"),
        ("speed", "f8"),
        ("setting", "i8"),
        ("kind", "i8"),
        ("watts", "f8"),
        ("energy_j", "f8"),
        ("first_piece", "i8"),
        ("n_pieces", "i8"),
        ("restart_s", "f8"),  # of left_s, what is restart rather than work
        ("following", "i8"),  # the next free row
        ("stamp", "i8"),
        ("settlement", "i8"),  # the last that timed it anew
    ]
)

PIECE = np.dtype(
    [
        ("run", "i8"),
        ("node", "i8"),
        ("rack", "i8"),
        ("n_gpus", "i8"),
        ("gpu", "i8"),  # the shared GPU, or -1
        ("milli", "i8"),
        ("mask", "i8"),  # which GPUs of the node, as bits, where GPUs are shared
        ("watts", "f8"),
        ("following", "i8"),  # of the same run, or the next free row
        ("next_in_rack", "i8"),
        ("last_in_rack", "i8"),
    ]
)

STAGED = np.dtype([("node", "i8"), ("n_gpus", "i8"), ("gpu", "i8"), ("milli", "i8")])
"""Where a job would go, before it does."""

NODE = np.dtype(
    [
        ("rack", "i8"),
        ("pool", "i8"),
        ("domain", "i8"),
        ("n_gpus", "i8"),
        ("first_gpu", "i8"),
        ("n_free", "i8"),  # whole GPUs free
        ("cpu_milli", "i8"),
        ("memory_mib", "i8"),
        ("service", "i8"),
        ("n_failures", "i8"),
        ("n_out", "i8"),  # failures not yet repaired, its own and its rack's
        ("out_cause", "i8"),
        ("freed", "i8"),  # whole GPUs that running jobs give back by the shadow time, if stamped
        ("freed_stamp", "i8"),
        ("turn", "i8"),  # when its fragmentation last changed
        ("n_work", "i8"),
        ("out_since_s", "f8"),
        ("is_lemon", "i8"),
        ("is_drained", "i8"),
        ("staged", "i8"),
    ]
)

GPU = np.dtype(
    [("node", "i8"), ("free_milli", "i8"), ("following", "i8"), ("preceding", "i8"), ("is_shared", "i8"),
     ("freed", "i8"), ("freed_stamp", "i8")]
)  # fmt: skip

DOMAIN = np.dtype(
    [
        ("first_node", "i8"),
        ("n_nodes", "i8"),
        ("n_gpus", "i8"),
        ("n_free", "i8"),
        ("n_whole", "i8"),  # nodes all of whose GPUs are free
        ("freed", "i8"),
        ("freed_stamp", "i8"),
        ("rack", "i8"),
    ]
)
"""An NVLink domain; where it is no more than a compute node, the nodes of one rack."""

POOL = np.dtype(
    [
        ("first_node", "i8"),
        ("n_nodes", "i8"),
        ("first_domain", "i8"),
        ("n_domains", "i8"),
        ("gpus_per_node", "i8"),
        ("gpus_per_domain", "i8"),
        ("is_linked", "i8"),  # NVLink reaches from node to node
        ("n_free", "i8"),
        ("n_powered", "i8"),  # of these no more can start at once, for the budgets of racks
        ("n_whole", "i8"),  # nodes all of whose GPUs are free
        ("gained", "i8"),  # nodes that become whole by the shadow time, if stamped
        ("gained_stamp", "i8"),
        ("first_shared", "i8"),  # the first of the GPUs that are shared, -1 for none
    ]
)
"""The compute nodes of one kind."""

RACK = np.dtype(
    [
        ("first_node", "i8"),
        ("n_nodes", "i8"),
        ("pool", "i8"),
        ("first_path", "i8"),
        ("n_paths", "i8"),
        ("n_sides", "i8"),
        ("sides_lost", "i8"),  # bit 0: A, bit 1: B
        ("is_here", "i8"),
        ("budget_w", "f8"),
        ("idle_w", "f8"),  # all of it switched on and nothing running
        ("draw_w", "f8"),
        ("n_free", "i8"),  # whole GPUs free, where racks have budgets
        ("startable", "i8"),  # how many GPUs more its budget has power for, at what takes least
        ("powered", "i8"),  # the lesser of both
        ("staged_milli", "i8"),  # what is staged here, if ``stage`` is the present choice
        ("stage", "i8"),
        ("own", "i8"),  # the setting its own budget asks for, or a rule of the user
        ("asked", "i8"),  # what the rule asks for
        ("setting", "i8"),
        ("first_piece", "i8"),
        ("since_s", "f8"),
        ("energy_j", "f8"),
        ("liquid_share", "f8"),  # of its heat, what the cooling plant takes
        ("is_steered", "i8"),  # its jobs are capped to keep its budget; otherwise work waits for it
        ("is_dirty", "i8"),
        ("next_dirty", "i8"),
    ]
)

PATH = np.dtype([("limit", "i8"), ("factor", "f8"), ("whole", "f8"), ("side", "i8")])
"""What a watt at a rack loads on a limit (``whole``: if nothing else carries it).

``side`` is 0 or 1 for one of two feeds, -1 for what has no twin.
"""

LIMIT = np.dtype(
    [
        ("capacity", "f8"),
        ("scale", "f8"),
        ("lost_share", "f8"),  # of its capacity, by failures that last
        ("ceiling", "f8"),  # what new work may bring it to for now: a ramp
        ("draw", "f8"),
        ("setting", "i8"),
        ("first_below", "i8"),
        ("n_below", "i8"),
        ("is_power", "i8"),
        ("is_dirty", "i8"),
        ("next_dirty", "i8"),
        ("waiting", "i8"),
        ("since_s", "f8"),
        ("energy_j", "f8"),
        ("over_s", "f8"),  # seconds above its limit, all of them in the wake of an emergency
        ("ramp_per_s", "f8"),
        ("fall_per_s", "f8"),  # how fast its draw may fall; infinite: at once
        ("floor", "f8"),  # what it draws at least
        ("envelope", "f8"),  # what its draw may not fall below for now
        ("ballast", "f8"),  # what is drawn on top for that
        ("ballast_since_s", "f8"),
        ("is_emergency", "i8"),
        ("is_steered", "i8"),  # its racks are capped to keep it; otherwise work waits for it
        ("is_lost", "i8"),
        ("plant_weight", "f8"),  # the share of the cooling plant that is lost with it
        ("is_braking", "i8"),  # racks are capped for it after an emergency, though otherwise work waits for it
    ]
)

UPSTREAM = np.dtype([("limit", "i8"), ("above", "i8"), ("ratio", "f8")])
"""A limit that the ballast of another loads, and what a watt there is here."""

BELOW = np.dtype([("rack", "i8"), ("path", "i8")])

KLASS = np.dtype(
    [
        ("is_open", "i8"),
        ("is_preemptible", "i8"),
        ("checkpoint_s", "f8"),  # work between checkpoints, those included; 0: none are made
        ("restart_s", "f8"),
        ("keeps_work", "i8"),  # nothing is lost with an interruption: a service
        ("most_held_s", "f8"),
        ("load", "f8"),
    ]
)

OWNER = np.dtype([("usage_s", "f8"), ("since_s", "f8"), ("gpus", "f8"), ("weight", "f8"), ("first_rank", "i8"),
                  ("end_rank", "i8"), ("stamp", "i8")])  # fmt: skip

QUEUE = np.dtype([("milli", "i8"), ("limit_s", "f8")])
"""A tree over the ranks: the least need and the least limit of what waits below."""

END = np.dtype([("promise_s", "f8"), ("run", "i8")])

PROFILE = np.dtype([("time_s", "f8"), ("free", "i8")])

NEED = np.dtype([("n_gpus", "i8"), ("milli", "i8"), ("cpu_milli", "i8"), ("memory_mib", "i8"), ("pool", "i8")])

TYPICAL = np.dtype([("n_gpus", "i8"), ("milli", "i8"), ("cpu_milli", "i8"), ("pool", "i8"), ("share", "f8")])

SCORE = np.dtype([("gain", "f8"), ("gpu", "i8"), ("turn", "i8")])

FAILURE = np.dtype(
    [
        ("scope", "i8"),
        ("target", "i8"),
        ("between_law", "i8"),
        ("repair_law", "i8"),
        ("is_out", "i8"),
        ("visits", "i8"),
        ("key", "u8"),
        ("cause", "i8"),
        ("share", "f8"),  # of a limit that is lost
        ("since_s", "f8"),
        ("hazard", "f8"),
        ("is_once", "i8"),  # a defect that fails once
    ]
)

STEP = np.dtype([("time_s", "f8"), ("kind", "i8"), ("target", "i8"), ("amount", "f8")])

PLACEMENT_ROW = np.dtype(
    [("job", "i8"), ("attempt", "i8"), ("node", "i8"), ("milli", "i8"), ("start_s", "f8"), ("end_s", "f8"),
     ("outcome", "i8")]
)  # fmt: skip
RACK_ROW = np.dtype(
    [("rack", "i8"), ("start_s", "f8"), ("end_s", "f8"), ("draw_w", "f8"), ("reserved_w", "f8"), ("setting", "i8")]
)
LIMIT_ROW = np.dtype(
    [("limit", "i8"), ("start_s", "f8"), ("end_s", "f8"), ("draw", "f8"), ("reserved", "f8"), ("capacity", "f8"),
     ("waiting", "i8"), ("is_emergency", "i8")]
)  # fmt: skip
OUTAGE_ROW = np.dtype([("node", "i8"), ("start_s", "f8"), ("end_s", "f8"), ("cause", "i8")])
QUEUE_ROW = np.dtype([("start_s", "f8"), ("end_s", "f8"), ("waiting", "i8"), ("busy_milli", "i8")])
BALLAST_ROW = np.dtype([("limit", "i8"), ("start_s", "f8"), ("end_s", "f8"), ("watts", "f8")])


GPU_JOB_CANDIDATE = np.dtype(
    [
        ("number", "i8"),  # of the job, in order of submission
        ("job_class", "i8"),  # in the scenario's order
        ("user", "i8"),
        ("priority", "i8"),
        ("attempts", "i8"),  # how often it was started already
        ("gpus", "f8"),
        ("submit_s", "f8"),
        ("waiting_s", "f8"),  # since its submission
        ("work_left_s", "f8"),  # by its time limit, at full speed: what it has still to do is not known to anyone
    ]
)
"""What a user's rule for the order of the queue sees of a job that waits."""


PLACE_CANDIDATE = np.dtype(
    [
        ("number", "i8"),  # of the job, in order of submission
        ("job_class", "i8"),
        ("user", "i8"),
        ("priority", "i8"),
        ("attempts", "i8"),
        ("gpus", "f8"),
        ("work_left_s", "f8"),
        ("gpus_here", "f8"),  # how many of the job's would come here: a gang is placed node by node
        ("compute_node", "i8"),  # counted through the hall; the first of its NVLink domain, where that is chosen
        ("node_kind", "i8"),
        ("rack", "i8"),
        ("domain", "i8"),
        ("gpu", "i8"),  # the shared GPU, or -1
        ("is_domain", "i8"),  # a gang goes to some nodes of this NVLink domain
        ("free_gpus", "f8"),  # here: of the GPU, the node or the domain
        ("all_gpus", "f8"),
        ("domain_free_gpus", "f8"),  # of the NVLink domain; of the rack, where that is no more than a node
        ("gang_gpus_in_rack", "f8"),  # of this job, placed in the rack already
        ("rack_draw_w", "f8"),
        ("rack_reserved_w", "f8"),  # uncapped
        ("rack_budget_w", "f8"),
        ("rack_setting", "i8"),
        ("node_failures", "i8"),
    ]
)
"""What a user's rule for placement sees of a place that could take a job, or a part of a gang."""

CAP_CANDIDATE = np.dtype(
    [
        ("rack", "i8"),
        ("setting", "i8"),  # 0 is what the power policy has unasked; higher ones draw less
        ("present_setting", "i8"),  # what the rack obeys now, whoever asks for it
        ("busy_gpus", "f8"),
        ("draw_w", "f8"),  # of the rack with its present jobs
        ("speed", "f8"),  # of its GPUs at work, the mean; 1 with none
        ("fits", "i8"),  # its limits leave room for what it would reserve
        ("load_share", "f8"),  # of the fullest limit it hangs on, what is reserved there now, uncapped
        ("budget_w", "f8"),
        ("price_usd_per_mwh", "f8"),  # of this hour, NaN without one
        ("carbon_g_per_kwh", "f8"),
    ]
)
"""What a user's rule for caps sees of a setting that a rack could obey."""

HOUR = np.dtype([("price_usd_per_mwh", "f8"), ("carbon_g_per_kwh", "f8")])


class Fleet(NamedTuple):
    """All tables of one hall and its work, ready to run. Copying the tables copies the state."""

    clock: Records
    events: Records
    jobs: Records
    ranks: Any  # int64: the job of each rank
    queue: Records
    runs: Records
    pieces: Records
    staged: Records
    ends: Records
    profile: Records
    nodes: Records
    node_tree: Any  # int64: which counts of free GPUs with power the nodes below have, as bits
    free_tree: Any  # int64: the same whether or not there is power; not kept where no rack has a budget
    gpus: Records
    domains: Records
    pools: Records
    racks: Records
    rack_loads: Any  # float64[rack, setting]: what the rack reserves
    paths: Records
    limits: Records
    limit_loads: Any  # float64[limit, setting]
    below: Records
    smoothed: Any  # int64: limits whose draw may not fall at will, those below before those above
    upstream: Records
    klasses: Records
    owners: Records
    draws: Any  # float64[kind, setting]: W of a GPU at work above its idle draw
    reserves: Any  # float64[kind, setting]
    speeds: Any  # float64[kind, setting]
    least_reserves: Any  # float64[pool, setting]: of any class
    least_loads: Any  # float64[limit, setting]: of a GPU anywhere, on limits that all racks hang on; else 0
    most_w: Any  # float64[setting]: the most any GPU draws there
    plants: Records  # the cooling plant as it is, and as designed; none where it caps nobody
    weather: Records
    cooled: Records  # the coolant as it was looked at last, and room for a guess
    needs: Records
    typical: Records
    scores: Records
    failures: Records
    steps: Records
    laws: Records
    samples: Any
    placement_rows: Records
    rack_rows: Records
    limit_rows: Records
    outage_rows: Records
    queue_rows: Records
    ballast_rows: Records
    candidates: Records
    places: Records
    cap_steps: Records
    hours: Records


DTYPES: dict[str, np.dtype[Any]] = {
    "clock": CLOCK,
    "events": EVENT,
    "jobs": JOB,
    "queue": QUEUE,
    "runs": RUN,
    "pieces": PIECE,
    "staged": STAGED,
    "ends": END,
    "profile": PROFILE,
    "nodes": NODE,
    "gpus": GPU,
    "domains": DOMAIN,
    "pools": POOL,
    "racks": RACK,
    "paths": PATH,
    "limits": LIMIT,
    "below": BELOW,
    "upstream": UPSTREAM,
    "klasses": KLASS,
    "owners": OWNER,
    "plants": PLANT,
    "weather": WEATHER,
    "cooled": COOLED,
    "needs": NEED,
    "typical": TYPICAL,
    "scores": SCORE,
    "failures": FAILURE,
    "steps": STEP,
    "laws": LAW,
    "placement_rows": PLACEMENT_ROW,
    "rack_rows": RACK_ROW,
    "limit_rows": LIMIT_ROW,
    "outage_rows": OUTAGE_ROW,
    "queue_rows": QUEUE_ROW,
    "ballast_rows": BALLAST_ROW,
    "candidates": GPU_JOB_CANDIDATE,
    "places": PLACE_CANDIDATE,
    "cap_steps": CAP_CANDIDATE,
    "hours": HOUR,
}
