"""The checkout under test: its folder and its own files."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OWN_FOLDERS = (".ci", "benchmarks", "docs", "examples", "scripts", "src", "tests", "web")


def own_files() -> list[Path]:
    """The files git tracks; without git, all files of our folders but Python's caches."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
        paths = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [*ROOT.iterdir(), *(path for folder in _OWN_FOLDERS for path in (ROOT / folder).rglob("*"))]
    return [path for path in paths if path.is_file() and "__pycache__" not in path.parts]


def own_texts() -> dict[str, str]:
    """The text files among them, by path below the checkout."""
    texts = {}
    for path in own_files():
        content = path.read_bytes()
        if b"\0" not in content:
            texts[str(path.relative_to(ROOT))] = content.decode()
    return texts
