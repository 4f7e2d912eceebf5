"""A wheel holds all that a run needs: ``pip install .`` and then ``racktwin run georgetown``."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from .checkout import ROOT


def test_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("racktwin-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "src" / "racktwin"
    own = {
        str(path.relative_to(ROOT / "src"))
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {"racktwin/py.typed", "racktwin/examples/georgetown/scenario.yaml"} <= own
    assert own - held == set()
