"""Files that hold files, zips and mails, as the documents in them: each by itself, with the place it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath, PurePosixPath

from index.errors import ReadError
from index.text import clean
from ingest import worker
from ingest.package import MAX_TOTAL, Package
from ingest.read import ARCHIVES, SUFFIXES, Source

MAX_DOCUMENTS = 1000  # in one file that was given, however deep
MAX_DEPTH = 3  # a report in a zip in a mail
MAX_NAME = 200  # characters of a name in an archive
_NO_NAME = re.compile(r"[/\\]")


def is_archive(name: str) -> bool:
    """True for a zip, and for a mail, which is a document itself and may have others attached."""
    return PurePath(name).suffix.lower() in ARCHIVES


def opened(source: Source) -> list[Source]:
    """The documents in an archive, at any depth up to MAX_DEPTH; a mail is the first of its own.

    Files of other kinds and hidden ones are passed over. Nothing is written to disk: a member called "../x" is a name
    and no place. Raises ReadError for a damaged, protected or overgrown archive and a zip without a document; one
    deeper in is given out as it is, and whoever reads it meets the error.
    """
    try:
        members = _members(source)
        if is_mail(source.name):
            return [source, *_inside(source, members, _Budget(), 1)]
        if not members:
            raise ReadError("there is no document in it that could be read")
        if not (found := list(_inside(source, members, _Budget(), 1))):
            raise ReadError("there is no document in it that could be read")
        return found
    except ReadError as error:
        reason = str(error).removeprefix(f"{source.name}: ")  # the process that looks into mails has named it
        raise ReadError(f"{source.name}: {reason}") from error


def is_mail(name: str) -> bool:
    return PurePath(name).suffix.lower() == ".eml"


class _Budget:
    """What one archive may give out in all."""

    def __init__(self) -> None:
        self.documents = self.bytes = 0

    def spend(self, size: int) -> None:
        self.documents += 1
        self.bytes += size
        if self.documents > MAX_DOCUMENTS:
            raise ReadError(f"it holds more than {MAX_DOCUMENTS:,} documents; split it")
        if self.bytes > MAX_TOTAL:
            raise ReadError(f"it unpacks to more than {MAX_TOTAL >> 20} MB; split it")


def _inside(source: Source, members: list[tuple[str, bytes]], budget: _Budget, depth: int) -> Iterator[Source]:
    taken: set[str] = set()
    for name, data in members:
        budget.spend(len(data))
        inner = _free(clean(name), taken)
        member = Source(_last(inner), f"{source.origin}!{inner}", data)
        if not is_archive(inner):
            yield member
            continue
        if is_mail(inner):
            yield member
        try:
            inside = _members(member) if depth < MAX_DEPTH else None
        except ReadError:
            inside = None
        if inside is not None:
            yield from _inside(member, inside, budget, depth + 1)
        elif not is_mail(inner):
            yield member  # reading it says what is wrong with it


def _members(source: Source) -> list[tuple[str, bytes]]:
    """(name, bytes) of what is in it and can be read. Raises ReadError."""
    if is_mail(source.name):
        return [(name, data) for name, data in worker.files_in(source.name, source.data) if _is_wanted(name)]
    package = Package(source.data)
    names = [name for name in package.names if _is_wanted(name)]
    if len(names) > MAX_DOCUMENTS:
        raise ReadError(f"it holds {len(names):,} documents, more than {MAX_DOCUMENTS:,}; split it")
    return [(name, package.read(name)) for name in names]


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(clean(name).replace("\\", "/"))
    hidden = any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.parts)
    return not hidden and path.suffix.lower() in SUFFIXES | ARCHIVES


def _last(inner: str) -> str:
    """The file name at the end of a path as any system writes it, cut in the middle when it is overlong."""
    name = _NO_NAME.split(inner)[-1]
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 20] + PurePath(name).suffix[:20]


def _free(inner: str, taken: set[str]) -> str:
    """`inner`, or "a (2).pdf" when a member called a.pdf came before: a mail may have two of one name."""
    path, n, free = PurePosixPath(inner), 1, inner
    while free in taken:
        n += 1
        free = str(path.with_name(f"{path.stem} ({n}){path.suffix}"))
    taken.add(free)
    return free
