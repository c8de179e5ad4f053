"""A library: one folder of documents plus what was added to it, always searchable as one published index."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from index.checking import checksum, is_sound
from index.encoder import Encoder
from index.errors import ReadError, StoreError
from index.search import Index, Progress, open_index
from index.store import Home, held
from index.text import fold
from index.types import Document, Passage
from ingest.building import (
    Manifest,
    Parsed,
    Ready,
    content,
    original,
    read_document,
    read_entry,
    write_generation,
)
from ingest.extracts import Extractor
from ingest.read import Source
from ingest.rows import Row, about, rows
from ingest.sources import Failures, given_paths, loaded, unpacked
from ingest.state import SNAPSHOT, Entry, Records, State, as_json, now, read_state, state_of, write_state

OnFile = Callable[[Source, str, str], None]
"""Called with a source as it goes along: (source, "reading", ""), then one of (source, "failed", reason), (source,
"unchanged", id of the document that holds the same content), (source, "indexing", "")."""


@dataclass(slots=True)
class Changes:
    """What a change of the library did, by document id; failures as (name, reason)."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Content:
    """Document ids by the sha256 of their content: those searched or disabled, and removed corpus files that still lie
    there."""

    searched: dict[str, str]
    hidden: dict[str, str]


@dataclass(slots=True)
class _Taking:
    """Sources on their way in."""

    on_file: OnFile
    extracted: Extractor
    new: dict[str, Source] = field(default_factory=dict)  # by document id; what may change something
    ready: dict[str, Parsed] = field(default_factory=dict)  # what was read of them
    same: list[str] = field(default_factory=list)  # ids of documents that hold the content of one already
    failed: Failures = field(default_factory=list)

    def fail(self, source: Source, reason: str) -> None:
        self.failed.append((source.name, reason))
        self.on_file(source, "failed", reason)

    def leave(self, source: Source, known: str) -> None:
        self.same.append(known)
        self.on_file(source, "unchanged", known)


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
        self._records = Records(home.folder, home.corpus)
        self._store = home.store(encoder.fingerprint)
        self._open: list[tuple[Path, Index]] = []  # the index in use, last; before it the one that was
        self._built: list[tuple[Path, Index]] = []  # about to be published
        self._opening = threading.Lock()  # changes take the store's lock; a question never waits for a build

    def index(self) -> Index:
        """The published index, opened once and again when another process has published a newer one.

        Raises StoreError when nothing is published (call `refresh` first) or the index was built by another program.
        """
        with self._opening:
            folder = self._home.published(self.encoder)
            if not self._open or self._open[-1][0] != folder:
                # after `rollback` the one before is still open, and one we built was opened before it was published
                known = next((pair for pair in (*self._open, *self._built) if pair[0] == folder), None)
                for pairs in (self._open, self._built):
                    if known in pairs:
                        pairs.remove(known)
                self._open.append(known or (folder, open_index(folder, self.encoder, self._home.command(self.encoder))))
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
        entries = self._records.entries(self._records.state())
        published = self._published()
        if self._is_current(entries.wanted, published):
            self._records.remember()
            return Changes(failed=entries.failures() + published.failures(entries.wanted))
        with self._store.writing():
            return self._sync(self._records.state(), progress)

    def add(self, paths: Iterable[Path], progress: Progress | None = None) -> Changes:
        """Add files, and all readable files in folders. A path given before whose file changed replaces its document
        whole; the same content given again changes nothing. Unreadable files are reported and harm nothing."""
        failed: Failures = []
        changes = self.add_sources(loaded(given_paths(paths, failed), failed), progress)
        changes.failed[:0] = failed
        return changes

    def add_sources(
        self, sources: Iterable[Source], progress: Progress | None = None, on_file: OnFile = lambda *_: None
    ) -> Changes:
        """Add documents from bytes already in hand, e.g. a file dropped in the chat. They are taken from `sources` and
        read one by one before the writer's lock is: reading a scan takes minutes, and others may write meanwhile."""
        take = _Taking(on_file, self._records.extracts.extract)
        self._read_new(sources, take)
        if not take.new and self._is_current(self._records.entries(self._records.state()).wanted, self._published()):
            return Changes(unchanged=take.same, failed=take.failed)
        with self._store.writing():
            state = self._records.state()
            try:
                self._take_all(state, take)
                self._records.keep(state, take.new.values())
                take.new.clear()  # nobody needs the bytes in memory while the index is built
                changes = self._sync(state, progress, take.ready)
            except BaseException:
                self._forget(self._records.state())  # the bytes of what did not get in
                raise
            changes.unchanged = take.same
            changes.failed = take.failed  # a file of the corpus that cannot be read is `refresh`'s to tell
            return changes

    def preview(self, sources: Iterable[Source]) -> tuple[Changes, dict[str, Parsed]]:
        """What `add_sources` would do, and what was read of the documents that would be new or changed. Nothing is
        written and nobody kept waiting."""
        take = _Taking(lambda *_: None, self._records.extracts.look)
        before, state = self._records.state(), self._records.state()
        self._read_new(sources, take)
        self._take_all(state, take)
        changes = Changes(unchanged=take.same, failed=take.failed)
        changes.added = [id for id in state.added if id not in before.added]
        changes.added += [id for id in before.hidden if id not in state.hidden]  # files of the corpus that come back
        changes.updated = [id for id, row in before.added.items() if state.added[id]["sha256"] != row["sha256"]]
        return changes, take.ready

    def _read_new(self, sources: Iterable[Source], take: _Taking) -> None:
        """Read those of `sources` that may change something."""
        state = self._records.state()
        there = self._there(state)
        for source in unpacked(sources, take.failed):
            id, sha256 = source.document_id, source.sha256
            take.on_file(source, "reading", "")
            if id in take.new:
                if take.new[id].sha256 != sha256:
                    other = take.new[id].origin
                    take.fail(source, f"{source.origin}: its id is that of {other}; rename one of the two")
            elif id in state.added and state.added[id]["sha256"] == sha256 and sha256 in there.searched:
                take.leave(source, id)
            elif sha256 in there.searched or sha256 in there.hidden:
                take.new[id] = source  # there already, unless what holds it is changed by another of `sources`
            else:
                try:
                    take.ready[id] = read_document(source, take.extracted)
                    take.new[id] = source
                except ReadError as error:
                    take.fail(source, str(error))

    def _take_all(self, state: State, take: _Taking) -> None:
        """Put what was read into `state`."""
        there = self._there(state)
        # files that changed first: the old text of one may come along under another name
        for source in sorted(take.new.values(), key=lambda s: s.document_id not in state.added):
            try:
                known = self._take(source, state, there, take)
            except ReadError as error:
                take.fail(source, str(error))
                continue
            if known:
                take.leave(source, known)
            else:
                take.on_file(source, "indexing", "")

    def _there(self, state: State) -> _Content:
        """What the library holds, by content, before sources are taken."""
        entries = self._records.entries(state)
        searched = {e.sha256: e.document_id for e in (*entries.wanted, *entries.disabled)}
        return _Content(searched, {e.sha256: e.document_id for e in entries.hidden})

    def _take(self, source: Source, state: State, there: _Content, take: _Taking) -> str:
        """Put `source` into `state`; returns the id of the document that holds the same content already, "" when there
        was none; what was read is put into `take`. Raises ReadError before `state` is changed."""
        own = state.added.get(source.document_id)
        if own is None or own["sha256"] == source.sha256:
            if source.sha256 in there.searched:
                return there.searched[source.sha256]
            if source.sha256 in there.hidden:  # a corpus file that was removed comes back, if it still is that file
                id = there.hidden.pop(source.sha256)
                del state.hidden[id]
                there.searched[source.sha256] = id
                return ""
        before = take.ready.get(source.document_id)
        if before is None or before[0].sha256 != source.sha256:
            take.ready[source.document_id] = read_document(source, take.extracted)
        if own is not None:
            there.searched.pop(own["sha256"], None)
        state.removed.pop(source.document_id, None)
        row = {"name": source.name, "origin": source.origin, "sha256": source.sha256, "added": now()}
        state.added[source.document_id] = row
        there.searched[source.sha256] = source.document_id
        return ""

    def remove(self, *ids: str, progress: Progress | None = None) -> Changes:
        """Move documents to the trash: from now on no search finds them. What was added is kept there until `purge`; a
        file of the corpus folder stays where it is. Raises StoreError for an unknown id, before anything is changed."""
        with self._store.writing():
            state = self._records.state()
            for id, sha256 in self._known(state, ids).items():
                self._remember(state, id)
                if id in state.added:
                    state.removed[id] = state.added.pop(id)
                else:
                    state.hidden[id] = sha256
            return self._take_out(state, ids, progress)

    def undelete(self, *ids: str, progress: Progress | None = None) -> Changes:
        """Bring documents back from the trash. Raises StoreError for an id that is not in it, and when another document
        has the same content by now, before anything is changed."""
        with self._store.writing():
            state = self._records.state()
            there = self._there(state)
            for id in ids:
                if id in state.removed:
                    row = state.removed.pop(id)
                    if id in state.added or row["sha256"] in there.searched:
                        other = there.searched.get(row["sha256"], id)
                        raise StoreError(f"{id} is not brought back: {other} was added since in its place")
                    state.added[id] = row
                elif state.hidden.pop(id, None) is None:
                    raise StoreError(f"{id!r} is not in the trash; `hoidap list --state removed` shows what is")
            return self._sync(state, progress)

    def disable(self, *ids: str, progress: Progress | None = None) -> Changes:
        """Keep documents but let no search find them. Raises StoreError for an unknown id, before anything changes."""
        with self._store.writing():
            state = self._records.state()
            for id, sha256 in self._known(state, ids).items():
                self._remember(state, id)
                state.disabled[id] = sha256
            return self._take_out(state, ids, progress)

    def enable(self, *ids: str, progress: Progress | None = None) -> Changes:
        """Undo `disable`. Raises StoreError for an id that is not disabled, before anything is changed."""
        with self._store.writing():
            state = self._records.state()
            for id in ids:
                if state.disabled.pop(id, None) is None:
                    raise StoreError(f"{id!r} is not disabled; `hoidap list --state disabled` shows what is")
            return self._sync(state, progress)

    def purge(self, *ids: str) -> list[str]:
        """Delete for good what is in the trash, or only `ids` of it: the bytes and all that was made of them. The ids.

        Every older generation and every index by another encoder goes too, so `rollback` has nothing to go back to.
        A file of the corpus folder is not touched; only what the library knows of it goes. Raises StoreError for an id
        that is not in the trash, before anything is changed, and when a file could not be deleted.
        """
        with self._store.writing():
            state = self._records.state()
            trash = [*state.removed, *state.hidden]
            for id in ids:
                if id not in trash:
                    raise StoreError(
                        f"{id!r} is not in the trash; `hoidap remove {id} --purge` removes it and deletes it"
                    )
            self._sync(state, None)  # a killed `remove` may have left them in the index
            gone = list(ids or trash)
            for id in gone:
                state.removed.pop(id, None)
                state.about.pop(id, None)
                if id not in state.added:
                    state.disabled.pop(id, None)
            self._drop_all_but_current()
            self._records.drop_unused(state.kept(), state)  # no older generation needs more
            self._save(state)  # last: when this is interrupted before, they are still in the trash to be purged
            return gone

    def rollback(self, progress: Progress | None = None) -> Changes:
        """Undo the last change that people made: documents and states are what they were before it. Called again, it
        goes forward again, until the next change.

        Files of the corpus folder stay what they are now. Raises StoreError when nothing earlier is kept (after the
        first index and after a purge), and when only files of the corpus folder changed.
        """
        with self._store.writing():
            folder, state = self._store.previous(), self._records.state()
            earlier = state_of(folder) if folder else None
            if folder is None or earlier is None:
                raise StoreError("there is nothing to go back to: one change is kept, and a purge deletes that too")
            if earlier.decided() == state.decided():
                raise StoreError(
                    f"there is nothing to go back to: the last change was one of the files in {self.corpus}, which "
                    "hoidap follows; change them back"
                )
            before, kept = self._published(), self._records.write(earlier)
            try:
                self._go_back(folder, earlier, progress)
            except BaseException:
                self._records.restore(kept)
                raise
            self._save(earlier)
            self._drop_other_encoders()
            return _between(before, self._published())

    def _go_back(self, folder: Path, earlier: State, progress: Progress | None) -> None:
        """Publish the generation in `folder` again, or build one as it should be now: when files of the corpus changed
        since, and when it is of another program or damaged."""
        wanted, there = self._records.entries(earlier).wanted, Manifest.of(folder)
        if there.holds(wanted) and there.built_by(self.encoder):
            self._store.go_back()
            if self._opens():
                return
            self._store.go_back()
        self._publish(wanted, earlier, progress, {})

    @contextmanager
    def snapshot(self) -> Iterator[Path]:
        """A folder with what makes the library now: library.json, files/ and index/. It stays as it is while others go
        on changing the library, but for a purge, which deletes it."""
        with ExitStack() as stack:
            with self._store.writing():
                folder = Path(tempfile.mkdtemp(prefix=SNAPSHOT, dir=self._home.folder))
                stack.callback(shutil.rmtree, folder, ignore_errors=True)
                stack.enter_context(held(folder))
                state = self._records.state()
                (folder / "library.json").write_bytes(as_json(state))
                for sha256 in state.kept():
                    if not (self._records.files / sha256).is_file():
                        raise StoreError(f"files/{sha256} is missing; `hoidap doctor --repair` says what can be done")
                    _link(self._records.files / sha256, folder / "files" / sha256)
                current = self._store.current()
                for path in current.rglob("*") if current else ():
                    if path.is_file():
                        with suppress(FileNotFoundError):  # a journal of Chroma's, which a reader has closed
                            _link(path, folder / "index" / path.relative_to(current or path))
            yield folder

    @contextmanager
    def unpacking(self) -> Iterator[Path]:
        """An empty folder on the disk of the library, for as long as it is needed."""
        self._home.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=SNAPSHOT, dir=self._home.folder))
        try:
            with held(folder):
                yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def take_over(self, unpacked: Path, progress: Progress | None = None) -> Changes:
        """Make the library what `snapshot` had put into the folder `unpacked`, whose files are verified. Its index is
        taken if this program and encoder would build the same from the corpus folder as it is now; else one is built.
        `rollback` undoes it. Raises StoreError when the state in it cannot be read, before anything is changed."""
        try:
            state = read_state(unpacked / "library.json")
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(f"the library.json in the backup cannot be read ({error}); nothing was changed") from error
        with self._store.writing():
            before = self._published()
            for path in (unpacked / "files").glob("*"):
                place = self._records.files / path.name
                if place.exists() and checksum(place) != path.name:
                    place.unlink()
                _link(path, place)
            folder, entries = unpacked / "index", self._records.entries(state)
            there = Manifest.of(folder)
            if there.holds(entries.wanted) and there.built_by(self.encoder) and is_sound(folder, self.encoder):
                self._store.publish(lambda new: os.rename(folder, new))
            self._sync(state, progress)
            self._drop_other_encoders()
            changes = _between(before, self._published())
            changes.failed = entries.failures() + self._published().failures(entries.wanted)
            return changes

    def tidy(self) -> None:
        """Delete what no generation needs and what killed processes left, and note the state with the generation."""
        with self._store.writing():
            state = self._records.state()
            self._save(state)
            self._forget(state)
            self._store.drop_unpublished()
            self._records.drop_temporary()

    def trash(self) -> list[Row]:
        """What `undelete` can bring back, by title."""
        return [row for row in self.rows() if row.state == "removed"]

    def rows(self) -> list[Row]:
        """A row for every document, searched or not, by title."""
        state = self._records.state()
        return rows(self._records, state, self._records.entries(state), self._published(), self.index())

    def document(self, id: str) -> tuple[Document, list[Passage]]:
        """The document `id` and its passages; one that is not searched is read again. Raises StoreError for an unknown
        id, ReadError for a document that cannot be read."""
        index = self.index()
        if id in index.documents:
            return index.documents[id], [p for p in index.passages if p.document == id]
        return read_entry(self._entry(id), self._records.extracts.look)

    def original(self, id: str) -> Source:
        """The bytes of the document `id` as they came, with their name. Raises StoreError for an unknown id, ReadError
        when they are gone or damaged."""
        return original(self._entry(id))

    def _entry(self, id: str) -> Entry:
        if entry := self.files().get(id):
            return entry
        raise StoreError(f"no document {id!r}; `hoidap list` shows the ids")

    def files(self) -> dict[str, Entry]:
        """Where the bytes of every document lie, in the trash or not, by id."""
        state = self._records.state()
        entries = self._records.entries(state)
        trash = [self._records.entry(id, row) for id, row in state.removed.items()]
        every = (*(e for e, _ in entries.failed), *trash, *entries.hidden, *entries.disabled, *entries.wanted)
        return {entry.document_id: entry for entry in every}

    def documents(self) -> list[Document]:
        """All searchable documents, by title."""
        return sorted(self.index().documents.values(), key=lambda d: (fold(d.title).lower(), d.id))

    def _known(self, state: State, ids: Iterable[str]) -> dict[str, str]:
        """Hash of each of `ids`, all of which the library has and has not removed; else StoreError."""
        built = self._published()
        known = built.documents | {id: sha256 for id, (sha256, _) in built.failed.items()} | state.disabled
        known |= {id: row["sha256"] for id, row in state.added.items()}
        for id in ids:
            if id not in known or (id not in state.added and (id in state.removed or id in state.hidden)):
                raise StoreError(f"no document {id!r}; `hoidap list` shows the ids")
        return {id: known[id] for id in ids}

    def _remember(self, state: State, id: str) -> None:
        """Note what the index knows of a document that is about to leave it."""
        index = self.index() if self._opens() else None
        if index and id in index.documents:
            passages = sum(p.document == id for p in index.passages)
            state.about[id] = about(index.documents[id], passages)

    def _take_out(self, state: State, ids: Iterable[str], progress: Progress | None) -> Changes:
        """As `_sync`, and no index by another encoder finds them either: those are rebuilt when asked for."""
        changes = self._sync(state, progress)
        changes.removed += [id for id in ids if id not in changes.removed]  # those that were not searched before
        self._drop_other_encoders()
        return changes

    def _drop_other_encoders(self) -> None:
        for store in self._home.stores():
            if store.root != self._store.root:
                shutil.rmtree(store.root, ignore_errors=True)

    def _drop_all_but_current(self) -> None:
        """Delete every generation but the published one, which no longer holds what was removed."""
        self._drop_other_encoders()
        self._store.drop_others()
        self._records.drop_temporary()
        self._records.drop_copies()
        if left := [str(s.root) for s in self._home.stores() if s.root != self._store.root]:
            raise StoreError(f"{', '.join(left)} could not be deleted; delete by hand, or try again")

    def _forget(self, state: State) -> None:
        """Delete all that is kept by content (bytes, and whatever is saved of reading them) and no longer in use: not
        by `state`, nor by a generation that `rollback` could go back to."""
        used = state.kept()
        for store in self._home.stores():
            for folder in filter(None, (store.current(), store.previous())):
                earlier = state_of(folder)
                used |= earlier.kept() if earlier else set()
        self._records.drop_unused(used, state)

    def _save(self, state: State) -> None:
        """Make `state` the one in force, and that of the published generation."""
        self._records.write(state)
        if folder := self._store.current():
            write_state(folder, state)

    def _published(self) -> Manifest:
        return Manifest.of(self._store.current())

    def _sync(
        self,
        state: State,
        progress: Progress | None,
        ready: Ready = MappingProxyType({}),
    ) -> Changes:
        """Make `state` and the index one; to be called while writing. When the build fails, both are as they were."""
        entries = self._records.entries(state)
        for entry in entries.wanted:
            state.about.pop(entry.document_id, None)
        before = self._published()
        kept = self._records.write(state)
        if not self._is_current(entries.wanted, before):
            try:
                self._publish(entries.wanted, state, progress, ready)
            except BaseException:
                self._records.restore(kept)
                raise
        self._save(state)
        self._forget(state)
        after = self._published()
        changes = _between(before, after)
        changes.failed = entries.failures() + after.failures(entries.wanted)
        return changes

    def _is_current(self, entries: Iterable[Entry], published: Manifest) -> bool:
        """True when the published index was built by this program from just these files, and opens."""
        return published.holds(entries) and published.built_by(self.encoder) and self._opens()

    def _opens(self) -> bool:
        try:
            self.index()
        except StoreError:
            return False
        return True

    def _publish(self, entries: Iterable[Entry], state: State, progress: Progress | None, ready: Ready) -> None:
        """Build and publish an index of `entries`; what did not change is taken over from the one there is."""
        old = self.index() if self._published().built_by(self.encoder) and self._opens() else None
        earlier = list(filter(None, (self._store.current(), self._store.previous())))
        found = content(entries, old, ready, self._records.extracts.extract)

        def write(folder: Path) -> None:
            command = self._home.command(self.encoder)
            index = write_generation(folder, found, self.encoder, old, earlier, progress, command)
            with self._opening:
                self._built.append((folder, index))
            write_state(folder, state)

        try:
            self._store.publish(write)
            self.index()
        finally:
            with self._opening:
                while self._built:  # it was not published
                    self._built.pop()[1].close()


def _between(before: Manifest, after: Manifest) -> Changes:
    return Changes(
        added=[id for id in after.documents if id not in before.documents],
        updated=[id for id, sha in after.documents.items() if before.documents.get(id, sha) != sha],
        removed=[id for id in before.documents if id not in after.documents],
    )


def _link(path: Path, place: Path) -> None:
    """Let the file `path`, which is never written to again, be at `place` too."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        return
    try:
        os.link(path, place)
    except OSError:  # another disk, or one without hard links
        shutil.copyfile(path, place)
