"""The command line as a person meets it: arguments in, exit code and two streams out."""

from __future__ import annotations

import io
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from racktwin.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def racktwin(*arguments: str | Path, cwd: Path | None = None) -> Answer:
    """Run ``racktwin`` as its console script does, but in this process."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    with (
        chdir(cwd or Path.cwd()),
        patch.object(sys, "argv", ["racktwin", *map(str, arguments)]),
        redirect_stdout(streams[0]),
        redirect_stderr(streams[1]),
        patch("racktwin.results.memory.do_without_pandas"),  # it would hold for all tests of this process
    ):
        try:
            main()
            code: int | str | None = 0
        except SystemExit as end:
            code = end.code
    stdout, stderr = (stream.buffer.getvalue().decode() for stream in streams)
    return Answer(int(code or 0), stdout, stderr)
