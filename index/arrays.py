"""Arrays written to disk piece by piece, whose size is known before."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np


@contextmanager
def array_file(path: Path, kind: type, shape: tuple[int, ...]) -> Iterator[BinaryIO]:
    """A file that `np.load` reads, where the numbers of `shape` are to be written one after the other; what is not
    written yet is 0."""
    with path.open("wb") as file:
        header = {"descr": np.dtype(kind).str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + math.prod(shape) * np.dtype(kind).itemsize)
        yield file
