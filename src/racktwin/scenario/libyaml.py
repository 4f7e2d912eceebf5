"""YAML composed by libyaml (through PyYAML) in a thirtieth of the time, where it surely reads what YAML 1.2 means.

libyaml speaks YAML 1.1. The two differ about characters that few files hold (tabs, odd line ends, marks of byte order),
tags, directives, documents and some block scalars; any text with one of these is left to ruamel.yaml, and so is any
text that libyaml refuses: its messages are not those of the rest. ``tests/scenario/test_libyaml.py`` compares the two.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

try:
    from yaml.cyaml import CParser
except ImportError:  # PyYAML as built where libyaml is not
    CParser = None

_TAG = "tag:yaml.org,2002:"
_LEFT_ALONE = re.compile(
    r"""[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]
    | ^(?: % | --- | \.\.\. )
    | <<: [ ]* (?: \# .* )? $
    | (?: ^ | [\s\[\]{},:?-] ) (?: [!|>] | \? (?: \s | $ ) | [&*] (?! [A-Za-z]\w* (?: [\s,\]}] | $ ) ) )
    """,
    re.MULTILINE | re.VERBOSE,
)


class _Composer(CParser or object):  # type: ignore[misc]  # compiled: no type checker knows it
    """Makes nodes and tells plain scalars from quoted ones; what a plain scalar is, yaml_text.py decides."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)

    def resolve(self, kind: type, value: str, implicit: Any) -> str:
        """The tag of a node without one."""
        if kind is yaml.MappingNode:
            return _TAG + "map"
        if kind is yaml.SequenceNode:
            return _TAG + "seq"
        is_plain = implicit[0]
        return _TAG + ({"<<": "merge", "=": "value"}.get(value, "int") if is_plain else "str")

    def descend_resolver(self, *_: Any) -> None:
        """No tag depends on where a node is."""

    def ascend_resolver(self) -> None:
        """No tag depends on where a node is."""


def composed(text: str) -> Any:
    """The root node of the text, with ``id``, ``tag``, ``value``, ``style`` and ``start_mark``; None if not sure."""
    if CParser is None or _LEFT_ALONE.search(text):
        return None
    try:
        return _Composer(text).get_single_node()
    except yaml.YAMLError:
        return None
