"""The documentation is what the code does."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from racktwin.cli.main import app
from racktwin.scenario import read_scenario

from .checkout import ROOT, own_texts

_MARKDOWN = {name: text for name, text in own_texts().items() if name.endswith(".md")}
_README = (ROOT / "README.md").read_text()


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["cli.md", "keys.md", "tables.md", "kpis.md"])
def test_generated_page_is_current(page: str) -> None:
    """If this fails: scripts/docs."""
    assert (ROOT / "docs" / page).read_text() == _generator().PAGES[page]()


def test_every_command_has_its_heading() -> None:
    documented = re.findall(r"^## `racktwin ([\w-]+)`$", (ROOT / "docs" / "cli.md").read_text(), re.M)

    assert sorted(documented) == sorted(_commands())


@pytest.mark.parametrize("name", _MARKDOWN)
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", _MARKDOWN[name])

    assert [target for target in targets if not (ROOT / name).parent.joinpath(target).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/scenario.md"])
def test_commands_in_the_text_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    made = re.findall(r"\bmake ([a-z]+)\b(?=`|$)", text, re.M)
    ours = re.findall(r"(?:^|`)racktwin ([a-z]+)", text, re.M)
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M)

    assert set(made) <= set(targets)
    assert set(ours) <= _commands()


@pytest.mark.parametrize("page", ["scenario.md", "fleet.md"])
def test_scenario_in_the_text_is_one(tmp_path: Path, page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(re.findall(r"```yaml\n(racktwin: 1.*?)```", text, re.S)[0])

    assert read_scenario(scenario).oddities == ()


def test_every_step_of_the_tutorial_is_a_scenario(tmp_path: Path) -> None:
    """Its blocks are added to one file, one after the other; each time it can be read, and it ends with two."""
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(), re.S)
    (tmp_path / "plant.yaml").write_text("{}")
    whole: dict[str, Any] = {}
    for block in blocks:
        _merge(whole, YAML(typ="safe").load(block))
        with (tmp_path / "plant.yaml").open("w") as file:
            YAML().dump(whole, file)
        products = read_scenario(tmp_path / "plant.yaml").scenario.demand
    assert len(blocks) == 6
    assert set(products) == {"racks", "servers"}


def _merge(whole: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(whole.get(key), dict):
            _merge(whole[key], value)
        else:
            whole[key] = value


def test_readme_is_one_screen() -> None:
    assert len(_README.splitlines()) <= 80


def test_python_in_the_readme_runs(tmp_path: Path) -> None:
    """Its few lines, as they stand, in an empty folder."""
    (code,) = re.findall(r"```python\n(.*?)```", _README, re.S)
    answer = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()
    assert list(tmp_path.rglob("report.html"))


def _commands() -> set[str]:
    command = get_command(app)
    return set(command.list_commands(None))  # type: ignore[attr-defined]
