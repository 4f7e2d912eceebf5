"""The folder a server works in: its runs and scenario files, and nothing outside it.

Runs are the folders with a manifest directly below the workspace or below its ``runs``; scenario files are those of
``scenarios`` and of the workspace itself. Names are checked and paths resolved: neither ``..`` nor a link leads out.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

from racktwin.results.manifest import MANIFEST_NAME, Manifest, read_manifest, write_atomically

from .problems import ApiError

_RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z")
_SCENARIO_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,75}\.(yaml|yml|json|toml)\Z")
_MOST_SHOWN = 5000


@dataclass
class Workspace:
    """Runs and scenarios below ``root``."""

    root: Path
    _manifests: dict[Path, tuple[tuple[int, int], Manifest]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.root = self.root.resolve()

    @property
    def runs_folder(self) -> Path:
        """Where new runs go."""
        return self.root / "runs"

    def run_names(self) -> list[str]:
        """Names of all runs; one name in both places means the one below ``runs``."""
        found = {
            entry.name
            for place in (self.root, self.runs_folder)
            for entry in _entries(place)
            if _RUN_NAME.match(entry.name) and self._inside(Path(entry.path) / MANIFEST_NAME)
        }
        return sorted(found)[:_MOST_SHOWN]

    def run_path(self, name: str) -> Path:
        """The folder of a run; ApiError 404 if there is none of that name."""
        if _RUN_NAME.match(name):
            for place in (self.runs_folder, self.root):
                if self._inside(place / name / MANIFEST_NAME):
                    return place / name
        known = self.run_names()
        raise ApiError(404, f"there is no run {name[:80]!r}", f"choose from {', '.join(known[:8]) or 'none'}")

    def manifest(self, name: str) -> Manifest:
        """The manifest of a run as it stands; read again only when its file changed."""
        path = self.run_path(name)
        stat = (path / MANIFEST_NAME).stat()
        version = (stat.st_mtime_ns, stat.st_ino)
        with self._lock:
            known = self._manifests.get(path)
        if known and known[0] == version:
            return known[1]
        manifest = read_manifest(path)
        with self._lock:
            self._manifests[path] = (version, manifest)
        return manifest

    def new_run_path(self, wanted: str) -> Path:
        """A free folder for a new run: ``wanted``, or ``wanted-2`` …; it is made, so that nobody else takes it."""
        if not _RUN_NAME.match(wanted):
            raise ApiError(422, f"{wanted[:80]!r} cannot name a run", "use letters, digits, '.', '_' and '-'")
        self.runs_folder.mkdir(exist_ok=True)
        if not self.runs_folder.resolve().is_relative_to(self.root):
            raise ApiError(409, "the folder 'runs' leads out of the workspace", "replace the link by a folder")
        for number in range(1, 10_000):
            path = self.runs_folder / (wanted if number == 1 else f"{wanted[:74]}-{number}")
            if not (self.root / path.name).exists():
                try:
                    path.mkdir()
                    return path
                except FileExistsError:
                    continue
        raise ApiError(409, f"there are too many runs named {wanted!r}", "choose another name")

    def scenario_names(self) -> list[str]:
        """Names of the scenario files."""
        found = {
            entry.name
            for place in (self.root, self.root / "scenarios")
            for entry in _entries(place)
            if _SCENARIO_NAME.match(entry.name) and self._inside(Path(entry.path))
        }
        return sorted(found)[:_MOST_SHOWN]

    def scenario_path(self, name: str) -> Path:
        """The file of a scenario; ApiError 404 if there is none of that name."""
        if _SCENARIO_NAME.match(name):
            for place in (self.root / "scenarios", self.root):
                if self._inside(place / name):
                    return place / name
        raise ApiError(
            404, f"there is no scenario file {name[:80]!r}", f"choose from {', '.join(self.scenario_names()[:8])}"
        )

    def save_scenario(self, name: str, text: str, version: str | None) -> str:
        """Write a scenario file in one step and return its new version.

        ``version`` must be that of the file as it stands (None: there is none yet), else ApiError 412: whoever saved
        meanwhile would lose the change.
        """
        if not _SCENARIO_NAME.match(name):
            raise ApiError(422, f"{name[:80]!r} cannot name a scenario file", "use a name such as plant.yaml")
        with self._lock:
            try:
                path = self.scenario_path(name)
                current: str | None = version_of(path.read_bytes())
            except ApiError:
                path, current = self.root / "scenarios" / name, None
                if path.exists() or path.is_symlink():
                    raise ApiError(409, f"{name!r} is taken by something else", "choose another name") from None
            if current != version:
                raise ApiError(
                    412, f"{name!r} was changed or made meanwhile", "load it again, and put your change on top"
                )
            path.parent.mkdir(exist_ok=True)
            if not path.parent.resolve().is_relative_to(self.root):
                raise ApiError(409, "the folder 'scenarios' leads out of the workspace", "replace the link by a folder")
            content = text.encode()
            write_atomically(path, content)
            return version_of(content)

    def _inside(self, path: Path) -> bool:
        """Whether there is a file at ``path`` that really lies in the workspace."""
        try:
            resolved = path.resolve()
            return resolved.is_relative_to(self.root) and resolved.is_file()
        except (OSError, RuntimeError):
            return False


def version_of(content: bytes) -> str:
    """A short name for exactly this content."""
    return hashlib.sha256(content).hexdigest()[:32]


def _entries(place: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            return list(entries)
    except OSError:
        return []
