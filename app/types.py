"""What an answer is made of: Citation, Answer, and the turns of a conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from index.types import Document

Outcome = Literal["answer", "correction", "related", "refuse"]
"""`answer`: the quotes answer the question; `correction`: they say otherwise than the question takes for granted;
`related`: the documents are about it but do not say; `refuse`: nothing."""

Language = Literal["vi", "en"]

MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The proof of one quote: `document.text[start:end] == quote`, character for character."""

    document: str  # Document.id
    title: str
    headings: tuple[str, ...]
    start: int
    end: int
    quote: str
    publisher: str
    published: str  # ISO date, possibly partial; "" when unknown
    url: str

    @staticmethod
    def of(document: Document, start: int, end: int, headings: Sequence[str]) -> Citation:
        """The citation of `document.text[start:end]`; the quote is taken from the text, so it cannot differ."""
        if not 0 <= start < end <= len(document.text):
            raise ValueError(f"no quote at [{start}, {end}) in {document.id} of {len(document.text)} characters")
        return Citation(
            document=document.id,
            title=document.title,
            headings=tuple(headings),
            start=start,
            end=end,
            quote=document.text[start:end],
            publisher=document.publisher,
            published=document.published,
            url=document.url,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to `question`. In `text` each quote is followed by ` [n]`, which stands for `citations[n - 1]`;
    without citations it is a refusal.

    With a `writer` the text is not quoted but written, line by line, and [n] stands after a sentence that
    `citations[n - 1]` proves; a line without one is marked as unproved by whoever wrote it in."""

    question: str  # as asked
    resolved: str  # as understood: cleaned, with what a follow-up left out put in
    language: Language
    outcome: Outcome
    text: str
    citations: tuple[Citation, ...] = field(default=())
    writer: str = ""  # the LLM that wrote the text; "" when it is quotes
    weighed: bool = False  # says how its quotes stand to each other: which overtook which, or that they disagree
    notice: str = ""  # what the reader must know about how the answer came about, "" for nothing

    def __post_init__(self) -> None:
        # Guards, not tests: a program that breaks its promise about proof must stop, not answer.
        if (self.outcome == "refuse") != (not self.citations):
            raise ValueError(f"outcome {self.outcome!r} with {len(self.citations)} citations")
        if self.writer:
            self._check_written()
        else:
            self._check_quoted()

    def _check_written(self) -> None:
        found = {int(n) for n in MARKER.findall(self.text)}
        if found != set(range(1, len(self.citations) + 1)):
            raise ValueError(f"markers {sorted(found)} for {len(self.citations)} citations")

    def _check_quoted(self) -> None:
        rest = self.text
        for n, citation in enumerate(self.citations, start=1):
            proof = f"{citation.quote} [{n}]"
            if proof not in rest:
                raise ValueError(f"citation {n} of {len(self.citations)} citations does not stand behind its quote")
            rest = rest.replace(proof, "", 1)
        if MARKER.search(rest):
            raise ValueError(f"a marker without one of the {len(self.citations)} citations in {rest[:200]!r}")

    def as_row(self) -> dict[str, Any]:
        """The answer as the row `hoidap ask --json` prints."""
        return {
            "question": self.question,
            "resolved": self.resolved,
            "outcome": self.outcome,
            "answer": self.text,
            "writer": self.writer,
            "notice": self.notice,
            "citations": [
                {
                    "document": c.document,
                    "title": c.title,
                    "headings": list(c.headings),
                    "start": c.start,
                    "end": c.end,
                    "quote": c.quote,
                    "publisher": c.publisher,
                    "published": c.published,
                    "url": c.url,
                }
                for c in self.citations
            ],
        }
