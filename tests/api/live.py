"""A server in a process of its own, as ``racktwin serve`` starts it, and calls to it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Server:
    """``racktwin serve`` over a folder, on a free port of loopback."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "racktwin", "serve", str(folder), "--port", "0"]
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        self.process: subprocess.Popen[str] = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.address = line.rsplit(" ", 1)[-1].strip().rstrip("/")
        wait_for(lambda: self.call("/api/health") is not None)

    def call(self, path: str, body: Any = None, method: str = "") -> Any:
        """The JSON answer; None where the server is not up yet. An error answer is raised."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-Racktwin": "1", "Content-Type": "application/json"}
        request = urllib.request.Request(
            self.address + path, data, headers, method=method or ("POST" if data else "GET")
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError:
            raise
        except OSError:
            return None


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server that ends with the block."""
    server = Server(folder)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait(20)
        assert server.process.stdout is not None
        server.process.stdout.close()


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true answer of ``condition``; AssertionError if there is none in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
