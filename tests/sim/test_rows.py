"""Tables inside kernels: numbers keep their value whatever their width in memory, and rows count from 0."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numba
import numpy as np
import pytest
from hypothesis import given, settings

from racktwin.engines.line import compile_line
from racktwin.engines.line.running import LineRun
from racktwin.model import Scenario
from racktwin.sim.jit import IS_COMPILED, kernel
from racktwin.sim.packing import FixedFields, packed
from racktwin.sim.rows import copied, joined
from tests.properties.semantics import rich_plants

_ROW = np.dtype(
    [("narrow", "i4"), ("wide", "i8"), ("mean_s", "f8"), ("key", "u8"), ("many", "i4", (3,)), ("xs", "f8", (2,))]
)


class _Tables(NamedTuple):
    rows: Any
    reals: Any


@kernel
def _use(tables: Any) -> float:
    total = 0.0
    for k in range(min(tables.rows.size, len(tables.rows))):
        row = tables.rows[k]
        row.narrow += k
        row.wide = row.narrow + np.int64(2**40)  # wider than the field it is read from
        row.many[1] = row.narrow
        row.xs[0] += tables.reals[k]
        row.key ^= np.uint64(1)
        total += row.many[1] + row.xs[0]
    return total


@numba.njit
def _called(tables: Any) -> float:
    return _use(packed(tables))


def test_fields_of_every_width_are_read_and_written() -> None:
    rows: Any = np.zeros(3, _ROW).view(np.recarray)
    rows.narrow = [-5, 7, 2**31 - 9]
    rows.key = 2**63
    rows.xs[:, 0] = 0.5
    assert _called(_Tables(rows, np.array([1.0, 2.0, 3.0]))) == -5 + 8 + (2**31 - 7) + 7.5
    assert rows.narrow.tolist() == [-5, 8, 2**31 - 7]
    assert rows.wide.tolist() == [2**40 - 5, 2**40 + 8, 2**40 + 2**31 - 7]
    assert rows.many.tolist() == [[0, n, 0] for n in rows.narrow.tolist()]
    assert rows.xs.tolist() == [[1.5, 0.0], [2.5, 0.0], [3.5, 0.0]]
    assert rows.key.tolist() == [2**63 + 1] * 3
    assert rows.mean_s.tolist() == [0.0] * 3


class _Half(_Tables):
    """Tables whose ``mean_s`` is said to be a half, and ``narrow`` seven."""

    __slots__ = ()
    FIXED: ClassVar[FixedFields] = {"rows": {"mean_s": 0.5, "narrow": 7}}


@kernel
def _add_up(tables: Any) -> Any:
    row = tables.rows[1]
    row.narrow = 3  # which a kernel may write, though nobody will read it
    return row.mean_s + row.narrow + row.wide


@numba.njit
def _added_up(tables: Any) -> Any:
    return _add_up(packed(tables))


@pytest.mark.skipif(not IS_COMPILED, reason="a fixed field is one that need not be read")
def test_what_is_fixed_is_not_looked_up() -> None:
    rows: Any = np.zeros(2, _ROW).view(np.recarray)
    rows.mean_s, rows.wide = 10.0, 100
    assert _added_up(_Half(rows, np.zeros(1))) == 0.5 + 7 + 100
    assert rows.narrow.tolist() == [0, 3]
    assert _added_up(_Tables(rows, np.zeros(1))) == 10.0 + 3 + 100


def test_tables_are_copied_and_joined_row_by_row() -> None:
    rows: Any = np.zeros(3, _ROW).view(np.recarray)
    rows.narrow, rows.mean_s, rows.many[1] = [1, 2, 3], [0.1, 0.2, 0.3], [7, 8, 9]
    copy: Any = copied(rows)
    assert (copy == rows).all()
    assert copy.dtype == rows.dtype
    assert type(copy) is np.recarray
    copy.narrow[0] = 9
    assert rows.narrow[0] == 1
    assert joined(rows[1:], rows[:0], copy).narrow.tolist() == [2, 3, 9, 2, 3]
    assert len(copied(rows[:0])) == 0


class _FromZero(np.recarray[Any, Any]):
    """A table that refuses what a compiled kernel would not notice."""

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, (int, np.integer)) and index < 0:
            raise IndexError(f"row {index} of a table")
        return super().__getitem__(index)


@pytest.mark.skipif(IS_COMPILED, reason="compiled kernels do not look")
@settings(max_examples=15)
@given(rich_plants())
def test_no_kernel_of_the_line_counts_rows_from_the_end(scenario: Scenario) -> None:
    run = LineRun.start(compile_line(scenario.model_copy(update={"horizon_s": 86400.0, "warm_up_s": 0.0})), 0, 1)
    tables = {name: table.view(_FromZero) for name, table in run.line._asdict().items() if table.dtype.names}
    run.line = run.line._replace(**tables)
    run.finish()
    assert run.events > 0
