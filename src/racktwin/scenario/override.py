"""``--set path=value`` and ``--set path*=factor``: changes to a document, as if its author had written them.

A path is the way through the file, with dots: ``feeds.test_floor.limit``. An item of a list is named by its
``operation`` or ``name``, or by its index from 0. ``path=null`` takes a key away, as if it had not been written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from racktwin.errors import Problem, ScenarioError
from racktwin.model import LAWS
from racktwin.spelling import did_you_mean

from .document import Document, Place, Steps, item_name
from .keys import allowed_keys, names_are_free
from .yaml_text import parse_yaml, scalar

FILE = "--set"
_FORM = re.compile(r"\s*([^=*\s]+)\s*(\*?=)\s*(.*?)\s*\Z", re.DOTALL)
_NUMBER = re.compile(r"\s*([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(\s*)(.*?)\s*\Z", re.DOTALL)
_PLACE = Place(FILE, 0)


def apply_overrides(document: Document, overrides: Sequence[str], problems: list[Problem]) -> None:
    """Carry out ``overrides`` on ``document`` in order; adds to ``problems`` what cannot be done."""
    for override in overrides:
        try:
            _apply(document, override)
        except ScenarioError as error:
            problems += error.problems


def _apply(document: Document, override: str) -> None:
    match = _FORM.match(override)
    if match is None:
        raise _refusal("", f"{override!r} sets nothing", 'write --set path=value, as in feeds.test_floor.limit="1 MW"')
    path, sign, written = match[1], match[2], match[3]
    steps = _find(document.value, path)
    if sign == "=":
        given = _parse(path, written)
        if written and given.value is None and isinstance(steps[-1], str):
            document.remove(steps)
            return
        document.put(steps, given)
        document.places[steps] = _PLACE
        return
    factor = scalar(written)
    if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 <= factor < float("inf"):
        raise _refusal(path, f"{written!r} is not a factor", f"write a number, as in {path}*=0.5")
    value = _scaled(_get(document.value, steps, path), float(factor))
    if value is None:
        raise _refusal(path, "there is no quantity or distribution to multiply", f"set it: {path}=...")
    document.put(steps, Document(value, {(): _PLACE}))
    document.places[steps] = _PLACE


def _parse(path: str, written: str) -> Document:
    try:
        return parse_yaml(written, FILE) if written else Document(None, {(): _PLACE})
    except ScenarioError as error:
        raise _refusal(path, error.problems[0].message, error.problems[0].remedy) from None


def _find(value: Any, path: str) -> Steps:
    """The steps of ``path``; names may hold dots, so the longest known name is taken first."""
    words = path.split(".")
    steps: list[str | int] = []
    while words:
        length = _longest_known(value, words)
        if length == 0:
            return (*steps, *_new_key(value, words, tuple(steps), path))
        step = _known_step(value, ".".join(words[:length]))
        assert step is not None
        steps.append(step)
        value = value[step]
        words = words[length:]
    return tuple(steps)


def _longest_known(value: Any, words: list[str]) -> int:
    lengths = range(len(words), 0, -1)
    return next((length for length in lengths if _known_step(value, ".".join(words[:length])) is not None), 0)


def _known_step(value: Any, word: str) -> str | int | None:
    if isinstance(value, dict):
        return word if word in value else None
    if isinstance(value, list):
        names = [item_name(item) for item in value]
        if word in names:
            return names.index(word)
        if word.isdecimal() and int(word) < len(value):
            return int(word)
    return None


def _new_key(value: Any, words: list[str], steps: Steps, path: str) -> Steps:
    """A key the file leaves to its default: allowed if the model knows it. Creates the mappings on the way."""
    around = ".".join(str(step) for step in steps) or "the scenario"
    if isinstance(value, list):
        names = [item_name(item) or str(index) for index, item in enumerate(value)]
        raise _refusal(path, f"unknown item {words[0]!r} in {around}", did_you_mean(words[0], names, "items"))
    if not isinstance(value, dict):
        raise _refusal(path, f"{around} holds nothing named {words[0]!r}", f"set {around} itself")
    for number, word in enumerate(words):
        here = (*steps, *words[:number])
        known = list(value) if names_are_free(here) else list(dict.fromkeys([*value, *allowed_keys(here)]))
        if word not in known:
            inside = ".".join(str(step) for step in here) or "the scenario"
            remedy = did_you_mean(word, known, "known") if known else f"set all of it: {inside}={{{word}: ...}}"
            raise _refusal(path, f"unknown path: no {word!r} in {inside}", remedy)
        if number < len(words) - 1:
            value[word] = {}
            value = value[word]
    return tuple(words)


def _get(value: Any, steps: Steps, path: str) -> Any:
    for step in steps:
        if isinstance(value, dict) and step not in value:
            raise _refusal(path, "the file gives no value to multiply", f"set it: {path}=...")
        value = value[step]
    return value


def _scaled(value: Any, factor: float) -> Any:
    """``value`` times ``factor`` in its own unit; None where it is no quantity or distribution of durations."""
    if isinstance(value, dict) and "value" in value:
        return _scaled_quantity(value, factor)
    if isinstance(value, dict):
        laws = [key for key in value if key in LAWS]
        return {**value, laws[0]: _scaled_law(value[laws[0]], factor)} if len(laws) == 1 else None
    return _scaled_number(value, factor)


def _scaled_quantity(quantity: dict[str, Any], factor: float) -> dict[str, Any] | None:
    """The scaled figure is nobody's measurement: its source says what it was made from, its confidence is lost."""
    scaled = {
        key: _scaled_number(quantity[key], factor) for key in ("value", "low", "high") if quantity.get(key) is not None
    }
    if any(number is None for number in scaled.values()):
        return None
    source = f"--set: {factor:g} × {quantity['value']}"
    if quantity.get("source") is not None:
        source += f" ({quantity['source']})"
    return {**quantity, **scaled, "source": source, "confidence": "assumed"}


def _scaled_law(parameters: Any, factor: float) -> Any:
    if not isinstance(parameters, dict):
        return parameters
    scaled = dict(parameters)
    for key, value in parameters.items():
        if key in ("low", "mode", "high", "mean", "scale", "value"):
            scaled[key] = _scaled(value, factor) or value
        elif key == "values_s":
            scaled[key] = [number * factor for number in value]
    return scaled


def _scaled_number(value: Any, factor: float) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str):
        product = value * factor
        return int(product) if isinstance(value, int) and product == int(product) else product
    match = _NUMBER.match(value)
    if match is None:
        return None
    return f"{float(match[1].replace('_', '')) * factor:.12g}{match[2]}{match[3]}"


def _refusal(path: str, message: str, remedy: str) -> ScenarioError:
    return ScenarioError([_PLACE.problem(path, message, remedy)])
