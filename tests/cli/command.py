"""The command line as a person meets it: arguments in, exit code and two streams out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def racktwin(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``racktwin`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "racktwin", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "120"},
    )
