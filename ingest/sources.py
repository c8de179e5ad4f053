"""Files, folders and zips that were given, as the sources in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from index.errors import ReadError
from ingest.read import Source, load
from ingest.state import files_under
from ingest.zipped import is_zip, load_zip, unzipped


def load_all(paths: Iterable[Path]) -> tuple[list[Source], list[tuple[str, str]]]:
    """The files at `paths` and in folders there; those that cannot be read, as (name, reason)."""
    sources, failed = [], []
    for given in paths:
        if not given.exists():
            failed.append((str(given), f"{given}: no such file or folder"))
        for path in files_under(given) if given.is_dir() else [given] if given.exists() else []:
            try:
                sources.append((load_zip if is_zip(path.name) else load)(path, str(path.resolve())))
            except ReadError as error:
                failed.append((str(path), str(error)))
    return sources, failed


def unpacked(sources: Iterable[Source], failed: list[tuple[str, str]]) -> Iterator[Source]:
    """`sources`, each zip replaced by the documents in it; what cannot be read is put into `failed`."""
    for source in sources:
        if not is_zip(source.name):
            yield source
            continue
        try:
            yield from unzipped(source)
        except ReadError as error:
            failed.append((source.name, str(error)))
