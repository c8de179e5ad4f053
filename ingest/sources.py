"""What people name (files, folders, patterns) found, and read into sources one at a time."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path, PurePath

from index.errors import ReadError
from index.text import clean
from ingest.archives import is_archive, opened
from ingest.read import Source, load

Failures = list[tuple[str, str]]
"""(name, reason) of what could not be read."""

_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Given:
    """Something to be added that is not read yet; `load` raises ReadError."""

    name: str
    load: Callable[[], Source]


def given_paths(paths: Iterable[Path], failed: Failures) -> list[Given]:
    """The files at `paths`, in folders there, and that match patterns as "van-ban/**/*.pdf"; each once."""
    found: dict[str, Given] = {}
    real = lru_cache(1000)(os.path.realpath)  # of folders: it looks at every part of a path
    for path in paths:
        for file in _files(path, failed):
            folder, name = os.path.split(file)
            place = os.path.realpath(file) if file.is_symlink() else os.path.join(real(folder), name)
            found.setdefault(place, Given(str(file), partial(load, file, place)))
    return list(found.values())


def loaded(given: Iterable[Given], failed: Failures) -> Iterator[Source]:
    """`given`, read one after the other; what cannot be read is put into `failed`."""
    for one in given:
        try:
            yield one.load()
        except ReadError as error:
            failed.append((one.name, str(error)))


def piped(data: bytes, name: str, *, known_by_name: bool) -> Source:
    """The source of bytes without a place. With `known_by_name` the name makes its identity, so other bytes under that
    name replace it; else the bytes do."""
    name = clean(PurePath(name).name)
    return Source(name, f"stdin:{name if known_by_name else hashlib.sha256(data).hexdigest()}", data)


def unpacked(sources: Iterable[Source], failed: Failures) -> Iterator[Source]:
    """`sources`, each zip and mail followed or replaced by what is in it; what cannot be read is put into `failed`."""
    for source in sources:
        if not is_archive(source.name):
            yield source
            continue
        try:
            yield from opened(source)
        except ReadError as error:
            failed.append((source.name, str(error)))


def files_under(folder: Path, failed: Failures | None = None) -> Iterator[Path]:
    """Files below `folder` in a fixed order; nothing hidden, nothing outside, no pipe or device. Links to folders are
    not followed. A folder that may not be looked into is put into `failed`."""

    def closed(error: OSError) -> None:
        if failed is not None:
            failed.append((str(error.filename), f"{error.filename}: {error.strerror}"))

    home = os.path.realpath(folder)
    found = []
    for place, folders, names in os.walk(folder, onerror=closed):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        found += [Path(place, name) for name in names if not _is_hidden(name)]
    for path in sorted(found):
        # a link that leads out of the folder is somebody else's file
        if path.is_file() and (not path.is_symlink() or Path(os.path.realpath(path)).is_relative_to(home)):
            yield path


def _files(path: Path, failed: Failures) -> list[Path]:
    try:
        if path.is_dir():
            return list(files_under(path, failed))
        if path.exists():
            return [path]
        if not _MAGIC.search(str(path)):
            failed.append((str(path), f"{path}: no such file or folder"))
            return []
        if found := list(_matching(path, failed)):
            return found
        failed.append((str(path), f"{path}: no file matches this pattern"))
    except OSError as error:  # a name of 300 letters
        failed.append((str(path), f"{path}: {error.strerror}"))
    return []


def _matching(pattern: Path, failed: Failures) -> Iterator[Path]:
    pattern = Path(os.path.expanduser(pattern))
    plain = next(n for n, part in enumerate(pattern.parts) if _MAGIC.search(part))
    base = Path(*pattern.parts[:plain])
    for path in sorted(base.glob(os.path.join(*pattern.parts[plain:]))):
        if not any(map(_is_hidden, path.relative_to(base).parts)):
            yield from files_under(path, failed) if path.is_dir() else [path] if path.is_file() else []


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$"))  # "~$bao-cao.docx" lies there while Word has bao-cao.docx open
