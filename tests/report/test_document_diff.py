"""Differences of two scenario documents."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from racktwin.report.document_diff import ABSENT, Difference, document_differences
from tests.results.plant import plant_document


def test_a_changed_value_is_one_difference_at_its_path() -> None:
    a = plant_document()
    b = copy.deepcopy(a)
    b["feeds"]["test_floor"]["limit"] = "450 kW"
    b["routings"]["rack"]["operations"][1]["phases"][1]["duration"] = "96 h"
    assert document_differences(a, b) == [
        Difference("feeds.test_floor.limit", "900 kW", "450 kW"),
        Difference("routings.rack.operations.burn_in_rack.phases.soak.duration", "48 h", "96 h"),
    ]


def test_a_step_added_in_the_middle_is_one_difference() -> None:
    a = plant_document()
    b = copy.deepcopy(a)
    b["routings"]["rack"]["operations"].insert(1, {"operation": "leak_test", "work_center": "leak", "duration": "1 h"})
    (difference,) = document_differences(a, b)
    assert (difference.path, difference.a) == ("routings.rack.operations.leak_test", ABSENT)


def test_a_quantity_is_one_difference_with_its_source_or_without() -> None:
    sourced = {"limit": {"value": "1 MW", "source": "letter", "high": "2 MW"}}
    assert document_differences(sourced, {"limit": "500 kW"}) == [Difference("limit", "1 MW", "500 kW")]
    assert document_differences(sourced, {"limit": {"value": "500 kW"}}) == [Difference("limit", "1 MW", "500 kW")]
    (source,) = document_differences(sourced, {"limit": {"value": "1 MW", "source": "phone call", "high": "2 MW"}})
    assert source == Difference("limit.source", "letter", "phone call")


def test_a_long_list_is_counted() -> None:
    book = [{"product": "x", "release": f"{day} d"} for day in range(20)]
    assert document_differences({"order_book": book}, {"order_book": book[:9]}) == [
        Difference("order_book", "20 entries", "9 entries")
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4), st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_there_are_differences_exactly_when_the_documents_differ(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert document_differences(a, copy.deepcopy(a)) == []
    assert bool(document_differences(a, b)) == (a != b)
