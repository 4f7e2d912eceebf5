"""What a KPI is: a name, its meaning in words, and the SQL that computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["higher", "lower", "neither"]
SubjectKind = Literal[
    "plant",
    "product",
    "part",
    "cause",
    "operation",
    "defect",
    "defect_kind",
    "work_center",
    "state",
    "operator_group",
    "feed",
    "cooling_loop",
    "limit",
    "job_class",
]

SUBJECT_KINDS: dict[SubjectKind, str] = {
    "plant": "the whole plant: the empty text",
    "product": "a product such as `gb200_nvl72`; the empty text for all products together",
    "part": "a part made here; the empty text for all together",
    "cause": "a product and where its time goes, as `gb200_nvl72:wait_power`",
    "operation": "a part and an operation of its routing, as `gb200_compute_tray:test_tray`",
    "defect": "an operation and a kind of defect, as `burn_in_rack:connector`",
    "defect_kind": "a kind of defect",
    "work_center": "a work center",
    "state": "a work center and a SEMI E10 state, as `burn_in:productive`",
    "operator_group": "an operator group",
    "feed": "a power feed",
    "job_class": "a class of GPU jobs; the empty text for all together",
    "cooling_loop": "a cooling loop",
    "limit": "what may limit the plant, by kind and name, as `work_center:burn_in`, `operator_group:technicians`, "
    "`feed:test_floor` or `cooling_loop:facility_water`",
}
"""How the subjects of a KPI read, by kind."""


@dataclass(frozen=True)
class Kpi:
    """A KPI. ``sql`` yields ``replication``, ``subject`` and ``value`` over the tables and views of a run.

    ``value`` is in ``unit`` (``1`` for shares, probabilities and counts) and NULL where there is nothing to measure.
    ``direction`` is which way is better. ``formula`` says in words what the SQL says. Where a KPI ``is_count``, a
    subject of any replication that has no row in another is 0 there.
    """

    name: str
    title: str
    unit: str
    direction: Direction
    subject_kind: SubjectKind
    formula: str
    sql: str
    is_count: bool = False
