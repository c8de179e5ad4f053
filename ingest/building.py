"""Builds one generation of a library: files read, and cut into passages; what did not change is taken from the last."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.checking import seal
from index.dense import Known
from index.encoder import Encoder
from index.errors import ReadError
from index.search import Index, Progress, build, identity, open_built
from index.types import Document, Passage
from ingest import cut
from ingest.archives import opened
from ingest.extracts import Extractor
from ingest.layout import Section
from ingest.read import Source, load, read
from ingest.state import Entry

_log = logging.getLogger(__name__)

Parsed = tuple[Document, list[Section]]
Ready = Mapping[str, Parsed]
"""Document id -> what was read of it already: recognising the letters of a scan takes seconds a page."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the published index was built from."""

    values: Mapping[str, Any]
    documents: dict[str, str]  # document id -> sha256
    failed: dict[str, tuple[str, str]]  # document id -> sha256, reason

    @staticmethod
    def of(folder: Path | None) -> Manifest:
        """That of the generation in `folder`; an empty one when it is damaged or there is none."""
        try:
            values = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) if folder else {}
            library = values.get("library", {})
            failed = {id: (sha, reason) for id, (sha, reason) in library.get("failed", {}).items()}
            return Manifest(values, dict(library.get("documents", {})), failed)
        except (OSError, ValueError, TypeError, AttributeError):  # what is not known to be there is built again
            return Manifest({}, {}, {})

    def failures(self, entries: Iterable[Entry]) -> list[tuple[str, str]]:
        """(name, reason) of those `entries` that could not be read when the index was built."""
        return [(e.name, self.failed[e.document_id][1]) for e in entries if e.document_id in self.failed]

    def built_by(self, encoder: Encoder) -> bool:
        """True when this program and `encoder` would build the same index from the same files."""
        expected = {**identity(encoder), "cutting": cut.VERSION}
        return all(self.values.get(name) == value for name, value in expected.items())

    def holds(self, entries: Iterable[Entry]) -> bool:
        """True when the index was built from just these files."""
        known = self.documents | {id: sha for id, (sha, _) in self.failed.items()}
        return known == {e.document_id: e.sha256 for e in entries}


@dataclass(slots=True)
class Content:
    """What goes into a generation."""

    documents: list[Document] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    failed: dict[str, tuple[str, str]] = field(default_factory=dict)  # document id -> sha256, reason


def content(entries: Iterable[Entry], old: Index | None, ready: Ready, extracted: Extractor) -> Content:
    """Read `entries`; a document that `old` has of the same bytes is taken over, not read again. Those taken over come
    first, as `old` has them, so that its index can be added to."""
    found = Content()
    files = _Files()
    kept: set[str] = set()
    new: list[Document] = []
    passages: list[Passage] = []
    for entry in entries:
        known = old.documents.get(entry.document_id) if old else None
        if known and known.sha256 == entry.sha256:
            kept.add(known.id)
            continue
        try:
            document, sections = _read(entry, ready, files, extracted)
        except (ReadError, OSError) as error:
            found.failed[entry.document_id] = (entry.sha256, str(error))
            continue
        new.append(document)
        passages += cut.cut(document, sections)
    if old:
        found.documents += (document for id, document in old.documents.items() if id in kept)
        found.passages += (passage for passage in old.passages if passage.document in kept)
    found.documents += new
    found.passages += passages
    return found


def write_generation(
    folder: Path,
    found: Content,
    encoder: Encoder,
    old: Index | None,
    earlier: Iterable[Path],
    progress: Progress | None,
    rebuild: str,
) -> Index:
    """Write an index of `found` into the new `folder`, and open it: what cannot be opened is not published. What `old`
    has is taken from it, and vectors from the `earlier` generations too, whatever their schema and cutting were."""
    documents = {d.id: d.sha256 for d in found.documents}
    extra = {"cutting": cut.VERSION, "library": {"documents": documents, "failed": found.failed}}
    known = Known(folder / "dense" for folder in earlier if _same_vectors(folder, encoder))
    build(folder, found.documents, found.passages, encoder, before=old, known=known, progress=progress, manifest=extra)
    seal(folder)
    return open_built(folder, found.documents, found.passages, encoder, rebuild)


def _same_vectors(folder: Path, encoder: Encoder) -> bool:
    """True when the generation in `folder` has of each text the vector that `encoder` would make."""
    saved, expected = Manifest.of(folder).values, identity(encoder)
    return all(saved.get(name) == expected[name] for name in ("text", "encoder", "dim"))


def read_document(source: Source, extracted: Extractor) -> Parsed:
    """`ingest.read.read`, but whatever a parser does with a strange file, it is one failed file and not the library's
    end: an error nobody foresaw becomes a ReadError, and is logged."""
    try:
        return read(source, extracted)
    except ReadError:
        raise
    except Exception as error:
        _log.exception("%s could not be read", source.name)
        raise ReadError(
            f"{source.name}: reading it failed ({type(error).__name__}: {error}); save its text as .txt and add that"
        ) from error


def read_entry(entry: Entry, extracted: Extractor) -> tuple[Document, list[Passage]]:
    """The document in a file and its passages. Raises ReadError when it cannot be read."""
    try:
        document, sections = _read(entry, {}, _Files(), extracted)
    except OSError as error:
        raise ReadError(f"{entry.name}: {error.strerror or error}") from error
    return document, cut.cut(document, sections)


def original(entry: Entry) -> Source:
    """The bytes that `entry` stands for. Raises ReadError when they are gone, or are not what they were."""
    try:
        source = _Files().source(entry)
    except OSError as error:
        raise ReadError(f"{entry.name}: {error.strerror or error}; `hoidap doctor` says what can be done") from error
    if source.sha256 != entry.sha256:
        raise ReadError(f"{entry.name}: it is not what it was; `hoidap doctor` says what can be done")
    return source


def _read(entry: Entry, ready: Ready, files: _Files, extracted: Extractor) -> Parsed:
    known = ready.get(entry.document_id)
    if known and known[0].sha256 == entry.sha256:
        return known
    return read_document(files.source(entry), extracted)


class _Files:
    """Bytes of entries; the archive opened last is kept, for its entries follow one another."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._members: dict[str, Source] = {}  # by origin

    def source(self, entry: Entry) -> Source:
        """Raises ReadError or OSError when the file is gone, or changed while the library was read."""
        if not entry.archive:
            return Source(entry.name, entry.origin, entry.path.read_bytes())
        if entry.path != self._path:
            self._path, self._members = entry.path, {}
            archive = load(entry.path, entry.archive)
            self._members = {source.origin: source for source in opened(archive)}
        if entry.origin not in self._members:
            raise ReadError(f"{entry.name}: it is not in {entry.archive} any more; try again")
        return self._members[entry.origin]
