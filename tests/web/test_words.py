"""What the app says, in both languages: read in its sources, so that no browser is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "web" / "src"
_ENTRY = re.compile(r'\b(\w+): \["((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\]')
_SAME = {"3D", "/"}
_NAMES = {"CSV", "GPU", "HTML", "JSON", "KPI", "Parquet", "PNG", "PUE", "SELECT", "racktwin", "starter", "max", "min"}
_CODE = re.compile(r"<code>.*?</code>")
_IS_CODE = re.compile(r"&&|=|\w\.\w")
_SAID = re.compile(r">([^<>{}=;]*[A-Za-z]{3,}[^<>{}=;]*)<[/a-z]")
_LABEL = re.compile(r'(?:aria-label|label|title|placeholder)=?:? ?"([^"{}]*[A-Za-z]{3,}[^"{}]*)"')


def _words() -> dict[str, tuple[str, str]]:
    text = (SOURCES / "app" / "words.ts").read_text()
    return {name: (english, japanese) for name, english, japanese in _ENTRY.findall(text)}


def test_every_word_has_its_japanese() -> None:
    words = _words()
    assert len(words) > 200
    assert words["runs"] == ("Runs", "実行")
    bare = [name for name, (_, said) in words.items() if not re.search(r"[ぁ-ヿ一-龯]", said) and said not in _SAME]
    assert bare == ["language"]


def test_every_word_that_is_asked_for_is_there() -> None:
    sources = "".join(path.read_text() for path in SOURCES.rglob("*.ts*") if path.name != "words.ts")
    asked = set(re.findall(r'\bt\("(\w+)"\)', sources))
    assert asked <= _words().keys()


def test_nothing_is_said_in_english_only() -> None:
    assert list(_english()) == []


def _english() -> Iterator[str]:
    for path in sorted(SOURCES.rglob("*.tsx")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            text = _CODE.sub("", line)
            for said in (*_SAID.findall(text), *_LABEL.findall(text)):
                if not _IS_CODE.search(said) and set(re.findall(r"[A-Za-z]{3,}", said)) - _NAMES:
                    yield f"{path.name}:{number}: {said}"
