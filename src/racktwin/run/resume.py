"""Go on with a run that was cut short: the replications that are missing, then its KPIs and marginal values."""

from __future__ import annotations

from pathlib import Path

from racktwin.errors import RunError
from racktwin.results import RunFolder, RunWriter

from .chain import compile_chain
from .experiment import Report, complete


def resume_run(path: str | Path, *, jobs: int = 2, progress: Report | None = None, marginals: bool = True) -> RunFolder:
    """Finish the interrupted or failed run in the folder ``path``, as if it had never stopped.

    A replication's random numbers depend on its number and the seed alone, so the tables are the bytes that an
    uninterrupted run would have written. Raises RunError if the run is finished, damaged, or ran by rules.
    """
    run = RunFolder.open(path)
    if run.manifest.status == "finished":
        raise RunError(f"{run.folder} is finished\n    → there is nothing to resume")
    if run.manifest.rules:
        named = ", ".join(f"{rule.name} at {center}" for center, rule in run.manifest.rules.items())
        raise RunError(f"{run.folder} ran by rules that it does not hold: {named}\n    → run the scenario again")
    chain = compile_chain(run.scenario)
    writer = RunWriter.resume(run)
    return complete(chain, writer, jobs, progress or (lambda step: None), marginals)
