"""JSON as a Document: checked by the standard library, then read as the YAML it is, for the lines."""

from __future__ import annotations

import json
from typing import NoReturn

from racktwin.errors import Problem, ScenarioError

from .document import Document
from .yaml_text import parse_yaml


def parse_json(text: str, file: str) -> Document:
    """The document in ``text``; raises ScenarioError where it is not JSON."""
    try:
        json.loads(text, parse_constant=_refuse_constant, parse_int=str)
    except json.JSONDecodeError as error:
        raise _syntax(file, error.lineno, error.msg) from None
    except RecursionError:
        raise _syntax(file, 1, "nested too deeply") from None
    except ValueError as error:
        raise _syntax(file, 1, str(error)) from None
    # A tab is only ever white space in valid JSON (in a string it is written \t), but YAML refuses some.
    return parse_yaml(text.replace("\t", " "), file)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _syntax(file: str, line: int, said: str) -> ScenarioError:
    return ScenarioError([Problem(file, line, "", f"not valid JSON: {said}", "check commas, quotes and brackets here")])
