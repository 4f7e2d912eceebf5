"""libyaml and ruamel.yaml read the same wherever libyaml is asked: values, lines and problems."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from racktwin.errors import ScenarioError
from racktwin.scenario import libyaml, yaml_text

from .yaml_pieces import YAML_PIECES

_SHIPPED = sorted(Path(str(files("racktwin"))).rglob("*.yaml"))


def _told(root: Any) -> Any:
    builder = yaml_text._Builder("f")
    try:
        value = builder.build(root, ())
    except ScenarioError as error:
        return error.problems
    return repr(value), builder.places, builder.problems


def _assert_alike(text: str) -> bool:
    """Whether libyaml was sure of the text; then ruamel.yaml reads the same."""
    root = libyaml.composed(text)
    if root is None:
        return False
    assert _told(root) == _told(yaml_text._compose_slowly(text, "f"))
    return True


@pytest.mark.parametrize("path", _SHIPPED, ids=lambda path: path.stem)
def test_shipped_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert _assert_alike(text) or "**" in text  # which could begin an alias


@settings(max_examples=400)
@given(st.lists(st.sampled_from(YAML_PIECES), max_size=12).map("".join))
def test_any_pieces(text: str) -> None:
    _assert_alike(text)


@settings(max_examples=400)
@given(
    st.sampled_from(_SHIPPED),
    st.integers(0, 400),
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from(YAML_PIECES), st.sampled_from([0, 0, 1, 3])), max_size=3),
)
def test_shipped_lines_with_something_put_in(
    path: Path, first: int, count: int, changes: list[tuple[int, str, int]]
) -> None:
    text = "".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[first : first + count])
    for place, piece, dropped in changes:
        text = text[:place] + piece + text[place + dropped :]
    _assert_alike(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: yes\nb: 0o17\nc: 1e3\nd: 1:30\ne: 1_000\nf: 010\n", "{'a': 'yes', 'b': 15, 'c': 1000.0, 'd': '1:30'"),
        ("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", "{'a': {'b': 1}, 'c': {'d': 2, 'b': 1}}"),
        ("a: '1'\n'<<': 2\n", "{'a': '1', '<<': 2}"),
    ],
)
def test_yaml_1_2_is_what_is_read(text: str, value: str) -> None:
    assert _assert_alike(text)
    assert _told(libyaml.composed(text))[0].startswith(value)


@pytest.mark.parametrize(
    "text",
    [
        "---\n# c\n",
        "%YAML 1.1\n---\na: 1\n",
        "a: 1\n...\n",
        "a:\tb\n",
        "a: b\x85c: d\n",
        "a: b\u2028\n",
        "a: 1\r",
        "\ufeffa: 1\n",
        "!t a\n",
        "a: |2-\n",
        ">\n",
        "? <<",
        "<<: \n",
        "<<: # c\n",
        "a: & b\n",
        "[*1]",
    ],
)
def test_what_the_two_read_differently_is_left_alone(text: str) -> None:
    assert libyaml.composed(text) is None


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{a: " * 100_000, "? " * 100_000])
def test_deep_nesting_ends_no_process(text: str) -> None:
    with pytest.raises(ScenarioError):
        yaml_text.parse_yaml(text, "f")


def test_without_libyaml_files_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libyaml, "CParser", None)
    assert libyaml.composed("a: 1\n") is None
    assert yaml_text.parse_yaml("a: 1 # alone\n", "f").value == {"a": 1}
