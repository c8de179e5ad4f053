"""Folders that are looked at again and again: which files came or changed, and are written whole."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ingest.read import ARCHIVES, SUFFIXES
from ingest.sources import files_under

_Stamp = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""


class Watched:
    """Files of kinds that can be read. One counts as written whole when two looks in a row find it the same; the time
    between looks is the caller's."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = list(folders)
        self._places = [os.path.realpath(folder) for folder in self._folders]
        self._seen: dict[Path, _Stamp] = {}  # at the look before
        self._taken: dict[Path, _Stamp] = {}

    def look(self) -> tuple[list[Path], bool]:
        """The files that are new or changed since they were `took`, and the same as at the look before; True when there
        are others, which are not the same."""
        now = {path: stamp for path in self._paths() if (stamp := _stamp(path))}
        self._taken = {path: stamp for path, stamp in self._taken.items() if path in now}
        new = [path for path, stamp in now.items() if self._taken.get(path) != stamp]
        ready = [path for path in new if self._seen.get(path) == now[path]]
        self._seen = now
        return ready, len(ready) < len(new)

    def took(self, paths: Iterable[Path]) -> None:
        """These are done with, as the last look saw them, until they change."""
        self._taken |= {path: self._seen[path] for path in paths}

    def is_gone(self, origin: str) -> bool:
        """True when `origin` is of a file that lay in one of the folders, or of one in an archive there."""
        if not any(origin.startswith(place + os.sep) for place in self._places):
            return False
        return not (os.path.exists(origin) or os.path.exists(origin.partition("!")[0]))

    def _paths(self) -> Iterable[Path]:
        for folder in self._folders:
            for path in files_under(folder):
                if path.suffix.lower() in SUFFIXES | ARCHIVES:
                    yield path


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:  # it went between the list and the look
        return None
    return status.st_size, status.st_mtime_ns
