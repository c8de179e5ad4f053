"""What is known of the files of a corpus folder, their hashes and what is in archives, so that none is read in vain."""

from __future__ import annotations

import json
import time
from pathlib import Path

from index.store import write_whole
from ingest.archives import opened
from ingest.read import Source

_SETTLED = 2.0  # seconds after which another change cannot have the same time any more; the coarsest clocks tick so

Stamp = tuple[int, int, int, int]
"""Size, time of the last write and of the last change of any kind in nanoseconds, inode."""


def stamp_of(path: Path) -> Stamp | None:
    """What tells one content of a file from the next; None when it is gone, or was written a moment ago: then two
    contents may have one stamp. A program that can set the second time back, which takes a change of the system's
    clock, and keeps size and inode, is not noticed."""
    try:
        found = path.stat()
    except OSError:
        return None
    last = max(found.st_mtime_ns, found.st_ctime_ns)
    if time.time_ns() - last < _SETTLED * 1e9:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


class Contents:
    """Hashes of files by their stamps, and the documents in archives by the archive's bytes; kept in files that may be
    deleted."""

    def __init__(self, folder: Path) -> None:
        self._hashes = _Saved(folder / "hashes.json")
        self._members = _Saved(folder / "archives.json")

    def sha256(self, path: Path, origin: str) -> str | None:
        """Of the bytes last read at `path`, None when they may have changed since."""
        row = self._hashes.get(origin)
        if row and tuple(row[0][1:]) == tuple(map(str, stamp_of(path) or ())):
            return self._hashes.keep(origin, row)[0][0]
        return None

    def read(self, origin: str, before: Stamp | None, path: Path, sha256: str) -> None:
        """Note the hash of what was read at `path`, which had the stamp `before` when that began."""
        if before is not None and before == stamp_of(path):
            self._hashes.keep(origin, [[sha256, *map(str, before)]])

    def members(self, source: Source) -> list[list[str]]:
        """Name, origin, sha256 and document id of each document in it. Raises ReadError when it cannot be opened."""
        known = self.known_members(source.sha256, source.origin)
        if known is not None:
            return known
        rows = [[s.name, s.origin, s.sha256, s.document_id] for s in opened(source)]
        return self._members.keep(f"{source.sha256} {source.origin}", rows)

    def known_members(self, sha256: str, origin: str) -> list[list[str]] | None:
        """`members`, when they are remembered."""
        key = f"{sha256} {origin}"
        rows = self._members.get(key)
        return self._members.keep(key, rows) if rows else None

    def save(self) -> None:
        """Write down what was met since the start, if it is not what is saved."""
        self._hashes.save()
        self._members.save()


class _Saved:
    """Lists of texts by a key; those nobody asked for since the start are forgotten when it is saved."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[list[str]]] | None = None  # what is saved
        self._met: dict[str, list[list[str]]] = {}

    def get(self, key: str) -> list[list[str]] | None:
        if key in self._met:
            return self._met[key]
        if self._known is None:
            self._known = _texts(self._path)
        return self._known.get(key)

    def keep(self, key: str, rows: list[list[str]]) -> list[list[str]]:
        self._met[key] = rows
        return rows

    def save(self) -> None:
        if self._known is not None and self._met != self._known:
            self._known = dict(self._met)
            write_whole(self._path, json.dumps(self._known, ensure_ascii=False).encode())


def _texts(path: Path) -> dict[str, list[list[str]]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): [[str(text) for text in row] for row in value] for key, value in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError):  # nothing is lost with it
        return {}
