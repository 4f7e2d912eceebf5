"""The version has one value in its three places."""

from __future__ import annotations

import re
import tomllib

import racktwin

from .checkout import ROOT


def test_changelog_pyproject_and_package_name_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.M)

    assert project["version"] == racktwin.__version__ == released[0]
