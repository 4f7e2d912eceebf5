"""constraints.txt pins every package that racktwin and its development need, and nothing else about them."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .checkout import ROOT


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().split()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def _needed() -> set[str]:
    """Names of all packages reachable from pyproject.toml, as installed here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    open_requirements = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    found: set[str] = set()
    while open_requirements:
        requirement = Requirement(open_requirements.pop())
        name = canonicalize_name(requirement.name)
        applies = requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras)
        )
        if name in found or not applies:
            continue
        found.add(name)
        try:
            extras = requirement.extras or {""}
            open_requirements += [
                text
                for text in requires(name) or []
                if (marker := Requirement(text).marker) is None
                or any(marker.evaluate({"extra": extra}) for extra in extras)
            ]
        except PackageNotFoundError:
            continue
    return found


def test_every_package_needed_is_pinned() -> None:
    assert _needed() - _pins().keys() == set()


def test_every_line_is_one_plain_pin() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()

    assert [line for line in lines if not re.fullmatch(r"[a-z0-9._-]+==[0-9][\w.]*", line)] == []
