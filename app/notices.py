"""Notices: a sentence of one document that readers of older ones should know, such as that a province was merged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from app.compose import MAX_CHARS, Finding, Shown, length
from app.question import Question
from app.timeline import asks_status
from app.types import Language, Turn
from app.words import dated
from index.search import Index
from index.text import bare_text, clean, dates, fold, key
from index.types import Document

# A question about a time that is over needs no notice (folded).
_PAST = re.compile(
    r"\b(?:da|tung|hoi|truoc|luc|sau|giai doan|nhiem ky|dau nam|cuoi nam|giua nam|quy hoach|muc tieu|ke hoach|ky|roi"
    r"|duyet|dau tien|was|were|did|had|before|after|plan|target|worked|signed|held)\b"
)
_KINDS = frozenset(("how_many", "who", "where", "yes_no", "other"))


def with_notice(
    question: Question, finding: Finding, index: Index, history: Sequence[Turn], language: Language
) -> Finding:
    """`finding`, and behind it the newest notice that concerns it: the question names what the notice is about and asks
    how things are, everything quoted is older than the notice, it was not shown before, and there is room. The line
    before it is in `language`."""
    if finding.outcome != "answer" or not _of_now(question):
        return finding
    noticed = (document for document in index.documents.values() if document.notice)  # a few of many
    for document in sorted(noticed, key=lambda d: d.published, reverse=True):
        shown = _shown(document, question, finding, index, history, language)
        if shown:
            noted = replace(finding, shown=(*finding.shown, shown))
            return noted if length(noted) <= MAX_CHARS else finding
    return finding


def _of_now(question: Question) -> bool:
    bare = bare_text(question.text)
    timed = question.codes or dates(question.text) or re.search(r"\b(?:19|20)\d\d\b", bare) or _PAST.search(bare)
    return asks_status(question) or (question.kind in _KINDS and not timed)


def _shown(
    document: Document,
    question: Question,
    finding: Finding,
    index: Index,
    history: Sequence[Turn],
    language: Language,
) -> Shown | None:
    if not _names(question.text, document.notice_about):
        return None
    if any(s.date >= document.published for s in finding.shown):
        return None
    if any(fold(key(document.notice)) in fold(key(clean(turn.content))) for turn in history):
        return None
    told = " ".join(s.text for s in finding.shown)
    since = {iso for _, _, iso in dates(document.notice)}
    if since & {iso for _, _, iso in dates(told)}:
        return None
    start = document.text.rindex(document.notice)
    end = start + len(document.notice)
    for passage in index.passages:
        if passage.document == document.id and passage.start <= start and end <= passage.end:
            return Shown(document, start, end, passage.headings, dated("notice", language, document.published))
    return None


def _names(text: str, about: str) -> bool:
    said, names = (bare_text(t) for t in (text, about))
    return bool(names) and f" {names} " in f" {said} "
