"""What no file of ours may contain."""

from __future__ import annotations

import re

import pytest

from .checkout import ROOT, own_files, own_texts

_OURS = "tests/house/test_tracked_files.py"
_FORBIDDEN = {  # which index to use is the business of the machine's pip configuration
    "a package index": r"pypi\.org|pythonhosted|/simple/?\b|--index-url|find-links",
    "a path of one machine": r"(?<![\w.$}])/(work|home|root|Users)/\w",
    "a conflict marker": r"^(<{7}|>{7}) ",
    "a credential": r"-----BEGIN [A-Z ]*PRIVATE KEY|\bghp_\w{20,}|\bAKIA[0-9A-Z]{16}\b",
}


@pytest.mark.parametrize("what", _FORBIDDEN)
def test_no_file_contains(what: str) -> None:
    pattern = re.compile(_FORBIDDEN[what], re.M)
    found = [
        f"{name}: {match[0]}" for name, text in own_texts().items() if name != _OURS for match in pattern.finditer(text)
    ]

    assert not found


def test_no_large_file_is_tracked() -> None:
    large = {str(path.relative_to(ROOT)): path.stat().st_size for path in own_files() if path.stat().st_size > 400_000}

    assert not large


def test_scripts_are_executable_and_have_their_line_in_contributing() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    scripts = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file())

    assert scripts
    assert all(path.stat().st_mode & 0o111 for path in scripts)
    assert [path.name for path in scripts if f"`scripts/{path.name}" not in contributing] == []


def test_every_make_target_calls_scripts_that_exist() -> None:
    called = re.findall(r"^\tscripts/(\w+)", (ROOT / "Makefile").read_text(), re.M)

    assert called
    assert [name for name in called if not (ROOT / "scripts" / name).is_file()] == []
