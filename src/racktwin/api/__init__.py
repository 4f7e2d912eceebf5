"""HTTP: thin routes over the public Python API, for the web app and for scripts. Needs the extra ``web``."""

from .application import create_app
from .settings import Settings

__all__ = ["Settings", "create_app"]
