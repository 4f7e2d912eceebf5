"""The work of a hall and the rules by which it runs: GPU jobs, scheduling, power, failures, what is known to come."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .distribution import DurationDistribution, Lognormal
from .entity import Entity, Name
from .gpu_work import GpuWork
from .instant import Instant
from .quantity import (
    Count,
    Duration,
    Fraction,
    NonNegative,
    PositiveDuration,
    PositiveWholeNumber,
    Power,
    PowerRamp,
    Probability,
    Provenance,
    Quantity,
    RatePerTime,
    Ratio,
    WholeNumber,
)


class GpuJob(Entity):
    """A job to be run: ``gpus`` below 1 is a share of one GPU. ``duration`` is at full power, undisturbed.

    ``time_limit`` (the duration, if not given) ends the job; it counts work, so that a capped job is not ended for
    being slow. ``gpu_model`` empty: any.
    """

    job: str = ""
    submit: Instant
    gpus: NonNegative
    duration_s: Duration = Field(alias="duration")
    time_limit_s: Duration | None = Field(default=None, alias="time_limit")
    job_class: Name
    priority: int = 0
    user: str = ""
    cores: NonNegative = Quantity(0.0, "1")
    memory_gib: NonNegative = Quantity(0.0, "1")
    gpu_model: str = ""


class GpuDemand(Entity):
    """Jobs generated over the whole horizon.

    ``gpus`` are pairs of a size and its probability. ``limit_factor`` is the time limit by the duration.
    """

    job_class: Name
    interarrival: DurationDistribution
    gpus: tuple[tuple[NonNegative, Probability], ...] = Field(min_length=1)
    duration: DurationDistribution
    limit_factor: Ratio = Quantity(1.0, "1")
    priority: int = 0
    users: PositiveWholeNumber = Count(1)


class JobClass(Entity):
    """A class of jobs. ``power`` is the class of the measured power tables that it draws like (its own name if none).

    ``checkpoint`` is the work between checkpoints (none: an interruption loses all work since the start); ``restart``
    the time before lost work resumes. A ``service`` loses nothing but its downtime. ``oversubscribe`` is the share of
    its peak draw that is reserved: a class of many independent jobs does not peak all at once. ``unit`` is what useful
    work is counted in (tokens, samples, steps), of which a GPU at full speed makes ``rate``.
    """

    power: Name | None = None
    preemptible: bool = True
    service: bool = False
    checkpoint_s: PositiveDuration | None = Field(default=None, alias="checkpoint")
    restart_s: Duration = Field(default=Quantity(0.0, "s"), alias="restart")
    oversubscribe: Fraction = Quantity(1.0, "1")
    unit: Name | None = None
    rate_per_s: RatePerTime | None = Field(default=None, alias="rate")


def _fail(message: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("fleet", "{message}", {"message": message, "remedy": remedy})


def _part_swapped() -> DurationDistribution:
    """A node is out until somebody has swapped the part: assumed, as nobody publishes it."""
    mean = {"value": "24 h", "low": "4 h", "high": "168 h"}
    return Lognormal.model_validate({"mean": mean, "cv": {"value": 1.0, "low": 0.5, "high": 2.0}})


class Scheduling(Entity):
    """Who starts next, who may pass, and where a job goes.

    ``queue_limit``: jobs that find so many waiting are turned away. ``lemon_after``: a node that failed so often takes
    no more work. Usage counts for fair share with ``half_life``.
    """

    order: Literal["fifo", "sjf", "priority", "fair_share"] = "fifo"
    backfill: Literal["none", "easy", "conservative"] = "easy"
    depth: PositiveWholeNumber | None = None
    placement: Literal["best_fit", "first_fit", "fgd", "fgd_watts"] = "best_fit"
    domains: Literal["prefer", "require", "ignore"] = "prefer"
    preemption: bool = False
    queue_limit: WholeNumber | None = None
    lemon_after: PositiveWholeNumber | None = None
    half_life_s: PositiveDuration = Field(default=Quantity(7 * 86400.0, "s", "7 d"), alias="half_life")


class PowerPolicy(Entity):
    """How the hall keeps within its limits.

    ``none``, ``static`` (all GPUs capped at ``cap`` of their rated power) and ``max_q`` (each class at the cap that
    does most work per joule at the wall) let work wait for power. ``uniform`` caps the racks below a limit as far as it
    asks, all alike; ``water_filling`` takes the watts first that cost least throughput. Each limit eases off every
    ``control``. ``reserve`` is what a job counts for: the rated power of its GPUs, their measured peak, or their mean
    draw. After a feed, CDU or pump is lost, racks follow within ``response``. ``ramp`` bounds how fast the draw of a
    feed may be let grow, ``ramp_down`` how fast it may fall, and ``floor`` is what it draws at least: ballast below the
    feed draws what jobs no longer do, as far as its limits leave room, and its energy is paid for.
    """

    rule: Literal["none", "static", "max_q", "uniform", "water_filling"] = "none"
    cap: Fraction = Quantity(1.0, "1")
    reserve: Literal["nameplate", "peak", "mean"] = "peak"
    levels: PositiveWholeNumber = Count(24)
    control_s: PositiveDuration = Field(default=Quantity(60.0, "s", "60 s"), alias="control")
    response_s: Duration = Field(default=Quantity(10.0, "s", "10 s"), alias="response")
    ramp: dict[Name, PowerRamp] = {}
    ramp_down: dict[Name, PowerRamp] = {}
    floor: dict[Name, Power] = {}


class HallEvent(Entity):
    """Something that is known to come, or that one asks "what if" about, from ``at`` on ``lasting`` so long.

    ``limit``: a feed or loop carries only ``share`` of its limit (demand response, a maintenance; peak hours to
    avoid), with the caps or work following at once. ``trip``: the same without warning. ``lose_feed``: racks go over
    to their other feed. ``hold``: no job of ``job_class`` starts. ``cap``: every GPU at ``share`` of its rated power
    at most. ``drain``: the nodes of ``rack`` take no new work.
    """

    kind: Literal["limit", "trip", "lose_feed", "hold", "cap", "drain"]
    at: Instant
    lasting_s: PositiveDuration | None = Field(default=None, alias="lasting")
    feed: Name | None = None
    cooling_loop: Name | None = None
    job_class: Name | None = None
    rack: Name | None = None
    share: Probability = Quantity(0.0, "1")


class HourlyRule(Entity):
    """In chosen hours no job of the classes starts, and the ``feed`` carries only ``share`` of its limit.

    Hours are those in which what the rule goes by (``of``: the hall's ``price`` or ``carbon``, or a ``series`` of
    hourly values from the scenario's start) is at least ``above`` (USD/MWh, g/kWh), or among the ``dearest`` share of
    all hours. ``of: calendar`` takes all hours; in any case only those within ``months``, from ``from_hour`` until
    ``to_hour`` local time, and on ``weekdays_only``. ``of: month_peak`` avoids coincident peaks (ERCOT's 4CP) without
    hindsight: hours that are the month's peak of ``hall.system_load`` with a probability of at least ``above`` (0.05),
    by a forecast the evening before that errs by ``forecast_error``, what the month has seen and the days it has left.
    """

    of: Literal["series", "price", "carbon", "calendar", "month_peak"] = "series"
    series: tuple[float, ...] = ()
    above: float | None = None
    dearest: Fraction | None = None
    months: tuple[int, ...] = ()
    from_hour: int = Field(default=0, ge=0, le=24)
    to_hour: int = Field(default=24, ge=0, le=24)
    weekdays_only: bool = False
    forecast_error: Fraction = Quantity(0.03, "1", "3 %", Provenance(None, "assumed", 0.01, 0.06))
    job_classes: tuple[Name, ...] = ()
    feed: Name | None = None
    share: Fraction = Quantity(1.0, "1")

    @model_validator(mode="after")
    def _says_which_hours(self) -> HourlyRule:
        if self.of == "series" and not self.series:
            raise _fail("no hourly values", "series: [31.5, 28.2, ...], or of: price, of: carbon, of: calendar")
        if self.of != "calendar" and (self.above is None) == (self.dearest is None):
            raise _fail("one of above and dearest says which hours", "dearest: 5 %, or above: 80")
        if self.of == "month_peak" and not (self.above is not None and 0 < self.above <= 1):
            raise _fail("a month's peak is avoided from a probability on", "above: 0.05")
        if not all(1 <= month <= 12 for month in self.months):
            raise _fail("months are 1 to 12", "months: [6, 7, 8, 9]")
        return self


FailureReference = Literal[
    "node", "node_rsc1", "gpu", "host", "psu", "network", "software", "maintenance", "switch", "cdu", "pump", "feed"
]


class HallFailures(Entity):
    """A cause of failures: of each GPU, compute node or rack, or of feeds or cooling loops (a CDU, of several).

    ``reference`` takes what fails, how often, and a repair time from the figures that ship (``failure_rates.csv``:
    Llama 3, RSC-1; assumed where nobody publishes). ``name`` is the kind of compute node, the rack, the feed or loop
    that is meant (all, if none). ``share`` is the part of the loop's limit that is lost. Laws are of one GPU (node,
    rack, loop); a GPU takes its node out.
    """

    of: Literal["gpu", "compute_node", "rack", "feed", "cooling_loop"] = "compute_node"
    name: Name | None = None
    reference: FailureReference | None = None
    time_between: DurationDistribution | None = None
    repair_time: DurationDistribution | None = None
    share: Fraction = Quantity(1.0, "1")

    @model_validator(mode="after")
    def _has_laws(self) -> HallFailures:
        missing = [name for name in ("time_between", "repair_time") if getattr(self, name) is None]
        if missing:
            message = f"{' and '.join(missing)} missing"
            remedy = "reference: gpu, or time_between: {exponential: {mean: 60 d}} and repair_time"
            raise _fail(message, remedy)
        return self


class EscapedDefects(Entity):
    """How latent defects that the line let escape fail in service: in one node of their rack, each once.

    ``stress_per_service`` is the burn-in stress of a second in service; a defect fails when its Weibull time of stress
    is reached (jobs draw less than burn-in and cycle less).
    """

    stress_per_service: Fraction = Quantity(0.5, "1", "0.5", Provenance(None, "assumed", 0.1, 1.0))
    repair_time: DurationDistribution = Field(default_factory=_part_swapped)


class Fleet(Entity):
    """The work and the rules of the hall. Jobs come from ``work`` (traces, models of them), and from ``demand``."""

    job_classes: dict[Name, JobClass] = {}
    work: dict[Name, GpuWork] = {}
    demand: dict[Name, GpuDemand] = {}
    scheduling: Scheduling = Scheduling()
    power: PowerPolicy = PowerPolicy()
    events: tuple[HallEvent, ...] = ()
    hours: dict[Name, HourlyRule] = {}
    failures: dict[Name, HallFailures] = {}
    escapes: EscapedDefects = EscapedDefects()
