"""The assumption ledger in the report."""

from __future__ import annotations

from typing import Any

from racktwin.model import Scenario
from racktwin.report.assumptions import GRADES, scenario_ledger
from racktwin.report.blocks import Ledger
from tests.results.plant import plant_document


def _ledger(limit: Any) -> Ledger:
    document = plant_document()
    document["feeds"]["test_floor"]["limit"] = limit
    return scenario_ledger(Scenario.model_validate(document))


def _row(limit: Any) -> tuple[str, str, str, str]:
    (row,) = [row for row in _ledger(limit).rows if (row.place, row.attribute) == ("feeds › test_floor", "limit")]
    return row.value, row.range, row.grade, row.source


def test_a_range_is_shown_in_the_unit_its_value_is_written_in() -> None:
    sourced = {"value": "0.9 MW", "low": "800 kW", "high": "1.2e6 W", "source": "letter", "confidence": "B"}
    assert _row(sourced) == ("0.9 MW", "0.8 MW to 1.2 MW", "B", "letter")


def test_what_has_no_source_is_assumed() -> None:
    assert _row("900 kW") == ("900 kW", "", "assumed", "")
    assert _row({"value": "900 kW", "high": "1 MW"})[1] == "? to 1000 kW"


def test_the_weakest_come_first_and_are_counted() -> None:
    found = _ledger("900 kW")
    grades = [GRADES.index(row.grade) for row in found.rows]
    assert grades == sorted(grades)
    assert sum(count for _, count in found.counts) == len(found.rows)
    assert found.share_sentence().startswith(f"{found.unsourced} of the {len(found.rows)} quantities")
