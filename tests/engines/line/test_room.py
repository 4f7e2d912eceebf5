"""How many rows a replication begins with."""

from __future__ import annotations

from typing import Any

from benchmarks.line.plants import PLANTS
from benchmarks.line.scenario import document_of

from racktwin.engines.line import compile_line
from racktwin.model import Scenario


def _most_defects(document: dict[str, Any]) -> int:
    return int(compile_line(Scenario.model_validate(document)).line.clock[0].most_defects)


def test_defects_have_room_only_where_some_can_come() -> None:
    document = document_of(PLANTS["mm4"](20))
    assert _most_defects(document) == 0
    brought = {"screw": {"defects": {"loose": 0.01}}}
    kinds: dict[str, Any] = {"defect_kinds": {"loose": {}}}
    assert _most_defects({**document, "parts": {**document["parts"], **brought}, **kinds}) > 64
