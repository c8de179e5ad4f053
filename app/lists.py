"""A list is quoted whole: the items behind a colon, and the parts of a sentence that were cut at its semicolons."""

from __future__ import annotations

import re
from dataclasses import replace

from app.question import Question
from app.select import Quote
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
