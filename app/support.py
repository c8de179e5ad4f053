"""How well quotes support an answer: the probability that they answer the question, and the outcome it leads to."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.question import Question, counted
from app.select import Quote
from app.types import Outcome
from index.search import Index
from index.text import codes, fold, syllables

FEATURES = ("bias", "coverage", "context", "dense", "cue", "missing_numbers", "missing_names", "contradicts", "english")


def features(question: Question, quotes: Sequence[Quote], index: Index) -> tuple[float, ...]:
    """What is known about the support `quotes` (best first, at least one) give, in the order of FEATURES."""
    best = quotes[0]
    return (
        1.0,
        max(q.coverage for q in quotes),
        max(q.context for q in quotes),
        max(q.dense for q in quotes),
        best.cue,
        _missing_numbers(question, quotes),
        _missing_names(question, quotes),
        float(contradicts(question, best)),
        float(question.language == "en"),
    )


def _missing_numbers(question: Question, quotes: Sequence[Quote]) -> float:
    """Share of the question's years and large numbers that neither quotes, passages nor document dates hold."""
    if not question.numbers:
        return 0.0
    said = " ".join(f"{q.passage.text} {q.document.title} {' '.join(q.passage.headings)} {q.document.published}" for q in quotes)
    words = set(syllables(said))
    return sum(n not in words for n in question.numbers) / len(question.numbers)


def _missing_names(question: Question, quotes: Sequence[Quote]) -> float:
    """Share of the question's capitalised words that neither quotes, passages nor titles hold."""
    names = [w for w in question.text.split()[1:] if w[:1].isupper()]
    words = [s for name in names for s in syllables(name) if s.isalpha()]
    if not words:
        return 0.0
    said = " ".join(f"{q.passage.text} {q.document.title} {' '.join(q.passage.headings)}" for q in quotes)
    present = {fold(w) for w in syllables(said)}
    return sum(fold(w) not in present for w in words) / len(words)


def contradicts(question: Question, quote: Quote) -> bool:
    """True when question and quote count the same thing differently: "sáu trụ cột" against "bốn trụ"."""
    asked, said = counted(question.text), counted(quote.text)
    return any(thing in said and not numbers & said[thing] for thing, numbers in asked.items())


def unknown_codes(question: Question, index: Index) -> tuple[str, ...]:
    """Document codes the question names, as typed, that stand nowhere in the index."""
    return tuple(
        question.text[a:b] for a, b, code in codes(question.text) if not index.lexical.frequency("#" + code)
    )


# Logistic regression; fitted by `python -m evals calibrate`-like script on evals/questions_dev.jsonl, see evals/LOG.md.
WEIGHTS = (-4.0, 3.0, 3.0, 2.0, 1.0, -3.0, -2.0, -3.0, 0.5)
ANSWER_AT, RELATED_AT = 0.5, 0.2


def probability(values: Sequence[float]) -> float:
    """Probability (0..1) that quotes with these `features` answer the question."""
    return 1 / (1 + math.exp(-sum(w * v for w, v in zip(WEIGHTS, values, strict=True))))


def outcome(question: Question, quotes: Sequence[Quote], index: Index) -> Outcome:
    """`answer`, `related` or `refuse` for the quotes chosen."""
    chance = probability(features(question, quotes, index))
    if chance < RELATED_AT:
        return "refuse"
    if chance < ANSWER_AT or unknown_codes(question, index) or contradicts(question, quotes[0]):
        return "related"
    return "answer"
