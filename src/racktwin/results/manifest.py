"""The manifest of a run folder: what was run, with what, and what has been written so far."""

from __future__ import annotations

import os
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from racktwin.errors import RunError

RUN_FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"
Status = Literal["running", "finished", "interrupted", "failed"]
_RECORDED_PACKAGES = ("numpy", "numba", "pyarrow", "duckdb")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(_Frozen):
    """A file, by its path and the SHA-256 of its bytes."""

    path: str
    sha256: str


OwnPath = Annotated[
    str,
    StringConstraints(pattern=r"^(tables/[a-z_]{1,40}/replication-[0-9]{4,9}|extra/[a-z][a-z0-9_]{0,39})[.]parquet$"),
]
"""The path of a run's own table below its folder; a manifest from elsewhere can name no other file."""


class OwnFileRecord(_Frozen):
    """A file that the run wrote, and the SHA-256 of its bytes."""

    path: OwnPath
    sha256: str


class RuleRecord(_Frozen):
    """A user's rule that decided in the run, by which door, and the SHA-256 of its source."""

    name: str
    door: Literal["compiled", "python"]
    sha256: str


class Manifest(_Frozen):
    """A run in one document. ``written`` lists the run's own files, by path below the run folder.

    ``replications_done`` holds a replication only once all of its tables are in place. ``row_counts`` are totals per
    table over them. ``rules`` are by work center. Wall-clock time appears here and nowhere else in a run folder.
    """

    format_version: int = RUN_FORMAT_VERSION
    racktwin_version: str
    scenario_name: str
    scenario_title: str = ""
    document: dict[str, Any]
    source_files: tuple[FileRecord, ...] = ()
    seed: int
    replications_planned: int
    replications_done: tuple[int, ...] = ()
    status: Status = "running"
    started_utc: AwareDatetime
    finished_utc: AwareDatetime | None = None
    horizon_s: float
    warm_up_s: float
    versions: dict[str, str]
    rules: dict[str, RuleRecord] = {}
    row_counts: dict[str, int] = {}
    written: tuple[OwnFileRecord, ...] = ()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the run in ``folder``; RunError if there is none, or it is damaged or of a newer format."""
    path = folder / MANIFEST_NAME
    if not folder.is_dir():
        raise refusal(f"{folder}: no such folder", "name the folder that 'racktwin run' wrote")
    if not path.is_file():
        raise refusal(f"{folder} is not a run: it has no {MANIFEST_NAME}", "name the folder that 'racktwin run' wrote")
    try:
        manifest = _Versioned.model_validate_json(path.read_bytes())
        if manifest.format_version > RUN_FORMAT_VERSION:
            raise refusal(
                f"{folder} is of run format {manifest.format_version}, this racktwin reads up to {RUN_FORMAT_VERSION}",
                "upgrade racktwin",
            )
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise refusal(f"{path} is damaged: {what}", "run the scenario again") from error


class _Versioned(BaseModel):
    format_version: int


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of ``folder`` in one step."""
    write_atomically(folder / MANIFEST_NAME, manifest.model_dump_json(indent=1).encode() + b"\n")


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """Put ``content`` at ``path``: readers see the old file or the whole new one, never a part."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def recorded_versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide the bytes of a run."""
    import platform

    return {"python": platform.python_version(), **{name: _version(name) for name in _RECORDED_PACKAGES}}


def racktwin_version() -> str:
    """The installed version of racktwin."""
    return _version("racktwin")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def refusal(message: str, remedy: str) -> RunError:
    """A RunError that says what would mend it."""
    return RunError(f"{message}\n    → {remedy}")
