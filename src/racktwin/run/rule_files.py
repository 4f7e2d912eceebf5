"""A user's rules for the line and the hall, named on the command line and kept in Python files of their own."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from racktwin.engines.line import DispatchRule, python_rule
from racktwin.errors import SimulationError


def rules_of(texts: Iterable[str]) -> dict[str, DispatchRule]:
    """The rules of ``WORK_CENTER=FILE.py:NAME`` or ``fleet.order=FILE.py:NAME`` by what they are for.

    A name stands for a :class:`DispatchRule` or for any callable, which becomes a rule of Python. The files are run, as
    Python would import them. Raises SimulationError that lists everything that cannot be used.
    """
    rules: dict[str, DispatchRule] = {}
    problems: list[str] = []
    modules: dict[Path, ModuleType] = {}
    for text in texts:
        center, found, place = text.partition("=")
        file, colon, name = place.rpartition(":")
        if not (center and found and file and colon and name):
            problems.append(
                f"{text!r} names no rule\n    → write WORK_CENTER=FILE.py:NAME, or fleet.order=FILE.py:NAME"
            )
        elif center in rules:
            problems.append(f"two rules for {center}\n    → leave one out")
        else:
            try:
                rules[center] = _rule(Path(file), name, modules)
            except SimulationError as error:
                problems.append(str(error))
    if problems:
        raise SimulationError("\n".join(problems))
    return rules


def _rule(path: Path, name: str, modules: dict[Path, ModuleType]) -> DispatchRule:
    if path not in modules:
        modules[path] = _module(path)
    rule = getattr(modules[path], name, None)
    if isinstance(rule, DispatchRule):
        return rule
    if not callable(rule):
        known = [key for key, value in vars(modules[path]).items() if isinstance(value, DispatchRule)]
        raise SimulationError(f"{path} has no rule {name!r}\n    → it has {', '.join(known) or 'none'}")
    return python_rule(rule)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"racktwin_rules_{path.stem}", path) if path.is_file() else None
    if spec is None or spec.loader is None:
        raise SimulationError(f"{path} is no Python file\n    → give the path of a .py file that defines the rule")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise SimulationError(
            f"{path} cannot be run: {type(error).__name__}: {error}\n    → try it: python {path}"
        ) from error
    return module
