"""The scenario's folder: the only place from which files are read, each at most so large."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from racktwin.errors import Problem, ScenarioError

from .document import Place

MAX_SCENARIO_BYTES = 2_000_000
MAX_TABLE_BYTES = 20_000_000
MAX_READS = 200


@dataclass(frozen=True)
class SourceFile:
    """A file a scenario was read from: its path within the scenario's folder, and its SHA-256."""

    path: str
    sha256: str


@dataclass
class Folder:
    """The folder around a scenario file; remembers what was read from it.

    ``shown`` is the folder as the user typed it, so that problems name files the way the user does. ``unsaved`` holds
    the content of files as an editor has them, which stands for what is on disk.
    """

    root: Path
    shown: str
    read_files: dict[str, SourceFile] = field(default_factory=dict)
    reads: int = 0
    unsaved: dict[Path, bytes] = field(default_factory=dict)

    @classmethod
    def around(cls, path: Path) -> Folder:
        """The folder that holds ``path``."""
        return cls(path.parent.resolve(), os.path.dirname(str(path)))

    def show(self, path: Path) -> str:
        """The name of a file of this folder, as the user would type it."""
        return os.path.join(self.shown, os.path.relpath(path, self.root))

    def find(self, name: str, beside: Path, asked_at: Place) -> Path:
        """The file ``name``, relative to the file ``beside``; raises ScenarioError if it lies outside the folder."""
        try:
            path = (beside.parent / name).resolve()
        except (OSError, ValueError, RuntimeError) as error:
            raise _refusal(asked_at, f"{name!r} is not a file name: {error}", "name a file of this folder") from None
        if not path.is_relative_to(self.root):
            raise _refusal(
                asked_at,
                f"{name!r} lies outside the scenario's folder",
                "move or copy the file into the folder of the scenario, and name it from there",
            )
        return path

    def read(self, path: Path, asked_at: Place, max_bytes: int) -> bytes:
        """The bytes of a file of this folder; raises ScenarioError if there is no such file or it is too large."""
        self.reads += 1
        if self.reads > MAX_READS:
            raise _refusal(asked_at, f"more than {MAX_READS} files are included", "use fewer, larger files")
        content = self.unsaved.get(path)
        if content is None:
            content = _read(path, self.show(path), asked_at, max_bytes)
        name = Path(os.path.relpath(path, self.root)).as_posix()
        self.read_files[name] = SourceFile(name, hashlib.sha256(content).hexdigest())
        return content

    def beside(self, place: Place) -> Path:
        """The file that names another at ``place``; what ``--set`` names lies beside the scenario itself."""
        for name in self.read_files:
            if self.show(self.root / name) == place.file:
                return self.root / name
        return self.root / "scenario"

    def note(self, path: Path, asked_at: Place) -> Path:
        """A file of this folder that is read piece by piece, however large: remember it, and say where it is."""
        self.reads += 1
        _require_file(path, self.show(path), asked_at)
        name = Path(os.path.relpath(path, self.root)).as_posix()
        with path.open("rb") as stream:
            self.read_files[name] = SourceFile(name, hashlib.file_digest(stream, "sha256").hexdigest())
        return path


def _require_file(path: Path, shown: str, asked_at: Place) -> None:
    if path.is_dir():
        raise _refusal(asked_at, f"{shown} is a folder", "name the file in it")
    if not path.exists():
        raise _refusal(asked_at, f"there is no file {shown}", "check the spelling and the folder")
    if not path.is_file():
        raise _refusal(asked_at, f"{shown} is not a regular file", "copy its content into a file")


def _read(path: Path, shown: str, asked_at: Place, max_bytes: int) -> bytes:
    try:
        _require_file(path, shown, asked_at)
        size = path.stat().st_size
        if size > max_bytes:
            raise _refusal(
                asked_at,
                f"{shown} has {size / 1e6:.1f} MB, more than the {max_bytes / 1e6:g} MB allowed",
                "put long lists (order_book, part_receipts, measured durations) into CSV files",
            )
        with path.open("rb") as stream:
            return stream.read(max_bytes)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _refusal(asked_at, f"{shown} cannot be read: {reason}", "check the name and its permissions") from None


def decode(content: bytes, file: str) -> str:
    """The text of a file; raises ScenarioError if it is binary or not UTF-8."""
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise _refusal(Place(file, line), "this is a binary file, not text", "give a YAML, JSON, TOML or CSV file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _refusal(
            Place(file, line), f"not UTF-8: byte 0x{content[error.start]:02x}", "save the file as UTF-8 text"
        ) from None


def _refusal(place: Place, message: str, remedy: str) -> ScenarioError:
    return ScenarioError([Problem(place.file, place.line, "", message, remedy)])
