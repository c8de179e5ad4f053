"""The panel beside the page: a document opened at the words a citation quotes, or shown whole with its passages."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from app.downloads import downloads_html
from app.markup import NOTHING, Html, Link, digest, joined, tag
from app.reasons import note_text
from app.words import date_text, number_text, say

if TYPE_CHECKING:
    from app.types import Language
    from index.search import Index
    from index.types import Document, Passage

CONTEXT = 600  # characters shown on either side of a quote: about one paragraph
PART = 40_000  # characters of a document shown at once: a browser lays them out in 0.1 s, 5 million in many
_ASIDE = 300  # characters outside passages that are shown without a click: a heading, not front matter or a menu


# ---- at a quote ------------------------------------------------------------------------------------------------------


def context(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """Where to cut `text[low:high]` around the quote `text[start:end]`: about CONTEXT characters on either side, at a
    line's edge if one is near, else at a word's."""
    first, last = max(low, start - CONTEXT), min(high, end + CONTEXT)
    if first > low:
        edge = re.search(r"\n\s*", text[first : min(first + 150, start)]) or re.search(r"\s+", text[first:start])
        first += edge.end() if edge else 0
    if last < high:
        near = max(last - 150, end)
        line, word = re.search(r"\s*\n[^\n]*\Z", text[near:last]), re.search(r"\s+\S*\Z", text[end:last])
        last = near + line.start() if line else end + word.start() if word else last
    return first, last


def source_html(link: Link, index: Index, language: Language) -> Html:
    """The panel for one citation, or one line when its quote is no longer where it was."""
    label = say("source", language, n=link.n)
    document = index.documents.get(link.document)
    if document is None:
        return panel(label, language, "", tag("p", say("gone", language), class_="hd-gone"))
    quote = document.text[link.start : link.end]
    if not quote or digest(quote) != link.digest:
        return panel(label, language, document.title, tag("p", say("changed", language), class_="hd-gone"))
    passages = _passages(document, index)
    headings = next((p.headings for p in passages if p.start <= link.start and link.end <= p.end), ())
    facts = _facts(document, language, headings=" › ".join(h for h in headings if h != document.title))
    text = _text(_surroundings(document, link, passages), say("passage", language))
    return panel(label, language, document.title, facts, text, _web(document, language))


def _passages(document: Document, index: Index) -> list[Passage]:
    return [p for p in index.passages if p.document == document.id]


def _surroundings(document: Document, link: Link, passages: Sequence[Passage]) -> Html:
    """The quote, marked, with the text around it. Furniture (front matter, login notices) is in no passage, so the
    passages' outer edges keep it out of sight."""
    low = min([link.start, *(p.start for p in passages)])
    high = max([link.end, *(p.end for p in passages)])
    first, last = context(document.text, link.start, link.end, low, high)
    return joined(
        tag("i", "… ") if first > low else "",
        _lines(document, first, link.start),
        tag("mark", _lines(document, link.start, link.end)),
        _lines(document, link.end, last),
        tag("i", " …") if last < high else "",
    )


_HEADING = re.compile(r"^(#{1,6}[ \t]+)(\S.*)?$", re.MULTILINE)


def _lines(document: Document, start: int, end: int) -> Html:
    """`document.text[start:end]` with its Markdown headings as headings. Their marks are not seen, but they are there:
    no character is left out, so what is marked is still the slice that is quoted."""
    text, done, parts = document.text, start, []
    plain = PurePath(document.source).suffix.lower() in (".txt", ".text")  # there a "#" is a "#"
    for heading in () if plain else _HEADING.finditer(text, start, end):
        level = heading[1].count("#")
        words = tag("b", heading[2] or "", role="heading", aria_level=min(level + 1, 6))
        parts += [text[done : heading.start()], tag("span", heading[1], hidden="hidden"), words]
        done = heading.end()
    return joined(*parts, text[done:end])


# ---- a document whole ------------------------------------------------------------------------------------------------


def document_html(document: Document, passages: Sequence[Passage], language: Language, start: int = 0) -> Html:
    """The panel for a document as it was read: what is known of it, what reading it changed, and its text from `start`
    on with every passage set off under the headings that lead to it."""
    facts = _facts(
        document,
        language,
        kind=document.kind,
        extent_label=say(
            "extent", language, passages=len(passages), characters=number_text(len(document.text), language)
        ),
    )
    low, high = _part(document, passages, start)
    parts = joined(*_parts(document, passages, low, high, language))
    return panel(
        say("document", language),
        language,
        document.title,
        facts,
        downloads_html(document.id, language),
        _warning(document, language),
        tag("p", say("passages_more", language), class_="hd-hint"),
        _text(parts, say("text_read", language)),
        _turning(document, low, high, language),
        _web(document, language),
    )


def _warning(document: Document, language: Language) -> Html:
    if not document.note:
        return NOTHING
    return tag("p", tag("b", say("note", language)), " ", note_text(document.note, language), class_="hd-warning")


def _part(document: Document, passages: Sequence[Passage], start: int) -> tuple[int, int]:
    """What is shown at once from `start` on: PART characters, or less to end between two passages."""
    low = start if 0 <= start < len(document.text) else 0
    high = min(low + PART, len(document.text))
    if high < len(document.text):
        high = max((p.end for p in passages if low < p.end <= high), default=high)
    return low, high


def _parts(document: Document, passages: Sequence[Passage], low: int, high: int, language: Language) -> Iterator[Html]:
    """`document.text[low:high]`: passages in boxes, what no answer is taken from between them."""
    at = low
    for n in range(bisect_left(passages, low, key=lambda p: p.start), len(passages)):
        passage = passages[n]
        if passage.end > high:
            break
        yield _outside(document, at, passage.start, language)
        path = [h for h in passage.headings if h != document.title]
        label = " · ".join([say("passage_n", language, n=n + 1), *([" › ".join(path)] if path else [])])
        yield tag(
            "div", tag("small", label, lang=language), _lines(document, passage.start, passage.end), class_="hd-passage"
        )
        at = passage.end
    yield _outside(document, at, high, language)


def _outside(document: Document, start: int, end: int, language: Language) -> Html:
    """Text in no passage: headings, front matter, furniture. White space there is of no interest."""
    if start >= end or document.text[start:end].isspace():
        return NOTHING
    inner = document.text[start:end]
    start += len(inner) - len(inner.lstrip())
    end -= len(inner) - len(inner.rstrip())
    content = _lines(document, start, end)
    if end - start <= _ASIDE:
        return tag("div", content, class_="hd-outside")
    head = tag("summary", say("outside", language, characters=number_text(end - start, language)), lang=language)
    return tag("details", head, content, class_="hd-outside")


def _turning(document: Document, low: int, high: int, language: Language) -> Html:
    """Buttons to the beginning and the rest of a document too long to be shown at once."""
    buttons = []
    if low:
        buttons.append(preview_button(document.id, say("to_beginning", language)))
    if high < len(document.text):
        left = number_text(len(document.text) - high, language)
        buttons.append(preview_button(document.id, say("to_rest", language, left=left), start=high))
    return tag("p", *buttons, class_="hd-turning") if buttons else NOTHING


def preview_button(id: str, *words: str, start: int = 0, **more: object) -> Html:
    """A button that opens the document, from `start` on, in the panel."""
    return tag("button", *words, type="button", class_="hd-preview", data_preview=id, data_start=start, **more)


# ---- both ------------------------------------------------------------------------------------------------------------


def panel(label: str, language: Language, title: str, *body: str) -> Html:
    close = tag(
        "button", say("close", language), tag("span", " ✕", aria_hidden="true"), type="button", class_="hd-close"
    )
    return tag(
        "aside",
        tag("div", tag("span", label), close, class_="hd-bar"),
        tag("h2", title or label, id="hd-title", tabindex="-1"),
        *body,
        class_="hd-source",
        aria_labelledby="hd-title",
    )


def _text(content: Html, label: str) -> Html:
    return tag("div", content, class_="hd-text", lang="vi", role="region", tabindex="0", aria_label=label)


def _facts(document: Document, language: Language, **more: str) -> Html:
    facts = {
        "number": document.number,
        "publisher": document.publisher,
        "date": date_text(document.published, language),
        **more,
    }
    rows = (tag("div", tag("dt", say(key, language)), tag("dd", value)) for key, value in facts.items() if value)
    return tag("dl", *rows)


def _web(document: Document, language: Language) -> Html:
    """The link to where the document was published; only the web, never javascript: or file:."""
    if not re.match(r"https?://[^\s/]", document.url, re.IGNORECASE):
        return NOTHING
    words = (say("to_web", language), tag("span", " ↗", aria_hidden="true"))
    link = tag("a", *words, href=document.url, target="_blank", rel="noopener noreferrer")
    return tag("p", link, tag("small", document.url), class_="hd-web")
