"""What people did to a library, kept in library.json, and which files are to be searchable because of it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.errors import ReadError, StoreError
from index.store import is_held, make_safe, temporary_files, write_whole
from index.text import clean
from ingest.archives import is_archive
from ingest.contents import Contents, stamp_of
from ingest.extracts import Extracts
from ingest.read import Source, load
from ingest.sources import files_under

SNAPSHOT = ".backup-"
"""How the name begins of the folder in which a backup holds what it is writing."""


@dataclass(slots=True)
class State:
    """What people did to the library, apart from its corpus folder: kept in library.json, replaced in one step.

    A removed document may be disabled too: brought back, it is as it was.
    """

    # document id -> name, origin, sha256, and (since 24 November 2026) when, in UTC
    added: dict[str, dict[str, str]] = field(default_factory=dict)
    removed: dict[str, dict[str, str]] = field(default_factory=dict)  # in the trash: what `added` had of them
    hidden: dict[str, str] = field(default_factory=dict)  # removed corpus documents: id -> sha256 when removed
    disabled: dict[str, str] = field(default_factory=dict)  # kept, not searched: id -> sha256 when disabled
    about: dict[str, dict[str, str]] = field(default_factory=dict)  # of those not searched: title, date …, for lists

    @staticmethod
    def of(values: Any) -> State:
        """The state that `asdict` made `values` of. Raises ValueError or TypeError when they are anything else."""
        state = State(**values)
        for name in ("added", "removed", "hidden", "disabled", "about"):
            if not isinstance(getattr(state, name), dict):
                raise ValueError(f"{name} is no object")
        for known in state.about.values():
            if not (isinstance(known, dict) and str(known["passages"]).isdecimal()):
                raise ValueError(f"{known} says nothing about a document")
        for row in (*state.added.values(), *state.removed.values()):
            if not (_is_hash(row["sha256"]) and isinstance(row["name"], str) and isinstance(row["origin"], str)):
                raise ValueError(f"{row} is no added document")
        return state

    def decided(self) -> tuple[dict[str, Any], ...]:
        """What people decided, without what is only remembered of documents."""
        return self.added, self.removed, self.hidden, self.disabled

    def kept(self) -> set[str]:
        """Hashes of the bytes it needs."""
        return {row["sha256"] for row in (*self.added.values(), *self.removed.values())}


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def now() -> str:
    """The time in UTC, to the second, in ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the corpus folder, or one that was added."""

    name: str
    origin: str
    path: Path  # of the file, or of the archive it lies in
    sha256: str  # "" when it could not be read
    document_id: str
    added: str = ""  # when, in UTC; "" of a file of the corpus folder, and where it was not noted
    archive: str = ""  # origin of the archive, "" for a file by itself


@dataclass(frozen=True, slots=True)
class Entries:
    """All files of a library but those added and removed again."""

    wanted: list[Entry]  # should be searchable
    failed: list[tuple[Entry, str]]  # cannot be, with the reason
    hidden: list[Entry]  # removed files of the corpus folder
    disabled: list[Entry]

    def failures(self) -> list[tuple[str, str]]:
        """(name, reason) of those that failed."""
        return [(entry.name, reason) for entry, reason in self.failed]


class Records:
    """The files of a library that are no index: its state, the bytes of what was added, what parsers found in them."""

    def __init__(self, folder: Path, corpus: Path) -> None:
        self.files = folder / "files"
        self.path = folder / "library.json"
        self.damaged = folder / "library.json.damaged"  # what `hoidap doctor --repair` put aside
        self._corpus = corpus
        self.extracts = Extracts(folder / "extracts")
        self._contents = Contents(folder)

    def state(self) -> State:
        """What is saved. Raises StoreError when it is damaged."""
        try:
            return read_state(self.path)
        except FileNotFoundError:
            return State()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(f"{self.path} cannot be read ({error}); restore it, or delete it to start over") from error

    def write(self, state: State) -> bytes | None:
        """Save `state`; returns what was saved before, for `restore`."""
        before = self.path.read_bytes() if self.path.exists() else None
        data = as_json(state)
        if data != before:
            write_whole(self.path, data)
        self._contents.save()
        return before

    def remember(self) -> None:
        """Keep what looking at the corpus folder taught; two processes may do so at once."""
        with suppress(OSError):  # in a folder that may only be read it is learned again
            self._contents.save()

    def restore(self, before: bytes | None) -> None:
        """Undo a `write` that returned `before`."""
        if before is None:
            self.path.unlink(missing_ok=True)
        else:
            write_whole(self.path, before)

    def keep(self, state: State, sources: Iterable[Source]) -> None:
        """Keep the bytes of those `sources` that `state` names."""
        written = []
        for source in sources:
            sha256 = source.sha256
            path = self.files / sha256
            if state.added.get(source.document_id, {}).get("sha256") == sha256 and not path.exists():
                self.files.mkdir(parents=True, exist_ok=True)
                write_whole(path, source.data, safe=False)
                written.append(path)
        make_safe(written)

    def drop_unused(self, used: Set[str], state: State) -> None:
        """Delete the kept bytes whose hash is not in `used`, and what was read of files that are neither in `used` nor,
        by `state`, searched or disabled."""
        for path in self.files.glob("*"):
            if path.name not in used:
                path.unlink(missing_ok=True)
        entries = self.entries(state)
        self.extracts.drop_unused(used | {entry.sha256 for entry in (*entries.wanted, *entries.disabled)})

    def drop_temporary(self) -> None:
        """Delete what killed writes and backups left; to be called while nobody writes."""
        for path in temporary_files(self.path.parent):
            path.unlink(missing_ok=True)
        for folder in self.snapshots():
            if not is_held(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def drop_copies(self) -> None:
        """Delete what else holds words of documents: the damaged state put aside, and what backups being made hold,
        which then fail."""
        self.damaged.unlink(missing_ok=True)
        for folder in self.snapshots():
            shutil.rmtree(folder, ignore_errors=True)

    def snapshots(self) -> list[Path]:
        """What backups hold that are being made or were killed."""
        return sorted(self.path.parent.glob(f"{SNAPSHOT}*"))

    def entries(self, state: State) -> Entries:
        """The files of the corpus folder and those added, by what `state` says of them."""
        found = Entries([], [], [], [])
        wanted: dict[str, Entry] = {}
        for entry, reason in self._in_corpus():
            if entry.document_id in state.hidden:
                found.hidden.append(entry)
            elif reason:
                found.failed.append((entry, reason))
            elif entry.document_id in wanted:
                other = wanted[entry.document_id].origin
                problem = f"{entry.origin}: its id is that of {other}; rename one of the two files"
                found.failed.append((entry, problem))
            else:
                wanted[entry.document_id] = entry
        wanted |= {id: self.entry(id, row) for id, row in state.added.items()}
        for id, entry in wanted.items():
            (found.disabled if id in state.disabled else found.wanted).append(entry)
        return found

    def entry(self, id: str, row: Mapping[str, str]) -> Entry:
        """That of the added document `id`."""
        path = self.files / row["sha256"]
        return Entry(row["name"], row["origin"], path, row["sha256"], id, row.get("added", ""))

    def _in_corpus(self) -> Iterator[tuple[Entry, str]]:
        """The documents of the corpus folder, those in its archives too, and why one cannot be read, "" when it can. A
        file is read when its hash is not known for sure."""
        closed: list[tuple[str, str]] = []
        contents = self._contents
        for path in files_under(self._corpus, closed):
            origin = path.relative_to(self._corpus).as_posix()
            try:
                name, sha256 = clean(path.name), contents.sha256(path, clean(origin))
                members = contents.known_members(sha256, clean(origin)) if sha256 and is_archive(name) else None
                if sha256 is None or (members is None and is_archive(name)):
                    before = stamp_of(path)
                    source = load(path, origin)
                    sha256 = source.sha256
                    members = contents.members(source) if is_archive(name) else None
                    contents.read(clean(origin), before, path, sha256)
            except ReadError as error:
                failed = Source(clean(path.name), clean(origin), b"")
                yield Entry(failed.name, failed.origin, path, "", failed.document_id), str(error)
                continue
            if members is None:
                source = Source(name, clean(origin), b"")
                yield Entry(name, source.origin, path, sha256, source.document_id), ""
            for inner, place, inner_sha, id in members or ():
                yield Entry(inner, place, path, inner_sha, id, archive=clean(origin)), ""
        for folder, reason in closed:
            source = Source(clean(Path(folder).name), clean(os.path.relpath(folder, self._corpus)), b"")
            yield Entry(source.name, source.origin, Path(folder), "", source.document_id), reason


def read_state(path: Path) -> State:
    """The state saved at `path`. Raises OSError, ValueError, TypeError or KeyError when there is none."""
    return State.of(json.loads(path.read_text(encoding="utf-8")))


_OF_GENERATION = "state.json"


def state_of(folder: Path) -> State | None:
    """The state that belonged to the generation in `folder`, None when it is not known."""
    try:
        return read_state(folder / _OF_GENERATION)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_state(folder: Path, state: State) -> None:
    """Note that `state` belongs to the generation in `folder`."""
    if state_of(folder) != state:
        write_whole(folder / _OF_GENERATION, as_json(state))


def as_json(state: State) -> bytes:
    """A line for every document: `json.dumps` with an indent takes ten times as long."""
    parts = []
    for name in ("added", "removed", "hidden", "disabled", "about"):
        rows = getattr(state, name).items()
        lines = ",\n".join(f"  {json.dumps(id)}: {json.dumps(row, ensure_ascii=False)}" for id, row in rows)
        parts.append(f' "{name}": {{\n{lines}\n }}' if lines else f' "{name}": {{}}')
    return ("{\n" + ",\n".join(parts) + "\n}").encode()
