"""One experiment: replications of a scenario in threads, their tables, KPIs and marginal values in a run folder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

import pyarrow as pa

from racktwin.engines.line import DispatchRule
from racktwin.kpi import compute, pair_means
from racktwin.model import Scenario
from racktwin.results import RunFolder, RunWriter
from racktwin.results.manifest import RuleRecord
from racktwin.results.memory import return_freed_memory
from racktwin.scenario import ScenarioFile

from .chain import Chain, compile_chain
from .marginal import marginal_values


@dataclass(frozen=True)
class Progress:
    """What is being done, and how much of it is finished."""

    stage: Literal["loading kernels (compiled once per version)", "replications", "KPIs", "marginal values"]
    done: int
    total: int


Report = Callable[[Progress], None]


def run_scenario(
    file: ScenarioFile,
    out: str | Path,
    *,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int = 2,
    progress: Report | None = None,
    marginals: bool = True,
    rules: Mapping[str, DispatchRule] | None = None,
) -> RunFolder:
    """Simulate the scenario into the new folder ``out``, with ``jobs`` replications at a time.

    ``replications`` and ``seed`` default to the scenario's. ``rules`` order the queues of some work centers, or decide
    ``fleet.order``, ``fleet.placement`` or ``fleet.cap`` in the hall.
    After Ctrl-C the replications that are done are kept and evaluated, and the manifest's status is ``interrupted``.
    Raises RunError if the folder is taken.
    """
    scenario = file.scenario
    seed = scenario.seed if seed is None else seed
    planned = int(scenario.replications if replications is None else replications)
    report = progress or (lambda step: None)
    chain = compile_chain(scenario, rules)
    writer = RunWriter.create(
        Path(out), file.document, file.files, seed=seed, replications=planned, rules=_rule_records(rules or {})
    )
    return complete(chain, writer, jobs, report, marginals)


def complete(chain: Chain, writer: RunWriter, jobs: int, report: Report, marginals: bool) -> RunFolder:
    """Write the planned replications that are missing, evaluate the run and say in its manifest how it ended."""
    marginals = marginals and chain.line is not None
    try:
        is_whole = _replicate_all(chain, writer, jobs, report)
        if (run := writer.run).replications:
            is_whole = _evaluate(run, writer, is_whole and marginals, jobs, report, chain.rules) and is_whole
    except BaseException:
        writer.finish("failed")
        raise
    writer.finish("finished" if is_whole else "interrupted")
    return writer.run


def _rule_records(rules: Mapping[str, DispatchRule]) -> dict[str, RuleRecord]:
    return {
        center: RuleRecord(name=rule.name, door="compiled" if rule.is_compiled else "python", sha256=rule.digest)
        for center, rule in rules.items()
    }


def _evaluate(
    run: RunFolder,
    writer: RunWriter,
    with_marginals: bool,
    jobs: int,
    report: Report,
    rules: Mapping[str, DispatchRule],
) -> bool:
    """Derive KPIs and marginal values from the replications; False if Ctrl-C cut that short."""
    try:
        report(Progress("KPIs", 0, 0))
        return_freed_memory()
        kpis = compute(run, jobs)
        writer.write_extra("kpis", pair_means(kpis) if run.scenario.antithetic else kpis)
        if with_marginals:
            values = marginal_values(
                run, kpis, jobs, lambda done, total: report(Progress("marginal values", done, total)), rules
            )
            writer.write_extra("marginals", values)
    except KeyboardInterrupt:
        return False
    return True


def simulate_tables(scenario: Scenario, replications: int, seed: int) -> list[dict[str, pa.Table]]:
    """The tables of each replication, in memory."""
    chain = compile_chain(scenario)
    return [chain.replicate(replication, seed) for replication in range(replications)]


def _replicate_all(chain: Chain, writer: RunWriter, jobs: int, report: Report) -> bool:
    """Whether all were done; False after Ctrl-C."""
    manifest = writer.run.manifest
    planned, seed = manifest.replications_planned, manifest.seed
    missing = [number for number in range(planned) if number not in manifest.replications_done]
    stopped = threading.Event()

    def one(replication: int) -> None:
        if not stopped.is_set():
            with writer.replication(replication) as rows:
                chain.replicate_into(rows.add, replication, seed)

    # not concurrent.futures.wait: interrupted, it leaves futures locked, and the threads that end them wait for ever
    finished: SimpleQueue[Future[None]] = SimpleQueue()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            report(Progress("loading kernels (compiled once per version)", 0, 0))
            for replication in missing:
                pool.submit(one, replication).add_done_callback(finished.put)
            for left in range(len(missing) - 1, -1, -1):
                finished.get().result()
                report(Progress("replications", planned - left, planned))
        except KeyboardInterrupt:
            stopped.set()
            return False
        except BaseException:
            stopped.set()
            raise
    return True
