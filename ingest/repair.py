"""Mends what `ingest.doctor` finds, from the corpus, the kept bytes and the texts of the index; says what is lost."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path, PurePath

from index.checking import checksum, is_sound, texts_of
from index.errors import StoreError
from index.search import Progress
from index.store import write_whole
from index.types import Document
from ingest.building import Manifest
from ingest.doctor import Place
from ingest.export import as_markdown
from ingest.library import Library
from ingest.read import Source
from ingest.sniff import suffix_of
from ingest.state import State, now

_UNKNOWN = "recovered:"
"""How the place begins that stands for one nobody knows any more."""


def repair(place: Place, progress: Progress | None = None) -> list[str]:
    """Mend what can be mended; what was done, a line each. Nothing a user added is deleted: what cannot be brought back
    is named, what is in doubt goes to the trash.

    Raises StoreError while another process changes the library, OSError when a file cannot be written.
    """
    done: list[str] = []
    leftovers: list[Path] = []
    if place.home.folder.is_dir():
        with place.store.writing():
            _state(place, done)
            _kept(place, done)
            _index(place, done)
            leftovers = place.strays(place.records.state())
    library = Library(place.home.corpus, place.data, place.encoder)
    try:
        before = place.current(place.store)
        library.refresh(progress)
        if place.current(place.store) != before:
            done.append(f"the index was built anew: {len(library.index().documents)} documents")
        library.tidy()
    finally:
        library.close()
    if gone := [path for path in leftovers if not path.exists()]:
        done.append(f"{len(gone)} leftovers of interrupted commands were deleted")
    return done


# ---- library.json ----------------------------------------------------------------------------------------------------


def _state(place: Place, done: list[str]) -> None:
    if place.state()[0] is not None:
        return
    state, text = _recovered(place)
    text += f": {len(state.added)} added documents, {len(state.removed)} in the trash"
    if unknown := sum(row["origin"].startswith(_UNKNOWN) for row in state.removed.values()):
        text += f", of which {unknown} lost their names (`hoidap list --state removed`)"
    if place.records.path.exists():
        os.replace(place.records.path, place.records.damaged)
        text += f"; the damaged one is {place.records.damaged}"
    place.records.write(state)
    done.append(text)


def _recovered(place: Place) -> tuple[State, str]:
    """The state as the generations tell it, and how much that is. Kept bytes that it does not name are in its trash:
    they were added once, and may be wanted."""
    state, text = next(place.states(), None), "library.json was taken from the index"
    if state is None:
        state = State()
        text = "library.json was made of the texts in the index; what was disabled, and which corpus files were removed"
        text += ", is LOST"
        shelf = state.added
        for documents in filter(None, map(texts_of, place.generations())):
            for document in documents.values():
                name = _name_in(document)
                id = Source(name, document.source, b"").document_id
                if document.sha256 not in state.kept() and (place.records.files / document.sha256).exists():
                    shelf[id] = _row(name, document.source, document.sha256)
            shelf = state.removed  # what only an older index has may have been removed since
    for path in sorted(place.records.files.glob("*")):
        if path.name not in state.kept() and re.fullmatch("[0-9a-f]{64}", path.name):
            name = f"{path.name[:12]}{suffix_of(path.read_bytes()) or '.txt'}"
            _to_trash(state, name, path.name, path.name)
    return state, text


def _name_in(document: Document) -> str:
    """The file name at the end of where a document came from."""
    name = re.split(r"[/\\!:]", document.source)[-1]
    return name if PurePath(name).suffix else f"{name or document.id}.txt"


def _row(name: str, origin: str, sha256: str) -> dict[str, str]:
    return {"name": name, "origin": origin, "sha256": sha256, "added": now()}


def _to_trash(state: State, name: str, place: str, sha256: str) -> None:
    row = _row(name, f"{_UNKNOWN}{place}", sha256)
    state.removed[Source(name, row["origin"], b"").document_id] = row


# ---- kept bytes ------------------------------------------------------------------------------------------------------


def _kept(place: Place, done: list[str]) -> None:
    state = place.records.state()
    faults = list(place.faults(state))
    if not faults:
        return
    read: dict[str, Document] = {}
    for folder in reversed(place.generations()):
        read |= {d.sha256: d for d in texts_of(folder).values()}
    for id, row, fault in faults:
        done.append(f"{id}: {_mended(place, state, id, row, read.get(row['sha256']), fault)}")
    place.records.write(state)


def _mended(place: Place, state: State, id: str, row: dict[str, str], read: Document | None, fault: str) -> str:
    """Bring back one document whose bytes are gone: from where it came if it still is the same there, else as the text
    that was read of it, else it is lost. Damaged bytes go to the trash, for somebody to look at."""
    path, origin = place.records.files / row["sha256"], Path(row["origin"])
    if path.is_file():
        sha256 = checksum(path)
        os.replace(path, path.with_name(sha256))
        _to_trash(state, f"hong-{row['name']}", row["origin"], sha256)
        fault += " (its bytes are in the trash)"
    if origin.is_absolute() and origin.is_file() and checksum(origin) == row["sha256"]:
        write_whole(path, origin.read_bytes())
        return f"taken from {origin} again"
    shelf = state.added if id in state.added else state.removed
    if read is None:
        del shelf[id]
        state.disabled.pop(id, None)
        state.about.pop(id, None)
        return f"LOST; {row['name']} {fault} and its text is in no index; add it again from {row['origin']}"
    data = as_markdown(read).encode()
    written = _row(f"{PurePath(row['name']).stem}.md", row["origin"], Source("", "", data).sha256)
    write_whole(place.records.files / written["sha256"], data)
    shelf[id] = row | {key: written[key] for key in ("name", "sha256")}
    return f"{row['name']} {fault}; its text stands for it now; if you can, add it again from {row['origin']}"


# ---- the index -------------------------------------------------------------------------------------------------------


def _index(place: Place, done: list[str]) -> None:
    """Take away what cannot be mended, so that it is built anew."""
    for store in place.home.stores():
        try:
            folder = store.current()
        except StoreError:
            store.forget()
            done.append(f"the damaged pointer in {store.root} was deleted")
            continue
        if store.root != place.store.root or folder is None:
            continue
        if not (Manifest.of(folder).built_by(place.encoder) and is_sound(folder, place.encoder)):
            shutil.rmtree(folder, ignore_errors=True)
