"""Puts an answer together: what was found, with the lines that lead to each quote, as text with its citations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.courtesy import SmallTalk
from app.select import Quote
from app.timeline import told_day
from app.types import MARKER, Answer, Citation, Language, Outcome
from app.words import date_text, dated, say
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

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def date(self) -> str:
        """ISO date of what is told: the document's, or a later day that the words themselves tell of, for a document
        put together from several may bear the date of an early one."""
        return told_day(self.text, self.document.published) or self.document.published


@dataclass(frozen=True, slots=True)
class Finding:
    """What is told: the outcome, the line it begins with, and the places quoted, best first (none for a refusal)."""

    outcome: Outcome
    lead: str
    shown: tuple[Shown, ...] = field(default=())
    weighed: bool = False  # the lead or the notes say how the places stand to each other, see Answer.weighed


def refusal(language: Language, narrowed: bool) -> Finding:
    """Nothing found; `narrowed` when not all documents were asked."""
    return Finding("refuse", say("no_answer_there" if narrowed else "no_answer", language))


def replying(talk: SmallTalk) -> Finding:
    """The reply to what is no question: what can be asked, and nothing about the documents."""
    how = say("how_to_ask", talk.language)
    return Finding("refuse", say(f"talk_{talk.kind}", talk.language, how=how))


def related(language: Language, shown: Sequence[Shown]) -> Finding:
    """The nearest places, which do not answer."""
    return Finding("related", say("related_lead", language), tuple(shown))


def half(language: Language, shown: Sequence[Shown], missing: str) -> Finding:
    """What is told of one side of a comparison whose other side, `missing`, the documents do not know."""
    return Finding("related", say("half_lead", language, missing=missing), tuple(shown))


def answering(
    language: Language, shown: Sequence[Shown], *, disagree: bool = False, older: Sequence[int] = ()
) -> Finding:
    """The places that answer, each with the date of its source: one date in the lead-in, several before their quotes.

    `disagree` when they do not say the same; `older` are the indexes of those that one before them overtook. Places are
    left out from the end until the answer has at most MAX_CHARS characters.
    """
    noted = [replace(s, note=_older(language, shown, i)) if i in older else s for i, s in enumerate(shown)]
    if not older:
        order = list(dict.fromkeys(s.date for s in noted))
        noted.sort(key=lambda s: order.index(s.date))
    finding = _with_lead(language, noted, disagree=disagree)
    while len(finding.shown) > 1 and length(finding) > MAX_CHARS:
        noted = noted[:-1]
        finding = _with_lead(language, noted, disagree=disagree)
    return replace(finding, weighed=disagree or any(at < len(finding.shown) for at in older))


def _older(language: Language, shown: Sequence[Shown], at: int) -> str:
    """The note of the place `at`, overtaken by the one before it; a later document may tell of earlier times too."""
    own, newer = shown[at].document.published, shown[at - 1].date
    return dated("older", language, own) if own < newer else say("earlier", language)


def _with_lead(language: Language, shown: Sequence[Shown], *, disagree: bool) -> Finding:
    dates = list(dict.fromkeys(s.date for s in shown))
    lead = _dated("lead", language, shown[0]) if len(dates) == 1 else say("answer_lead_several", language)
    if len(dates) > 1:  # each quote, or run of quotes, bears its own
        noted: list[Shown] = []
        for at, place in enumerate(shown):
            new = at == 0 or place.date != shown[at - 1].date
            noted.append(replace(place, note=place.note or (_dated("note", language, place) if new else "")))
        shown = noted
    lead = say("disagree", language, lead=lead) if disagree and len(shown) else lead
    return Finding("answer", lead, tuple(shown))


def _dated(where: str, language: Language, shown: Shown) -> str:
    """What says of what date `shown` is, as the lead-in of an answer ("lead") or the note before a quote ("note")."""
    if shown.date != shown.document.published:
        return say(f"told_{where}", language, date=date_text(shown.date, language))
    return dated("answer_lead" if where == "lead" else "said_by", language, shown.document.published)


def length(finding: Finding) -> int:
    """Characters of the answer that `finding` makes."""
    lines = [finding.lead, *(s.note for s in finding.shown if s.note)]
    quoted = (s.end - s.start + len(f" [{n}]") for n, s in enumerate(finding.shown, start=1))
    return sum(len(line) for line in lines) + sum(quoted) + len(lines) + len(finding.shown) - 1


def correcting(language: Language, shown: Sequence[Shown], said: str = "", asked: str = "") -> Finding:
    """The place that says otherwise than the question: `said`, not `asked`, where these are values. What stands behind
    it is the statement it overtook."""
    if said and asked and not MARKER.search(said + asked):
        lead = say("correction_lead_values", language, said=said.strip(), asked=asked.strip())
    else:
        lead = say("correction_lead", language)
    noted = (shown[0], *(replace(s, note=_older(language, shown, i)) for i, s in enumerate(shown) if i))
    found = Finding("correction", lead, noted)
    return found if length(found) <= MAX_CHARS else replace(found, shown=noted[:1])


def unknown(language: Language, missing: str, nearest: str, shown: Shown) -> Finding:
    """The document nearest to the one the question names, which is not there."""
    return Finding("correction", say("unknown_lead", language, missing=missing, nearest=nearest), (shown,))


def compose(question: str, resolved: str, language: Language, finding: Finding) -> Answer:
    """The answer to `question`, understood as `resolved`: the lead-in, then line by line each note and its quote."""
    citations = tuple(Citation.of(s.document, s.start, s.end, s.headings) for s in finding.shown)
    lines = [finding.lead]
    for n, (shown, citation) in enumerate(zip(finding.shown, citations, strict=True), start=1):
        lines += [shown.note] if shown.note else []
        lines.append(f"{citation.quote} [{n}]")
    return Answer(question, resolved, language, finding.outcome, "\n".join(lines), citations, weighed=finding.weighed)
