"""Files that cannot be read, or that mean harm: one clear message, at once, and nothing is run or eaten."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from racktwin.scenario import read_scenario

from .broken import STARTER
from .test_broken import problems_of

_LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join(['*' + before] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
_MERGED_LAUGHS = "a: &a {x: 1}\n" + "".join(
    f"{after}: &{after} {{<<: [{', '.join(['*' + before] * 9)}]}}\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@dataclass(frozen=True)
class Files:
    """Files of a folder, and what must be said of which of them; ``line`` 0 where a file has no line to name."""

    name: str
    files: dict[str, str | bytes]
    says: str
    line: int = 0
    at: str = "scenario.yaml"
    read: str = "scenario.yaml"


UNREADABLE = (
    Files("empty", {"scenario.yaml": ""}, "the file is empty", 1),
    Files("only_comments", {"scenario.yaml": "# nothing\n\n"}, "the file is empty", 1),
    Files("no_mapping", {"scenario.yaml": "- a\n- b\n"}, "a scenario is a mapping (keys with values), not a list", 1),
    Files("one_word", {"scenario.yaml": "hello"}, "not a single value", 1),
    Files("binary", {"scenario.yaml": b"racktwin: 1\n\x00\x01"}, "this is a binary file", 2),
    Files("latin_1", {"scenario.yaml": "racktwin: 1\ntitle: caf\xe9\n".encode("latin-1")}, "not UTF-8: byte 0xe9", 2),
    Files("utf_16", {"scenario.yaml": "title: café".encode("utf-16")}, "this is a binary file", 1),
    Files("control_character", {"scenario.yaml": "racktwin: 1\ntitle: a\x07b\n"}, "not valid YAML", 2),
    Files("bad_indent", {"scenario.yaml": "racktwin: 1\n  name: x\n"}, "not valid YAML", 2),
    Files("open_bracket", {"scenario.yaml": "racktwin: [1,\nname: x\n"}, "not valid YAML", 3),
    Files("tab", {"scenario.yaml": "racktwin: 1\nfeeds:\n\tmain: 3\n"}, "not valid YAML", 3),
    Files("two_documents", {"scenario.yaml": "racktwin: 1\n---\nracktwin: 1\n"}, "not valid YAML", 2),
    Files("unknown_anchor", {"scenario.yaml": "racktwin: 1\nfeeds: *none\n"}, "not valid YAML", 2),
    Files("odd_escape", {"scenario.yaml": 'racktwin: "\\UFFFFFFFF"\n'}, "not valid YAML", 1),
    Files(
        "python_object",
        {"scenario.yaml": "racktwin: 1\ntitle: !!python/object/apply:os.system [touch gone]\n"},
        "the YAML tag !!python/object/apply:os.system is not allowed",
        2,
    ),
    Files("own_tag", {"scenario.yaml": "racktwin: 1\ntitle: !secret x\n"}, "the YAML tag !secret is not allowed", 2),
    Files("tagged_key", {"scenario.yaml": "racktwin: 1\n!secret x: 1\n"}, "the YAML tag !secret is not allowed", 2),
    Files(
        "duplicate_key",
        {"scenario.yaml": "racktwin: 1\nname: a\nname: b\n"},
        "duplicate key 'name' (first on line 2)",
        3,
    ),
    Files("list_as_key", {"scenario.yaml": "racktwin: 1\n? [a, b]\n: 1\n"}, "a key must be a word", 2),
    Files("merge_of_a_list", {"scenario.yaml": "a: &a [1]\nb:\n  <<: *a\n"}, "'<<' merges mappings only", 1),
    Files("billion_laughs", {"scenario.yaml": _LAUGHS}, "more than 200,000 values once aliases are expanded", 1),
    Files("billion_merges", {"scenario.yaml": _MERGED_LAUGHS}, "more than 200,000 values once aliases are expanded", 1),
    Files("anchor_inside_itself", {"scenario.yaml": "a: &a [*a]\n"}, "nested more than 40 levels deep", 1),
    Files("deep", {"scenario.yaml": "a: " + "[" * 60 + "]" * 60}, "nested more than 40 levels deep", 1),
    Files("very_deep", {"scenario.yaml": "[" * 5000}, "nested more than 40 levels deep", 1),
    Files("json", {"s.json": '{"racktwin": 1,\n "name": "a",,}'}, "not valid JSON", 2, "s.json", "s.json"),
    Files("json_nan", {"s.json": '{"racktwin": NaN}'}, "NaN is not a JSON number", 1, "s.json", "s.json"),
    Files("json_duplicate", {"s.json": '{"name": "a",\n\t"name": "b"}'}, "duplicate key 'name'", 2, "s.json", "s.json"),
    Files("json_deep", {"s.json": "[" * 100000}, "nested too deeply", 1, "s.json", "s.json"),
    Files("toml", {"s.toml": "racktwin = 1\nname = \n"}, "not valid TOML", 2, "s.toml", "s.toml"),
    Files("toml_duplicate", {"s.toml": "name = 'a'\nname = 'b'\n"}, "not valid TOML", 2, "s.toml", "s.toml"),
    Files("other_suffix", {"s.xml": "<racktwin/>"}, "not a kind of file racktwin reads", 0, "s.xml", "s.xml"),
    Files(
        "include_loop",
        {"scenario.yaml": "include: a.yaml\n", "a.yaml": "name: x\ninclude:\n  - scenario.yaml\n"},
        "files include each other in a loop: scenario.yaml → a.yaml → scenario.yaml",
        3,
        "a.yaml",
    ),
    Files("include_itself", {"scenario.yaml": "name: x\ninclude: [scenario.yaml]\n"}, "in a loop", 2),
    Files("include_outside", {"scenario.yaml": "include: [../secret.yaml]\n"}, "outside the scenario's folder", 1),
    Files("include_absolute", {"scenario.yaml": "include: [/etc/passwd]\n"}, "outside the scenario's folder", 1),
    Files("include_missing", {"scenario.yaml": "include:\n  - power.yaml\n"}, "power.yaml", 2),
    Files("include_folder", {"scenario.yaml": "include: ['.']\n"}, "is a folder", 1),
    Files("include_nul", {"scenario.yaml": 'include: ["a\\0b"]\n'}, "is not a file name", 1),
    Files("include_number", {"scenario.yaml": "include: [1]\n"}, "expected a list of file names", 1),
    Files(
        "fault_in_included",
        {"scenario.yaml": "include: [a.yaml]\n", "a.yaml": "feeds:\n  x: {limt: 1 MW}\n"},
        "unknown key 'limt'",
        2,
        "a.yaml",
    ),
    Files(
        "table_outside", {"scenario.yaml": "order_book: {file: ../orders.csv}\n"}, "outside the scenario's folder", 1
    ),
)


@pytest.mark.parametrize("case", UNREADABLE, ids=lambda case: case.name)
def test_unreadable(case: Files, tmp_path: Path) -> None:
    for name, content in case.files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    began = time.monotonic()
    problems = problems_of(tmp_path / case.read)

    assert time.monotonic() - began < 20
    fitting = [problem for problem in problems if case.says in problem.message]
    assert fitting, "\n".join(map(str, problems))
    assert (fitting[0].file, fitting[0].line) == (str(tmp_path / case.at), case.line)
    assert all(problem.remedy for problem in problems)
    assert not (tmp_path / "gone").exists()


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_sparse, "has 50.0 MB, more than the 2 MB allowed"),
        (Path.mkdir, "is a folder"),
        (os.mkfifo, "is not a regular file"),
        (lambda path: path.symlink_to(path.parent.parent / "elsewhere.yaml"), "there is no such file"),
        (lambda path: None, "there is no such file"),
    ],
    ids=["50_mb", "folder", "pipe", "dangling_link", "missing"],
)
def test_no_file_to_read(make: Callable[[Path], None], says: str, tmp_path: Path) -> None:
    make(tmp_path / "scenario.yaml")

    (problem,) = problems_of(tmp_path / "scenario.yaml")

    assert says in problem.message
    assert problem.remedy


def test_link_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("name: secret\n")
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "linked.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "scenario.yaml").write_text("include: [linked.yaml]\n" + STARTER)

    (problem,) = problems_of(folder / "scenario.yaml")

    assert "outside the scenario's folder" in problem.message


def test_include_storm_ends(tmp_path: Path) -> None:
    """Twenty files that each include the next one twice would be a million reads."""
    for number in range(20):
        (tmp_path / f"{number}.yaml").write_text(f"include: [{number + 1}.yaml, {number + 1}.yaml]\n")
    (tmp_path / "20.yaml").write_text("name: x\n")

    assert any("more than 200 files are included" in str(problem) for problem in problems_of(tmp_path / "0.yaml"))


def test_files_are_named_as_the_user_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plant").mkdir()
    (tmp_path / "plant" / "scenario.yaml").write_text("include: [a.yaml]\n")
    (tmp_path / "plant" / "a.yaml").write_text("bogus: 1\n")

    assert {problem.file for problem in problems_of(Path("plant/scenario.yaml"))} == {
        "plant/scenario.yaml",
        "plant/a.yaml",
    }


def test_unknown_name_offers_the_examples() -> None:
    (problem,) = problems_of(Path("georgetwn"))

    assert "did you mean 'georgetown'?" in problem.remedy


def test_anchors_and_merge_keys_are_fine(tmp_path: Path) -> None:
    merged = "  dock: &dock {work_units: 1, calendar: day}\n  packing: {<<: *dock, work_units: 2}\n"
    text = STARTER.replace("  dock: {work_units: 1, calendar: day}\n", merged)
    (tmp_path / "scenario.yaml").write_text(text.replace("work_center: dock", "work_center: packing"))

    plant = read_scenario(tmp_path / "scenario.yaml").scenario

    assert plant.work_centers["packing"].calendar == "day"
    assert plant.work_centers["packing"].work_units == 2
    assert plant.work_centers["dock"].work_units == 1
