"""A list is quoted whole: items behind a colon, parts cut at semicolons, things that a document tells one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from app.question import Kind, Question, numeral
from app.select import Quote
from index.search import Index
from index.text import fold, syllables
from index.translate import translations
from ingest.sentences import sentence_spans

LONGEST = 500
"""Characters of a quote that a list may make longer; a longer list is quoted up to the last item that fits."""

_ITEM = re.compile(r"\s*\n\s*(?:[-*+•–]|\d{1,2}[.)]|[a-zđ][.)]|\([a-zđ\d]\))\s+[^\n]+")


def complete(question: Question, quote: Quote) -> Quote:
    """`quote` made longer by the items of the list that it opens or, for a question that asks for a list, is part of.

    It stays within its passage, which is what a citation opens at.
    """
    if question.kind == "list" and (whole := _sentence(quote)):
        quote = whole
    if not quote.text.endswith(":"):
        return quote
    text, end = quote.document.text, quote.end
    while (item := _ITEM.match(text, end, quote.passage.end)) and item.end() - quote.start <= LONGEST:
        end = item.end()
    return replace(quote, end=quote.start + len(text[quote.start : end].rstrip()))


def _sentence(quote: Quote) -> Quote | None:
    """The whole sentence that `quote` is a part of; None when it is one already, or too long."""
    at = quote.passage.start
    for start, end in sentence_spans(quote.passage.text):
        if at + start <= quote.start and quote.end <= at + end:
            longer = end - start > quote.end - quote.start
            return replace(quote, start=at + start, end=at + end) if longer and end - start <= LONGEST else None
    return None


_LISTED: tuple[Kind, ...] = ("list", "definition", "which")
_MOST = 4  # more would not fit an answer
_OPENING = 4  # syllables: "Đối với đột phá …" still begins with its thing
_CLIP = 170  # characters of one of several sentences; a longer one is quoted up to a comma or semicolon
_TELLS = re.compile(r":|\b(?:gồm|là)\b")


def one_by_one(question: Question, ranked: Sequence[Quote], index: Index) -> list[Quote]:
    """The sentences of the best document that each begin with one of the things to be listed, if there are as many as
    the question says: "Với đột phá nâng cao …", "Về đột phá hoàn thiện …" for "ba đột phá". None when a sentence found
    may list them itself."""
    asked = _asked(question) if question.kind in _LISTED and ranked else None
    if not asked:
        return []
    number, names = asked
    if any(_lists(q.text, number, names) for q in ranked[:3]):
        return []
    document = ranked[0].document
    found: dict[str, Quote] = {}
    for passage in (p for p in index.passages if p.document == document.id):
        for start, end in sentence_spans(passage.text):
            opening = " ".join(map(fold, syllables(passage.text[start:end])[: _OPENING + 1]))
            if any(name in opening for name in names):
                end = start + _clip(passage.text[start:end])
                quote = replace(ranked[0], passage=passage, start=passage.start + start, end=passage.start + end)
                found.setdefault(quote.text, quote)
    return list(found.values()) if len(found) == number else []


def _asked(question: Question) -> tuple[int, list[str]] | None:
    """How many things are to be listed, and what they may be called: folded pairs of syllables."""
    words = syllables(question.text)
    for i in range(len(words) - 1):
        number = numeral(words, i)
        if number and 2 <= number <= _MOST:
            return number, list(_names(words[i + 1 : i + 6], question))
    return None


def _names(words: Sequence[str], question: Question) -> Iterator[str]:
    if question.language == "en":
        yield from (fold(t).replace("_", " ") for word in words for t in translations(word) if "_" in t)
    else:
        yield from (f"{fold(a)} {fold(b)}" for a, b in pairwise(words))


def _lists(text: str, number: int, names: Sequence[str]) -> bool:
    """True when `text` says the number of the things, and more behind a colon, "gồm" or "là"."""
    words = syllables(text)
    for i in range(len(words)):
        if numeral(words, i) == number and any(n in " ".join(map(fold, words[i + 1 : i + 6])) for n in names):
            return bool(_TELLS.search(text)) and text.count(",") + text.count(";") >= number - 2
    return False


def _clip(text: str) -> int:
    """How much of a sentence to quote."""
    if len(text) <= _CLIP:
        return len(text)
    return max(text.rfind(mark, 60, _CLIP) for mark in ",;") if re.search("[,;]", text[60:_CLIP]) else len(text)
