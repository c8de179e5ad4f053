"""The values that grow one thing at a time: Document, Passage, Hit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it is stored; `text` is cleaned (see `index.text.clean`) and never changes afterwards.

    Every offset in this program is a `[start, end)` pair of character positions in `text`. Furniture around an article
    (front matter, votes, login notices) stays in `text`, so offsets still point into the source; it is only not cut
    into passages.
    """

    id: str  # readable and stable: slug of the file name + 10 hex digits of the hash of the source
    text: str
    title: str
    source: str  # where it was read from: a path relative to the corpus, an absolute one, or a web address
    sha256: str  # of the original bytes
    url: str = ""  # public address, if known
    publisher: str = ""
    author: str = ""
    published: str = ""  # ISO date, possibly only "2023-11" or "2023"; "" when unknown
    number: str = ""  # official number, e.g. "1588/QĐ-TTg"
    kind: str = ""  # what it is, in lower case: "nghị quyết", "quyết định", "bài viết" (an article) …; "" when unknown
    notice: str = ""  # a sentence of `text` for readers of older documents about `notice_about`; "" for none
    notice_about: str = ""  # the name of what it concerns: "Hậu Giang"
    note: str = ""  # what reading it changed or lost, one sentence for people; "" when nothing


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document: `text == document.text[start:end]`, under the headings that lead to it.

    The words are cut out when they are asked for: copies of all of them took as much memory as the documents.
    """

    id: str
    document: str  # Document.id
    start: int
    end: int
    whole: str = field(repr=False, compare=False)  # Document.text; `id` stands for the words
    headings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.whole[self.start : self.end]

    @staticmethod
    def of(document: Document, start: int, end: int, headings: tuple[str, ...] = ()) -> Passage:
        """The passage at `[start, end)`; its id depends on the document, the place and the words, and on nothing else.

        Raises ValueError for an empty or out-of-range slice.
        """
        if not 0 <= start < end <= len(document.text):
            raise ValueError(f"no passage at [{start}, {end}) in {document.id} of {len(document.text)} characters")
        text = document.text[start:end]
        digest = hashlib.sha256(f"{document.id}\0{start}\0{end}\0{text}".encode()).hexdigest()
        return Passage(digest[:16], document.id, start, end, document.text, headings)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` orders hits: higher is better; it is comparable within one query only."""

    passage: Passage
    document: Document
    score: float  # weighted sum of the two z-scores
    lexical: float  # BM25, 0 when no term matched
    dense: float  # cosine similarity, -1..1
