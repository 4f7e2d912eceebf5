"""How many GPUs a hall holds, by model."""

from __future__ import annotations

from collections import defaultdict

from racktwin.model import GpuTrace, Scenario


def gpus_by_kind(scenario: Scenario) -> dict[str, int]:
    """GPUs of all racks of the hall, by kind of compute node; racks whose compute node is unknown are left out."""
    hall = scenario.hall
    if hall is None:
        return {}
    sizes: dict[str, int] = defaultdict(int)
    for rack in hall.racks.values():
        if rack.compute_node in hall.compute_nodes:
            gpus = hall.compute_nodes[rack.compute_node].gpus
            sizes[rack.compute_node] += int(gpus * rack.compute_nodes * rack.count)
    return dict(sizes)


def kind_of_model(scenario: Scenario) -> dict[str, str]:
    """The kind of compute node that a job gets that names a GPU model: of several the one with most GPUs.

    A job runs in nodes of one kind.
    """
    chosen: dict[str, str] = {}
    sizes = gpus_by_kind(scenario)
    for kind, node in scenario.hall.compute_nodes.items() if scenario.hall is not None else ():
        best = chosen.get(node.gpu_model)
        if best is None or sizes.get(kind, 0) > sizes.get(best, 0):
            chosen[node.gpu_model] = kind
    return chosen


def gpus_by_model(scenario: Scenario) -> dict[str, int]:
    """The GPUs of the largest job that may name each model: those of its :func:`kind_of_model`."""
    sizes = gpus_by_kind(scenario)
    return {model: sizes[kind] for model, kind in kind_of_model(scenario).items() if kind in sizes}


def largest_gpus(scenario: Scenario) -> int:
    """The GPUs of the largest job that could ever run: all of one model."""
    return max(gpus_by_model(scenario).values(), default=0)


def most_of_each(scenario: Scenario, trace: GpuTrace) -> list[int]:
    """For each job of a trace the GPUs that could ever be its own: those of its model, where the hall has that."""
    sizes, most = gpus_by_model(scenario), largest_gpus(scenario)
    jobs = trace.jobs
    if jobs is None:
        return []
    by_model = [sizes.get(model.split("|")[0], most) for model in jobs.gpu_models] or [most]
    return [by_model[code] for code in jobs.gpu_model or [0] * len(jobs.submit_s)]
