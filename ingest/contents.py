"""What is in the archives of a corpus folder, remembered: a mail takes a second to look into."""

from __future__ import annotations

import json
from pathlib import Path

from index.store import write_whole
from ingest.archives import opened
from ingest.read import Source


class Contents:
    """The documents in archives, by the archive's bytes; kept in a file that may be deleted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[list[str]]] | None = None  # what is saved
        self._met: dict[str, list[list[str]]] = {}

    def members(self, source: Source) -> list[list[str]]:
        """Name, origin, sha256 and document id of each document in it. Raises ReadError when it cannot be opened."""
        key = f"{source.sha256} {source.origin}"
        if self._known is None:
            self._known = self._saved()
        if key not in self._met:
            rows = self._known.get(key)
            self._met[key] = rows or [[s.name, s.origin, s.sha256, s.document_id] for s in opened(source)]
        return self._met[key]

    def save(self) -> None:
        """Write down what was met since the start, if it is not what is saved."""
        if self._known is not None and self._met != self._known:
            self._known = dict(self._met)
            write_whole(self._path, json.dumps(self._known, ensure_ascii=False).encode())

    def _saved(self) -> dict[str, list[list[str]]]:
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(key): [[str(a), str(b), str(c), str(d)] for a, b, c, d in row] for key, row in rows.items()}
        except (OSError, ValueError, TypeError, AttributeError):  # nothing is lost with it
            return {}
