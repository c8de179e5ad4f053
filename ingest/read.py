"""Reads one file of any kind into a Document and its sections; failures say why."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from index.errors import ReadError
from index.text import clean, fold
from index.types import Document
from ingest import formats
from ingest.blocks import Extract, put_together
from ingest.layout import MAX_TITLE, Layout, Section, markdown_layout, text_layout
from ingest.legacy import Repaired, decoded
from ingest.legal import is_statute, structured
from ingest.official import facts
from ingest.package import Package
from ingest.worker import extract

MAX_BYTES = 20_000_000  # a 20 MB text is some 30,000 pages; anything larger is not a document but a dump
MAX_PACKED = 100_000_000  # of kinds that hold pictures or are packed
_MARKDOWN, _TEXT = {".md", ".markdown"}, {".txt", ".text"}
MAX_META = 2000  # characters of an address; a title is cut at ingest.layout.MAX_TITLE
SUFFIXES = frozenset(_MARKDOWN | _TEXT | formats.SUFFIXES)  # of documents
ARCHIVES = frozenset((".zip", ".eml"))  # hold other files; ingest.archives opens them


def max_bytes(name: str) -> int:
    """How large a file of this name may be."""
    return MAX_PACKED if PurePath(name).suffix.lower() in formats.PACKED | ARCHIVES else MAX_BYTES


def _unknown(suffix: str) -> str:
    kinds = " ".join(sorted(SUFFIXES | ARCHIVES))
    return f"cannot read {suffix or 'a file without suffix'}; give one of {kinds}"


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes somebody gave us, the name they had, and the place they came from (which makes their identity)."""

    name: str  # file name; its suffix says how to read it
    origin: str  # path relative to the corpus, absolute path, web address, "upload:NAME" or "stdin:NAME"
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def url(self) -> str:
        """The address it was fetched from, that of its archive for a file in one; "" when it was not fetched."""
        return self.origin.partition("!")[0] if self.origin.startswith(("http://", "https://")) else ""

    @property
    def document_id(self) -> str:
        """Readable and stable: the same origin always gives the same id, different origins different ones."""
        slug = re.sub(r"[^a-z0-9]+", "-", fold(clean(PurePath(self.name).stem)).lower()).strip("-")[:48]
        # 40 bits: among 10,000 documents of one name two share an id once in 20,000 libraries
        return f"{slug or 'document'}-{hashlib.sha256(clean(self.origin).encode()).hexdigest()[:10]}"


def load(path: Path, origin: str) -> Source:
    """Read the file at `path`. Raises ReadError when it cannot be read or its kind is not supported."""
    if path.suffix.lower() not in SUFFIXES | ARCHIVES:
        raise ReadError(f"{path}: {_unknown(path.suffix)}")
    most = max_bytes(path.name)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ReadError(f"{path}: it is a pipe, a device or a folder, and no file")
        with open(path, "rb", opener=_at_once) as file:
            data = file.read(most + 1)
            if len(data) > most:
                size = max(len(data), os.fstat(file.fileno()).st_size)
                raise ReadError(f"{path}: {size:,} bytes is more than the {most:,} one document may have; split it")
    except OSError as error:
        raise ReadError(f"{path}: {error.strerror or error}") from error
    # cleaned, for a name may hold anything: control characters, or bytes that are no text at all
    return Source(clean(path.name), clean(origin), data)


def _at_once(path: str, flags: int) -> int:
    """Open without waiting: for a pipe put in the place of the file, one would wait for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read(source: Source, extracted: Callable[[str, bytes], Extract] = extract) -> tuple[Document, list[Section]]:
    """The document in `source` and its sections of content; `extracted` is what reads the kinds that need a parser.

    Raises ReadError when the bytes are no text in a known encoding, when the front matter is not valid, or when no
    content is left; the message names the source and the reason.
    """
    suffix = PurePath(source.name).suffix.lower()
    if len(source.data) > max_bytes(source.name):
        raise ReadError(
            f"{source.name}: {len(source.data):,} bytes is more than the {max_bytes(source.name):,} a document may have"
        )
    if suffix in _MARKDOWN:
        text, meta, layout, note = _read_markdown(source)
    elif suffix in _TEXT:
        repaired = _decoded(source)
        text, meta, note = clean(repaired.text), {}, repaired.note
        layout = text_layout(text)
    elif suffix in formats.SUFFIXES:
        text, meta, layout, note = _read_parsed(source, extracted)
    elif suffix in ARCHIVES:
        raise ReadError(f"{source.name}: {_why_closed(source.data)}")
    else:
        raise ReadError(f"{source.name}: {_unknown(suffix)}")
    official: dict[str, str] = {}
    if suffix not in _MARKDOWN | formats.HTML:  # a page about a decision quotes its head
        meta |= (official := facts(text))
    if official or is_statute(text):
        layout.sections = structured(text, layout.sections)
    if not layout.sections:
        raise ReadError(f"{source.name}: no text to answer from was found in it")
    document = Document(
        id=source.document_id,
        text=text,
        title=(meta.get("title") or layout.title or PurePath(source.name).stem)[:MAX_TITLE],
        source=source.origin,
        sha256=source.sha256,
        url=source.url or meta.get("url", ""),
        publisher=meta.get("publisher") or layout.publisher,
        author=meta.get("author") or layout.author,
        published=meta.get("published") or layout.published,
        number=meta.get("number", ""),
        kind=_kind(meta, layout),
        notice=_notice(source.name, meta, text, layout),
        notice_about=meta.get("notice_about", ""),
        note=note,
    )
    return document, layout.sections


def _why_closed(data: bytes) -> str:
    """Why an archive was not opened by `ingest.archives`, which gives out what it cannot open as it is."""
    try:
        package = Package(data)
        for name in package.names:
            package.read(name)
    except ReadError as error:
        return str(error)
    return "it lies too deep in other archives; unpack those, and add it by itself"


def _notice(name: str, meta: dict[str, str], text: str, layout: Layout) -> str:
    """The notice of the front matter, which has to be a sentence of the content, as it is quoted."""
    notice = meta.get("notice", "")
    if bool(notice) != bool(meta.get("notice_about")):
        raise ReadError(f"{name}: the front matter has only one of `notice` and `notice_about`; give both or neither")
    if not any(notice in text[s.start : s.end] for s in layout.sections):
        raise ReadError(
            f"{name}: the `notice` {notice!r} does not stand in the text; copy a sentence as it stands there"
        )
    return notice


# The abbreviations of official numbers: decree 30/2020/NĐ-CP, appendix III, for the State; instruction 36-HD/VPTW for
# the Party. A law's number ends in QH and its term like that of the Assembly's resolutions (59/2020/QH14), so it tells
# nothing.
_KINDS = {
    "nq": "nghị quyết",
    "qđ": "quyết định",
    "ct": "chỉ thị",
    "qc": "quy chế",
    "qyđ": "quy định",
    "qđi": "quy định",
    "tc": "thông cáo",
    "tb": "thông báo",
    "hd": "hướng dẫn",
    "ctr": "chương trình",
    "ctrhđ": "chương trình hành động",
    "kh": "kế hoạch",
    "pa": "phương án",
    "đa": "đề án",
    "da": "dự án",
    "bc": "báo cáo",
    "bb": "biên bản",
    "ttr": "tờ trình",
    "hđ": "hợp đồng",
    "cv": "công văn",
    "cđ": "công điện",
    "kl": "kết luận",
    "nđ": "nghị định",
    "tt": "thông tư",
    "ttlt": "thông tư liên tịch",
    "pl": "pháp lệnh",
    # as people type them who leave out the bar; none of these means anything else
    "qd": "quyết định",
    "nd": "nghị định",
    "cd": "công điện",
}
_NUMBER = re.compile(r"\d+[a-z]?(?:/\d{4})?\s*[-–—/]\s*([^\W\d_]+)", re.IGNORECASE)
_ARTICLE = "bài viết"
_MAX_KIND = 60


def _kind(meta: dict[str, str], layout: Layout) -> str:
    """The type the front matter gives, else the one its official number says, else an article if it has a byline.

    An article about a decision may carry the decision's number: it says `type: bài viết`, as those of the corpus do.
    """
    given = meta.get("type") or meta.get("loại")
    if given:
        return " ".join(given.lower().split())[:_MAX_KIND]
    number = _NUMBER.search(meta.get("number", ""))
    if number:
        return _KINDS.get(number[1].lower(), "")
    return _ARTICLE if layout.author else ""


def decode(source: Source) -> str:
    """The text of a text file, see `ingest.legacy.decoded`; ReadError names the file."""
    return _decoded(source).text


def _decoded(source: Source) -> Repaired:
    try:
        return decoded(source.data)
    except ReadError as error:
        raise ReadError(f"{source.name}: {error}") from error


_FRONT_MATTER = re.compile(r"\A---[^\S\n]*\n(.*?\n)---[^\S\n]*(?:\n|\Z)", re.DOTALL)
_FIELDS = ("title", "publisher", "author", "published", "url", "number", "type", "loại", "notice", "notice_about")


def _read_markdown(source: Source) -> tuple[str, dict[str, str], Layout, str]:
    repaired = _decoded(source)
    text = clean(repaired.text)
    front = _FRONT_MATTER.match(text)
    meta = _front_matter(source.name, front.group(1)) if front else {}
    return text, meta, markdown_layout(text, front.end() if front else 0), repaired.note


def without_front_matter(document: Document) -> str:
    """The text of `document`, without the front matter of a Markdown file."""
    front = _FRONT_MATTER.match(document.text) if PurePath(document.source).suffix.lower() in _MARKDOWN else None
    return document.text[front.end() :] if front else document.text


def _front_matter(name: str, block: str) -> dict[str, str]:
    import yaml  # 30 ms

    try:
        values = yaml.safe_load(block)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: "published: 2023-02-30"
        reason = " ".join(str(error).split())
        raise ReadError(f"{name}: the front matter between the --- lines is not valid YAML ({reason})") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ReadError(f"{name}: the front matter between the --- lines must be `key: value` lines")
    values = {clean(str(name)): value for name, value in values.items()}  # `loại` may be typed decomposed
    return {field: _plain(name, field, values[field]) for field in _FIELDS if values.get(field) is not None}


def _plain(name: str, field: str, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, (str, int, float)):
        raise ReadError(f"{name}: `{field}` in the front matter must be one line of text")
    return clean(str(value)).strip()[:MAX_META]


def _read_parsed(source: Source, extracted: Callable[[str, bytes], Extract]) -> tuple[str, dict[str, str], Layout, str]:
    found = extracted(source.name, source.data)
    meta = {key: clean(value).strip()[:MAX_META] for key, value in found.meta.items()}
    if found.markdown:
        text = clean(found.markdown)
        return text, meta, markdown_layout(text), found.note
    text, layout = put_together(found.blocks)
    return text, meta, layout, found.note
