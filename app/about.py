"""Questions about the article itself (who wrote it, when, where), answered from its dateline and bylines."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.question import Question
from index.text import bare_text
from index.types import Passage
from ingest.layout import ABOUT, AUTHOR_LABEL, DATE_LABEL, SOURCE_LABEL

_ARTICLE = re.compile(r"\b(?:bai (?:bao|viet|nay|do|dang)|bai|tin nay|article|report)\b")
_ASKS = (
    (
        DATE_LABEL,
        re.compile(
            r"\b(?:dang|dua len|len mang|xuat ban|publish(?:ed)?)\b"
            r".*\b(?:ngay|hom|khi|luc|bao gio|hoi|thu|may gio|date)\b"
            r"|\bngay dang\b|\bwhen was .* published\b"
        ),
    ),
    (AUTHOR_LABEL, re.compile(r"\b(?:tac gia|ai viet|nguoi viet|do ai|who wrote|author)\b")),
    (
        SOURCE_LABEL,
        re.compile(
            r"\b(?:nguon(?: tin)?|(?:trang|bao) nao|lay tu (?:dau|trang)|dang o dau|which (?:site|newspaper))\b"
        ),
    ),
)


def asked_of_article(question: Question) -> tuple[str, ...]:
    """Labels of the lines that answer, empty when the question is not about the article itself."""
    bare = bare_text(question.text)
    if not _ARTICLE.search(bare):
        return ()
    return tuple(label for label, pattern in _ASKS if pattern.search(bare))


def lines_about(passages: Iterable[Passage], document: str, labels: tuple[str, ...]) -> list[Passage]:
    """The passages of `document` that are its dateline or byline under one of `labels`, in the order of `labels`."""
    own = [p for p in passages if p.document == document and p.headings[:1] == (ABOUT,)]
    return [p for label in labels for p in own if p.headings[1:] == (label,)]
