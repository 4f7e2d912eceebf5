"""Optional extras: what to say where one is missing."""

from __future__ import annotations

from importlib.util import find_spec

from racktwin.errors import RacktwinError


def require(module: str, extra: str, what: str) -> None:
    """RacktwinError with the way to install ``extra`` if ``module`` is not there for ``what``."""
    if find_spec(module) is None:
        raise RacktwinError(f"{what} needs {module}, which is not installed\n    → pip install 'racktwin[{extra}]'")
