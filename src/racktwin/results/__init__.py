"""What happened: the table schemas of a run, the folder that holds it, and SQL over it."""

from .database import query
from .manifest import Manifest
from .store import RunFolder, RunWriter

__all__ = ["Manifest", "RunFolder", "RunWriter", "query"]
