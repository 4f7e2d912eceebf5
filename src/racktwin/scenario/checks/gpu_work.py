"""Sources of GPU jobs: classes that exist, jobs that fit, work within the horizon."""

from __future__ import annotations

from collections.abc import Iterator

from racktwin.model import GpuGenerator, GpuTrace, Scenario
from racktwin.scenario.document import Steps
from racktwin.scenario.hall_size import gpus_by_model, largest_gpus, most_of_each
from racktwin.spelling import did_you_mean, rows_in_words

from .finding import Finding, error, oddity

Source = GpuTrace | GpuGenerator


def _sources(plant: Scenario) -> Iterator[tuple[Steps, Source, tuple[str, ...], tuple[float, ...]]]:
    """Each trace and model: where it stands, its words for classes, its sizes of jobs as the file has them."""
    for name, work in plant.fleet.work.items():
        steps: Steps = ("fleet", "work", name)
        if work.trace is not None and work.trace.jobs is not None and work.trace.jobs.submit_s:
            yield (*steps, "trace"), work.trace, work.trace.jobs.job_classes or ("",), work.trace.jobs.gpus
        if work.model is not None and work.model.fitted is not None:
            groups = work.model.fitted.groups
            words = tuple(dict.fromkeys(group.job_class for group in groups))
            yield (*steps, "model"), work.model, words, tuple(size for group in groups for size in group.gpus)


def unknown_classes(plant: Scenario) -> Iterator[Finding]:
    """Every job must be of a class of the scenario."""
    classes = plant.fleet.job_classes
    for steps, source, words, _ in _sources(plant):
        for word, name in source.job_classes.items():
            if name not in classes:
                where = (*steps, "job_classes", word)
                yield error(where, f"unknown job class {name!r}", did_you_mean(name, classes, "known job classes"))
        if source.job_class is not None and source.job_class not in classes:
            message = f"unknown job class {source.job_class!r}"
            yield error((*steps, "job_class"), message, did_you_mean(source.job_class, classes, "known job classes"))
        elif source.job_class is None:
            unknown = [word for word in words if source.job_classes.get(word, word) not in classes]
            if unknown:
                named = ", ".join(repr(word) for word in unknown[:5]) + (", …" if len(unknown) > 5 else "")
                remedy = f"job_class: one for all of them, or job_classes: {{{unknown[0] or 'WORD'}: CLASS}}"
                message = f"jobs of {named}, which is no class of fleet.job_classes"
                yield error(steps, message, f"{remedy}; {did_you_mean(unknown[0], classes, 'known job classes')}")
    for name, work in plant.fleet.work.items():
        if work.service is not None and work.service.job_class not in classes:
            where = ("fleet", "work", name, "service", "job_class")
            remedy = did_you_mean(work.service.job_class, classes, "known job classes")
            yield error(where, f"unknown job class {work.service.job_class!r}", remedy)


def jobs_that_never_fit(plant: Scenario) -> Iterator[Finding]:
    """Jobs larger than the hall are refused, or left out and counted."""
    most = largest_gpus(plant)
    if plant.hall is None or not most:
        return
    for steps, source, _, sizes in _sources(plant):
        asked = [size * float(source.gpu_scale) for size in sizes]
        fit = most_of_each(plant, source) if isinstance(source, GpuTrace) else [most] * len(asked)
        larger = [size for size, limit in zip(asked, fit, strict=True) if size > limit]
        if not larger:
            continue
        what = "jobs of the trace" if isinstance(source, GpuTrace) else "sizes of jobs"
        message = (
            f"{len(larger):,} of {len(asked):,} {what} need more GPUs of one model than the hall has (up to "
            f"{max(larger):g} of {most})"
        )
        if source.larger_jobs == "refuse":
            yield error(steps, message, "larger_jobs: leave_out, a smaller gpu_scale, or a larger hall")
        else:
            yield oddity(steps, f"{message}: left out", "fine if meant: their work is in no figure")


def rows_left_out(plant: Scenario) -> Iterator[Finding]:
    """Rows that were not used, or not as written, are said, never silently dropped: also those that are no fault."""
    for name, work in plant.fleet.work.items():
        source = work.trace or work.service
        read = work.trace.jobs if work.trace is not None else work.service.requests if work.service else None
        if source is None or read is None:
            continue
        steps: Steps = ("fleet", "work", name, "trace" if work.trace is not None else "service")
        changed = {} if work.trace is None or work.trace.jobs is None else work.trace.jobs.changed
        for what, rows in (("left out of", read.left_out), ("changed in", changed)):
            if rows:
                yield oddity(steps, f"rows {what} {source.file}: {rows_in_words(rows)}", "fine if meant")


def models_not_there(plant: Scenario) -> Iterator[Finding]:
    """A trace that asks for GPU models which the hall has not: such jobs run on any."""
    here = gpus_by_model(plant)
    for name, work in plant.fleet.work.items():
        models = work.trace.jobs.gpu_models if work.trace is not None and work.trace.jobs is not None else ()
        missing = [model for model in models if model and model.split("|")[0] not in here]
        if missing and plant.hall is not None:
            message = f"jobs ask for {', '.join(missing[:5])}, which the hall has not: they run on any GPU"
            yield oddity(("fleet", "work", name, "trace"), message, "fine if meant")


def draw_of_a_shared_class(plant: Scenario) -> Iterator[Finding]:
    """A draw that follows a service's requests is that of its whole class."""
    fleet = plant.fleet
    for name, work in fleet.work.items():
        if work.service is None or work.service.unloaded_draw >= 1.0:
            continue
        klass = work.service.job_class
        others = [f"gpu_jobs {index}" for index, job in enumerate(plant.gpu_jobs) if job.job_class == klass]
        others += [f"demand {key}" for key, demand in fleet.demand.items() if demand.job_class == klass]
        sources = {key: other.trace or other.model for key, other in fleet.work.items()}
        others += [
            f"work {key}"
            for key, source in sources.items()
            if source is not None and klass in (source.job_class, *source.job_classes.values())
        ]
        if others:
            message = f"the draw of {klass} follows these requests, but {', '.join(others[:3])} is of that class too"
            remedy = "give the service a class of its own (power: names the class that it draws like)"
            yield error(("fleet", "work", name, "service", "unloaded_draw"), message, remedy)


RULES = (draw_of_a_shared_class, unknown_classes, jobs_that_never_fit, rows_left_out, models_not_there)
