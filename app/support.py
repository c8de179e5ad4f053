"""How well quotes support an answer: features of the evidence, and two logistic models over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.question import Question
from app.rules import barred, names_known_code, told
from app.select import Quote, known_word, word_weights
from app.types import Outcome
from index.search import Index, scored_text
from index.text import fold, syllables
from index.translate import translations


@dataclass(frozen=True, slots=True)
class Support:
    """What is known about the evidence for an answer. Shares are by inverse document frequency, 0..1."""

    coverage: float  # of the question's content words by the best sentence
    context: float  # by the best sentence with its passage, headings and title
    pairs: float  # of its pairs of neighbouring content words by the passage, headings and title
    share: float  # BM25 of the best quoted passage, of the most there could be
    ahead: float  # how far the best quoted passage is above the others, see app.select.ahead; not bounded
    chance: float  # that the first quote is the one, see app.select.Quote
    dense: float  # cosine of question and best sentence, -1..1
    form: float  # 0..1, see app.select.form_cue
    unknown: float  # share of the question's content that stands nowhere in the index
    missing_numbers: float  # share of its years and large numbers that the evidence lacks
    missing_names: float  # share of its capitalised words that the evidence lacks
    english: bool
    told: float  # how plainly what is asked for is told by the form of the quotes, see app.rules.told
    barred: bool  # a rule forbids to call the quotes an answer, see app.rules.barred

    def values(self) -> tuple[float, ...]:
        """The features in order, after the constant 1 of the intercept. An English question has an intercept and a
        weight of the cosine of its own: its words are found only in translation."""
        return (
            1.0,
            self.coverage,
            self.context,
            self.pairs,
            self.share,
            self.ahead,
            self.chance,
            self.dense,
            self.form,
            self.unknown,
            self.missing_numbers,
            self.missing_names,
            float(self.english),
            self.dense if self.english else 0.0,
        )


def support(question: Question, quotes: Sequence[Quote], index: Index) -> Support:
    """The support `quotes` (best first, at least one) give."""
    present = {fold(w) for q in quotes for w in syllables(scored_text(q.document, q.passage))}
    weights = word_weights(question, index)
    english = question.language == "en"
    unknown = sum(w for word, w in weights.items() if not known_word(word, question, index))
    names = [s for word in question.text.split()[1:] if word[:1].isupper() for s in syllables(word) if s.isalpha()]
    if english:  # "Prime Minister" is no name
        names = [s for s in names if len(s) > 1 and not translations(s)]
    return Support(
        coverage=max(q.coverage for q in quotes),
        context=max(q.context for q in quotes),
        pairs=max(q.pairs for q in quotes),
        share=max(q.share for q in quotes),
        ahead=max(q.ahead for q in quotes),
        chance=quotes[0].chance,
        dense=max(q.dense for q in quotes),
        form=quotes[0].form,
        unknown=unknown / (sum(weights.values()) or 1.0),
        missing_numbers=_missing(question.numbers, present),
        missing_names=_missing(names, present),
        english=english,
        told=told(question, quotes),
        barred=barred(question, quotes, index),
    )


def _missing(words: Sequence[str], present: set[str]) -> float:
    return sum(fold(w) not in present for w in words) / len(words) if words else 0.0


# Logistic regressions over Support.values(), fitted as evals/LOG.md tells (2026-11-23, sentence selection): the first
# tells what the documents speak of from what they do not, the second a sentence that answers from one that does not.
ON_TOPIC = (-1.85, -1.59, 0.96, 2.14, 0.41, 0.3, 0.04, 7.27, 0.38, -1.72, -0.43, -1.17, -1.62, 3.95)
ANSWERS = (-5.47, 1.84, -0.36, 0.45, -1.03, 1.97, 2.14, 1.6, 0.96, 0.66, -4.72, -2.19, 0.33, 1.1)
ON_TOPIC_AT, ANSWERS_AT = 0.56, 0.1
SURE_AT = 0.5
"""With this probability of an answer a question is on topic, whatever the other model says, and what it asks for may be
told in a way that also says other things."""


def probability(weights: Sequence[float], found: Support) -> float:
    """The logistic model `weights` for `found`, 0..1."""
    return 1 / (1 + math.exp(-sum(w * v for w, v in zip(weights, found.values(), strict=True))))


def score(question: Question, quotes: Sequence[Quote], index: Index) -> float:
    """How likely `quotes` (best first, at least one) answer, 0..1; what tells an answer from its absence."""
    return probability(ANSWERS, support(question, quotes, index))


def outcome(question: Question, quotes: Sequence[Quote], index: Index) -> Outcome:
    """`refuse` when the documents do not speak of it, `related` when they do but no quote answers, else `answer`."""
    found = support(question, quotes, index)
    speaks, answers = probability(ON_TOPIC, found), probability(ANSWERS, found)
    return judge(
        found,
        on_topic=speaks >= ON_TOPIC_AT or names_known_code(question, index),
        answers=answers >= ANSWERS_AT,
        sure=answers >= SURE_AT,
    )


def judge(found: Support, *, on_topic: bool, answers: bool, sure: bool) -> Outcome:
    """The outcome of what the two models say of the evidence, and of the rules."""
    if not (on_topic or sure):
        return "refuse"
    told = found.told >= (0.5 if sure else 1.0)
    return "answer" if answers and told and not found.barred else "related"
