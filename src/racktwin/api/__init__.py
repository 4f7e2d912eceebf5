"""HTTP: thin routes over the public Python API, for the web app and for scripts. Needs the extra ``web``.

The public names are loaded when they are first used: a worker simulates and answers no requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from racktwin.lazy_names import lazy_names

if TYPE_CHECKING:
    from .application import create_app
    from .settings import Settings

__all__ = ["Settings", "create_app"]

__getattr__ = lazy_names(__name__, {"application": "create_app", "settings": "Settings"})
