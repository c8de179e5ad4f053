"""`hoidap add --watch`: what comes or changes in some folders is added until the command is stopped."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from app.opening import named, refreshed, report
from index.errors import HoidapError, StoreError
from index.text import clean
from ingest.sources import Failures, given_paths, loaded

if TYPE_CHECKING:
    from ingest.library import Library

_TICK = 1000  # milliseconds between two looks; what is the same at two looks is written whole
_PAUSE = 30.0  # seconds until it is tried again when the library could not be changed: another writer, a full disk


def watch(library: Library, folders: list[Path]) -> int:
    """Add what is in `folders`, and go on until SIGINT or SIGTERM; returns the exit status. Nothing is ever removed: a
    folder on a share that is away for a minute looks like one that was emptied. The writer's lock is held only while
    files go in."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        refreshed(library)
        _Watching(library, folders).run()
    except KeyboardInterrupt:
        print("hoidap: stopped watching", file=sys.stderr)
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class _Watching:
    def __init__(self, library: Library, folders: list[Path]) -> None:
        from ingest.watched import Watched

        self._library = library
        self._folders = folders
        self._watched = Watched(folders)
        self._told: set[str] = set()  # ids of documents said to have lost their file
        self._not_before = 0.0

    def run(self) -> None:
        """Raises StoreError when one of the folders is gone."""
        import watchfiles

        print(f"hoidap: watching {', '.join(clean(str(f)) for f in self._folders)}; Ctrl+C ends it", file=sys.stderr)
        waiting = self._look()
        looked = time.monotonic()
        # it wakes us when something happens, and every tick; which files those are, a look says: what is moved here in
        # a folder is one event without the names in it
        for events in watchfiles.watch(
            *self._folders, rust_timeout=_TICK, yield_on_timeout=True, watch_filter=None, step=_TICK // 10
        ):
            waiting = waiting or bool(events)
            if waiting and time.monotonic() - looked >= _TICK / 1000 and time.monotonic() >= self._not_before:
                waiting = self._look()
                looked = time.monotonic()

    def _look(self) -> bool:
        """Add what is ready; True when there is something that is not."""
        for folder in self._folders:
            if not folder.is_dir():
                raise StoreError(f"{folder} is gone; start hoidap add --watch again when it is back")
        ready, unsettled = self._watched.look()
        if ready:
            try:
                self._add(ready)
                self._watched.took(ready)
            except (HoidapError, OSError) as error:
                self._not_before = time.monotonic() + _PAUSE
                print(f"hoidap: {clean(str(error))}; trying again in {_PAUSE:.0f} seconds", file=sys.stderr)
                return True
        if not unsettled:
            self._tell_gone()
        return unsettled

    def _add(self, paths: list[Path]) -> None:
        failed: Failures = []
        changes = self._library.add_sources(loaded(given_paths(paths, failed), failed))
        changes.failed[:0] = failed
        self._told.update(changes.unchanged)  # a file that was renamed
        report(changes)
        documents = self._library.index().documents
        for id in changes.added + changes.updated:
            if documents[id].note:
                print(f"note      {named(id, documents[id].note)}", file=sys.stderr)
        sys.stdout.flush()

    def _tell_gone(self) -> None:
        """Say once of each document whose file went from a folder how it can be removed."""
        for id, document in self._library.index().documents.items():
            if id not in self._told and self._watched.is_gone(document.source):
                self._told.add(id)
                print(
                    f"gone      {id}: its file is no longer there; its text is still searched, `hoidap remove {id}` "
                    "takes it out",
                    file=sys.stderr,
                )
