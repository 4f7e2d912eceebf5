"""The network section: what is sound is read, and each kind of mistake is told once, with its line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from racktwin.scenario import read_scenario

from .network import NETWORK, ODD_NETWORKS, WRONG, Wrong
from .test_broken import problems_of, write


def test_the_network_is_sound(tmp_path: Path) -> None:
    file = read_scenario(write(tmp_path, NETWORK))

    assert file.oddities == ()
    assert file.scenario.engines == ("supply",)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_wrong(wrong: Wrong, tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, wrong.text))

    assert wrong.says in problem.message
    assert problem.path.endswith(wrong.path)
    assert problem.line > 0
    assert problem.remedy


def test_numbers_of_pieces_are_written_in_every_form(tmp_path: Path) -> None:
    forms = {"7": 7.0, "[1, 2, 6]": 3.0, "{normal: {mean: 5, sd: 2}}": 5.0, "{uniform: {low: 2, high: 4}}": 3.0}
    for form, mean in (forms | {"{value: 3, source: plan, confidence: B}": 3.0}).items():
        from racktwin.model.pieces import law_of

        file = read_scenario(write(tmp_path, NETWORK.replace("{poisson: {mean: 4}}", form)))
        assert file.scenario.network is not None
        assert law_of(file.scenario.network.demand["cloud"].quantity).mean == mean


def test_reviews_between_ticks_are_odd(tmp_path: Path) -> None:
    (oddity,) = read_scenario(write(tmp_path, ODD_NETWORKS[0].text)).oddities

    assert "more often than ticks" in oddity.message


def test_duty_dates_and_currency_reach_the_ledger(tmp_path: Path) -> None:
    from racktwin.model import ledger

    file = read_scenario(write(tmp_path, NETWORK))

    paths = {entry.path for entry in ledger(file.scenario)}
    assert {"network.duty_rules.section_232.rate", "network.lanes.boards_air.lead_time.mean"} <= paths
