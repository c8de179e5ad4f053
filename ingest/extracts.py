"""What parsers found in files, kept by content: an index that is made anew need not recognise the letters of a scan."""

from __future__ import annotations

import json
from collections.abc import Callable, Set
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path, PurePath

from index.store import write_whole
from ingest import worker
from ingest.blocks import Block, Extract

VERSION = 1
"""Version of the parsers in this folder; raise it when they may find something else in the same bytes."""

Extractor = Callable[[str, bytes], Extract]
"""Name and bytes of a file to what is in it. Raises ReadError."""


class Extracts:
    """A file for each file that was parsed, named after its bytes, the kind its name says it is, and VERSION; any may
    be deleted. `ingest.worker.extract` where there is none; what could not be read is tried again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def extract(self, name: str, data: bytes) -> Extract:
        """As `worker.extract`, and keeps what was found."""
        path = self._path(name, data)
        found = _saved(path)
        if found is None:
            found = worker.extract(name, data)
            row = asdict(found) | {"blocks": [(b.text, b.level, b.page, b.row) for b in found.blocks]}
            with suppress(OSError):  # another process purges just now: it will be parsed again
                self._folder.mkdir(parents=True, exist_ok=True)
                write_whole(path, json.dumps(row, ensure_ascii=False).encode())
        return found

    def look(self, name: str, data: bytes) -> Extract:
        """As `extract`, but writes nothing."""
        found = _saved(self._path(name, data))
        return worker.extract(name, data) if found is None else found

    def drop_unused(self, used: Set[str]) -> None:
        """Delete what was found in files whose sha256 is not in `used`, and by other versions."""
        for path in self._folder.glob("*"):
            digest, _, version = path.stem.partition("-")
            if not digest.startswith(".") and (digest not in used or version != str(VERSION)):  # is being written
                path.unlink(missing_ok=True)

    def _path(self, name: str, data: bytes) -> Path:
        return self._folder / f"{sha256(data).hexdigest()}-{VERSION}{PurePath(name).suffix.lower()}"


def _saved(path: Path) -> Extract | None:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        return Extract(**row | {"blocks": [Block(*block) for block in row["blocks"]]})
    except (OSError, ValueError, TypeError, KeyError):  # nothing is lost with it
        return None
