"""Puts an answer together: what was found, with the lines that lead to each quote, as text with its citations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app import words
from app.question import Question
from app.select import Quote
from app.types import MARKER, Answer, Citation, Language, Outcome
from index.types import Document

MAX_CHARS = 600
"""Longest answer, lead-in, notes and markers included, unless its first quote alone is longer."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A place to quote, `document.text[start:end]`; `note` is the line before it, "" for none."""

    document: Document
    start: int
    end: int
    headings: tuple[str, ...]
    note: str = ""

    @staticmethod
    def of(quote: Quote, note: str = "") -> Shown:
        return Shown(quote.document, quote.start, quote.end, quote.passage.headings, note)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is told: the outcome, the line it begins with, and the places quoted, best first (none for a refusal)."""

    outcome: Outcome
    lead: str
    shown: tuple[Shown, ...] = field(default=())
    weighed: bool = False  # the lead or the notes say how the places stand to each other, see Answer.weighed


def refusal(question: Question, narrowed: bool) -> Finding:
    """Nothing found; `narrowed` when not all documents were asked."""
    return Finding("refuse", words.no_answer(question.language, narrowed))


def related(question: Question, shown: Sequence[Shown]) -> Finding:
    """The nearest places, which do not answer."""
    return Finding("related", words.related_lead(question.language), tuple(shown))


def answering(
    question: Question, shown: Sequence[Shown], *, disagree: bool = False, older: Sequence[int] = ()
) -> Finding:
    """The places that answer, each with the date of its source: one date in the lead-in, several before their quotes.

    `disagree` when they do not say the same; `older` are the indexes of those that one before them overtook. Places are
    left out from the end until the answer has at most MAX_CHARS characters.
    """
    language = question.language
    dated = [replace(s, note=_older(language, shown, i)) if i in older else s for i, s in enumerate(shown)]
    if not older:
        order = list(dict.fromkeys(s.document.published for s in dated))
        dated.sort(key=lambda s: order.index(s.document.published))
    finding = _with_lead(question, dated, disagree=disagree)
    while len(finding.shown) > 1 and length(finding) > MAX_CHARS:
        dated = dated[:-1]
        finding = _with_lead(question, dated, disagree=disagree)
    return replace(finding, weighed=disagree or any(at < len(finding.shown) for at in older))


def _older(language: Language, shown: Sequence[Shown], at: int) -> str:
    """The note of the place `at`, overtaken by the one before it; a later document may tell of earlier times too."""
    own, newer = shown[at].document.published, shown[at - 1].document.published
    return words.older_note(language, own) if own < newer else words.earlier_note(language)


def _with_lead(question: Question, shown: Sequence[Shown], *, disagree: bool) -> Finding:
    language, dates = question.language, {s.document.published for s in shown}
    lead = words.answer_lead(language, dates.pop()) if len(dates) == 1 else words.answer_lead_several(language)
    if dates:  # more than the one taken out: each quote, or run of quotes, bears its own
        noted: list[Shown] = []
        for at, place in enumerate(shown):
            new = at == 0 or place.document.published != shown[at - 1].document.published
            note = place.note or (words.source_note(language, place.document.published) if new else "")
            noted.append(replace(place, note=note))
        shown = noted
    lead = words.disagree_lead(language, lead) if disagree and len(shown) else lead
    return Finding("answer", lead, tuple(shown))


def length(finding: Finding) -> int:
    """Characters of the answer that `finding` makes."""
    lines = [finding.lead, *(s.note for s in finding.shown if s.note)]
    quoted = (s.end - s.start + len(f" [{n}]") for n, s in enumerate(finding.shown, start=1))
    return sum(len(line) for line in lines) + sum(quoted) + len(lines) + len(finding.shown) - 1


def correcting(question: Question, shown: Shown, said: str = "", asked: str = "") -> Finding:
    """The place that says otherwise than the question: `said`, not `asked`, where these are values."""
    lead = words.correction_lead(question.language, said, "" if MARKER.search(said + asked) else asked)
    return Finding("correction", lead, (shown,))


def unknown(question: Question, missing: str, nearest: str, shown: Shown) -> Finding:
    """The document nearest to the one the question names, which is not there."""
    return Finding("correction", words.unknown_lead(question.language, missing, nearest), (shown,))


def compose(question: str, resolved: str, language: Language, finding: Finding) -> Answer:
    """The answer to `question`, understood as `resolved`: the lead-in, then line by line each note and its quote."""
    citations = tuple(Citation.of(s.document, s.start, s.end, s.headings) for s in finding.shown)
    lines = [finding.lead]
    for n, (shown, citation) in enumerate(zip(finding.shown, citations, strict=True), start=1):
        lines += [shown.note] if shown.note else []
        lines.append(f"{citation.quote} [{n}]")
    return Answer(question, resolved, language, finding.outcome, "\n".join(lines), citations, weighed=finding.weighed)
