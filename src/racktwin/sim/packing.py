"""One pointer for many tables: how compiled kernels receive a named tuple of record tables.

Numba passes a tuple of arrays as seven values per array in every call; with the line's 25 tables that made the
compiled event loop ten megabytes and its compilation a minute. :func:`packed` puts the tuple on the stack of the
entry point and hands kernels its address; attributes read the same. Uncompiled, the tuple is passed as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, cast

from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.extending import intrinsic, register_model
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate, infer_getattr

from .jit import IS_COMPILED


class PackedType(types.Type):
    """The address of a named tuple of tables."""

    def __init__(self, tuple_type: types.NamedTuple) -> None:
        self.tuple_type = tuple_type
        # the full name of the tuple runs to 20 kB and would stand in the mangled name of every kernel
        digest = hashlib.blake2b(tuple_type.name.encode(), digest_size=8).hexdigest()
        super().__init__(name=f"Packed{digest}")


@register_model(PackedType)
class _PackedModel(models.OpaqueModel):
    pass


@infer_getattr
class _PackedAttribute(AttributeTemplate):
    key = PackedType

    def generic_resolve(self, packed_type: Any, attribute: str) -> Any:  # type: ignore[override]
        fields = packed_type.tuple_type.fields
        return packed_type.tuple_type.types[fields.index(attribute)] if attribute in fields else None


@lower_getattr_generic(PackedType)
def _load_table(context: Any, builder: Any, packed_type: Any, value: Any, attribute: str) -> Any:
    tuple_type = packed_type.tuple_type
    address = builder.bitcast(value, context.get_value_type(tuple_type).as_pointer())
    return builder.load(cgutils.gep_inbounds(builder, address, 0, tuple_type.fields.index(attribute)))


@intrinsic
def _on_stack(typing_context: Any, tables: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = cgutils.alloca_once_value(builder, arguments[0])
        return builder.bitcast(address, cgutils.voidptr_t)

    return PackedType(tables)(tables), generate


def _as_it_is(tables: Any) -> Any:
    return tables


# an intrinsic is generated into its caller, so that the address is one of the entry point's own stack frame
packed: Callable[[Any], Any] = cast(Callable[[Any], Any], _on_stack) if IS_COMPILED else _as_it_is
"""What kernels take: the address of the tables, valid until the caller returns; uncompiled, the tables."""
