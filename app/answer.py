"""ask(): a question in, an answer out whose every sentence is a quote with its place, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

from app.about import asked_of_article, lines_about
from app.compare import compared, told_of_both
from app.compose import (
    MAX_CHARS,
    Finding,
    Shown,
    answering,
    compose,
    correcting,
    half,
    refusal,
    related,
    replying,
    unknown,
)
from app.courtesy import SmallTalk, meaningless, small_talk, without_courtesy
from app.followup import language_wanted, own_words, resolve
from app.lists import complete, one_by_one
from app.notices import with_notice
from app.papers import nearest, written_out
from app.parts import Rank, cover, same_words
from app.premise import correct
from app.question import Question, content_words, sides, understand
from app.select import Quote, rank_quotes
from app.support import outcome
from app.timeline import arranged, before_judging
from app.types import Answer, Language, Turn
from app.whether import claimed, settled
from app.wording import plain, reworded, spelled
from index.filters import Filter
from index.search import Index
from index.text import clean, fold, syllables
from index.types import Hit, Passage

_HITS = 12  # passages whose sentences are looked at
_MAX_QUOTES = 2
# A second quote is given unless the first has at least this chance to be the one that answers. As many questions on the
# corpus are answered as by two quotes always (0.86 of dev, 0.76 of dev2), and of those on news one in three gets it.
_SURE = 0.9
_ADDS = 0.05  # chance a second quote must have itself: below, it holds the answer once in a hundred


def ask(question: str, index: Index, history: Sequence[Turn] = (), where: Filter | None = None) -> Answer:
    """Answer `question` (any spelling: NFD, no diacritics, Telex or VNI left-overs) from the documents in `index`, or
    from those of them that `where` admits as if there were no others.

    A follow-up is first made whole from `history`. The answer's sentences are slices of the documents; without one
    that supports an answer the outcome is `refuse` and there are no citations.
    """
    narrowed, index = bool(where), index.within(where)
    alone = without_courtesy(clean(question).strip())
    if talk := small_talk(alone) or (SmallTalk("unclear", "vi") if meaningless(alone, index) else None):
        return compose(question, alone, talk.language, replying(talk))
    resolved = resolve(alone, history)
    asked = understand(plain(resolved))
    wanted = language_wanted(alone)
    if wanted and resolved == alone:  # nothing was asked before
        return compose(question, alone, wanted, replying(SmallTalk("how", wanted)))
    language = wanted or asked.language
    finding = _told(asked, index, narrowed, language)
    own = own_words(alone)
    if resolved != alone and len(own) >= _OWN_SUBJECT and not _speaks_of(finding.shown, own):
        # "Giá xăng hôm nay?" after a question about population is no follow-up: nothing found speaks of petrol
        resolved, asked = alone, understand(plain(alone))
        finding = _told(asked, index, narrowed, language)
    return compose(question, resolved, language, with_notice(asked, finding, index, history, language))


_OWN_SUBJECT = 2  # with fewer words of its own a question cannot stand alone: "Vốn bao nhiêu?", "Về việc gì?"
_OWN = 1 / 3  # share of a follow-up's own words that what is quoted for it must hold


def _speaks_of(shown: Sequence[Shown], words: Sequence[str]) -> bool:
    """True when the quotes, their headings or titles hold a third of `words` (diacritics aside), or there are none."""
    text = " ".join(f"{s.text} {' '.join(s.headings)} {s.document.title}" for s in shown)
    said = {fold(w) for w in syllables(text)}
    return bool(shown) and sum(fold(w) in said for w in words) >= _OWN * len(words)


def _told(question: Question, index: Index, narrowed: bool, language: Language) -> Finding:
    """What is told to `question`, or if that is no answer, to the same in the documents' words; `narrowed` when `index`
    is not all there is. The lines around the quotes are in `language`."""
    question = spelled(question, index)
    finding = _find(question, index, narrowed, language)
    if finding.outcome in ("refuse", "related") and (other := reworded(question, index)) != question:
        again = _find(other, index, narrowed, language)
        if again.outcome == "answer":
            return again
    return finding


def _find(question: Question, index: Index, narrowed: bool, language: Language) -> Finding:
    """What is told to `question` as it is put."""
    if not question.words:
        return refusal(language, narrowed)
    lines = _about_article(question, index)
    if lines:
        return answering(language, [Shown(index.documents[p.document], p.start, p.end, p.headings) for p in lines])
    question = written_out(question, index)
    if near := nearest(question, index):
        missing, name, quote = near
        return unknown(language, missing, name, Shown.of(quote))
    rank = cache(partial(_ranked, index=index))
    if items := one_by_one(question, rank(question), index):
        return answering(language, [Shown.of(q) for q in items])
    if (claim := claimed(question)) and (told := settled(claim, choose(claim.question, index, rank), index, rank)):
        shown = [Shown.of(q) for q in told.quotes]
        if told.older and not claim.holds(shown[0].text):
            return correcting(language, shown, *claim.instead(shown[0].text, shown[1].text))
        return answering(language, shown, disagree=told.disagree, older=told.older)
    sides = told_of_both(question, comparison, index, rank) if (comparison := compared(question)) else None
    if sides and sides.missing:
        return half(language, [Shown.of(q) for q in sides.quotes], sides.missing)
    chosen = list(sides.quotes) if sides else cover(question, choose(question, index, rank), index, rank)
    quotes = before_judging(question, chosen, index, rank)
    if quotes and (wrong := correct(question, rank(question), index)):
        return correcting(language, [Shown.of(wrong.quote)], wrong.said, wrong.asked)
    match outcome(question, quotes, index) if quotes else "refuse":
        case "answer":
            told = arranged(question, quotes, index, rank)
            return answering(
                language,
                [Shown.of(complete(question, q)) for q in told.quotes],
                disagree=told.disagree,
                older=told.older,
            )
        case "related":
            return related(language, [Shown.of(q) for q in quotes[:1]])
        case _:
            return refusal(language, narrowed)


def _about_article(question: Question, index: Index) -> list[Passage]:
    labels = asked_of_article(question)
    hits = index.search(question.text, 1) if labels else []
    return lines_about(index.passages, hits[0].document.id, labels) if hits else []


def choose(question: Question, index: Index, rank: Rank | None = None) -> list[Quote]:
    """The quotes to show, best first: one per side of a comparison, else the best one and those nearly as good."""
    rank = rank or partial(_ranked, index=index)
    parts = sides(question)
    if parts:
        ranked = [rank(_about(question, part)) for part in parts]
        if all(ranked):
            return _within_length(list({(r[0].document.id, r[0].start): r[0] for r in ranked}.values()))
    return _best(rank(question))


def _ranked(question: Question, index: Index) -> list[Quote]:
    return rank_quotes(question, index, passages_for(question, index))


def passages_for(question: Question, index: Index) -> list[Hit]:
    """The passages whose sentences are looked at."""
    return index.search(question.text, _HITS)


def _about(question: Question, part: str) -> Question:
    """`question` asked of one side only."""
    return understand(part) if content_words(part, question.language) else question


def _best(ranked: list[Quote]) -> list[Quote]:
    chosen: list[Quote] = []
    for quote in ranked:
        if not chosen:
            chosen.append(quote)
            continue
        if len(chosen) == _MAX_QUOTES or chosen[0].chance >= _SURE or quote.chance < _ADDS:
            break
        if any(same_words(quote.text, other.text) for other in chosen):
            continue
        chosen.append(quote)
    return _within_length(chosen)


def _within_length(quotes: list[Quote]) -> list[Quote]:
    room = MAX_CHARS - 81  # the longest lead-in has 80 characters, and a line end
    kept: list[Quote] = []
    for quote in quotes:
        room -= len(quote.text) + 5
        if kept and room < 0:
            break
        kept.append(quote)
    return kept
