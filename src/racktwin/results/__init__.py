"""What happened: the table schemas of a run, the folder that holds it, and (:mod:`.database`) SQL over it.

The names are loaded when they are first used: an engine needs the schemas alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from racktwin.lazy_names import lazy_names

if TYPE_CHECKING:
    from .manifest import Manifest
    from .store import RunFolder, RunWriter

__all__ = ["Manifest", "RunFolder", "RunWriter"]

__getattr__ = lazy_names(__name__, {"manifest": "Manifest", "store": "RunFolder RunWriter"})
