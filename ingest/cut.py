"""Cuts a document into passages along headings and sentences; a passage is an exact slice of the stored text."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from index.types import Document, Passage
from ingest.layout import Section
from ingest.sentences import quote_spans

if TYPE_CHECKING:
    from langchain_text_splitters import TextSplitter

VERSION = "3"
"""Version of reading and cutting; an index whose passages were made by another version is rebuilt."""

MAX_CHARS = 600
"""Longest passage, in characters: three or four sentences of official prose, so that a passage is about one thing."""


def cut(document: Document, sections: Iterable[Section]) -> list[Passage]:
    """Passages of `document`, in order, at most MAX_CHARS long, none reaching over a section's edge."""
    splitter = _splitter()
    passages = []
    for section in sections:
        body = document.text[section.start : section.end]
        at = 0
        for chunk in splitter.split_text(body):
            # langchain's own start_index is right on real text but repeats itself on "chunk chunk"-like input
            # (langchain #21475); searching from the end of the last chunk is exact, because chunks do not overlap
            at = body.index(chunk, at)
            start = section.start + at
            passages.append(Passage.of(document, start, start + len(chunk), section.headings))
            at += len(chunk)
    return passages


def _splitter() -> TextSplitter:
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from langchain_text_splitters import TextSplitter as Base  # 1 s to import

    class SentenceSplitter(Base):
        """Whole sentences up to the chunk size; a sentence longer than that is cut at `;`, `,` or a space."""

        def split_text(self, text: str) -> list[str]:
            pieces: list[str] = []
            edges = [start for start, _ in quote_spans(text)] + [len(text)]
            for start, end in itertools.pairwise(edges):
                piece = text[start:end]
                pieces += [piece] if len(piece.rstrip()) <= MAX_CHARS else within.split_text(piece)
            return self._merge_splits(pieces, "")

    within = RecursiveCharacterTextSplitter(
        chunk_size=MAX_CHARS,
        chunk_overlap=0,
        separators=["\n", "; ", ", ", " ", ""],
        keep_separator="end",
        strip_whitespace=False,
    )
    return SentenceSplitter(chunk_size=MAX_CHARS, chunk_overlap=0)
