"""Two questions every verdict asks: do these words stand in the answer, and does a citation touch the evidence?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.text import clean

_DASH = re.compile("[\u2010-\u2015\u2212]")
_QUOTES = re.compile("[\"'\u2018\u2019\u201c\u201d]")


def _plain(text: str) -> str:
    """`text` without what two writers of the same words differ in: case, kinds of space and dash, quotation marks."""
    text = _QUOTES.sub("", _DASH.sub("-", clean(text).casefold()))
    return " ".join(re.sub(r"\s*-\s*", "-", text).split())


def contains(text: str, words: str) -> bool:
    """True when `words` stand in `text` as whole words and numbers: "3" is not in "2023" or "3,5"."""
    wanted = re.escape(_plain(words))
    return re.search(rf"(?<!\w)(?<!\d[.,]){wanted}(?!\w)(?![.,]\d)", _plain(text)) is not None


def missing(text: str, wanted: Iterable[Sequence[str]]) -> list[str]:
    """The first wording of each item of which `text` has no wording at all."""
    return [wordings[0] for wordings in wanted if not any(contains(text, w) for w in wordings)]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `[start, end)` of the stored text of a document."""

    document: str  # Document.id
    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """True when at least one character is in both."""
        return self.document == other.document and max(self.start, other.start) < min(self.end, other.end)


Place = tuple[Span, ...]
"""One piece of evidence: every spot where its words stand. Touching one of them is enough."""

Group = tuple[Place, ...]
"""Pieces of evidence that together prove an answer."""


def touches(place: Place, cited: Sequence[Span]) -> bool:
    return any(span.overlaps(c) for span in place for c in cited)


def touches_any(groups: Sequence[Group], cited: Sequence[Span]) -> bool:
    """True when a citation overlaps some piece of evidence."""
    return any(touches(place, cited) for group in groups for place in group)


def touches_all(groups: Sequence[Group], cited: Sequence[Span]) -> bool:
    """True when every piece of at least one group is overlapped by a citation."""
    return any(all(touches(place, cited) for place in group) for group in groups)
