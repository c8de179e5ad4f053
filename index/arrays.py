"""Arrays on disk, written piece by piece and read a slice at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt


@contextmanager
def array_file(path: Path, kind: type, shape: tuple[int, ...]) -> Iterator[BinaryIO]:
    """A file that `np.load` reads, where the numbers of `shape` are to be written one after the other; what is not
    written yet is 0."""
    with path.open("wb") as file:
        start = _write_header(file, kind, shape)
        file.truncate(start + math.prod(shape) * np.dtype(kind).itemsize)
        yield file


@contextmanager
def flat_file(path: Path, kind: type) -> Iterator[BinaryIO]:
    """A file that `np.load` reads when it is closed: a flat array of all the numbers that were written there."""
    with path.open("wb") as file:
        start = _write_header(file, kind, (0,))
        yield file
        size = (file.tell() - start) // np.dtype(kind).itemsize
        file.seek(0)
        if _write_header(file, kind, (size,)) != start:  # NumPy leaves room for the length to grow
            raise ValueError(f"the header of {path} does not fit {size} numbers")


def _write_header(file: BinaryIO, kind: type, shape: tuple[int, ...]) -> int:
    """Where it ends."""
    np.lib.format.write_array_header_1_0(file, {"descr": np.dtype(kind).str, "fortran_order": False, "shape": shape})
    return file.tell()


class Filed:
    """A flat array in a file, whose slices are read when they are asked for: all that was ever touched of a mapped one
    counts as memory of the process.

    :raises OSError, EOFError, ValueError: the file is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        mapped: Any = np.load(path, mmap_mode="r")
        if not isinstance(mapped, np.memmap) or mapped.ndim != 1:
            raise ValueError(f"{path} holds no flat array")
        self._size = len(mapped)
        self._path, self._kind, self._start = path, mapped.dtype, mapped.offset

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> npt.NDArray[Any]:
        start, stop, _ = part.indices(self._size)
        place = self._start + start * self._kind.itemsize
        return np.fromfile(self._path, self._kind, max(stop - start, 0), offset=place)
