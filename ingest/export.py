"""Documents written out as files: the text that was read, under the facts of the document, or the original bytes."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from index.errors import ReadError
from index.store import write_whole
from index.types import Document
from ingest import building
from ingest.library import Library
from ingest.read import without_front_matter
from ingest.rows import Row

LIST = "documents.csv"
_FACTS = ("title", "publisher", "author", "published", "url", "number")  # of a Document, as front matter names them
_COLUMNS = ("file", "id", "title", "name", "origin", "state", "published", "publisher", "kind", "added", "note")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one document: the file's name, and why it was not written."""

    id: str
    file: str
    state: Literal["written", "unchanged", "replaced", "failed"]
    reason: str = ""


def as_markdown(document: Document) -> str:
    """The text of `document` under front matter; added as .md it gives a document with the same facts and words."""
    import yaml

    facts = {name: getattr(document, name) for name in _FACTS}
    facts |= {"type": document.kind, "notice": document.notice, "notice_about": document.notice_about}
    facts["source"] = document.source
    head = yaml.safe_dump({k: v for k, v in facts.items() if v}, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n{without_front_matter(document)}"


def export(
    library: Library, rows: Iterable[Row], folder: Path, *, original: bool, overwrite: bool
) -> Iterator[Written]:
    """Write the documents of `rows` into `folder`, each into a file named by its id, and a list of them. A file that is
    there and holds something else is left alone unless `overwrite`. Raises OSError when `folder` cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    files, documents = library.files(), library.index().documents
    listed: list[dict[str, str]] = []
    for row in rows:
        name = f"{row.id}{_suffix(row.name) if original else '.md'}"
        try:
            if original:
                data = building.original(files[row.id]).data
            else:
                data = as_markdown(documents.get(row.id) or library.document(row.id)[0]).encode()
        except ReadError as error:
            yield Written(row.id, name, "failed", str(error))
            continue
        done = _put(folder / name, data, row.id, overwrite)
        listed += [_listed(row, name)] if done.state != "failed" else []
        yield done
    if listed:
        yield _put(folder / LIST, _table(listed), "", overwrite)


def _suffix(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ".bin"


def _put(path: Path, data: bytes, id: str, overwrite: bool) -> Written:
    there = os.path.lexists(path)
    if there and not path.is_symlink() and path.is_file() and path.read_bytes() == data:
        return Written(id, path.name, "unchanged")
    if there and not overwrite:
        return Written(id, path.name, "failed", f"{path} is there and holds something else; --overwrite replaces it")
    try:
        write_whole(path, data)
    except IsADirectoryError:
        return Written(id, path.name, "failed", f"{path} is a folder; give another folder to write to")
    return Written(id, path.name, "replaced" if there else "written")


def _listed(row: Row, file: str) -> dict[str, str]:
    return {"file": file} | {name: _cell(getattr(row, name)) for name in _COLUMNS[1:]}


def _cell(value: str) -> str:
    """A cell that no spreadsheet takes for a formula, however a document calls itself."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _table(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, _COLUMNS)
    table.writeheader()
    table.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # without the mark Excel takes it for Windows-1252
