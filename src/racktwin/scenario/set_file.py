"""``--set-file``: a file of overrides, one ``path: value`` each, as ``racktwin calibrate`` writes them."""

from __future__ import annotations

import json
from pathlib import Path

from racktwin.errors import Problem, ScenarioError

from .folder import MAX_SCENARIO_BYTES, decode
from .yaml_text import parse_yaml


def read_overrides(path: str | Path) -> list[str]:
    """The file's overrides as ``path=value`` for :func:`read_scenario`; raises ScenarioError if it holds none."""
    shown = str(path)
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        remedy = "name a file that 'racktwin calibrate' wrote"
        raise ScenarioError([Problem(shown, 0, "", f"cannot be read: {error.strerror}", remedy)]) from None
    if len(content) > MAX_SCENARIO_BYTES:
        raise ScenarioError([Problem(shown, 0, "", "larger than a scenario may be", "keep only what you need")])
    text = decode(content, shown)
    document = parse_yaml(text, shown)
    if not isinstance(document.value, dict):
        remedy = 'write path: value, as in feeds.test_floor.limit: "1 MW"'
        raise ScenarioError([Problem(shown, 1, "", "a file of overrides is a mapping", remedy)])
    return [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in document.value.items()]
