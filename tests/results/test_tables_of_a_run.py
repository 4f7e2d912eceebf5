"""Tables are checked against the schema before they are written."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest

from racktwin.errors import RunError
from racktwin.results.schema import TABLES
from racktwin.results.tables import arrow_schema, conform, require_all
from tests.results.rows import tables_of

Tables = dict[str, pa.Table]


def good() -> Tables:
    return tables_of({"material": [{"part": "board", "time_s": 1.0, "change": 1}]}, 3)


def with_column(name: str, values: pa.Array) -> Tables:
    material = good()["material"]
    position = material.column_names.index(name)
    return good() | {"material": material.set_column(position, name, values)}


def test_good_tables_keep_their_rows_and_get_the_schema() -> None:
    conformed = conform(3, with_column("part", pa.array(["board"])))

    assert list(conformed) == list(TABLES)
    assert conformed["material"].schema == arrow_schema(TABLES["material"])
    assert conformed["material"]["part"].to_pylist() == ["board"]


BAD: dict[str, Callable[[], Tables]] = {
    "table 'trucks' is not known": lambda: good() | {"trucks": pa.table({})},
    r"material: columns missing \['reason'\], unknown \[\]": lambda: (
        good() | {"material": good()["material"].drop_columns("reason")}
    ),
    r"material: columns missing \[\], unknown \['colour'\]": lambda: (
        good() | {"material": good()["material"].append_column("colour", pa.array(["red"]))}
    ),
    "material: columns not in the order": lambda: (
        good() | {"material": good()["material"].select(list(reversed(good()["material"].column_names)))}
    ),
    "material.change: expected int64, found double": lambda: with_column("change", pa.array([1.0])),
    "material.part: expected str, found int64": lambda: with_column("part", pa.array([1])),
    "material.time_s: 1 nulls": lambda: with_column("time_s", pa.array([None], pa.float64())),
    "material.replication: not everywhere 3": lambda: with_column("replication", pa.array([2])),
}


@pytest.mark.parametrize("message", BAD)
def test_a_misfit_is_named(message: str) -> None:
    with pytest.raises(RunError, match=message):
        conform(3, BAD[message]())


def test_all_misfits_are_named_at_once() -> None:
    tables = with_column("change", pa.array([1.0])) | {"trucks": pa.table({})}
    with pytest.raises(RunError) as refused:
        conform(3, tables)
    assert [word in str(refused.value) for word in ("trucks", "material.change")] == [True] * 2


def test_missing_tables_of_an_engine_that_ran_are_named_at_once() -> None:
    given = [name for name in good() if name not in ("labour", "limits", "material")]
    with pytest.raises(RunError, match=r"table 'labour' is missing\n.*table 'material' is missing"):
        require_all(3, given)
    require_all(3, good())
