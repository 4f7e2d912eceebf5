"""The line that sums a scenario up."""

from __future__ import annotations

from racktwin.scenario import starter_text, summarize
from racktwin.scenario.validate import validate
from racktwin.scenario.yaml_text import parse_yaml


def test_summary_of_the_starter() -> None:
    plant, _ = validate(parse_yaml(starter_text(), "starter.yaml"))
    assert plant is not None

    summary = summarize(plant)

    assert summary.products == ("rack",)
    assert (summary.work_units, summary.people, summary.power_w) == (3 + 4 + 3 + 2 + 1, 4 + 3 + 2, 200e3)
    assert summary.sourced == 2
    assert str(summary).startswith("1 product (rack), 13 work units in 5 work centers, 9 people, 200 kW; ")
    assert f"{summary.quantities} quantities" in str(summary)
