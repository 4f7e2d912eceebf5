"""How a server is set up: its folder, where it listens, and what it accepts."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")


@dataclass(frozen=True)
class Settings:
    """One server over one workspace.

    ``token`` empty: none is asked for, which :func:`needs_token` allows on loopback only. ``host_names`` are further
    names by which clients may call the server (``Host`` header), beside those of loopback and ``host`` itself.
    """

    workspace: Path
    host: str = "127.0.0.1"
    port: int = 8451
    token: str = ""
    host_names: tuple[str, ...] = ()
    max_body_bytes: int = 4_000_000
    body_timeout_s: float = 10.0
    query_timeout_s: float = 20.0
    most_jobs: int = 1

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Names that a ``Host`` header may hold, lower case, without port."""
        named = (self.host, *self.host_names, *LOOPBACK_NAMES)
        return frozenset(name.lower() for name in named if name not in ("0.0.0.0", "::"))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
