"""Whether names occur twice: 64 bits of each, in memory or, of a trace of any size, on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]
Lines = npt.NDArray[np.int64]

_PARTS_BITS = 6
_SEEN = np.dtype([("name", "u8"), ("line", "i8")])
_CELLS_AT_ONCE = 1 << 22


class NamesOnDisk:
    """16 bytes of each name in temporary files, by the first bits: each file can be compared on its own.

    So a trace of ten gigabytes, 160 million jobs, takes 2.6 GB of disk and 40 MB of memory.
    """

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self._files = []
        for _ in range(1 << _PARTS_BITS):
            file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - the stack closes it
            self._files.append(self._stack.enter_context(file))

    def __enter__(self) -> NamesOnDisk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, hashes: Hashes, lines: Lines) -> None:
        """Keep names with the lines they stand in."""
        parts = (hashes >> np.uint64(64 - _PARTS_BITS)).astype(np.int64)
        order = np.argsort(parts, kind="stable")
        rows = np.empty(len(hashes), _SEEN)
        rows["name"], rows["line"] = hashes[order], lines[order]
        ends = np.searchsorted(parts[order], np.arange(len(self._files) + 1))
        for part, file in enumerate(self._files):
            rows[ends[part] : ends[part + 1]].tofile(file)

    def repeated(self) -> Iterator[Lines]:
        """The lines of names that occur before, in some order."""
        for file in self._files:
            file.seek(0)
            rows = np.fromfile(file, _SEEN)
            rows = rows[np.lexsort((rows["line"], rows["name"]))]
            again = rows["name"][1:] == rows["name"][:-1]
            yield rows["line"][1:][again]


def hashes_of(names: pa.Array) -> Hashes:
    """64 bits of each name; two of 10 million names collide with a chance of 3 in a million.

    Multiply and shift over words of 8 bytes, with the finalizer of MurmurHash3.
    """
    whole = names.cast(pa.large_string()) if not pa.types.is_large_string(names.type) else names
    offsets = np.frombuffer(whole.buffers()[1], np.int64, len(whole) + 1, whole.offset * 8)
    data = np.frombuffer(whole.buffers()[2] or bytes(8), np.uint8)
    lengths = np.diff(offsets)
    width = max(8, -(-int(lengths.max(initial=1)) // 8) * 8)
    found = np.empty(len(whole), np.uint64)
    step = max(1, _CELLS_AT_ONCE // width)
    for first in range(0, len(whole), step):
        part = slice(first, first + step)
        found[part] = _hashed(data, offsets[:-1][part], lengths[part], width)
    return found


def _hashed(data: npt.NDArray[np.uint8], begins: Lines, lengths: Lines, width: int) -> Hashes:
    places = np.arange(width)
    cells = data[np.minimum(begins[:, None] + places, len(data) - 1)]
    words = np.where(places < lengths[:, None], cells, np.uint8(0)).view(np.uint64)
    found = lengths.astype(np.uint64)
    with np.errstate(over="ignore"):
        for word in range(words.shape[1]):
            mixed = (found ^ words[:, word]) * np.uint64(0x9E3779B97F4A7C15)
            found = np.where(lengths > 8 * word, mixed ^ (mixed >> np.uint64(29)), found)
        found *= np.uint64(0xFF51AFD7ED558CCD)
        found ^= found >> np.uint64(33)
        found *= np.uint64(0xC4CEB9FE1A85EC53)
        found ^= found >> np.uint64(33)
    return found
