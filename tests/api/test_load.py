"""Many people at once, and people who are slow on purpose: the server answers the others."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from .live import Server, serving

_VIEWS = (
    "/api/runs", "/api/runs/plant", "/api/runs/plant/kpis", "/api/runs/plant/tables/operations?sort=-start_s",
    "/api/runs/plant/series/limits", "/api/runs/plant/schedule", "/api/compare?run=plant&run=other",
)  # fmt: skip
pytestmark = pytest.mark.slow


@pytest.fixture
def server(workspace: Path) -> Iterator[Server]:
    with serving(workspace) as server:
        yield server


def test_a_hundred_clients_are_answered_within_a_second_while_as_many_slow_ones_hang(server: Server) -> None:
    """The slow: half a request line, headers that never end, a body that stops."""
    for view in _VIEWS:
        server.call(view)
    with _slow_clients(server) as slow:
        begun = time.perf_counter()
        assert server.call("/api/runs")["total"] == 3
        assert time.perf_counter() - begun < 2
        with ThreadPoolExecutor(100) as pool:
            times = list(pool.map(partial(_look_s, server), range(400)))
        assert np.quantile(times, 0.95) < 1.0
        answer = b"".join(iter(lambda: slow[2].recv(4000), b""))  # the body that stopped
        assert b" 408 " in answer.split(b"\r\n", 1)[0]
        assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["error"]["code"] == "too_slow"
    assert server.call("/api/health")


def _look_s(server: Server, number: int) -> float:
    """How long one of the views takes."""
    begun = time.perf_counter()
    with urllib.request.urlopen(server.address + _VIEWS[number % len(_VIEWS)], timeout=60) as answer:
        assert answer.status == 200
        answer.read()
    return time.perf_counter() - begun


@contextmanager
def _slow_clients(server: Server) -> Iterator[list[socket.socket]]:
    """A hundred connections, less one, that have begun a request and go no further."""
    place = urlsplit(server.address)
    beginnings = (
        b"GET /api/ru",
        b"GET /api/runs HTTP/1.1\r\nHost: localhost\r\nX-Long: ",
        b"POST /api/check HTTP/1.1\r\nHost: localhost\r\nX-Racktwin: 1\r\nContent-Length: 500\r\n\r\n{",
    )
    with ExitStack() as stack:
        slow = []
        for number in range(99):
            one = socket.create_connection((place.hostname or "", place.port or 0), timeout=20)
            slow.append(stack.enter_context(one))
            one.sendall(beginnings[number % 3])
        yield slow
