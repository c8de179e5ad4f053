"""The rows of a list of documents: every one the library has, searched or not, with why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from index.search import Index
from index.text import fold
from index.types import Document
from ingest.building import Manifest
from ingest.state import Entries, Entry, Records, State

RowState = Literal["searched", "disabled", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class Row:
    """One document as a list shows it; what is not known of it is "" or 0."""

    id: str
    title: str  # the file's name where it was never read
    name: str
    origin: str
    state: RowState
    reason: str  # why it failed, or what is to be known of a removed one
    note: str  # what reading it changed or lost
    bytes: int
    added: str  # ISO time, UTC; of a file of the corpus folder when it was last written
    published: str
    publisher: str
    kind: str
    passages: int


def about(document: Document, passages: int) -> dict[str, str]:
    """What is remembered of a document while it is not searched, for its row."""
    return {
        "title": document.title,
        "note": document.note,
        "published": document.published,
        "publisher": document.publisher,
        "kind": document.kind,
        "passages": str(passages),
    }


def rows(records: Records, state: State, entries: Entries, built: Manifest, index: Index) -> list[Row]:
    """A row for every document, by title. One that is new in the corpus folder has none before the next refresh."""
    found = _searched(entries, built, index)
    found += (_row(e, "disabled", state.about.get(e.document_id, {})) for e in entries.disabled)
    found += (_row(e, "failed", {}, reason) for e, reason in entries.failed)
    kept = "its file stays in the corpus folder"
    found += (_row(e, "removed", state.about.get(e.document_id, {}), kept) for e in entries.hidden)
    for id, row in state.removed.items():
        found.append(_row(records.entry(id, row), "removed", state.about.get(id, {})))
    return sorted(found, key=lambda row: (fold(row.title).lower(), row.id))


def _searched(entries: Entries, built: Manifest, index: Index) -> list[Row]:
    counts = Counter(p.document for p in index.passages)
    found = []
    for entry in entries.wanted:
        id = entry.document_id
        if id in index.documents:
            found.append(_row(entry, "searched", about(index.documents[id], counts[id])))
        elif id in built.failed:
            found.append(_row(entry, "failed", {}, built.failed[id][1]))
    return found


def _row(entry: Entry, state: RowState, known: Mapping[str, str], reason: str = "") -> Row:
    size, written = _stat(entry.path)
    return Row(
        id=entry.document_id,
        title=known.get("title") or entry.name,
        name=entry.name,
        origin=entry.origin,
        state=state,
        reason=reason,
        note=known.get("note", ""),
        bytes=size,
        added=entry.added or written,
        published=known.get("published", ""),
        publisher=known.get("publisher", ""),
        kind=known.get("kind", ""),
        passages=int(known.get("passages", "0")),
    )


def _stat(path: Path) -> tuple[int, str]:
    """Size of the file in bytes, and when it was last written, in UTC; (0, "") when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return 0, ""
    return found.st_size, datetime.fromtimestamp(found.st_mtime, UTC).isoformat(timespec="seconds")
