"""What is allowed but probably not meant is said, with its line, and does not stop anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.scenario import read_scenario
from racktwin.scenario.checks import RULES
from tests.untraced import untraced

from .broken import PLANTS, SEMANTICS, STARTER, Broken
from .hall import ODD_HALLS, ODD_WORK, WRONG_HALLS
from .network import ODD_NETWORKS, WRONG
from .odd import ODD
from .test_broken import write


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_odd(odd: Broken, tmp_path: Path) -> None:
    path = write(tmp_path, odd.text)

    oddities = read_scenario(path).oddities

    fitting = [problem for problem in oddities if odd.says in problem.message and problem.path.endswith(odd.path)]
    assert fitting, "\n".join(map(str, oddities))
    assert (fitting[0].file, fitting[0].line) == (str(path), odd.line)
    assert all(problem.remedy for problem in oddities)
    assert len(oddities) <= odd.most


def test_many_of_a_kind_are_cut_short(tmp_path: Path) -> None:
    late = "".join(f"  - {{product: rack, release: {day} d}}\n" for day in range(200, 300))

    oddities = read_scenario(write(tmp_path, STARTER + "order_book:\n" + late)).oddities

    late_orders = [problem for problem in oddities if "after the horizon" in problem.message]
    assert len(late_orders) == 50
    assert "(and 50 more like this)" in late_orders[-1].message


def test_every_rule_has_a_docstring() -> None:
    assert all(rule.__doc__ for rule in RULES)


def test_every_rule_finds_something_in_the_tables(tmp_path: Path) -> None:
    """No rule is dead: each finds something in one of the broken or odd scenarios that fit the schema."""
    from racktwin.scenario.document import Document
    from racktwin.scenario.validate import validate
    from racktwin.scenario.yaml_text import parse_yaml

    silent = set(RULES)
    for case in (*PLANTS, *SEMANTICS, *ODD, *WRONG, *ODD_NETWORKS, *WRONG_HALLS, *ODD_HALLS, *ODD_WORK):
        with untraced():
            document: Document = parse_yaml(case.text, "scenario.yaml")
            plant, _ = validate(document)
        if plant is not None:
            silent -= {rule for rule in silent if any(True for _ in rule(plant))}
    assert {rule.__name__ for rule in silent} == set()
