"""Looks a library over, each thing in one line; `ingest.repair` mends what it finds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.checking import check, checksum
from index.encoder import Encoder
from index.errors import StoreError
from index.store import Home, Store, is_held, temporary_files
from ingest import ocr
from ingest.building import Manifest
from ingest.sources import files_under
from ingest.state import Records, State, state_of

_SPARE = 100_000_000  # bytes a change needs beside the new index: what is added, and Chroma's journal
_SHOWN = 3  # things named in one line; the rest are counted
_ANEW = "--repair builds the index anew"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what is to be said of it. A note is no fault of the library; a problem is."""

    state: Literal["ok", "note", "problem"]
    name: str
    text: str


class Place:
    """Where all of one library lies, looked at from outside: nothing is built or changed by looking."""

    def __init__(self, corpus: Path, data: Path, encoder: Encoder) -> None:
        """Raises StoreError when `corpus` is not a folder."""
        self.home = Home.of(corpus, data)
        self.data = data
        self.encoder = encoder
        self.records = Records(self.home.folder, self.home.corpus)
        self.store = self.home.store(encoder.fingerprint)

    def generations(self) -> list[Path]:
        """All there are, published or not; first the one in use, then those of this encoder, newest first."""
        others = [store for store in self.home.stores() if store.root != self.store.root]
        found = [folder for store in (self.store, *others) for folder in sorted(store.root.glob("g*"), reverse=True)]
        current = self.current(self.store)
        return [current, *(f for f in found if f != current)] if current in found and current else found

    def current(self, store: Store) -> Path | None:
        """Folder of the generation that is published, None where nobody can tell."""
        try:
            return store.current()
        except StoreError:
            return None

    def state(self) -> tuple[State | None, str]:
        """What is saved, or why that cannot be known. Deleted while the index knows of documents, it is no empty
        one."""
        try:
            state = self.records.state()
        except StoreError as error:
            return None, str(error).partition("; restore")[0]
        if not self.records.path.exists() and any(any(earlier.decided()) for earlier in self.states()):
            return None, f"{self.records.path} is missing, and the index knows of documents added or removed"
        return state, ""

    def states(self) -> Iterator[State]:
        """Those noted with the generations, that of the published one first."""
        for folder in self.generations():
            if state := state_of(folder):
                yield state

    def faults(self, state: State) -> Iterator[tuple[str, dict[str, str], str]]:
        """Added documents, in the trash or not, whose kept bytes are not what they were: (id, row, what is wrong)."""
        for id, row in (*state.added.items(), *state.removed.items()):
            path = self.records.files / row["sha256"]
            if not path.is_file():
                yield id, row, "is missing"
            elif checksum(path) != row["sha256"]:
                yield id, row, "is damaged"

    def strays(self, state: State) -> list[Path]:
        """What interrupted commands left: files half written, indexes never published, bytes nobody needs."""
        found = [*temporary_files(self.home.folder), *(s for s in self.records.snapshots() if not is_held(s))]
        needed = state.kept()
        for store in self.home.stores():
            current = self.current(store)
            if current is None:
                continue  # its pointer is damaged, which is said where it is looked at
            found += store.strays()
            for folder in filter(None, (current, store.previous())):
                earlier = state_of(folder)
                needed |= earlier.kept() if earlier else set()
        return found + [path for path in sorted(self.records.files.glob("*")) if path.name not in needed]


def examine(place: Place) -> list[Finding]:
    """All findings, in a fixed order. Raises StoreError while another process changes the library."""
    found = [*_corpus(place), *_programs()]
    if not place.home.folder.is_dir():
        return [*found, Finding("note", "index", f"none yet; `{place.home.command(place.encoder)}` builds it")]
    access = _access(place)
    with ExitStack() as stack:
        if access.state == "ok":  # else nobody changes it either
            stack.enter_context(place.store.writing())
        state, fault = place.state()
        found += [access, _saved(place, state, fault), *_index(place, state)]
        if state is not None:
            found += [_kept(place, state), _leftovers(place, state)]
        return [*found, _disk(place)]


def _corpus(place: Place) -> Iterator[Finding]:
    closed: list[tuple[str, str]] = []
    paths = list(files_under(place.home.corpus, closed))
    reasons = [reason for _, reason in closed]
    reasons += [f"{path}: Permission denied" for path in paths if not os.access(path, os.R_OK)]
    if reasons:
        yield Finding("problem", "corpus", f"{some(reasons)}; let your user read it, or take it out of the folder")
    else:
        yield Finding("ok", "corpus", f"{len(paths):,} files in {place.home.corpus} may be read")


def _programs() -> Iterator[Finding]:
    if ocr.available():
        yield Finding("ok", "tesseract", "there, with Vietnamese")
    else:
        yield Finding("note", "tesseract", f"not there; if a file {ocr.MISSING.removeprefix('it ')}")
    if shutil.which("soffice") or shutil.which("libreoffice"):
        yield Finding("ok", "libreoffice", "there")
    else:
        packages = " ".join(f"libreoffice-{name}-nogui" for name in ("writer", "calc", "impress"))
        yield Finding("note", "libreoffice", f"not there; reading .doc .rtf .xls .ppt needs it: apt install {packages}")


def _access(place: Place) -> Finding:
    barred: list[str] = []
    for folder, folders, names in os.walk(place.home.folder):  # what may not be looked into is met in its parent
        inner = {os.path.join(folder, name): os.R_OK | os.W_OK | os.X_OK for name in folders}
        for path in (os.path.join(folder, name) for name in names):
            inner[path] = os.R_OK | os.W_OK if path.endswith(".lock") else os.R_OK  # others are replaced, not changed
        barred += [path for path, wanted in inner.items() if not os.access(path, wanted)]
    if not os.access(place.home.folder, os.R_OK | os.W_OK | os.X_OK):
        barred.insert(0, str(place.home.folder))
    if barred:
        advice = "give the folder to your user with chown -R, or set HOIDAP_DATA to another"
        return Finding("problem", "permissions", f"you may not read or write {some(barred)}; {advice}")
    return Finding("ok", "permissions", f"{place.home.folder} may be read and written")


def _saved(place: Place, state: State | None, fault: str) -> Finding:
    if state is None:
        return Finding("problem", "library.json", f"{fault}; --repair takes it from the index")
    text = f"{len(state.added)} added documents, {len(state.disabled)} disabled"
    if trash := len(state.removed) + len(state.hidden):
        size = sum(_size(place.records.files / row["sha256"]) for row in state.removed.values())
        text += f", {trash} in the trash ({size / 1e6:.1f} MB; `hoidap purge` deletes them for good)"
    return Finding("ok", "library.json", text)


def _index(place: Place, state: State | None) -> Iterator[Finding]:
    try:
        folder = place.store.current()
    except StoreError as error:
        said = str(error).partition("; delete")[0]
        yield Finding("problem", "pointer", f"{said}; {_ANEW}")
        return
    if folder is None:
        yield Finding("note", "pointer", f"no index yet; `{place.home.command(place.encoder)}` builds it")
        return
    if not folder.is_dir():
        yield Finding("problem", "pointer", f"it names {folder}, which is not there; {_ANEW}")
        return
    kept = "the one before it is kept" if place.store.previous() else "none before it is kept"
    yield Finding("ok", "pointer", f"{folder.name} is published, {kept}")
    manifest = Manifest.of(folder)
    if not manifest.values:
        yield Finding("problem", "manifest", f"that of {folder} cannot be read; {_ANEW}")
        return
    if not manifest.built_by(place.encoder):
        yield Finding("note", "manifest", "built by another version of hoidap; the next command builds it anew")
        return
    for found in check(folder, place.encoder):
        if found.sound:
            yield Finding("ok", found.name, found.text)
        else:
            yield Finding("problem", found.name, f"{found.text}; {_ANEW}")
    if state is not None:
        yield from _agreement(place, state, manifest, folder)


def _agreement(place: Place, state: State, manifest: Manifest, folder: Path) -> Iterator[Finding]:
    if state_of(folder) != state:
        yield Finding("problem", "state", f"{folder} does not know what belongs to it; --repair notes it")
    entries = place.records.entries(state)
    if manifest.holds(entries.wanted):
        failed = len(manifest.failed) + len(entries.failed)
        unread = f"; {failed} files cannot be read as documents (`hoidap list --state failed`)" if failed else ""
        yield Finding("ok", "documents", f"{len(manifest.documents):,} in the index, as many as should be{unread}")
    else:
        yield Finding("note", "documents", "files changed since the index was built; the next command takes them in")


def _kept(place: Place, state: State) -> Finding:
    if faults := [f"{row['name']} ({id}) {fault}" for id, row, fault in place.faults(state)]:
        return Finding("problem", "kept files", f"{some(faults)}; --repair brings back what can be")
    return Finding("ok", "kept files", f"{len(state.kept())}, each what its name says")


def _leftovers(place: Place, state: State) -> Finding:
    if found := place.strays(state):
        size = sum(_size(file) for path in found for file in (path, *path.rglob("*"))) / 1e6
        names = some([str(path.relative_to(place.home.folder)) for path in found])
        return Finding(
            "problem", "leftovers", f"of interrupted commands: {names} ({size:.1f} MB); --repair deletes them"
        )
    return Finding("ok", "leftovers", "none of interrupted commands")


def _disk(place: Place) -> Finding:
    free, folder = shutil.disk_usage(place.home.folder).free, place.current(place.store)
    needed = _SPARE + (sum(_size(path) for path in folder.rglob("*")) if folder else 0)
    text = f"{free / 1e6:,.0f} MB free, a change needs up to {needed / 1e6:,.0f}"
    return Finding("ok", "disk", text) if free >= needed else Finding("problem", "disk", f"{text}; make room")


def some(names: list[str]) -> str:
    """The first of `names`, and how many there are more."""
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
