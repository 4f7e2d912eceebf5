"""What happens, told to whoever listens: server-sent events with a bounded queue per listener."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

from .problems import ApiError

_LONGEST_QUEUE = 500
_MOST_LISTENERS = 200
_HEARTBEAT_S = 15.0


class Events:
    """Publishes from any thread; each listener hears what was published since it came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Queue[str]]] = set()

    def publish(self, kind: str, data: dict[str, Any]) -> None:
        """Tell every listener; one that does not keep up misses events."""
        text = f"event: {kind}\ndata: {json.dumps(data)}\n\n"
        with self._lock:
            listeners = list(self._listeners)
        for loop, queue in listeners:
            with contextlib.suppress(RuntimeError):  # its loop has ended
                loop.call_soon_threadsafe(_put, queue, text)

    def listen(self) -> AsyncIterator[str]:
        """Events as they come, and a comment now and then; ApiError 429 if too many listen."""
        with self._lock:
            if len(self._listeners) >= _MOST_LISTENERS:
                raise ApiError(429, "too many clients listen", "close some pages")
            listener = (asyncio.get_running_loop(), asyncio.Queue[str](_LONGEST_QUEUE))
            self._listeners.add(listener)
        return self._heard(listener)

    async def _heard(self, listener: tuple[asyncio.AbstractEventLoop, asyncio.Queue[str]]) -> AsyncIterator[str]:
        try:
            yield ": hello\n\n"
            while True:
                try:
                    yield await asyncio.wait_for(listener[1].get(), _HEARTBEAT_S)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            with self._lock:
                self._listeners.discard(listener)


def _put(queue: asyncio.Queue[str], text: str) -> None:
    with contextlib.suppress(asyncio.QueueFull):
        queue.put_nowait(text)
