"""Record tables as compiled kernels see them: a table is an address and a number of rows, a row an address.

Numba's own record arrays read the same in a kernel but cost more. Here rows count from 0 (numba asks at every access
whether the index is negative), an integer is 64 bits wide in the kernel however narrow it lies in memory, and the
optimiser is told that fields of different names share no memory (LLVM's type-based alias analysis), so that it need not
read a field again after a store to another.

Where a field is known to have one value in every row, the type of the table may say so: what kernels ask of it is then
answered as they are compiled, and the code behind the other answers is not there.

An index out of range is a defect of the kernel. Uncompiled, rows are NumPy's, and ``tests/sim/test_rows.py`` shows how
to have negative indices refused.
"""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.extending import lower_builtin, register_model, type_callable
from numba.core.imputils import lower_getattr, lower_getattr_generic, lower_setattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.np import numpy_support

_BYTE = ir.IntType(8)
_INDEX = ir.IntType(64)


Fixed = Mapping[str, float]
"""Fields of a table with the value that each of its rows has for as long as a kernel runs."""

NOTHING_FIXED: Fixed = MappingProxyType({})


def short_name(name: str) -> str:
    """A digest that stands for a type in the mangled names of kernels, where its full name would run to kilobytes."""
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()


def copied(table: np.recarray[Any, Any]) -> np.recarray[Any, Any]:
    """A copy of a table: of its bytes, since NumPy copies records field by field, in ten times the time."""
    return joined(table)


def joined(*tables: np.recarray[Any, Any]) -> np.recarray[Any, Any]:
    """One table of all rows of several of the same kind."""
    dtype = tables[0].dtype
    whole_rows = [table.view(np.ndarray).view(np.dtype((np.void, dtype.itemsize))) for table in tables]
    return np.concatenate(whole_rows).view(dtype).view(np.recarray)


class TableType(types.Type):
    """A record table: the address of its first row, and how many there are."""

    def __init__(self, record: types.Record, fixed: Fixed = NOTHING_FIXED) -> None:
        self.row = RowType(record, fixed)
        super().__init__(name=f"Table{self.row.digest}")


class RowType(types.Type):
    """The address of one row. A field that is ``fixed`` is not looked up: it has that value in every row."""

    def __init__(self, record: types.Record, fixed: Fixed) -> None:
        self.record, self.fixed = record, fixed
        self.digest = short_name(f"{record.name}{sorted(fixed.items())}")
        super().__init__(name=f"Row{self.digest}")


class FieldsType(types.Type):
    """The address of a field that is an array of ``count`` numbers."""

    def __init__(self, row: RowType, field: str, array: types.NestedArray) -> None:
        self.number, self.count, self.tag = array.dtype, array.shape[0], _tag_name(row, field)
        super().__init__(name=f"Fields{short_name(self.tag)}")


def table_type(array: Any, fixed: Fixed = NOTHING_FIXED) -> TableType | None:
    """The type by which kernels know a table of Python's; None for what is no one-dimensional table of records."""
    is_table = isinstance(array, types.Array) and isinstance(array.dtype, types.Record) and array.ndim == 1
    return TableType(array.dtype, fixed) if is_table else None


@register_model(TableType)
class _TableModel(models.StructModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, [("first", types.voidptr), ("size", types.intp)])


@register_model(RowType)
@register_model(FieldsType)
class _AddressModel(models.OpaqueModel):
    pass


def _seen(number: Any) -> Any:
    """The type of a number in a kernel: integers are as wide as they get."""
    if isinstance(number, types.Integer):
        return types.int64 if number.signed else types.uint64  # type: ignore[attr-defined]
    return number


def _tag_name(row: RowType, field: str) -> str:
    return f"{row.name}.{field}"


@infer_getattr
class _TableAttribute(AttributeTemplate):
    key = TableType

    def resolve_size(self, table: Any) -> Any:
        return types.intp


@infer_getattr
class _FieldsAttribute(AttributeTemplate):
    key = FieldsType

    def resolve_size(self, fields: Any) -> Any:
        return types.intp


@infer_getattr
class _RowAttribute(AttributeTemplate):
    key = RowType

    def generic_resolve(self, row: Any, field: str) -> Any:  # type: ignore[override]
        if field not in row.record.fields:
            return None
        kind = row.record.typeof(field)
        return FieldsType(row, field, kind) if isinstance(kind, types.NestedArray) else _seen(kind)


@type_callable(operator.getitem)
def _type_getitem(context: Any) -> Any:
    def typer(whole: Any, index: Any) -> Any:
        if isinstance(index, types.Integer):
            if isinstance(whole, TableType):
                return whole.row
            if isinstance(whole, FieldsType):
                return _seen(whole.number)
        return None

    return typer


@type_callable(operator.setitem)
def _type_setitem(context: Any) -> Any:
    def typer(whole: Any, index: Any, value: Any) -> Any:
        return types.void if isinstance(whole, FieldsType) and isinstance(index, types.Integer) else None

    return typer


@type_callable(len)
def _type_len(context: Any) -> Any:
    def typer(whole: Any) -> Any:
        return types.intp if isinstance(whole, TableType) else None

    return typer


@lower_getattr(TableType, "size")
def _rows(context: Any, builder: Any, table: Any, value: Any) -> Any:
    return cgutils.create_struct_proxy(table)(context, builder, value).size


@lower_builtin(len, TableType)
def _len(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return _rows(context, builder, signature.args[0], arguments[0])


@lower_getattr(FieldsType, "size")
def _numbers(context: Any, builder: Any, fields: Any, value: Any) -> Any:
    return _INDEX(fields.count)


@lower_builtin(operator.getitem, TableType, types.Integer)
def _row_at(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    table, index = signature.args
    first = cgutils.create_struct_proxy(table)(context, builder, arguments[0]).first
    whole_row = ir.ArrayType(_BYTE, table.row.record.size).as_pointer()
    place = context.cast(builder, arguments[1], index, types.intp)
    return builder.bitcast(builder.gep(builder.bitcast(first, whole_row), [place]), cgutils.voidptr_t)


def _tagged(builder: Any, instruction: Any, tag: str) -> None:
    """Tell the optimiser that the instruction touches the field ``tag`` and no other."""
    module = builder.module
    root = module.add_metadata([ir.MetaDataString(module, "racktwin tables")])
    field = module.add_metadata([ir.MetaDataString(module, tag), root, _INDEX(0)])
    instruction.set_metadata("tbaa", module.add_metadata([field, field, _INDEX(0)]))


def _read(context: Any, builder: Any, address: Any, number: Any, alignment: int, tag: str) -> Any:
    loaded = builder.load(address, align=alignment)
    _tagged(builder, loaded, tag)
    value = context.data_model_manager[number].from_data(builder, loaded)
    return context.cast(builder, value, number, _seen(number))


def _write(context: Any, builder: Any, address: Any, kind: tuple[Any, Any], value: Any, at: tuple[int, str]) -> None:
    given, number = kind
    narrowed = context.cast(builder, value, given, number)
    stored = builder.store(context.data_model_manager[number].as_data(builder, narrowed), address, align=at[0])
    _tagged(builder, stored, at[1])


def _field(context: Any, builder: Any, row: Any, value: Any, field: str, kind: Any) -> tuple[Any, int]:
    """The address of a field that holds one number (or the first of many) of a type, and its alignment."""
    offset = row.record.offset(field)
    address = builder.gep(value, [_INDEX(offset)])
    width = numpy_support.as_dtype(kind).itemsize
    alignment = width if offset % width == 0 and row.record.size % width == 0 else 1
    return builder.bitcast(address, context.get_data_type(kind).as_pointer()), alignment


@lower_getattr_generic(RowType)
def _get_field(context: Any, builder: Any, row: Any, value: Any, field: str) -> Any:
    kind = row.record.typeof(field)
    if isinstance(kind, types.NestedArray):
        return builder.gep(value, [_INDEX(row.record.offset(field))])
    if field in row.fixed:
        return context.get_constant(_seen(kind), row.fixed[field])
    address, alignment = _field(context, builder, row, value, field, kind)
    return _read(context, builder, address, kind, alignment, _tag_name(row, field))


@lower_setattr_generic(RowType)
def _set_field(context: Any, builder: Any, signature: Any, arguments: Any, field: str) -> None:
    row, given = signature.args
    kind = row.record.typeof(field)
    address, alignment = _field(context, builder, row, arguments[0], field, kind)
    _write(context, builder, address, (given, kind), arguments[1], (alignment, _tag_name(row, field)))


def _number_at(context: Any, builder: Any, fields: Any, value: Any, index: Any, place: Any) -> Any:
    first = builder.bitcast(value, context.get_data_type(fields.number).as_pointer())
    return builder.gep(first, [context.cast(builder, place, index, types.intp)])


@lower_builtin(operator.getitem, FieldsType, types.Integer)
def _get_number(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    fields, index = signature.args
    address = _number_at(context, builder, fields, arguments[0], index, arguments[1])
    return _read(context, builder, address, fields.number, 1, fields.tag)


@lower_builtin(operator.setitem, FieldsType, types.Integer, types.Any)
def _set_number(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    fields, index, given = signature.args
    address = _number_at(context, builder, fields, arguments[0], index, arguments[1])
    _write(context, builder, address, (given, fields.number), arguments[2], (1, fields.tag))
    return context.get_dummy_value()


def first_row(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """The address of the first row, in generated code: of a table inside a kernel, or of an array."""
    if isinstance(kind, TableType):
        return cgutils.create_struct_proxy(kind)(context, builder, value).first
    return builder.bitcast(context.make_array(kind)(context, builder, value).data, cgutils.voidptr_t)
