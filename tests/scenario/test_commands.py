"""``racktwin check``, ``new`` and ``schema`` as a person meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import racktwin

from .broken import BROKEN, STARTER
from .odd import ODD
from .test_broken import write

_ONE_OF_EACH = ("wrong_unit", "misspelt_key", "bill_of_materials_cycle", "unreachable_rework", "too_few_people")


@pytest.mark.parametrize("text", [STARTER, BROKEN[0].text])
def test_check_says_the_same_in_a_process_of_its_own(text: str, tmp_path: Path) -> None:
    write(tmp_path, text)
    command = [sys.executable, "-m", "racktwin", "check", "scenario.yaml"]

    own = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    here = racktwin("check", "scenario.yaml", cwd=tmp_path)
    assert (own.returncode, own.stdout, own.stderr) == (here.returncode, here.stdout, here.stderr)


@pytest.mark.parametrize("name", _ONE_OF_EACH)
def test_check_of_a_broken_scenario(name: str, tmp_path: Path) -> None:
    broken = next(broken for broken in BROKEN if broken.name == name)
    write(tmp_path, broken.text)

    answer = racktwin("check", "scenario.yaml", cwd=tmp_path)

    assert answer.returncode == 2
    assert answer.stdout.startswith("scenario.yaml\n")
    assert f"  line {broken.line}: " in answer.stdout
    assert broken.says in answer.stdout
    assert "      → " in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"x: !!python/object:os.system [ls]\n", "!!python/object:os.system is not allowed"),
        (b"\xff\xfe\x00", "binary"),
        (b"[" * 5000, "nested more than"),
        (b"", "empty"),
    ],
)
def test_check_of_what_is_no_scenario(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_bytes(content)

    answer = racktwin("check", "scenario.yaml", cwd=tmp_path)

    assert answer.returncode == 2
    assert says in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


def test_check_of_a_sound_scenario(tmp_path: Path) -> None:
    write(tmp_path, STARTER)

    answer = racktwin("check", "scenario.yaml", cwd=tmp_path)

    assert answer.returncode == 0
    assert "1 product (rack), 13 work units in 5 work centers, 9 people, 200 kW" in answer.stdout
    assert "no errors, no oddities" in answer.stdout


def test_check_of_an_odd_scenario(tmp_path: Path) -> None:
    write(tmp_path, ODD[0].text)

    answer = racktwin("check", "scenario.yaml", cwd=tmp_path)

    assert answer.returncode == 0
    assert ODD[0].says in answer.stdout
    assert "no errors, 1 oddity" in answer.stdout


def test_check_in_json_with_overrides(tmp_path: Path) -> None:
    write(tmp_path, STARTER)

    answer = racktwin("check", "scenario.yaml", "--json", "--set", "warm_up=30 wk", "--set", "seed=x", cwd=tmp_path)

    assert answer.returncode == 2
    told = json.loads(answer.stdout)
    assert told["ok"] is False
    assert {(problem["file"], problem["path"]) for problem in told["problems"]} == {("--set", "seed")}


def test_check_in_json_of_a_sound_scenario(tmp_path: Path) -> None:
    write(tmp_path, STARTER)

    answer = racktwin("check", "scenario.yaml", "--json", cwd=tmp_path)

    told = json.loads(answer.stdout)
    assert (answer.returncode, told["ok"], told["problems"], told["oddities"]) == (0, True, [], [])
    assert told["summary"]["people"] == 9


def test_new_then_check(tmp_path: Path) -> None:
    assert racktwin("new", "plant.yaml", cwd=tmp_path).returncode == 0
    assert (tmp_path / "plant.yaml").read_text() == STARTER
    assert "no errors, no oddities" in racktwin("check", "plant.yaml", cwd=tmp_path).stdout


def test_new_does_not_overwrite(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text("mine")

    refused = racktwin("new", cwd=tmp_path)

    assert (refused.returncode, (tmp_path / "scenario.yaml").read_text()) == (2, "mine")
    assert "--force" in refused.stderr
    assert racktwin("new", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "scenario.yaml").read_text() == STARTER
    assert [path.name for path in tmp_path.iterdir()] == ["scenario.yaml"]


def test_schema_is_printed_or_written(tmp_path: Path) -> None:
    printed = racktwin("schema", cwd=tmp_path)
    written = racktwin("schema", "-o", "s.json", cwd=tmp_path)

    assert (printed.returncode, written.returncode) == (0, 0)
    assert json.loads(printed.stdout) == json.loads((tmp_path / "s.json").read_text())
    assert json.loads(printed.stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_reading_a_scenario_needs_no_heavy_library(tmp_path: Path) -> None:
    write(tmp_path, STARTER)
    code = (
        "import sys; from racktwin.scenario import read_scenario; read_scenario('scenario.yaml');"
        "print([name for name in ('numba', 'pyarrow', 'duckdb', 'plotly') if name in sys.modules])"
    )

    answer = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)

    assert answer.stdout.strip() == "[]", answer.stderr
