"""Immutable generations of an index on disk: one writer, many readers, and a pointer that moves in one step."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from index import settings
from index.encoder import Encoder
from index.errors import StoreError
from index.text import fold

_POINTER = "CURRENT"
_HELD = "held.lock"
_LOCK_SECONDS = 60.0  # a build of the bundled corpus takes under 5 s; a larger one is waited for, then named


class Store:
    """`root/g000012-3fa9c1/` folders, each a whole index, and `root/CURRENT` naming the one to read.

    Chroma is not safe for two processes on one path (862 of 8,000 vectors were lost silently in a test with two
    writers) and tears its files when killed while writing. So nothing published is ever written to again: a change
    builds a new folder beside the old one and then moves the pointer with `os.replace`. A process killed anywhere
    leaves the last published generation.
    """

    def __init__(self, root: Path, lock: Path | None = None) -> None:
        """`lock` is the writer's lock file, `root/writer.lock` unless several stores share one writer."""
        self.root = root
        self._lock = lock or root / "writer.lock"

    def current(self) -> Path | None:
        """Folder of the published generation, None before the first one."""
        try:
            return self.root / str(self._pointer()["generation"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{self.root / _POINTER} cannot be read ({error}); delete {self.root} to build the index anew"
            ) from error

    def previous(self) -> Path | None:
        """Folder of the generation that was published before the current one, None when it is not kept."""
        try:
            folder = self.root / str(self._pointer()["previous"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return folder if folder.is_dir() else None

    def _pointer(self) -> Any:
        return json.loads((self.root / _POINTER).read_text(encoding="utf-8"))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one writer's lock. Raises StoreError when another process keeps it for a minute."""
        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock)
        try:
            lock.acquire(timeout=_LOCK_SECONDS)
        except Timeout as error:
            raise StoreError(
                f"another hoidap process is changing the index in {self.root}; try again when it has finished"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def publish(self, build: Callable[[Path], None]) -> Path:
        """Call `build(folder)` on a new folder and make it the current generation; to be called while `writing()`.

        When `build` fails its folder is removed and the current generation stays. The generation before this one is
        kept, to go back to and for a reader that has just opened it; older ones, and what killed builds left, are
        deleted.
        """
        before = self.current()
        # a name that never was: who has a generation open knows it by its folder, and numbers begin anew with the store
        folder = self.root / f"g{self._last_number() + 1:06}-{secrets.token_hex(3)}"
        try:
            build(folder)
            self._point(folder, before)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._drop(other for other in self._others() if other != before)
        return folder

    def go_back(self) -> None:
        """Make the previous generation the current one, and the other way round; to be called while `writing()`.

        Raises StoreError when it is not kept.
        """
        before, folder = self.current(), self.previous()
        if folder is None:
            raise StoreError(f"no earlier generation of the index is kept in {self.root}")
        self._point(folder, before)

    def forget(self) -> None:
        """Let no generation be published, when the pointer cannot be read; to be called while `writing()`."""
        (self.root / _POINTER).unlink(missing_ok=True)

    def strays(self) -> list[Path]:
        """What killed builds left: generations that are neither the current one nor the one before it."""
        return [folder for folder in self._others() if folder != self.previous()]

    def drop_unpublished(self) -> None:
        """Delete the `strays`; to be called while `writing()`."""
        self._drop(self.strays())

    def drop_others(self) -> None:
        """Delete all generations but the current one, and what killed builds left; to be called while `writing()`.

        Raises StoreError, naming them, when any of them stay.
        """
        if current := self.current():
            self._point(current, None)
        self._drop(self._others())
        if left := [str(folder) for folder in self._others()]:
            raise StoreError(f"{', '.join(left)} could not be deleted; delete by hand, or try again")

    def _point(self, folder: Path, previous: Path | None) -> None:
        names = {"generation": folder.name} | ({"previous": previous.name} if previous else {})
        write_whole(self.root / _POINTER, json.dumps(names).encode())

    def _others(self) -> list[Path]:
        current = self.current()
        return sorted(folder for folder in self.root.glob("g*") if folder != current)

    def _drop(self, folders: Iterable[Path]) -> None:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)  # a reader may still hold files open; the next write tries again

    def _last_number(self) -> int:
        names = (p.name[1:].partition("-")[0] for p in self.root.glob("g*"))
        return max((int(n) for n in names if n.isdigit()), default=0)


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds all a library has: one for each corpus folder, named after it."""

    corpus: Path
    folder: Path

    @staticmethod
    def of(corpus: Path, data: Path) -> Home:
        """The home under `data` of the library of `corpus`. Raises StoreError when `corpus` is not a folder."""
        if not corpus.is_dir():
            raise StoreError(f"{corpus} is not a folder; give --corpus a folder of .md, .txt or .html files")
        corpus = corpus.resolve()
        slug = re.sub(r"[^a-z0-9]+", "-", fold(corpus.name).lower()).strip("-") or "corpus"
        return Home(corpus, data / f"{slug}-{hashlib.sha256(str(corpus).encode()).hexdigest()[:8]}")

    def store(self, fingerprint: str) -> Store:
        """Its indexes by the encoder with that fingerprint: two models never share one. All encoders' have one writer,
        for they share the added documents."""
        place = hashlib.sha256(f"{self.corpus}\0{fingerprint}".encode()).hexdigest()[:8]
        return Store(self.folder / f"index-{place}", self.folder / "writer.lock")

    def stores(self) -> list[Store]:
        """Its indexes by any encoder."""
        return [Store(place, self.folder / "writer.lock") for place in sorted(self.folder.glob("index-*"))]

    def published(self, encoder: Encoder) -> Path:
        """Folder of the index by `encoder` to read. Raises StoreError when there is none yet."""
        folder = self.store(encoder.fingerprint).current()
        if folder is None:
            others = ", ".join(self._models())
            there = f"{self.corpus} has an index by {others}, none by {encoder.name}" if others else ""
            problem = there or f"no index of {self.corpus} yet"
            raise StoreError(f"{problem}; `{self.command(encoder)}` builds it")
        return folder

    def command(self, encoder: Encoder) -> str:
        """The command that builds the index by `encoder`, wherever the settings in force differ from those of here."""
        return settings.index_command(self.corpus, self.folder.parent, encoder.name)

    def _models(self) -> list[str]:
        """Names of the models this library has an index by."""
        names = set()
        for store in self.stores():
            try:
                folder = store.current()
                manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) if folder else {}
                names.add(str(manifest.get("model") or manifest["encoder"]))
            except (StoreError, OSError, ValueError, AttributeError, KeyError):
                continue  # damaged: it is no index by anything
        return sorted(names)


def write_whole(path: Path, data: bytes, *, safe: bool = True) -> None:
    """Write `data` to `path`, whose folder exists, so that a reader, or a crash, sees the old content or the new; a
    crash of the whole machine too when it is made `safe` here, or afterwards with `make_safe`."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            if safe:
                file.flush()
                os.fsync(file.fileno())
        make_readable(temporary)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def make_readable(path: str) -> None:
    """Let others read what `mkstemp` made for the owner alone, as far as the umask allows."""
    os.chmod(path, 0o666 & ~_umask())


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Let others know that `folder` is in use, until this process is done with it or killed."""
    with FileLock(folder / _HELD):
        yield


def is_held(folder: Path) -> bool:
    """True when some process has `folder` in use."""
    try:
        with FileLock(folder / _HELD, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # it is gone
        return False


def make_safe(paths: Iterable[Path]) -> None:
    """Wait until what was written to `paths` is on the disk: for 200 files 0.03 to 0.2 s, one by one 0.9 to 1.3."""

    def wait(path: Path) -> None:
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    with ThreadPoolExecutor(8, "sync") as threads:
        list(threads.map(wait, paths))


def temporary_files(folder: Path) -> list[Path]:
    """What a killed `write_whole` left in `folder` or below."""
    return [path for path in folder.rglob(".*.????????") if path.is_file()]  # eight letters, says tempfile


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
