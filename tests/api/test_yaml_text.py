"""A document as YAML: read again it is the same, and it reads as people write it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from racktwin.api.yaml_text import as_yaml
from racktwin.scenario import examples, read_scenario

_TEXT = st.one_of(st.text(max_size=12), st.sampled_from(["4 MW", "1e3", "no", "2026-07-03", "a: b", "# x", "- y", ""]))
_LEAF = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6), _TEXT)
_TREE = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3), max_leaves=12
)


def _read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@settings(deadline=None, max_examples=150)
@given(document=st.dictionaries(_TEXT, _TREE, max_size=4))
def test_a_document_comes_back(document: dict[str, Any]) -> None:
    assert _read(as_yaml(document)) == document


@pytest.mark.parametrize("name", examples())
def test_a_shipped_example_comes_back(name: str) -> None:
    document = read_scenario(name).document
    assert _read(as_yaml(document)) == document


def test_it_reads_as_people_write() -> None:
    document = {"feeds": {"utility": {"limit": {"value": "4 MW", "low": "2 MW"}}}, "gpus": [[8, "100 %"]], "on": "no"}
    text = 'feeds:\n  utility:\n    limit:\n      value: 4 MW\n      low: 2 MW\ngpus:\n  - [8, "100 %"]\n"on": "no"\n'
    assert as_yaml(document) == text
