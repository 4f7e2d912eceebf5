"""YAML, JSON and TOML say the same; includes merge; what was read is recorded."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from racktwin.scenario import read_scenario, scenario_from_document
from racktwin.scenario.toml_text import parse_toml

from .broken import STARTER
from .test_broken import problems_of, write

TOML = """\
racktwin = 1
name = "small"
start = 2027-01-04
horizon = "10 d"

[work_centers]
bench = { work_units = 2 }

[parts.tray]
routing = "tray"

[[routings.tray.operations]]
operation = "assemble"
work_center = "bench"
duration = "1 h"

[[routings.tray.operations]]
operation = "pack"
work_center = "bench"
duration.triangular = { low = "1 h", mode = "2 h", high = "3 h" }

[demand.trays]
product = "tray"
interarrival = "5 h"
"""


def test_json_says_the_same(tmp_path: Path) -> None:
    from_yaml = read_scenario(write(tmp_path, STARTER))
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(from_yaml.document, indent="\t"))

    assert read_scenario(path).scenario == from_yaml.scenario


def test_toml_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(TOML)
    from_toml = read_scenario(tmp_path / "small.toml")
    (tmp_path / "small.json").write_text(json.dumps(from_toml.document))

    assert read_scenario(tmp_path / "small.json").scenario == from_toml.scenario
    assert from_toml.scenario.start.isoformat() == "2027-01-04T00:00:00"


def test_toml_lines(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(TOML.replace('mode = "2 h"', 'mode = "9 h"').replace('"5 h"', '"5 kg"'))

    assert [(problem.path, problem.line) for problem in problems_of(tmp_path / "small.toml")] == [
        ("routings.tray.operations.pack.duration.triangular", 20),
        ("demand.trays.interarrival", 24),
    ]


def test_toml_places_of_tables_in_arrays() -> None:
    places = parse_toml(TOML, "small.toml").places

    assert places["routings", "tray", "operations", 0, "operation"].line == 13
    assert places["routings", "tray", "operations", 1].line == 17
    assert places["routings", "tray", "operations", 1, "work_center"].line == 19


def test_json_characters_beyond_the_first_plane(tmp_path: Path) -> None:
    document = {**read_scenario(write(tmp_path, STARTER)).document, "title": "rack 🦆 \ud800"}
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(document))

    assert read_scenario(path).scenario.title == "rack 🦆 \ufffd"


def test_document_makes_the_same_scenario(tmp_path: Path) -> None:
    file = read_scenario(write(tmp_path, STARTER), ["feeds.test_floor.limit*=0.5"])

    assert scenario_from_document(json.loads(json.dumps(file.document))) == file.scenario


def test_include_merges_and_the_including_file_wins(tmp_path: Path) -> None:
    start = STARTER.index(
        "# ---------------------------------------------------------------------------------------------- power"
    )
    end = STARTER.index(
        "# ---------------------------------------------------------------------------------------------- the floor"
    )
    main = "include: [power.yaml]\nfeeds: {test_floor: {limit: 130 kW}}\n" + STARTER[:start] + STARTER[end:]

    file = read_scenario(write(tmp_path, main, power_yaml=STARTER[start:end]))

    assert file.scenario.feeds["test_floor"].limit_w == 130e3
    assert file.scenario.feeds["test_floor"].efficiency == 0.98
    assert file.scenario.feeds["utility"].limit_w == 200e3
    assert "include" not in file.document


def test_a_value_and_its_source_are_replaced_together(tmp_path: Path) -> None:
    power = "feeds: {test_floor: {limit: {value: 1 MW, source: a letter, confidence: A}}}\n"
    main = "include: power.yaml\n" + STARTER.replace("limit: 120 kW,", "limit: {value: 120 kW},")
    main = main.replace("duration: 1 h", "duration: {uniform: {low: 1 h, high: 2 h}}")

    limit = read_scenario(write(tmp_path, main, power_yaml=power)).scenario.feeds["test_floor"].limit_w

    assert (limit, getattr(limit, "provenance").source) == (120e3, None)  # noqa: B009


def test_files_read_are_recorded(tmp_path: Path) -> None:
    path = write(tmp_path, "include: [sub/a.yaml]\n" + STARTER)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.yaml").write_text("title: from below\n")

    files = read_scenario(path).files

    assert [file.path for file in files] == ["scenario.yaml", "sub/a.yaml"]
    assert files[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_includes_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.yaml").write_text("include: b.yaml\n")
    (tmp_path / "sub" / "b.yaml").write_text("description: from b\n")

    assert read_scenario(write(tmp_path, "include: [sub/a.yaml]\n" + STARTER)).scenario.description == "from b"
