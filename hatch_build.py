"""The wheel's build hook: pages that are not built yet are built, so that an installed racktwin needs no node."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesHook(BuildHookInterface[Any]):
    """Builds the web app into wheel and sdist; an editable install leaves that to ``scripts/pages``."""

    def dependencies(self) -> list[str]:
        """The node of PyPI, only where pages are to be built and the machine has none."""
        pages = _pages(Path(self.root))
        return [] if self._is_skipped() or pages.is_current() or pages.has_node() else [pages.NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before files are collected. RACKTWIN_PAGES=skip leaves the pages out (the HTTP API works without)."""
        if version != "editable" and not self._is_skipped():
            _pages(Path(self.root)).build()

    @staticmethod
    def _is_skipped() -> bool:
        return os.environ.get("RACKTWIN_PAGES") == "skip"


def _pages(root: Path) -> Any:
    spec = importlib.util.spec_from_file_location("build_pages", root / "web" / "build_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
