"""Reads an article written in every format and encoding: what came back of characters and facts, and of furniture."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evals import rendering
from evals.encodings import written_in
from evals.rendering import FURNITURE, OFFICIAL, Article, by_libreoffice
from index.errors import HoidapError
from index.settings import bundled_corpus
from index.types import Document
from ingest.legacy import DECODERS
from ingest.read import Source, read

ARTICLE = "bao-cao-giua-nhiem-ky-2023.md"
META = {"author": "Đức Minh", "publisher": "Báo Hậu Giang", "published": "2023-11-09"}
BORN_DIGITAL, SCANNED = 0.005, 0.02
"""Highest shares of wrong characters that are good enough."""


@dataclass(frozen=True, slots=True)
class Case:
    """A file to read, and what should be found in it."""

    kind: str
    name: str
    write: Callable[[Article], bytes]
    article: Article
    text: str = ""  # what should be read; "": the article's text
    facts: tuple[str, ...] = ("title",)
    limit: float = BORN_DIGITAL


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one file."""

    kind: str
    cer: float  # Levenshtein distance to the text written / its length, white space folded; 1 when it was not read
    found: int  # facts as they should be
    wanted: int
    furniture: int  # phrases around the article that are searched
    seconds: float
    limit: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    rows: Sequence[Row]

    @property
    def failed(self) -> list[Row]:
        """Rows over their limit, or with furniture or facts amiss."""
        return [r for r in self.rows if r.cer > r.limit or r.furniture or r.found < r.wanted]

    def __str__(self) -> str:
        lines = ["| file | CER | limit | facts | furniture left | s |", "| --- | --- | --- | --- | --- | --- |"]
        for r in self.rows:
            cer = r.error or f"{r.cer:.4f}"
            facts = f"{r.found}/{r.wanted}"
            lines.append(f"| {r.kind} | {cer} | {r.limit:g} | {facts} | {r.furniture} | {r.seconds:.2f} |")
        return "\n".join(lines)

    def as_row(self) -> dict[str, Any]:
        return {"rows": [asdict(row) for row in self.rows]}


def cases() -> list[Case]:
    """Every format and encoding; PDF only where a font with Vietnamese letters is, old Office files where LibreOffice
    is."""
    text = (bundled_corpus() / ARTICLE).read_text(encoding="utf-8").partition("\n---\n")[2]
    a = rendering.article(text, META)
    found = [
        Case("txt", "a.txt", rendering.txt, a),
        Case("md", "a.md", rendering.md, a),
        Case("html", "a.html", rendering.html, a, facts=("title", "author", "publisher", "published")),
        Case("docx", "a.docx", rendering.docx, a),
        Case("docx in .VnTime", "a.docx", rendering.docx_in_tcvn3, a),
        Case("odt", "a.odt", rendering.odt, a),
        Case("pptx", "a.pptx", rendering.pptx, a, facts=()),
        Case("epub", "a.epub", rendering.epub, a, facts=("title", "author", "publisher", "published")),
        Case("eml", "a.eml", rendering.eml, a, _below_title(a), ("title", "author", "published")),
        Case("xlsx", "a.xlsx", rendering.xlsx, a, rendering.table_text(a), ()),
        Case("csv", "a.csv", rendering.csv, a, rendering.table_text(a), ()),
    ]
    for encoding in DECODERS:
        kept = written_in(a.text, encoding)[1]
        found.append(Case(f"txt in {encoding}", "a.txt", rendering.in_encoding(encoding), a, kept, (), 0.0))
    found += [
        Case(f"decision as {kind}", f"a.{kind}", write, OFFICIAL, facts=_OF_DECISION)
        for kind, write in (("txt", rendering.txt), ("docx", rendering.docx), ("odt", rendering.odt))
    ]
    if rendering.font():
        found += [
            Case("pdf", "a.pdf", rendering.pdf, a),
            Case("pdf, letters from two fonts", "a.pdf", rendering.pdf_with_two_fonts, a),
            Case("pdf, scanned", "a.pdf", rendering.scanned_pdf, a, limit=SCANNED),
            Case("tif", "a.tif", rendering.tiff, a, limit=SCANNED),
        ]
    return found + (_old_office(a) if rendering.soffice() else [])


_OF_DECISION = ("title", "number", "publisher", "published", "kind", "author")


def _old_office(a: Article) -> list[Case]:
    """The formats that LibreOffice reads, and has to write, .doc also as an official document; its slides have no
    titles that are known as such."""
    return [
        *(
            Case(f"{suffix[1:]}, by LibreOffice", f"a{suffix}", by_libreoffice(suffix), a)
            for suffix in (".doc", ".rtf")
        ),
        Case("xls, by LibreOffice", "a.xls", by_libreoffice(".xls"), a, rendering.table_text(a), ()),
        Case("ppt, by LibreOffice", "a.ppt", by_libreoffice(".ppt"), a),
        Case("decision as doc", "a.doc", by_libreoffice(".doc"), OFFICIAL, facts=_OF_DECISION),
    ]


def _below_title(a: Article) -> str:
    return "\n".join(text for _, text in a.paragraphs[1:])


DECISION = {
    "title": "Quyết định 15/2024/QĐ-UBND: Ban hành Quy định về quản lý cây xanh đô thị trên địa bàn tỉnh Hậu Giang",
    "number": "15/2024/QĐ-UBND",
    "publisher": "ỦY BAN NHÂN DÂN TỈNH HẬU GIANG",
    "published": "2024-03-05",
    "kind": "quyết định",
    "author": "Đồng Văn Thanh",
}
"""What the head and foot of `OFFICIAL` say."""


def measure(files: Sequence[Case]) -> Report:
    """Write and read every one. A file that cannot be read has every character wrong and no fact found."""
    read_once(Source("a.csv", "a.csv", b"a,b\nc,d\n"))  # so that no file pays for starting the process that parses
    return Report([_measured(case) for case in files])


def read_once(source: Source) -> tuple[Document | None, str, str]:
    """The document, the part of it that is searched, and why it could not be read."""
    try:
        document, sections = read(source)
    except HoidapError as error:
        return None, "", str(error)
    return document, "\n".join(document.text[s.start : s.end] for s in sections), ""


def _measured(case: Case) -> Row:
    source = Source(case.name, case.name, case.write(case.article))
    start = time.perf_counter()
    document, searched, error = read_once(source)
    seconds = time.perf_counter() - start
    expected = DECISION if case.article is OFFICIAL else {**META, "title": case.article.title}
    found = sum(getattr(document, fact, "") == expected[fact] for fact in case.facts)
    text = "\n".join(line.lstrip("# ") for line in document.text.split("\n")) if document else ""
    return Row(
        case.kind,
        error_rate(_folded(case.text or case.article.text), _folded(text)) if document else 1.0,
        found,
        len(case.facts),
        sum(phrase in searched for phrase in FURNITURE),
        round(seconds, 3),
        case.limit,
        error,
    )


def _folded(text: str) -> str:
    return " ".join(text.split())


def error_rate(expected: str, given: str) -> float:
    """Levenshtein distance of the two / the length of `expected`, which must have one character at least.

    By Myers' bit vectors (Journal of the ACM 46, 1999): one whole number holds a column of the table, so 10,000
    characters against as many take a tenth of a second.
    """
    places: dict[str, int] = {}
    for at, char in enumerate(expected):
        places[char] = places.get(char, 0) | 1 << at
    mask, last = (1 << len(expected)) - 1, 1 << (len(expected) - 1)
    up, down, distance = mask, 0, len(expected)
    for char in given:
        same = places.get(char, 0)
        vertical = same | down
        horizontal = (((same & up) + up) ^ up) | same
        right, left = down | ~(horizontal | up) & mask, up & horizontal
        distance += bool(right & last) - bool(left & last)
        right, left = (right << 1 | 1) & mask, left << 1 & mask
        up, down = left | ~(vertical | right) & mask, right & vertical
    return distance / len(expected)
