"""Walking trees that are kept in an array: the root is row 1, the children of row ``i`` are ``2 i`` and ``2 i + 1``."""

from __future__ import annotations

from .jit import kernel


@kernel
def next_subtree(index: int) -> int:
    """The root of what lies to the right of subtree ``index``, as high as possible; 0 if nothing does."""
    while index & 1:
        index >>= 1
    return index + 1 if index > 0 else 0
