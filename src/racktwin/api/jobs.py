"""Runs started from the browser: each in a process of its own, known on disk, cancelled and resumed.

A worker holds the lock of its job while it lives and is told by the end of its standard input that the server is gone;
it then keeps the replications that are done. A server that starts looks for jobs that nobody holds and marks their runs
as interrupted.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from fastapi import Request

from racktwin.errors import RacktwinError
from racktwin.results.manifest import read_manifest, write_atomically, write_manifest

from .job_lock import is_held
from .problems import ApiError
from .workspace import Workspace

State = Literal["queued", "running", "finished", "interrupted", "failed"]
_MOST_WAITING = 20
_MOST_KEPT = 200


@dataclass(frozen=True)
class Job:
    """One run that was asked for, and how far it is."""

    id: str
    run: str
    kind: Literal["run", "resume"]
    state: State
    created_utc: str
    stage: str = ""
    done: int = 0
    total: int = 0
    message: str = ""


class Jobs:
    """Starts workers, at most ``most`` at a time, and tells ``publish`` whatever changes."""

    def __init__(self, workspace: Workspace, most: int, publish: Callable[[str, dict[str, Any]], None]) -> None:
        self._workspace = workspace
        self._folder = workspace.root / ".racktwin" / "jobs"
        self._most = most
        self._publish = publish
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, dict[str, Any]] = {}
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._cancelled: set[str] = set()
        self._recover()

    def list(self) -> list[Job]:
        """All jobs, the newest first."""
        with self._lock:
            self._end_orphans()
            return sorted(self._jobs.values(), key=lambda job: (job.created_utc, job.id), reverse=True)

    def get(self, job_id: str) -> Job:
        """The job of that id; ApiError 404."""
        with self._lock:
            self._end_orphans()
            if job_id not in self._jobs:
                raise ApiError(404, f"there is no job {job_id[:40]!r}", "see /api/jobs")
            return self._jobs[job_id]

    def start(self, kind: Literal["run", "resume"], run_path: Path, task: dict[str, Any]) -> Job:
        """Queue a job that writes to ``run_path``; ApiError 409 if the run is being written, 429 if too many wait."""
        with self._lock:
            self._end_orphans()
            alive = [job for job in self._jobs.values() if job.state in ("queued", "running")]
            if any(job.run == run_path.name for job in alive):
                raise ApiError(409, f"run {run_path.name!r} is being written", "wait for it, or cancel it")
            if len(alive) >= _MOST_WAITING:
                raise ApiError(429, "too many runs wait already", "wait for one to end, or cancel one")
            now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
            job = Job(secrets.token_hex(8), run_path.name, kind, "queued", now)
            self._tasks[job.id] = {**task, "kind": kind, "folder": str(run_path), "lock": str(self._lock_path(job.id))}
            self._keep(job)
            self._start_next()
            return self._jobs[job.id]

    def cancel(self, job_id: str) -> Job:
        """Stop a job; the replications that are done are kept. ApiError 409 if it has ended."""
        with self._lock:
            job = self.get(job_id)
            if job.state == "queued":
                self._drop_empty(job)
                self._keep(replace(job, state="interrupted", message="cancelled before it began"))
            elif job.state == "running" and job_id in self._processes:
                again = job_id in self._cancelled
                self._cancelled.add(job_id)
                process = self._processes[job_id]
                process.kill() if again else process.send_signal(signal.SIGINT)
                self._keep(replace(job, message="cancelling"))
            else:
                raise ApiError(409, f"job {job_id} has ended: {job.state}", "resume its run to go on")
            return self._jobs[job_id]

    def close(self) -> None:
        """End all workers in order; what they have done stays."""
        with self._lock:
            processes = list(self._processes.values())
            self._tasks.clear()
        for process in processes:
            with contextlib.suppress(OSError):
                if process.stdin:
                    process.stdin.close()
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)

    def _start_next(self) -> None:
        waiting = [job for job in self._jobs.values() if job.state == "queued" and job.id in self._tasks]
        while waiting and len(self._processes) < self._most:
            job = waiting.pop(0)
            command = [sys.executable, "-m", "racktwin.api.worker"]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                start_new_session=True, cwd=self._workspace.root,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip
            self._processes[job.id] = process
            self._keep(replace(job, state="running", stage="starting"))
            threading.Thread(target=self._follow, args=(job.id, process, self._tasks.pop(job.id)), daemon=True).start()

    def _follow(self, job_id: str, process: subprocess.Popen[str], task: dict[str, Any]) -> None:
        """Read what a worker tells until it ends."""
        told: dict[str, Any] = {}
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(task) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                told = json.loads(line)
                if "stage" in told:
                    with self._lock:
                        job = self._jobs[job_id]
                        self._keep(
                            replace(job, stage=told["stage"], done=told["done"], total=told["total"]), on_disk=False
                        )
        except (OSError, ValueError):
            pass
        process.wait()
        with self._lock:
            self._processes.pop(job_id, None)
            self._end(self._jobs[job_id], told)
            self._start_next()

    def _end(self, job: Job, told: dict[str, Any]) -> None:
        state: State = told.get("status", "interrupted" if job.id in self._cancelled else "failed")
        message = told.get("message", "" if "status" in told else "the worker ended without a word")
        if "status" not in told:
            self._mark_interrupted(job.run)
        self._drop_empty(job)
        self._keep(replace(job, state=state, stage="", message=message))

    def _drop_empty(self, job: Job) -> None:
        with contextlib.suppress(OSError):
            (self._workspace.runs_folder / job.run).rmdir()  # fails unless nothing was written

    def _mark_interrupted(self, run: str) -> None:
        with contextlib.suppress(ApiError, RacktwinError, OSError):
            path = self._workspace.run_path(run)
            manifest = read_manifest(path)
            if manifest.status == "running":
                ended = {"status": "interrupted", "finished_utc": dt.datetime.now(dt.UTC)}
                write_manifest(path, manifest.model_copy(update=ended))

    def _keep(self, job: Job, on_disk: bool = True) -> None:
        self._jobs[job.id] = job
        if on_disk:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._folder / f"{job.id}.json", json.dumps(asdict(job)).encode())
        self._publish("job", asdict(job))

    def _recover(self) -> None:
        for path in sorted(self._folder.glob("*.json"), key=lambda found: found.stat().st_mtime)[-_MOST_KEPT:]:
            try:
                job = Job(**json.loads(path.read_bytes()))
            except (OSError, ValueError, TypeError):
                continue
            self._jobs[job.id] = job
        self._end_orphans()

    def _end_orphans(self) -> None:
        """Jobs of a server that ended are over once their worker, which may outlive it for a while, is gone too."""
        for job in list(self._jobs.values()):
            is_ours = job.id in self._processes or job.id in self._tasks
            if job.state in ("queued", "running") and not is_ours and not is_held(self._lock_path(job.id)):
                self._mark_interrupted(job.run)
                self._drop_empty(job)
                self._keep(replace(job, state="interrupted", stage="", message="the server ended"))

    def _lock_path(self, job_id: str) -> Path:
        return self._folder / f"{job_id}.lock"


def jobs_of(request: Request) -> Jobs:
    """The jobs of this server."""
    found: Jobs = request.app.state.jobs
    return found
