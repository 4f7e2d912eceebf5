"""How many GPUs a hall holds, by model."""

from __future__ import annotations

from collections import defaultdict

from racktwin.model import GpuTrace, Scenario


def gpus_by_model(scenario: Scenario) -> dict[str, int]:
    """GPUs of all racks of the hall, by model; racks whose compute node is unknown are left out."""
    sizes: dict[str, int] = defaultdict(int)
    for rack in scenario.hall.racks.values() if scenario.hall is not None else ():
        node = scenario.hall.compute_nodes.get(rack.compute_node) if scenario.hall is not None else None
        if node is not None:
            sizes[node.gpu_model] += int(node.gpus * rack.compute_nodes * rack.count)
    return dict(sizes)


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
