"""What happened: the table schemas of a run, the folder that holds it, and (:mod:`.database`) SQL over it."""

from .manifest import Manifest
from .store import RunFolder, RunWriter

__all__ = ["Manifest", "RunFolder", "RunWriter"]
