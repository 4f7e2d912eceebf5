"""One pointer for many tables: how compiled kernels receive a named tuple of record tables.

Numba passes a tuple of arrays as seven values per array in every call; with the line's 25 tables that made the
compiled event loop ten megabytes and its compilation a minute. :func:`packed` puts the tuple on the stack of the
entry point and hands kernels its address; attributes read the same, and record tables are those of :mod:`.rows`.
Uncompiled, the tuple is passed as it is.

A class of tuples may name, as ``FIXED``, fields that have one value in every row of a table (rows.py): kernels are
compiled once more for it, without asking.

Where tables lie does not change while a kernel runs, and the optimiser is told so: it need not read an address again
after every store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.extending import intrinsic, register_model
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr

from .jit import IS_COMPILED
from .rows import NOTHING_FIXED, Fixed, short_name, table_type


class PackedType(types.Type):
    """The address of a named tuple of tables."""

    def __init__(self, tuple_type: types.NamedTuple) -> None:
        self.tuple_type = tuple_type
        fixed = getattr(tuple_type.instance_class, "FIXED", {})
        super().__init__(name=f"Packed{short_name(f'{tuple_type.name}{fixed}')}")


@register_model(PackedType)
class _PackedModel(models.OpaqueModel):
    pass


FixedFields = Mapping[str, Fixed]
"""What is fixed in each table, by its name."""


def _fixed(packed_type: Any, table: str) -> Fixed:
    fixed: FixedFields = getattr(packed_type.tuple_type.instance_class, "FIXED", {})
    return fixed.get(table, NOTHING_FIXED)


@infer_getattr
class _PackedAttribute(AttributeTemplate):
    key = PackedType

    def generic_resolve(self, packed_type: Any, attribute: str) -> Any:  # type: ignore[override]
        fields = packed_type.tuple_type.fields
        if attribute not in fields:
            return None
        array = packed_type.tuple_type.types[fields.index(attribute)]
        return table_type(array, _fixed(packed_type, attribute)) or array


def _loaded(builder: Any, address: Any) -> Any:
    """What lies at ``address``, which no kernel writes to."""
    value = builder.load(address)
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


@lower_getattr_generic(PackedType)
def _load_table(context: Any, builder: Any, packed_type: Any, value: Any, attribute: str) -> Any:
    tuple_type = packed_type.tuple_type
    place = tuple_type.fields.index(attribute)
    address = builder.bitcast(value, context.get_value_type(tuple_type).as_pointer())
    field = cgutils.gep_inbounds(builder, address, 0, place)
    array_type = tuple_type.types[place]
    kind = table_type(array_type, _fixed(packed_type, attribute))
    if kind is None:
        return _loaded(builder, field)
    array = context.make_array(array_type)(context, builder, ref=field)
    table = cgutils.create_struct_proxy(kind)(context, builder)
    table.first = builder.bitcast(_loaded(builder, array._get_ptr_by_name("data")), cgutils.voidptr_t)
    table.size = _loaded(builder, array._get_ptr_by_name("nitems"))
    return table._getvalue()


@intrinsic
def _on_stack(typing_context: Any, tables: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.bitcast(cgutils.alloca_once_value(builder, arguments[0]), cgutils.voidptr_t)
        # an assembly of no instructions that "makes" the address: no load from it comes before the stores above
        kind = ir.FunctionType(cgutils.voidptr_t, [cgutils.voidptr_t])
        return builder.asm(kind, "", "=r,0,~{memory}", [address], side_effect=True)

    return PackedType(tables)(tables), generate


def _as_it_is(tables: Any) -> Any:
    return tables


# an intrinsic is generated into its caller, so that the address is one of the entry point's own stack frame
packed: Callable[[Any], Any] = cast(Callable[[Any], Any], _on_stack) if IS_COMPILED else _as_it_is
"""What kernels take: the address of the tables, valid until the caller returns; uncompiled, the tables."""
