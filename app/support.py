"""How well quotes support an answer: features of the evidence, and three logistic models over them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.models import Models, current
from app.question import Question
from app.rules import barred, names_known_code, told, warnings
from app.scorer import known_word, word_weights
from app.select import Quote
from app.signs import MATCHES
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
    score: float  # of the first quote, in log-odds
    offers: float  # of these, for what it offers where it is wanted
    dense: float  # cosine of question and best sentence, -1..1
    form: float  # 0..1, see app.select.form_cue
    unknown: float  # share of the question's content that stands nowhere in the index
    missing_numbers: float  # share of its years and large numbers that the evidence lacks
    missing_names: float  # share of its capitalised words that the evidence lacks
    english: bool
    told: float  # how plainly what is asked for is told by the form of the quotes, see app.rules.told
    warnings: Mapping[str, bool]  # see app.rules.warnings
    signs: tuple[float, ...]  # of the first quote, see app.signs
    barred: bool  # a rule forbids to call the quotes an answer, see app.rules.barred

    def values(self) -> dict[str, float]:
        """The features by name; "" is the constant 1 of the intercept. An English question has an intercept and a
        weight of the cosine of its own: its words are found only in translation."""
        return {
            "": 1.0,
            "coverage": self.coverage,
            "context": self.context,
            "pairs": self.pairs,
            "share": self.share,
            "ahead": self.ahead,
            "chance": self.chance,
            "score": self.score,
            "offers": self.offers,
            "cosine": self.dense,
            "form": self.form,
            "unknown": self.unknown,
            "missing numbers": self.missing_numbers,
            "missing names": self.missing_names,
            "English": float(self.english),
            "cosine, English": self.dense if self.english else 0.0,
            "told": self.told,
            "not told": float(self.told == 0.0),
            **{name: float(on) for name, on in self.warnings.items()},
            **{f"first: {name}": value for name, value in zip(MATCHES, self.signs, strict=True)},
        }


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
        score=quotes[0].score,
        offers=quotes[0].offers,
        dense=max(q.dense for q in quotes),
        form=quotes[0].form,
        unknown=unknown / (sum(weights.values()) or 1.0),
        missing_numbers=_missing(question.numbers, present),
        missing_names=_missing(names, present),
        english=english,
        told=told(question, quotes),
        warnings=warnings(question, quotes, index),
        signs=quotes[0].signs,
        barred=barred(question, quotes, index),
    )


def _missing(words: Sequence[str], present: set[str]) -> float:
    return sum(fold(w) not in present for w in words) / len(words) if words else 0.0


def probability(weights: Mapping[str, float], found: Support) -> float:
    """The logistic model `weights`, by name of the feature, for `found`, 0..1."""
    values = found.values()
    logit = sum(w * values.get(name, 0.0) for name, w in weights.items())
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))  # a sentence of 300 document codes has a score of -750


def score(question: Question, quotes: Sequence[Quote], index: Index) -> float:
    """How likely the documents hold the answer that `quotes` (best first, at least one) are to give, 0..1."""
    return probability(current().present, support(question, quotes, index))


def outcome(question: Question, quotes: Sequence[Quote], index: Index) -> Outcome:
    """`refuse` when the documents do not speak of it, `related` when they do but no quote answers, else `answer`."""
    models = current()
    found = support(question, quotes, index)
    return judge(
        found,
        models,
        on_topic=probability(models.on_topic, found),
        present=probability(models.present, found),
        answers=probability(models.answers, found),
        named=names_known_code(question, index),
    )


# With a rule of form against it, evidence must be stronger than models.answers_at. Cross-validated (983 questions with
# an answer, 469 near the topic without): as many right answers kept as with one threshold for all, but of those without
# an answer 0.73 are answered for 0.80 on news and statutes, 0.36 for 0.50 on reports.
_DOUBTED, _NOT_TOLD = 0.3, 0.5
_STRANGE = 0.75  # where a name in the question stands nowhere: "Hà Giang" is not answered by what is said of Hậu Giang
_SURE = 0.5  # with this probability of an answer a question is on topic, whatever the other model says


def judge(found: Support, models: Models, *, on_topic: float, present: float, answers: float, named: bool) -> Outcome:
    """The outcome of what the models say of the evidence; `named` when a document that is there is named: that is
    never off topic."""
    if not (named or on_topic >= models.on_topic_at or answers >= _SURE):
        return "refuse"
    enough = present >= models.present_at and answers >= max(models.answers_at, _needed(found))
    return "answer" if enough and not found.barred else "related"


def _needed(found: Support) -> float:
    """The least probability of an answer, given what the rules of form say against it."""
    if found.warnings.get("unknown name"):
        return _STRANGE
    if found.told == 0.0:
        return _NOT_TOLD
    return _DOUBTED if found.told < 1.0 or any(found.warnings.values()) else 0.0
