"""From a document to the model; what pydantic says, said again in the file's words, with file, line and remedy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from racktwin.errors import Problem
from racktwin.model import Scenario
from racktwin.model.duty import COUNTRY_PATTERN, HTS_PATTERN
from racktwin.spelling import closest, did_you_mean

from .document import Document, Steps
from .keys import PHASE_KEYS, allowed_keys, example

_LONGEST_MESSAGE = 400
_KINDS = {
    "dict": "a mapping (keys with values)",
    "list": "a list",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "NoneType": "nothing",
}
_EXPECTED = {
    "model_type": "dict",
    "dict_type": "dict",
    "tuple_type": "list",
    "list_type": "list",
    "string_type": "str",
    "int_type": "int",
    "int_parsing": "int",
    "int_from_float": "int",
    "bool_type": "bool",
    "bool_parsing": "bool",
    "float_type": "float",
}

_CODES = {
    COUNTRY_PATTERN: ("a country", "write two capital letters of ISO 3166-1, for example US"),
    HTS_PATTERN: ("the beginning of an HTS code", "write it in quotes, for example '8471.50'"),
}


@dataclass(frozen=True)
class _Fault:
    """One error of pydantic: where (in the model's own steps), of which type, and what the reader can do."""

    location: tuple[str | int, ...]
    type: str
    message: str
    remedy: str
    found: Any
    context: Mapping[str, Any]


def validate(document: Document) -> tuple[Scenario | None, list[Problem]]:
    """The scenario in ``document``, or every problem that keeps it from being one."""
    try:
        return Scenario.model_validate(document.value), []
    except ValidationError as error:
        faults = [fault for raw in error.errors(include_url=False) for fault in _flatten(raw, ())]
        faults = [fault for fault in faults if fault.type != "too_short" or not fault.found]
        faults = [replace(fault, location=_as_written(document, fault.location)) for fault in faults]
        kept = _without_echoes(document, _best_branches(document, faults))
        return None, [_problem(document, fault) for fault in kept]


def _flatten(raw: Mapping[str, Any], outer: tuple[str | int, ...]) -> Iterator[_Fault]:
    """A fault, or those that a distribution found in its own parameters."""
    context = raw.get("ctx", {})
    location = (*outer, *raw["loc"], *context.get("steps", ()))
    if "inner" in context:
        for inner in context["inner"]:
            yield from _flatten(inner, location)
        return
    yield _Fault(location, raw["type"], raw["msg"], str(context.get("remedy", "")), raw.get("input"), context)


def _as_written(document: Document, location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """``location`` without ``phases, 0`` where an operation gives the keys of its one phase itself."""
    for position, step in enumerate(location[:-1]):
        flat = step == "phases" and len(document.follow(location[: position + 1])) == position
        if flat and location[position + 1] == 0 and len(location) > position + 2:
            return location[:position] + location[position + 2 :]
    return location


def _best_branches(document: Document, faults: list[_Fault]) -> list[_Fault]:
    """Where a value may have one of several forms, keep the faults of the form it is closest to."""
    forms: dict[Steps, dict[str | int, list[_Fault]]] = defaultdict(lambda: defaultdict(list))
    kept = []
    for fault in faults:
        known = document.follow(_around(fault))
        at = next((n for n, step in enumerate(_around(fault)) if n >= len(known) or known[n] != step), None)
        if at is None:
            kept.append(fault)
        else:
            forms[known[:at]][fault.location[at]].append(fault)
    for branches in forms.values():
        kept += _closest_branch(document, list(branches.values()))
    return kept


def _closest_branch(document: Document, branches: list[list[_Fault]]) -> list[_Fault]:
    return max(branches, key=lambda branch: _closeness(document, branch))


def _around(fault: _Fault) -> tuple[str | int, ...]:
    """The location of what is there: for a missing key, the mapping that lacks it."""
    return fault.location[:-1] if fault.type == "missing" else fault.location


def _closeness(document: Document, branch: list[_Fault]) -> tuple[bool, int, bool, int]:
    meant = any(fault.type == "literal_error" and _literal_meant(fault) for fault in branch)
    depth = max(len(document.follow(_around(fault))) for fault in branch)
    return meant, depth, any(fault.remedy for fault in branch), -len(branch)


def _literal_meant(fault: _Fault) -> str:
    return closest(str(fault.found), _literals(fault)) if isinstance(fault.found, str) else ""


def _literals(fault: _Fault) -> list[str]:
    return [word.strip(" '") for word in str(fault.context.get("expected", "")).replace(" or ", ", ").split(",")]


def _without_echoes(document: Document, faults: list[_Fault]) -> list[_Fault]:
    """Drop 'missing' where an unknown key beside it is most likely that very key, misspelt."""
    unknown: dict[Steps, list[str]] = defaultdict(list)
    for fault in faults:
        if fault.type == "extra_forbidden":
            unknown[document.follow(fault.location[:-1])].append(str(fault.location[-1]))

    def is_echo(fault: _Fault) -> bool:
        name = str(fault.location[-1])
        meant = (name, *PHASE_KEYS) if name == "phases" else (name,)
        return any(closest(word, meant) for word in unknown[document.follow(fault.location[:-1])])

    return [fault for fault in faults if fault.type != "missing" or not is_echo(fault)]


def _problem(document: Document, fault: _Fault) -> Problem:
    steps = document.follow(_around(fault))
    message, remedy = _words(fault)
    place = document.place(steps)
    return place.problem(document.dotted(steps), _shorten(message), _shorten(remedy))


def _words(fault: _Fault) -> tuple[str, str]:
    name = str(fault.location[-1]) if fault.location else ""
    if fault.remedy:
        return fault.message, fault.remedy
    if fault.type == "missing":
        return f"{name!r} is missing", _how_to_add(fault.location)
    if fault.type == "extra_forbidden":
        return f"unknown key {name!r}", did_you_mean(name, allowed_keys(fault.location[:-1]), "allowed keys")
    if fault.type == "literal_error":
        return f"{_show(fault.found)} is not allowed here", did_you_mean(str(fault.found), _literals(fault), "choices")
    if fault.type == "string_pattern_mismatch" and fault.context.get("pattern") in _CODES:
        what, remedy = _CODES[fault.context["pattern"]]
        return f"{_show(fault.found)} is not {what}", remedy
    if fault.type in ("string_pattern_mismatch", "string_too_long"):
        return f"{_show(fault.found)} is not a name", "use up to 80 letters, digits, '_', '-' and '.', no spaces"
    if fault.type == "too_short":
        return "at least one is needed, found none", _how_to_add((*fault.location, ""))
    if fault.type == "too_long":
        most = fault.context.get("max_length")
        return f"at most {most} are allowed, found {len(fault.found)}", "leave some out, or split this in two"
    if fault.type in _EXPECTED:
        expected = _KINDS[_EXPECTED[fault.type]]
        return f"expected {expected}, found {_describe(fault.found)}", _how_to_write(fault, expected)
    return f"{fault.message} (found {_show(fault.found)})", "racktwin schema describes what is allowed"


def _how_to_add(location: Sequence[str | int]) -> str:
    name = str(location[-1]) or str(location[-2])
    if name == "phases":
        return "add 'duration' (one phase), or 'phases' with a duration each"
    return f"add for example {name}: {example(location) or '...'}"


def _how_to_write(fault: _Fault, expected: str) -> str:
    if expected == _KINDS["str"] and isinstance(fault.found, int | float):
        return f'put it in quotes: "{fault.found}"'
    return f"write {expected}; racktwin new shows an example of every part of a scenario"


def _describe(found: Any) -> str:
    kind = _KINDS.get(type(found).__name__, type(found).__name__)
    return f"{kind} ({_show(found)})" if isinstance(found, str | int | float) else kind


def _show(found: Any) -> str:
    return _shorten(repr(found), 60)


def _shorten(text: str, longest: int = _LONGEST_MESSAGE) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
