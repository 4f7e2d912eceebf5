"""Where the work of a hall comes from: a trace in a file, a model of a trace, the requests to a service."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from .entity import Entity, Name
from .quantity import (
    Duration,
    Fraction,
    PositiveDuration,
    PositiveWholeNumber,
    Probability,
    Quantity,
    RatePerTime,
    Ratio,
)
from .trace_model import TraceModel, model_of

TraceFormat = Literal["table", "openb", "philly", "gavel", "swf"]


class TraceJobs(BaseModel):
    """The jobs of a trace, column by column, as its reader left them; ``of`` says what was read and how.

    ``left_out`` and ``changed`` count rows by why; classes, users and models are numbers of the words beside them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    of: str = ""
    left_out: dict[str, int] = {}
    changed: dict[str, int] = {}
    job: tuple[str, ...] = ()
    submit_s: tuple[float, ...] = ()
    gpus: tuple[float, ...] = ()
    duration_s: tuple[float, ...] = ()
    time_limit_s: tuple[float | None, ...] = ()
    priority: tuple[int, ...] = ()
    cpus: tuple[float | None, ...] = ()
    memory_bytes: tuple[float | None, ...] = ()
    job_classes: tuple[str, ...] = ()
    job_class: tuple[int, ...] = ()
    users: tuple[str, ...] = ()
    user: tuple[int, ...] = ()
    gpu_models: tuple[str, ...] = ()
    gpu_model: tuple[int, ...] = ()


class RequestSteps(BaseModel):
    """Generated tokens asked of a service in steps of time, as its reader left them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    of: str = ""
    left_out: dict[str, int] = {}
    step_s: float = 60.0
    tokens: tuple[float, ...] = ()


class _Source(Entity):
    """What sources of jobs have in common.

    ``job_classes``: the class here by the word there; ``job_class`` is that of all other jobs (of jobs whose word is
    no class here). ``load``: so many times as many jobs in the same time. ``gpu_scale``: so many times as many GPUs a
    job, rounded up to whole ones; ``priority`` is added to each job's. ``larger_jobs`` than the hall are an error, or
    left out and counted.
    """

    job_classes: dict[str, Name] = {}
    job_class: Name | None = None
    load: Ratio = Quantity(1.0, "1")
    gpu_scale: Ratio = Quantity(1.0, "1")
    priority: int = 0
    larger_jobs: Literal["refuse", "leave_out"] = "refuse"


class GpuTrace(_Source):
    """The jobs of a trace, the first of them at the scenario's start; the same in every replication.

    ``format``: ``table`` (CSV or Parquet, with ``columns``: their name of a column by ours), ``openb`` (Alibaba 2023),
    ``philly`` (in Gavel's form), ``swf`` (Standard Workload Format; ``processors_per_gpu``). Jobs are taken ``from``
    ``until`` so long after the first. ``repeat``: again and again until the horizon. ``skip_bad``: rows at fault are
    left out and counted; else they are errors. ``time_unit`` and ``memory_unit`` are those of columns that do not say.
    """

    file: str
    format: TraceFormat = "table"
    columns: dict[str, str] = {}
    time_unit_s: PositiveDuration = Field(default=Quantity(1.0, "s", "1 s"), alias="time_unit")
    memory_unit: Literal["B", "KiB", "MiB", "GiB"] = "B"
    processors_per_gpu: Ratio = Quantity(1.0, "1")
    from_s: Duration = Field(default=Quantity(0.0, "s"), alias="from")
    until_s: PositiveDuration | None = Field(default=None, alias="until")
    repeat: bool = False
    skip_bad: bool = False
    jobs: SkipJsonSchema[TraceJobs | None] = Field(default=None, exclude=True)


def _fitted(raw: Any) -> TraceModel | None:
    if raw is None or isinstance(raw, TraceModel):
        return raw
    try:
        return model_of(raw)
    except (KeyError, TypeError, ValueError) as error:
        remedy = "make one with racktwin fleet fit TRACE"
        raise _fail(f"this is not a model of a trace: {error}", remedy) from None


class GpuGenerator(_Source):
    """Jobs drawn from a model of a trace, anew in every replication: one that ships, or a ``file``.

    ``racktwin fleet fit`` makes such files. Shipped: ``philly`` (Microsoft 2017, training), ``openb`` (Alibaba 2023,
    shares of GPUs).
    """

    shipped: Literal["philly", "openb"] | None = None
    file: str | None = None
    fitted: SkipJsonSchema[Annotated[TraceModel | None, BeforeValidator(_fitted)]] = Field(default=None, exclude=True)

    @model_validator(mode="after")
    def _one_of_two(self) -> GpuGenerator:
        if (self.shipped is None) == (self.file is None):
            raise _fail("a model needs one of shipped and file", "shipped: philly, or file: model.json")
        return self


class GpuService(Entity):
    """An inference service that follows its requests: instances come and go so that they can serve them.

    ``file``: an Azure LLM trace (``TIMESTAMP, ContextTokens, GeneratedTokens``), summed over steps of ``step``. An
    instance of ``gpus`` generates tokens at ``rate``, and is asked for ``target`` of that; the requests are ``load``
    times those of the file, again and again with ``repeat``. Each instance is a job. ``unloaded_draw`` is the share of
    its draw at full load, above idle, that an instance has without requests; between, draw goes with its load (1: it
    draws the same whatever it is asked).
    """

    file: str
    job_class: Name
    gpus: PositiveWholeNumber
    rate_per_s: RatePerTime = Field(alias="rate")
    target: Fraction = Quantity(0.7, "1")
    step_s: PositiveDuration = Field(default=Quantity(300.0, "s", "5 min"), alias="step")
    load: Ratio = Quantity(1.0, "1")
    unloaded_draw: Probability = Quantity(1.0, "1")
    priority: int = 0
    repeat: bool = True
    skip_bad: bool = False
    requests: SkipJsonSchema[RequestSteps | None] = Field(default=None, exclude=True)


class GpuWork(Entity):
    """A source of jobs: one of a ``trace``, a ``model`` of one, or a ``service``."""

    trace: GpuTrace | None = None
    model: GpuGenerator | None = None
    service: GpuService | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> GpuWork:
        if sum(source is not None for source in (self.trace, self.model, self.service)) != 1:
            raise _fail("work needs one of trace, model and service", "trace: {file: jobs.csv}")
        return self


def _fail(message: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("gpu_work", "{message}", {"message": message, "remedy": remedy})
