"""A zip of documents, as what `hoidap add` takes them for: the documents in it, each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath

from index.errors import ReadError
from index.text import clean
from ingest.package import Package
from ingest.read import MAX_PACKED, SUFFIXES, Source, read_file

MAX_DOCUMENTS = 1000


def is_zip(name: str) -> bool:
    return PurePath(name).suffix.lower() == ".zip"


def load_zip(path: Path, origin: str) -> Source:
    """Read the zip at `path`. Raises ReadError when it cannot be read or is too large."""
    return read_file(path, origin, MAX_PACKED)


def unzipped(source: Source) -> Iterator[Source]:
    """The documents in a zip; files of other kinds, hidden ones and zips in it are passed over.

    Nothing is written to disk: a member called "../x" is a name and no place. Raises ReadError for a damaged,
    protected or overgrown zip, and for one without a document.
    """
    try:
        package = Package(source.data)
        names = [name for name in package.names if _is_document(name)]
        if not names:
            raise ReadError("there is no document in it that could be read")
        if len(names) > MAX_DOCUMENTS:
            raise ReadError(f"it holds {len(names):,} documents, more than {MAX_DOCUMENTS:,}; split it")
        for name in names:
            inner = clean(name)
            yield Source(PurePosixPath(inner).name, f"{source.origin}!{inner}", package.read(name))
    except ReadError as error:
        raise ReadError(f"{source.name}: {error}") from error


def _is_document(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.parts)
    return not hidden and path.suffix.lower() in SUFFIXES
