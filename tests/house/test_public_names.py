"""The public Python face: few names, sorted, each from its home, loaded when first used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import racktwin


def test_names_are_sorted_and_each_is_there() -> None:
    assert racktwin.__all__ == sorted(racktwin.__all__)
    assert {name for name in racktwin.__all__ if getattr(racktwin, name) is None} == set()
    assert set(dir(racktwin)) == {*racktwin.__all__, "__version__"}


def test_homes_and_all_name_the_same() -> None:
    assert sorted(" ".join(racktwin._HOMES.values()).split()) == racktwin.__all__


def test_each_home_exports_what_is_public() -> None:
    from importlib import import_module

    hidden = [
        f"{home}.{name}"
        for home, names in racktwin._HOMES.items()
        for name in names.split()
        if home != "errors" and name not in import_module(f"racktwin.{home}").__all__
    ]

    assert hidden == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'factory'"):
        racktwin.factory  # noqa: B018


def test_importing_racktwin_loads_nothing_heavy() -> None:
    code = "import sys, racktwin; print([m for m in ('numpy', 'numba', 'pydantic', 'pyarrow') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"
