"""Puts an answer together: what was found, with the lines that lead to each quote, as text with its citations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app import words
from app.question import Question
from app.select import Quote
from app.types import MARKER, Answer, Citation, Language, Outcome
from index.types import Document


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


def refusal(question: Question, narrowed: bool) -> Finding:
    """Nothing found; `narrowed` when not all documents were asked."""
    return Finding("refuse", words.no_answer(question.language, narrowed))


def related(question: Question, shown: Sequence[Shown]) -> Finding:
    """The nearest places, which do not answer."""
    return Finding("related", words.related_lead(question.language), tuple(shown))


def correcting(question: Question, shown: Shown, said: str = "", asked: str = "") -> Finding:
    """The place that says otherwise than the question: `said`, not `asked`, where these are values."""
    lead = words.correction_lead(question.language, said, "" if MARKER.search(said + asked) else asked)
    return Finding("correction", lead, (shown,))


def unknown(question: Question, missing: str, nearest: str, shown: Shown) -> Finding:
    """The document nearest to the one the question names, which is not there."""
    return Finding("correction", words.unknown_lead(question.language, missing, nearest), (shown,))


def answering(question: Question, shown: Sequence[Shown]) -> Finding:
    """The places that answer, with the date of their source."""
    dates = {s.document.published for s in shown}
    return Finding("answer", words.answer_lead(question.language, dates.pop() if len(dates) == 1 else ""), tuple(shown))


def compose(question: str, resolved: str, language: Language, finding: Finding) -> Answer:
    """The answer to `question`, understood as `resolved`: the lead-in, then line by line each note and its quote."""
    citations = tuple(Citation.of(s.document, s.start, s.end, s.headings) for s in finding.shown)
    lines = [finding.lead]
    for n, (shown, citation) in enumerate(zip(finding.shown, citations, strict=True), start=1):
        lines += [shown.note] if shown.note else []
        lines.append(f"{citation.quote} [{n}]")
    return Answer(question, resolved, language, finding.outcome, "\n".join(lines), citations)
