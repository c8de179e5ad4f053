"""A library: one folder of documents plus what was added to it, always searchable as one published index."""

from __future__ import annotations

import json
import logging
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from index.encoder import Encoder
from index.errors import ReadError, StoreError
from index.search import Index, Progress, build, identity, open_index
from index.store import Home, write_whole
from index.text import fold
from index.types import Document, Passage
from ingest import cut
from ingest.layout import Section
from ingest.read import Source, load, read
from ingest.zipped import is_zip, load_zip, unzipped

_log = logging.getLogger(__name__)

_Ready = dict[str, tuple[Document, list[Section]]]
"""Document id -> what was read of it."""


@dataclass(slots=True)
class Changes:
    """What a change of the library did, by document id; failures as (name, reason)."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    """What people did to the library, apart from its corpus folder: kept in library.json, replaced in one step."""

    added: dict[str, dict[str, str]] = field(default_factory=dict)  # document id -> name, origin, sha256
    hidden: dict[str, str] = field(default_factory=dict)  # removed corpus documents: id -> sha256 when removed


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file that should be searchable."""

    name: str
    origin: str
    path: Path
    sha256: str
    document_id: str


@dataclass(slots=True)
class _Content:
    """Document ids by the sha256 of their content: those searched, and removed corpus files that still lie there."""

    searched: dict[str, str]
    hidden: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What the published index was built from."""

    values: Mapping[str, Any]
    documents: dict[str, str]  # document id -> sha256
    failed: dict[str, tuple[str, str]]  # document id -> sha256, reason

    def failures(self, entries: Iterable[_Entry]) -> list[tuple[str, str]]:
        """(name, reason) of those `entries` that could not be read when the index was built."""
        return [(e.name, self.failed[e.document_id][1]) for e in entries if e.document_id in self.failed]

    def built_by(self, encoder: Encoder) -> bool:
        """True when this program and `encoder` would build the same index from the same files."""
        expected = {**identity(encoder), "cutting": cut.VERSION}
        return all(self.values.get(name) == value for name, value in expected.items())


class Library:
    """The documents under `corpus` (never written to) and those people added (kept under `data`).

    Every method that changes something takes the one writer's lock, builds a whole new index beside the old one and
    publishes it; when anything fails, the library is as it was. Safe to use from several threads.
    """

    def __init__(self, corpus: Path, data: Path, encoder: Encoder) -> None:
        """Raises StoreError when `corpus` is not a folder."""
        home = Home.of(corpus, data)
        self.corpus = home.corpus
        self.encoder = encoder
        self._home = home
        self._files = home.folder / "files"
        self._state_file = home.folder / "library.json"
        self._store = home.store(encoder.fingerprint)
        self._open: list[tuple[Path, Index]] = []  # the index in use, last; before it the one that was
        self._opening = threading.Lock()  # changes take the store's lock; a question never waits for a build

    def index(self) -> Index:
        """The published index, opened once and again when another process has published a newer one.

        Raises StoreError when nothing is published (call `refresh` first) or the index was built by another program.
        """
        with self._opening:
            folder = self._home.published(self.encoder)
            if not self._open or self._open[-1][0] != folder:
                self._open.append((folder, open_index(folder, self.encoder, self._home.command(self.encoder))))
                # a search in another thread may still be on the index before this one, not on the one before that
                while len(self._open) > 2:
                    self._open.pop(0)[1].close()
            return self._open[-1][1]

    def close(self) -> None:
        with self._opening:
            while self._open:
                self._open.pop()[1].close()

    def refresh(self, progress: Progress | None = None) -> Changes:
        """Bring the index up to date with the corpus folder and what was added; builds only when something changed, and
        only then waits for another writer."""
        entries, failed, _ = self._entries(self._state())
        published = self._published()
        if self._is_current(entries, published):
            return Changes(failed=failed + published.failures(entries))
        with self._store.writing():
            return self._sync(self._state(), progress)

    def add(self, paths: Iterable[Path], progress: Progress | None = None) -> Changes:
        """Add files, and all readable files in folders. A path given before whose file changed replaces its document
        whole; the same content given again changes nothing. Unreadable files are reported and harm nothing."""
        sources, failed = _load_all(paths)
        changes = self.add_sources(sources, progress)
        changes.failed[:0] = failed
        return changes

    def add_sources(self, sources: Iterable[Source], progress: Progress | None = None) -> Changes:
        """Add documents from bytes already in hand, e.g. a file dropped in the chat."""
        with self._store.writing():
            state = self._state()
            there = self._there(state)
            failed: list[tuple[str, str]] = []
            same: list[str] = []
            ready: _Ready = {}
            # files that changed first: the old text of one may come along under another name
            for source in sorted(_unpacked(sources, failed), key=lambda s: s.document_id not in state.added):
                try:
                    known = self._take(source, state, there, ready)
                except ReadError as error:
                    failed.append((source.name, str(error)))
                    continue
                if known:
                    same.append(known)
            changes = self._sync(state, progress, ready=ready)
            changes.unchanged = same
            changes.failed[:0] = failed
            return changes

    def _there(self, state: _State) -> _Content:
        """What the library holds, by content, before sources are taken."""
        entries, _, hidden = self._entries(state)
        return _Content({e.sha256: e.document_id for e in entries}, {e.sha256: e.document_id for e in hidden})

    def _take(self, source: Source, state: _State, there: _Content, ready: _Ready) -> str:
        """Put `source` into `state` and keep its bytes; returns the id of the document that holds the same content
        already, "" when there was none; what was read is put into `ready`. Raises ReadError before anything is
        stored."""
        own = state.added.get(source.document_id)
        if own is None or own["sha256"] == source.sha256:
            if source.sha256 in there.searched:
                return there.searched[source.sha256]
            if source.sha256 in there.hidden:  # a corpus file that was removed comes back, if it still is that file
                id = there.hidden.pop(source.sha256)
                del state.hidden[id]
                there.searched[source.sha256] = id
                return ""
        ready[source.document_id] = read_document(source)
        self._files.mkdir(parents=True, exist_ok=True)
        write_whole(self._files / source.sha256, source.data)
        if own is not None:
            there.searched.pop(own["sha256"], None)
        state.added[source.document_id] = {"name": source.name, "origin": source.origin, "sha256": source.sha256}
        there.searched[source.sha256] = source.document_id
        return ""

    def remove(self, document_id: str, progress: Progress | None = None) -> Changes:
        """Take a document out: an added one is deleted with every index that held it; a file of the corpus folder stays
        where it is and is only no longer searched. Raises StoreError for an unknown id."""
        with self._store.writing():
            state = self._state()
            known = self._published().documents
            if state.added.pop(document_id, None) is None:
                if document_id not in known:
                    raise StoreError(f"no document {document_id!r}; `hoidap list` shows the ids")
                state.hidden[document_id] = known[document_id]
            # the generation before still holds the words of what was removed, so it goes too, and so do the indexes
            # other encoders built of this library: they are rebuilt when asked for
            changes = self._sync(state, progress, keep_previous=False)
            for other in self._store.root.parent.glob("index-*"):
                if other != self._store.root:
                    shutil.rmtree(other, ignore_errors=True)
            return changes

    def documents(self) -> list[Document]:
        """All searchable documents, by title."""
        return sorted(self.index().documents.values(), key=lambda d: (fold(d.title).lower(), d.id))

    def is_hidden(self, document_id: str) -> bool:
        """True for a document of the corpus folder that was removed from the search."""
        return document_id in self._state().hidden

    def _published(self) -> _Manifest:
        folder = self._store.current()
        try:
            values = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) if folder else {}
            library = values.get("library", {})
            failed = {id: (sha, reason) for id, (sha, reason) in library.get("failed", {}).items()}
            return _Manifest(values, dict(library.get("documents", {})), failed)
        except (
            OSError,
            ValueError,
            TypeError,
            AttributeError,
        ):  # damaged: what is not known to be there is built again
            return _Manifest({}, {}, {})

    def _state(self) -> _State:
        try:
            state = _State(**json.loads(self._state_file.read_text(encoding="utf-8")))
            if not (isinstance(state.added, dict) and isinstance(state.hidden, dict)):
                raise ValueError("not an object of objects")
            return state
        except FileNotFoundError:
            return _State()
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(
                f"{self._state_file} cannot be read ({error}); restore it, or delete it to start over"
            ) from error

    def _sync(
        self,
        state: _State,
        progress: Progress | None,
        *,
        keep_previous: bool = True,
        ready: Mapping[str, tuple[Document, list[Section]]] = MappingProxyType({}),
    ) -> Changes:
        """Make `state` and the index one; to be called while writing. When the build fails, both are as they were.
        `ready` holds documents read already: recognising the letters of a scan takes seconds a page."""
        entries, failed, _ = self._entries(state)
        before = self._published()
        kept = self._state_file.read_bytes() if self._state_file.exists() else None
        self._write_state(state)
        if not self._is_current(entries, before):
            try:
                self._publish(entries, before, progress, keep_previous, ready)
            except BaseException:
                _restore(self._state_file, kept)
                raise
        self._drop_unused_files(state)
        after = self._published()
        return Changes(
            added=[id for id in after.documents if id not in before.documents],
            updated=[id for id, sha in after.documents.items() if before.documents.get(id, sha) != sha],
            removed=[id for id in before.documents if id not in after.documents],
            failed=failed + after.failures(entries),
        )

    def _is_current(self, entries: Iterable[_Entry], published: _Manifest) -> bool:
        """True when the published index was built by this program from just these files, and opens."""
        wanted = {e.document_id: e.sha256 for e in entries}
        known = published.documents | {id: sha for id, (sha, _) in published.failed.items()}
        return wanted == known and published.built_by(self.encoder) and self._opens()

    def _entries(self, state: _State) -> tuple[list[_Entry], list[tuple[str, str]], list[_Entry]]:
        """Every file that should be searchable; those that cannot be, with the reason; and those that were removed."""
        entries: dict[str, _Entry] = {}
        failed: list[tuple[str, str]] = []
        hidden: list[_Entry] = []
        for path in _files_under(self.corpus):
            try:
                source = load(path, path.relative_to(self.corpus).as_posix())
            except ReadError as error:
                failed.append((path.name, str(error)))
                continue
            entry = _Entry(source.name, source.origin, path, source.sha256, source.document_id)
            if entry.document_id in state.hidden:
                hidden.append(entry)
            elif entry.document_id in entries:
                other = entries[entry.document_id].origin
                failed.append((entry.name, f"{entry.origin}: its id is that of {other}; rename one of the two files"))
            else:
                entries[entry.document_id] = entry
        for id, row in state.added.items():
            entries[id] = _Entry(row["name"], row["origin"], self._files / row["sha256"], row["sha256"], id)
        return list(entries.values()), failed, hidden

    def _opens(self) -> bool:
        try:
            self.index()
        except StoreError:
            return False
        return True

    def _publish(
        self,
        entries: list[_Entry],
        before: _Manifest,
        progress: Progress | None,
        keep_previous: bool,
        ready: Mapping[str, tuple[Document, list[Section]]],
    ) -> None:
        """Build and publish an index of `entries`; a document that did not change is taken over, not read again."""
        usable = before.built_by(self.encoder) and self._opens()
        old = self.index() if usable else None
        documents: list[Document] = []
        passages: list[Passage] = []
        failed: dict[str, tuple[str, str]] = {}
        old_passages = _by_document(old.passages) if old else {}
        for entry in entries:
            if old and before.documents.get(entry.document_id) == entry.sha256:
                documents.append(old.documents[entry.document_id])
                passages += old_passages.get(entry.document_id, [])
                continue
            try:
                read_before = ready.get(entry.document_id)
                document, sections = (
                    read_before
                    if read_before and read_before[0].sha256 == entry.sha256
                    else read_document(Source(entry.name, entry.origin, entry.path.read_bytes()))
                )
            except (ReadError, OSError) as error:
                failed[entry.document_id] = (entry.sha256, str(error))
                continue
            documents.append(document)
            passages += cut.cut(document, sections)
        extra = {
            "cutting": cut.VERSION,
            "library": {"documents": {d.id: d.sha256 for d in documents}, "failed": failed},
        }

        def write(folder: Path) -> None:
            reuse = old.vectors() if old else None
            build(folder, documents, passages, self.encoder, reuse=reuse, progress=progress, manifest=extra)
            open_index(folder, self.encoder).close()  # what cannot be opened is not published

        self._store.publish(write, keep_previous=keep_previous)

    def _write_state(self, state: _State) -> None:
        data = json.dumps(asdict(state), ensure_ascii=False, indent=1).encode()
        if not self._state_file.exists() or self._state_file.read_bytes() != data:
            write_whole(self._state_file, data)

    def _drop_unused_files(self, state: _State) -> None:
        used = {row["sha256"] for row in state.added.values()}
        for path in self._files.glob("*"):
            if path.name not in used:
                path.unlink(missing_ok=True)


def read_document(source: Source) -> tuple[Document, list[Section]]:
    """`ingest.read.read`, but whatever a parser does with a strange file, it is one failed file and not the library's
    end: an error nobody foresaw becomes a ReadError, and is logged."""
    try:
        return read(source)
    except ReadError:
        raise
    except Exception as error:
        _log.exception("%s could not be read", source.name)
        raise ReadError(
            f"{source.name}: reading it failed ({type(error).__name__}: {error}); save its text as .txt and add that"
        ) from error


def _unpacked(sources: Iterable[Source], failed: list[tuple[str, str]]) -> Iterator[Source]:
    """`sources`, each zip replaced by the documents in it; what cannot be read is put into `failed`."""
    for source in sources:
        if not is_zip(source.name):
            yield source
            continue
        try:
            yield from unzipped(source)
        except ReadError as error:
            failed.append((source.name, str(error)))


def _restore(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink(missing_ok=True)
    else:
        write_whole(path, data)


def _by_document(passages: Iterable[Passage]) -> dict[str, list[Passage]]:
    grouped: dict[str, list[Passage]] = {}
    for passage in passages:
        grouped.setdefault(passage.document, []).append(passage)
    return grouped


def _load_all(paths: Iterable[Path]) -> tuple[list[Source], list[tuple[str, str]]]:
    sources, failed = [], []
    for given in paths:
        if not given.exists():
            failed.append((str(given), f"{given}: no such file or folder"))
        for path in _files_under(given) if given.is_dir() else [given] if given.exists() else []:
            try:
                sources.append((load_zip if is_zip(path.name) else load)(path, str(path.resolve())))
            except ReadError as error:
                failed.append((str(path), str(error)))
    return sources, failed


def _files_under(folder: Path) -> Iterator[Path]:
    """Files below `folder` in a fixed order; nothing hidden, nothing outside."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        # a link that leads out of the folder is somebody else's file
        if not hidden and path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            yield path
