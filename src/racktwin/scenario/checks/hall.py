"""The hall and its work: names, sizes and limits that must agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from racktwin.model import HallEvent, Scenario
from racktwin.reference import gpu_models, job_classes
from racktwin.scenario.document import Steps
from racktwin.scenario.hall_size import gpus_by_model, kind_of_model
from racktwin.spelling import did_you_mean

from .finding import Finding, error, oddity
from .look import feeds_above, hall_racks, kilowatts, loops_above

_SLACK = 1.0 + 1e-9


def unknown_names(plant: Scenario) -> Iterator[Finding]:
    """A name that nothing has."""
    nodes = plant.hall.compute_nodes if plant.hall else {}
    mentions: list[tuple[Steps, str | None, str, Collection[str]]] = []
    known: Collection[str]
    for name, rack in hall_racks(plant).items():
        steps: Steps = ("hall", "racks", name)
        mentions.append(((*steps, "compute_node"), rack.compute_node, "compute node", nodes))
        mentions += [((*steps, "feeds", i), feed, "feed", plant.feeds) for i, feed in enumerate(rack.feeds)]
        loops = enumerate(rack.cooling_loops)
        mentions += [((*steps, "cooling_loops", i), loop, "cooling loop", plant.cooling_loops) for i, loop in loops]
        mentions.append(((*steps, "part"), rack.part, "part", plant.parts))
    feeds_here, loops_here = _of_the_hall(plant)
    fleet = plant.fleet
    for name, demand in fleet.demand.items():
        mentions.append((("fleet", "demand", name, "job_class"), demand.job_class, "job class", fleet.job_classes))
    for index, job in enumerate(plant.gpu_jobs):
        mentions.append((("gpu_jobs", index, "job_class"), job.job_class, "job class", fleet.job_classes))
    for index, event in enumerate(fleet.events):
        steps = ("fleet", "events", index)
        mentions.append(((*steps, "feed"), event.feed, "feed of the hall", feeds_here))
        mentions.append(((*steps, "cooling_loop"), event.cooling_loop, "cooling loop of the hall", loops_here))
        mentions.append(((*steps, "job_class"), event.job_class, "job class", fleet.job_classes))
        mentions.append(((*steps, "rack"), event.rack, "rack", hall_racks(plant)))
    for key in ("ramp", "ramp_down", "floor"):
        for name in getattr(fleet.power, key):
            mentions.append((("fleet", "power", key, name), name, "feed of the hall", feeds_here))
    for name, hours in fleet.hours.items():
        steps = ("fleet", "hours", name)
        mentions.append(((*steps, "feed"), hours.feed, "feed of the hall", feeds_here))
        for index, klass in enumerate(hours.job_classes):
            mentions.append(((*steps, "job_classes", index), klass, "job class", fleet.job_classes))
    for name, failure in fleet.failures.items():
        by_kind: dict[str, Collection[str]] = {
            "feed": feeds_here,
            "cooling_loop": loops_here,
            "rack": hall_racks(plant),
        }
        what = "compute_node" if failure.of == "gpu" else failure.of
        known = by_kind.get(what, nodes)
        mentions.append((("fleet", "failures", name, "name"), failure.name, _called(what), known))
    for where, given, kind, known_names in mentions:
        if given is not None and given not in known_names:
            known_kind = f"known {kind.removesuffix(' of the hall')}s"
            yield error(where, f"unknown {kind} {given!r}", did_you_mean(given, known_names, known_kind))


def _of_the_hall(plant: Scenario) -> tuple[Collection[str], Collection[str]]:
    """Feeds and cooling loops that the hall's racks hang on: its events and rules know no others."""
    racks = hall_racks(plant).values()
    is_told = any(feed not in plant.feeds for rack in racks for feed in rack.feeds)
    is_told |= any(loop not in plant.cooling_loops for rack in racks for loop in rack.cooling_loops)
    if plant.hall is None or is_told:
        return plant.feeds, plant.cooling_loops
    return sorted(plant.hall_feeds & set(plant.feeds)), sorted(plant.hall_loops & set(plant.cooling_loops))


def _called(what: str) -> str:
    return what.replace("_", " ") + (" of the hall" if what in ("feed", "cooling_loop") else "")


def work_without_hall(plant: Scenario) -> Iterator[Finding]:
    """GPU jobs need a hall to run in."""
    if plant.hall is None:
        for key, is_there in (
            ("gpu_jobs", bool(plant.gpu_jobs)),
            ("fleet", bool(plant.fleet.demand or plant.fleet.work)),
        ):
            if is_there:
                yield error(
                    (key,),
                    "there are GPU jobs, but no hall for them to run in",
                    f"describe the hall, or leave out {key}",
                )


def hall_without_work(plant: Scenario) -> Iterator[Finding]:
    """A hall with nothing to do."""
    if plant.hall is not None and not plant.gpu_jobs and not plant.fleet.demand and not plant.fleet.work:
        yield oddity(("hall",), "no GPU jobs: the hall stands idle", "add work or demand to fleet, or gpu_jobs")


def domain_of_other_size(plant: Scenario) -> Iterator[Finding]:
    """An NVLink domain is made of whole compute nodes; a rack of whole domains."""
    for name, node in (plant.hall.compute_nodes if plant.hall else {}).items():
        domain = node.nvlink_domain
        if domain is not None and (node.gpus == 0 or domain % node.gpus):
            message = f"an NVLink domain of {int(domain)} GPUs is not made of whole nodes of {int(node.gpus)}"
            yield error(("hall", "compute_nodes", name, "nvlink_domain"), message, "a multiple of gpus")
        if node.gpus > 60:
            message = f"{int(node.gpus)} GPUs in one compute node; at most 60"
            yield error(("hall", "compute_nodes", name, "gpus"), message, "make the tray the compute node")


def model_of_several_kinds(plant: Scenario) -> Iterator[Finding]:
    """Jobs that name a GPU model run in one kind of compute node."""
    chosen = kind_of_model(plant)
    for kind, node in (plant.hall.compute_nodes if plant.hall else {}).items():
        if chosen[node.gpu_model] != kind:
            message = f"jobs that name {node.gpu_model} run in {chosen[node.gpu_model]} only, which has it too"
            remedy = "fine if meant: jobs that name no model run in either. Otherwise make them one kind"
            yield oddity(("hall", "compute_nodes", kind, "gpu_model"), message, remedy)


def job_larger_than_hall(plant: Scenario) -> Iterator[Finding]:
    """A job that no hall of this size could ever run."""
    sizes = gpus_by_model(plant)
    if plant.hall is None:
        return
    for index, job in enumerate(plant.gpu_jobs):
        models = job.gpu_model.split("|") if job.gpu_model else list(sizes)
        most = max((sizes[model] for model in models if model in sizes), default=0)
        if job.gpus > most:
            message = f"needs {job.gpus:g} GPUs, but the hall has {most} of one kind that fit"
            yield error(("gpu_jobs", index, "gpus"), message, "leave the job out, or enlarge the hall")
    for name, demand in plant.fleet.demand.items():
        if abs(sum(p for _, p in demand.gpus) - 1.0) > 1e-9:
            yield error(("fleet", "demand", name, "gpus"), "the probabilities do not add up to 1", "make them")
        if max(size for size, _ in demand.gpus) > max(sizes.values(), default=0):
            message = f"jobs of {max(size for size, _ in demand.gpus):g} GPUs do not fit the hall"
            yield error(("fleet", "demand", name, "gpus"), message, "enlarge the hall, or leave that size out")


def unknown_power(plant: Scenario) -> Iterator[Finding]:
    """Draws come from measured tables, by class of job and GPU model."""
    if plant.hall is None:
        return
    for name, node in plant.hall.compute_nodes.items():
        if node.gpus > 0 and table_model(node.gpu_model) not in gpu_models():
            where = ("hall", "compute_nodes", name, "gpu_model")
            yield error(where, f"no power table for {node.gpu_model!r}", f"choose from {', '.join(gpu_models())}")
    for name, klass in plant.fleet.job_classes.items():
        if (klass.power or name) not in job_classes():
            where = ("fleet", "job_classes", name, "power")
            message = f"no power table for the class {klass.power or name!r}"
            yield error(where, message, f"power: one of {', '.join(job_classes())}")


def table_model(gpu_model: str) -> str:
    """The GPU model under which the power tables know it."""
    return {"V100M16": "V100", "V100M32": "V100"}.get(gpu_model, gpu_model)


def rules_that_disagree(plant: Scenario) -> Iterator[Finding]:
    """Rules that do not work together."""
    rules = plant.fleet.scheduling
    where: Steps = ("fleet", "scheduling")
    if rules.preemption and rules.order != "priority":
        message = f"preemption goes by priority, but the order is {rules.order}"
        yield error((*where, "preemption"), message, "order: priority, or no preemption")
    if rules.backfill == "conservative" and rules.order == "fair_share":
        message = "conservative backfill promises a start, which fair share would take back"
        yield error((*where, "backfill"), message, "backfill: easy, or another order")


def repeated_jobs(plant: Scenario) -> Iterator[Finding]:
    """Two listed jobs of one name."""
    seen: set[str] = set()
    for index, job in enumerate(plant.gpu_jobs):
        if job.job and job.job in seen:
            yield error(("gpu_jobs", index, "job"), f"a second job is named {job.job!r}", "give each a name of its own")
        seen.add(job.job)


def event_without_target(plant: Scenario) -> Iterator[Finding]:
    """An event must say what it concerns, and caps need a policy that caps."""
    wanted = {"limit": "feed or cooling_loop", "trip": "feed or cooling_loop", "lose_feed": "feed", "hold": "job_class"}
    wanted["drain"] = "rack"
    for index, event in enumerate(plant.fleet.events):
        if event.kind in wanted and not _has_target(event, wanted[event.kind]):
            yield error(("fleet", "events", index), f"{event.kind} of what?", f"add {wanted[event.kind]}")
        rule = plant.fleet.power.rule
        if event.kind == "cap" and rule not in ("uniform", "water_filling"):
            message = f"under the power rule {rule} no racks are capped in time"
            yield error(("fleet", "events", index), message, "power: {rule: uniform}, or water_filling")


def _has_target(event: HallEvent, wanted: str) -> bool:
    return any(getattr(event, key) is not None for key in wanted.split(" or "))


def idle_racks_exceed_limit(plant: Scenario) -> Iterator[Finding]:
    """Racks that overload a feed or a loop by doing nothing."""
    load: dict[tuple[str, str], float] = defaultdict(float)
    for rack in hall_racks(plant).values():
        node = plant.hall.compute_nodes.get(rack.compute_node) if plant.hall else None
        if node is None:
            continue
        node_w = node.host_power_w + node.host_factor * node.gpus * node.idle_gpu_w
        watts = rack.count * (rack.overhead_w + rack.compute_nodes * node_w)
        for feed in rack.feeds:
            for name, _, factor in feeds_above(plant, feed):
                load["feeds", name] += watts * factor / len(rack.feeds)
        for loop in rack.cooling_loops:
            part = plant.parts.get(rack.part) if rack.part else None
            liquid = rack.liquid_fraction if rack.liquid_fraction is not None else part.liquid_fraction if part else 0.0
            is_liquid = loop in plant.cooling_loops and plant.cooling_loops[loop].medium == "liquid"
            for name in loops_above(plant, loop):
                load["cooling_loops", name] += watts * (liquid if is_liquid else 1.0 - liquid)
    for (kind, name), watts in load.items():
        limit_w = float(plant.feeds[name].limit_w if kind == "feeds" else plant.cooling_loops[name].heat_limit_w)
        if watts > limit_w * _SLACK:
            message = f"the idle racks of the hall ({kilowatts(watts)}) exceed its limit {kilowatts(limit_w)}"
            where = (kind, name, "limit" if kind == "feeds" else "heat_limit")
            yield error(where, message, "raise the limit, or take racks out")


def shared_with_the_line(plant: Scenario) -> Iterator[Finding]:
    """Line and hall run one after the other: a limit they share could be exceeded unseen."""
    for kind, known, of_hall, of_line in (
        ("feeds", plant.feeds, plant.hall_feeds, _line_feeds(plant)),
        ("cooling_loops", plant.cooling_loops, plant.hall_loops, _line_loops(plant)),
    ):
        for name in known:
            if name in of_hall and name in of_line:
                message = "both the line and the hall hang on it, and neither knows what the other takes"
                yield error((kind, name), message, "give the hall one of its own, with its part of the limit")


def _line_feeds(plant: Scenario) -> set[str]:
    leaves = {group.feed for center in plant.work_centers.values() for group in center.groups}
    return {name for leaf in leaves for name, _, _ in feeds_above(plant, leaf)}


def _line_loops(plant: Scenario) -> set[str]:
    leaves = {loop for center in plant.work_centers.values() for group in center.groups for loop in group.cooling_loops}
    return {name for leaf in leaves for name in loops_above(plant, leaf)}
