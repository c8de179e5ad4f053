"""A library in one file: written whole or not at all while others read and add, verified before it is taken back."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from index.checking import checksum
from index.errors import ReadError, StoreError, UsageError
from index.store import make_readable
from ingest.library import Library
from ingest.read import ARCHIVES, SUFFIXES, load
from ingest.sources import files_under
from ingest.state import now

FORMAT = 1
KINDS = (".tar.gz", ".tgz", ".zip")
MAX_FILES = 1_000_000
SPARE = 100_000_000  # bytes of the disk that unpacking leaves free
_ABOUT = "backup.json"  # the last file in it: checksums are known when all was written
_MAX_ABOUT = 500_000_000
_PIECE = 1 << 20
_NAME = re.compile(r"library\.json|(?:files|index|corpus)/[^\0]+")
_HASHED = re.compile(r"files/[0-9a-f]{64}")

OnFile = Callable[[int, str], None]
"""Called with the number of files done and the name of the one that is at work."""


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself."""

    made: str  # ISO time, UTC
    corpus: str  # where the corpus folder was
    model: str
    files: dict[str, tuple[int, str]]  # name -> bytes, sha256
    format: int = FORMAT

    def count(self, folder: str) -> int:
        """Number of files in `folder`: "files", "index" or "corpus"."""
        return sum(name.startswith(f"{folder}/") for name in self.files)


@dataclass(slots=True)
class Backup:
    """What was written, and (path, reason) of files of the corpus folder that could not be read."""

    about: About
    bytes: int
    skipped: list[tuple[str, str]] = field(default_factory=list)


# ---- writing ---------------------------------------------------------------------------------------------------------


def write(library: Library, path: Path, *, corpus: bool, on_file: OnFile = lambda *_: None) -> Backup:
    """Write `library` as it is now to `path`; with `corpus` also the files of its corpus folder that it can read.

    What was at `path` stays until the new file is whole and on the disk. Raises UsageError for a place or name that
    cannot be, StoreError when a kept file is damaged, OSError when there is no room.
    """
    check_place(library, path)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    skipped: list[tuple[str, str]] = []
    try:
        with open(handle, "wb") as out:
            with library.snapshot() as snapshot, _packer(path.name, out) as put:
                files: dict[str, tuple[int, str]] = {}
                for name, content in _content(snapshot, library.corpus if corpus else None, skipped):
                    on_file(len(files), name)
                    files[name] = put(name, content)
                    if _HASHED.fullmatch(name) and name != f"files/{files[name][1]}":
                        raise StoreError(f"{name} is damaged; `hoidap doctor --repair` first, then back up")
                about = About(now(), str(library.corpus), library.encoder.name, files)
                put(_ABOUT, json.dumps(asdict(about), ensure_ascii=False).encode())
            out.flush()
            os.fsync(out.fileno())
        make_readable(temporary)
        os.replace(temporary, path)
    except FileNotFoundError as error:
        raise StoreError(f"{error.filename} went while it was backed up, by a purge; nothing was written") from error
    finally:
        Path(temporary).unlink(missing_ok=True)
    return Backup(about, path.stat().st_size, skipped)


def check_place(library: Library, path: Path) -> None:
    """Raises UsageError when `path` is no place or name for a backup."""
    """Raises UsageError when `path` is no place or name for a backup."""
    if not path.name.lower().endswith(KINDS):
        raise UsageError(f"{path}: call a backup NAME.tar.gz or NAME.zip")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}; make it first")
    if path.is_dir():
        raise UsageError(f"{path} is a folder; give a file name")
    if path.resolve().is_relative_to(library.corpus):  # it would be read as documents
        raise UsageError(f"{path} lies in the corpus folder {library.corpus}; write it elsewhere")


def _content(snapshot: Path, corpus: Path | None, skipped: list[tuple[str, str]]) -> Iterator[tuple[str, Path | bytes]]:
    for place in sorted(p for p in snapshot.rglob("*") if p.is_file()):
        name = place.relative_to(snapshot).as_posix()
        if _NAME.fullmatch(name):
            yield name, place
    for place in files_under(corpus, skipped) if corpus else ():
        if place.suffix.lower() in SUFFIXES | ARCHIVES:
            try:
                data = load(place, str(place)).data
                yield f"corpus/{place.relative_to(corpus or place).as_posix()}", data
            except (ReadError, UnicodeEncodeError) as error:
                skipped.append((str(place), str(error)))


_Put = Callable[[str, "Path | bytes"], tuple[int, str]]
"""Writes a file into the archive; returns its size and sha256."""


@contextmanager
def _packer(name: str, out: IO[bytes]) -> Iterator[_Put]:
    with ExitStack() as stack:
        if name.lower().endswith(".zip"):
            packed = stack.enter_context(zipfile.ZipFile(out, "w"))
        else:
            archive = stack.enter_context(tarfile.open(fileobj=out, mode="w:gz", compresslevel=1))

        def into_zip(name: str, reader: _Summed) -> None:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, (stat.S_IFREG | 0o644) << 16
            with packed.open(info, "w", force_zip64=True) as member:
                shutil.copyfileobj(reader, member, _PIECE)

        def into_tar(name: str, reader: _Summed) -> None:
            info = tarfile.TarInfo(name)
            info.size, info.mode = reader.size, 0o644
            archive.addfile(info, reader)

        def put(name_inside: str, content: Path | bytes) -> tuple[int, str]:
            with content.open("rb") if isinstance(content, Path) else io.BytesIO(content) as file:
                reader = _Summed(file)
                (into_zip if name.lower().endswith(".zip") else into_tar)(name_inside, reader)
            return reader.size, reader.sum.hexdigest()

        yield put


class _Summed:
    """A file as long as it was when it was opened (Chroma's may grow meanwhile), and the sha256 of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.size = self._left = file.seek(0, io.SEEK_END)
        self.sum = hashlib.sha256()
        self._file = file
        file.seek(0)

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        self.sum.update(piece)
        return piece


# ---- taking back -----------------------------------------------------------------------------------------------------


def unpack(path: Path, folder: Path) -> About:
    """Unpack the backup `path` into the empty `folder`, and verify every file of it.

    Raises StoreError when it is no backup, is damaged, was written by a newer hoidap, would write anywhere else (names
    with "..", links) or does not fit the disk; `folder` is to be thrown away then.
    """
    found: dict[str, tuple[int, str]] = {}
    about: Any = None
    try:
        with _members(path) as members:
            for name, size, content in members:
                if name == _ABOUT:
                    about = json.loads(content.read(_MAX_ABOUT))
                    continue
                _check_member(name, size, found, folder)
                place = folder / name
                place.parent.mkdir(parents=True, exist_ok=True)
                with place.open("xb") as file:
                    reader = _Counted(content)
                    shutil.copyfileobj(reader, file, _PIECE)
                found[name] = (reader.size, reader.sum.hexdigest())
    except FileNotFoundError as error:
        raise StoreError(f"{path}: no such file") from error
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise StoreError(f"{path} is damaged or no backup ({error}); nothing was changed") from error
    return _verified(path, about, found)


def _verified(path: Path, about: Any, found: dict[str, tuple[int, str]]) -> About:
    try:
        if about["format"] > FORMAT:
            raise StoreError(f"{path} was written by a newer hoidap; restore it with that, or a newer one")
        files = {str(name): (int(size), str(sha256)) for name, (size, sha256) in about["files"].items()}
        said = About(str(about["made"]), str(about["corpus"]), str(about["model"]), files)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise StoreError(
            f"{path} is no backup of hoidap, or not whole ({_ABOUT} in it); nothing was changed"
        ) from error
    if wrong := sorted(name for name in found.keys() | files.keys() if found.get(name) != files.get(name)):
        raise StoreError(f"{path} is damaged: {wrong[0]} in it is not what was written; nothing was changed")
    return said


@contextmanager
def _members(path: Path) -> Iterator[Iterator[tuple[str, int, IO[bytes]]]]:
    with path.open("rb") as file, ExitStack() as stack:
        if file.read(4) == b"PK\3\4":
            packed = stack.enter_context(zipfile.ZipFile(file))
            yield _in_zip(packed)
        else:
            file.seek(0)
            yield _in_tar(stack.enter_context(tarfile.open(fileobj=file, mode="r|gz")))


def _in_zip(packed: zipfile.ZipFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    for info in packed.infolist():
        if info.is_dir() or stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise ValueError(f"{info.filename!r} in it is no file")
        with packed.open(info) as content:
            yield info.filename, info.file_size, content


def _in_tar(archive: tarfile.TarFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    for info in archive:
        content = archive.extractfile(info) if info.isreg() else None
        if content is None:
            raise ValueError(f"{info.name!r} in it is no file")
        yield info.name, info.size, content


def _check_member(name: str, size: int, found: dict[str, tuple[int, str]], folder: Path) -> None:
    parts = name.split("/")
    if not _NAME.fullmatch(name) or "\\" in name or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"{name!r} is not the name of a file in a backup")
    if name in found:
        raise ValueError(f"{name!r} is in it twice")
    if len(found) >= MAX_FILES:
        raise ValueError(f"it holds more than {MAX_FILES:,} files")
    if size + SPARE > shutil.disk_usage(folder).free:
        raise StoreError(f"there is no room to unpack it: {name} in it takes {size / 1e6:,.0f} MB; make room")


class _Counted:
    """What is read of a file, its size and its sha256."""

    def __init__(self, file: IO[bytes]) -> None:
        self.size = 0
        self.sum = hashlib.sha256()
        self._file = file

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.size += len(piece)
        self.sum.update(piece)
        return piece


def missing(about: About, corpus: Path) -> list[str]:
    """The corpus files of a backup that are not in the folder `corpus` as they were."""
    wanted = {name.removeprefix("corpus/"): sha for name, (_, sha) in about.files.items() if name.startswith("corpus/")}
    return [name for name, sha in wanted.items() if not (corpus / name).is_file() or checksum(corpus / name) != sha]


def put_corpus(unpacked: Path, into: Path) -> None:
    """Put the corpus files of a backup where the empty folder `into` is, in one step."""
    stage = Path(tempfile.mkdtemp(prefix=f".{into.name}.", dir=into.parent))
    try:
        os.chmod(stage, stat.S_IMODE(into.stat().st_mode))
        if (unpacked / "corpus").is_dir():
            shutil.copytree(unpacked / "corpus", stage, dirs_exist_ok=True)
        into.rmdir()
        os.rename(stage, into)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
