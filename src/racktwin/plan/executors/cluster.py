"""A Dask cluster: the extra ``dist``. A worker that dies takes no result with it: the scheduler asks another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from racktwin.errors import RacktwinError

from .base import MOST_ATTEMPTS, Outcome


class DaskCluster:
    """The workers of the scheduler at ``address`` (``tcp://host:port``), which must have this racktwin installed."""

    def __init__(self, address: str, timeout_s: float = 20.0) -> None:
        self.address, self._timeout_s = address, timeout_s

    def run(self, work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Outcome]:
        """Results are fetched as they come and held by no worker. RacktwinError where nobody answers."""
        from distributed import Client, as_completed

        try:
            client = Client(self.address, timeout=self._timeout_s)  # type: ignore[no-untyped-call]
        except (OSError, ValueError, TimeoutError) as error:
            raise RacktwinError(
                f"no Dask scheduler answers at {self.address}: {error}\n"
                "    → start one: dask scheduler; dask worker ADDRESS"
            ) from None
        with client:
            futures = [
                client.submit(work, task, pure=False, retries=MOST_ATTEMPTS, key=f"racktwin-{client.id}-{number}")
                for number, task in enumerate(tasks)
            ]
            number_of = {future.key: number for number, future in enumerate(futures)}
            try:
                for future in as_completed(futures):  # type: ignore[no-untyped-call]
                    number = number_of[future.key]
                    failure = future.exception()
                    if failure is None:
                        yield Outcome(number, future.result())
                    else:
                        yield Outcome(number, failure=f"{type(failure).__name__}: {failure}")
                    future.release()
            finally:
                client.cancel(futures, force=True)  # type: ignore[no-untyped-call]
