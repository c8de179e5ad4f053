"""Files dropped into the chat, added by a thread of their own: each has a state to show, and questions are answered
meanwhile."""

from __future__ import annotations

import atexit
import itertools
import logging
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from index.errors import HoidapError, ReadError
from index.text import clean

if TYPE_CHECKING:
    from ingest.library import Changes, Library

_log = logging.getLogger(__name__)

State = Literal["waiting", "reading", "indexing", "added", "updated", "unchanged", "failed"]
_STATES = get_args(State)
DONE = frozenset(("added", "updated", "unchanged", "failed"))

# One publication of the library for so many files: what is in the first is answered from while the rest is read, a
# deletion waits for no more than one, and no more than this is in memory.
_FILES = 50
_BYTES = 50_000_000

# Seconds a thread may go on computing when another wants to: a question gives its turn away dozens of times, and gets
# it back after so long. Python's own is 0.005.
_TURN = 0.0005


@dataclass(slots=True)
class Upload:
    """One file that was dropped, or one in a zip or mail that was."""

    name: str  # file name
    origin: str  # "upload:NAME", in a zip or mail "upload:ZIP!PATH"
    path: Path  # our copy, deleted when it was read
    state: State = "waiting"
    reason: str = ""  # why it failed, as the library said it; "" for an error nobody foresaw
    document: str = ""  # id of the document that holds it, once the library has it
    opened: bool = False  # came out of a zip or mail, with all that is in it

    @property
    def id(self) -> str:
        from ingest.read import Source

        return Source(self.name, self.origin, b"").document_id


@dataclass(frozen=True, slots=True)
class Job:
    """How far the dropped files are; a copy, which does not change."""

    uploads: Sequence[Upload]
    running: bool
    passages: tuple[int, int]  # done, in all, of the index being built; (0, 0) while files are read

    @property
    def done(self) -> int:
        return sum(u.state in DONE for u in self.uploads)

    def count(self, state: State) -> int:
        return sum(u.state == state for u in self.uploads)


class Uploads:
    """The files dropped into one library, whoever dropped them. The thread that adds them ends when none is left."""

    def __init__(self, library: Library) -> None:
        self.version = 0  # grows with every change of what `job` says
        self._library = library
        self._uploads: list[Upload] = []
        self._passages = (0, 0)
        self._numbers = itertools.count()
        self._folder: Path | None = None
        self._working = False
        self._changes = 0  # that wait to be made between two publications
        self._turn = threading.Lock()  # held while the library is changed
        self._state = threading.Condition()  # guards all above

    def put(self, paths: Sequence[Path]) -> None:
        """Take the files, which are moved from where they are, and begin; the last job's are forgotten."""
        with self._state:
            if not self._working:
                self._uploads.clear()
            self._uploads += [
                Upload(clean(p.name), f"upload:{clean(p.name)}", Path(shutil.move(p, self._place()))) for p in paths
            ]
            self.version += 1
            if self._uploads and not self._working:
                self._working = True
                threading.Thread(target=self._work, name="uploads", daemon=True).start()

    def job(self) -> Job:
        with self._state:
            return Job([replace(u) for u in self._uploads], self._working, self._passages)

    @property
    def running(self) -> bool:
        with self._state:
            return self._working

    def forget(self) -> None:
        """Show nothing of a job that has ended."""
        with self._state:
            if not self._working:
                self._uploads.clear()
                self.version += 1

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No files are added within; waits for those that are being added, not for all that were dropped."""
        with self._state:
            self._changes += 1
        try:
            with self._turn:
                yield
        finally:
            with self._state:
                self._changes -= 1
                self._state.notify_all()

    def _place(self) -> Path:
        """A new file name of our own: Gradio deletes what was uploaded after an hour, and two may have one name."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="hoidap-uploads-"))
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder / str(next(self._numbers))

    def _work(self) -> None:
        before = sys.getswitchinterval()
        sys.setswitchinterval(_TURN)
        try:
            while group := self._next():
                with self._turn:
                    self._add(group)
        except Exception:  # a full disk, say; nobody would ever see this thread again
            _log.exception("the dropped files were not added")
            for upload in self._waiting():
                self._set(upload, "failed")
            with self._state:
                self._working = False
                self.version += 1
        finally:
            sys.setswitchinterval(before)

    def _next(self) -> list[Upload]:
        """The files of the next publication; with none left the job has ended."""
        with self._state:
            self._state.wait_for(lambda: not self._changes)
        for upload in [u for u in self._waiting() if u.path.exists() and _is_archive(u)]:
            self._open(upload)
        with self._state:
            group: list[Upload] = []
            size = 0
            for upload in self._waiting():
                size += upload.path.stat().st_size
                if group and (len(group) == _FILES or size > _BYTES):
                    break
                group.append(upload)
            if not group:
                self._working = False
                self.version += 1
            return group

    def _waiting(self) -> list[Upload]:
        with self._state:
            return [u for u in self._uploads if u.state == "waiting"]

    def _open(self, upload: Upload) -> None:
        """Put the documents in a zip or mail where it was; it stays in the list when it could not be read to its
        end."""
        from ingest.archives import opened
        from ingest.read import Source, max_bytes

        self._set(upload, "reading")
        found: list[Upload] = []
        reason = None
        try:
            if upload.path.stat().st_size > max_bytes(upload.name):
                raise ReadError(f"{upload.name}: larger than the {max_bytes(upload.name):,} bytes a document may have")
            for inner in opened(Source(upload.name, upload.origin, upload.path.read_bytes())):
                with self._state:
                    path = self._place()
                path.write_bytes(inner.data)
                found.append(Upload(inner.name, inner.origin, path, opened=True))
        except HoidapError as error:
            reason = str(error)
        except Exception:
            _log.exception("%s was not unpacked", upload.name)
            reason = ""
        upload.path.unlink(missing_ok=True)
        with self._state:
            at = self._uploads.index(upload)
            self._uploads[at : at + 1] = found if reason is None else [*found, upload]
        if reason is not None:
            self._set(upload, "failed", reason)

    def _add(self, group: Sequence[Upload]) -> None:
        from ingest.read import Source

        by_id = {u.id: u for u in group}
        shas: dict[str, str] = {}

        def on_file(source: Source, state: str, reason: str) -> None:
            upload = by_id.get(source.document_id)
            if upload is None:  # the library opens a mail again, whose attachments may be in another group
                return
            shas[upload.id] = source.sha256
            self._set(upload, state, reason if state == "failed" else "", reason if state == "unchanged" else "")

        sources = (Source(u.name, u.origin, u.path.read_bytes()) for u in group)
        try:
            changes = self._library.add_sources(sources, self._progress, on_file)
            self._settle(group, changes, shas)
        except Exception as error:
            if not isinstance(error, HoidapError):
                _log.exception("%d dropped files were not added", len(group))
            for upload in group:
                if upload.state not in DONE:
                    self._set(upload, "failed", str(error) if isinstance(error, HoidapError) else "")
        finally:
            for upload in group:
                upload.path.unlink(missing_ok=True)
            self._progress(0, 0)

    def _settle(self, group: Sequence[Upload], changes: Changes, shas: dict[str, str]) -> None:
        """Say for each what became of it, now that it is published."""
        documents = self._library.index().documents
        by_sha = {d.sha256: d.id for d in documents.values()}
        failed = dict(changes.failed)
        for upload in (u for u in group if u.state not in DONE):
            id = upload.id if upload.id in documents else by_sha.get(shas.get(upload.id, ""), "")
            if id:
                self._set(upload, "updated" if id in changes.updated else "added", document=id)
            else:
                self._set(upload, "failed", failed.get(upload.name, ""))

    def _progress(self, done: int, all: int) -> None:
        with self._state:
            self._passages = (done, all)
            self.version += 1

    def _set(self, upload: Upload, state: str, reason: str = "", document: str = "") -> None:
        with self._state:
            upload.state = _STATES[_STATES.index(state)]
            upload.reason, upload.document = reason, document
            self.version += 1


def _is_archive(upload: Upload) -> bool:
    from ingest.archives import is_archive

    return is_archive(upload.name) and not upload.opened
