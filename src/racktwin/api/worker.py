"""The process that simulates one run for the server: ``python -m racktwin.api.worker``.

The first line of its standard input is the task; the end of the input means that the server is gone. It answers one
JSON object per line: ``stage, done, total`` as it goes on, ``status`` and ``message`` at its end.
"""

from __future__ import annotations

import _thread
import json
import sys
import threading
from pathlib import Path
from typing import Any

from racktwin.errors import RacktwinError

from .job_lock import hold


def main() -> None:
    """Do the task; whatever happens, the last line says how it ended."""
    task = json.loads(sys.stdin.readline())
    held = hold(Path(task["lock"]))
    threading.Thread(target=_interrupt_at_end_of_input, daemon=True).start()
    try:
        status, message = _work(task), ""
    except KeyboardInterrupt:
        status, message = "interrupted", "no replication was done yet"
    except RacktwinError as error:
        status, message = "failed", str(error)
    except Exception as error:
        status, message = "failed", f"{type(error).__name__}: {error}"
    _tell({"status": status, "message": message, "lock": held})


def _interrupt_at_end_of_input() -> None:
    for _ in sys.stdin:
        pass
    _thread.interrupt_main()


def _work(task: dict[str, Any]) -> str:
    from racktwin.results.memory import do_without_pandas, keep_memory_small

    keep_memory_small()
    do_without_pandas()
    from racktwin.run import Progress, resume_run, run_scenario
    from racktwin.scenario import ScenarioFile, SourceFile, scenario_from_document

    def progress(step: Progress) -> None:
        _tell({"stage": step.stage, "done": step.done, "total": step.total})

    settings: dict[str, Any] = {"jobs": task["jobs"], "marginals": task["marginals"], "progress": progress}
    if task["kind"] == "resume":
        run = resume_run(task["folder"], **settings)
    else:
        document = task["document"]
        files = tuple(SourceFile(**file) for file in task["files"])
        file = ScenarioFile(scenario_from_document(document), document, files, ())
        chosen = {"replications": task["replications"], "seed": task["seed"]}
        run = run_scenario(file, task["folder"], **chosen, **settings)
    if run.replications and task["report"]:
        from racktwin.report import write_report

        _tell({"stage": "report", "done": 0, "total": 0})
        write_report(run)
    return run.manifest.status


def _tell(told: dict[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    except OSError:
        pass  # the server is gone; what is on disk says the rest


if __name__ == "__main__":
    main()
