"""Fits the models that rank and decide to questions whose answers are known, and says how well they do."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from app.about import asked_of_article
from app.answer import choose, passages_for
from app.followup import resolve
from app.models import Models
from app.papers import written_out
from app.question import Question as Asked
from app.question import understand
from app.rules import names_known_code
from app.select import Found, Quote, gather, ranked
from app.support import Support, judge, probability, support
from app.types import Outcome
from app.wording import plain
from evals import Rate, Row, check_new, digest
from evals.answers import Question, read_question
from evals.matching import Group, Span, contains, touches_any
from evals.ranking import Choice, fit_ranking
from evals.squad import Questions
from index.encoder import Encoder
from index.errors import UsageError
from index.search import Index
from index.types import Document

OFF_TOPIC_SET = Path(__file__).with_name("off_topic.jsonl")

FOLDS = 5
_L2 = 3.0  # penalty on the standardised weights; the intercept is free
_KEEP_ON_TOPIC, _KEEP_PRESENT, _KEEP_ANSWERS = 92, 97, 94  # per cent of the right answers each threshold lets through
_COVERAGES = (50, 60, 70, 80, 90, 100)  # per cent

# What an example teaches the model of answers: "answers" is its positive, all others are negatives. A wrong quote may
# still be of use, and what is said in a passage left out may stand in another one too, so these two count less.
_WEIGHTS = {
    "answers": 1.0,  # a chosen quote holds the answer
    "wrong": 0.3,  # there is an answer, but no chosen quote holds it
    "absent": 1.0,  # the same question where passages with its answer are not found
    "near-topic": 1.0,
    "false-premise": 1.0,
    "article absent": 0.5,  # the same question where nothing of its article is found
    "off-topic": 1.0,
}
# The same in the model of topics. Where only a fact is left out, its article may still speak of it, or not.
_TOPIC_WEIGHTS = {**dict.fromkeys(_WEIGHTS, 1.0), "absent": 0.0, "article absent": 0.1}
# The same in the model of presence: what is near is there, only the thing asked for is not.
_PRESENT_WEIGHTS = {
    "answers": 1.0,
    "wrong": 0.1,
    "absent": 1.0,
    "article absent": 1.0,
    "off-topic": 0.5,
    **dict.fromkeys(("near-topic", "false-premise"), 0.0),
}
_OFF_TOPIC = ("article absent", "off-topic")  # negatives of the model of topics
_OFF_TOPIC_SET_WEIGHT = 0.15  # easy and many: with more they would drown the hard negatives
_OF_ONE_CORPUS = 5.0  # of a question in a file with evidence: these are few, and what is mostly asked (evals/LOG.md)
OUTCOMES: tuple[Outcome, ...] = ("refuse", "related", "answer")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One question to ask of one index, and what would be right."""

    id: str
    asked: Asked
    index: Index
    label: str  # "answers" when there is an answer, else a key of _WEIGHTS
    holds: Callable[[Quote | Sentence], bool]  # whether a sentence holds the answer
    group: str  # questions of one group are in one fold
    weight: float = 1.0
    from_set: bool = False  # from OFF_TOPIC_SET, not from a questions file


@dataclass(frozen=True, slots=True)
class Sentence:
    """`document.text[start:end]`."""

    document: Document
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """One question asked of one index, what the index gave for it, and whether that was right."""

    id: str
    question: str  # with what a follow-up leaves out
    label: str  # key of _WEIGHTS
    weight: float  # in the model of answers
    found: Support | None  # None when no quote was found: always refused
    named: bool  # names a document that is there: never refused
    from_set: bool = False  # from OFF_TOPIC_SET, not from a questions file
    fold: int = 0

    def score(self, weights: Mapping[str, float]) -> float:
        """Probability by the model `weights`, 0 when nothing was found."""
        return probability(weights, self.found) if self.found else 0.0

    def outcome(self, models: Models, on_topic: float, present: float, answers: float) -> Outcome:
        """What `app.support.outcome` says when the models give these probabilities."""
        if self.found is None:
            return "refuse"
        return judge(self.found, models, on_topic=on_topic, present=present, answers=answers, named=self.named)


def without(index: Index, passages: Collection[str]) -> Index:
    """A view of `index` that finds none of `passages` (ids) and does not know their words, as if they had never been
    added; how rare a word is stays what it is in the whole."""
    return index.only(np.fromiter((p.id not in passages for p in index.passages), bool, len(index.passages)))


def left_out(index: Index, evidence: Sequence[Group]) -> Index:
    """`index` without the passages that overlap `evidence`."""
    return without(index, {p.id for p in index.passages if touches_any(evidence, [Span(p.document, p.start, p.end)])})


class Remembering:
    """An encoder that encodes a text once: a question asked of three views compares the same sentences three times."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.dim = encoder.name, encoder.dim
        self._known: dict[tuple[str, bool], npt.NDArray[np.float32]] = {}

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    def encode(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        new = list(dict.fromkeys(t for t in texts if (t, query) not in self._known))
        for text, vector in zip(new, self._encoder.encode(new, query=query), strict=True):
            self._known[text, query] = vector
        if not texts:
            return self._encoder.encode(texts, query=query)
        return np.stack([self._known[text, query] for text in texts])


@dataclass(frozen=True, slots=True)
class Cases:
    """What is to be asked of one index, and which data that is of."""

    cases: tuple[Case, ...]
    skipped: tuple[str, ...]  # ids of questions about the article itself: they go past the models
    questions: str  # digest of the rows
    documents: str  # digest of the documents


def cases(rows: Sequence[Row], off_topic: Sequence[Row], index: Index, raw: str | None) -> Cases:
    """What to ask of `index` for `rows` (of questions files) and `off_topic`; `index` and `raw` are as
    `evals.answers.searchable` gives them.

    Raises UsageError for a row that lacks something or whose evidence is not in the documents.
    """
    questions: dict[str, Question] = {}
    for row in rows:
        question = read_question(row, index.documents, raw)
        check_new(row, question.id, questions)
        questions[question.id] = question
    others: dict[str, str] = {}
    for row in off_topic:
        check_new(row, row.text("id"), others)
        others[row.text("id")] = row.text("question")
    found: list[Case] = []
    skipped: list[str] = []
    for question in questions.values():
        asked = written_out(understand(plain(resolve(question.question, question.history))), index)
        if asked_of_article(asked):
            skipped.append(question.id)
            continue
        holds = partial(_is_evidence, question.evidence)
        label = question.unanswerable or "answers"
        found.append(Case(question.id, asked, index, label, holds, asked.text, _OF_ONE_CORPUS))
        if not question.unanswerable:
            view = left_out(index, question.evidence)
            found.append(Case(question.id, asked, view, "absent", _never, asked.text, _OF_ONE_CORPUS))
    for id, text in others.items():
        asked = understand(text)
        if asked_of_article(asked):
            skipped.append(id)
        else:
            found.append(Case(id, asked, index, "off-topic", _never, asked.text, from_set=True))
    return Cases(
        tuple(found),
        tuple(skipped),
        questions=digest(json.dumps(row.values, sort_keys=True) for row in (*rows, *off_topic)),
        documents=digest(sorted(d.sha256 for d in index.documents.values())),
    )


def span_cases(questions: Questions, index: Index) -> Cases:
    """What to ask of `index`, of one passage a context, for questions in SQuAD's form."""
    articles = {d.id: d.source for d in questions.contexts}
    found: list[Case] = []
    for one in questions.asked:
        asked, group = understand(plain(one.question)), one.article or one.context
        if not one.answers:
            found.append(Case(one.id, asked, index, "near-topic", _never, group))
            continue
        found.append(Case(one.id, asked, index, "answers", partial(_says, one.context, one.answers), group))
        gone = {"absent": {one.context}}
        if one.article:
            gone["article absent"] = {id for id, article in articles.items() if article == one.article}
        for label, documents in gone.items():
            view = without(index, {p.id for p in index.passages if p.document in documents})
            found.append(Case(one.id, asked, view, label, _never, group))
    return Cases(tuple(found), (), questions.digest, digest(sorted(articles)))


def _never(_: Quote | Sentence) -> bool:
    return False


def _is_evidence(evidence: Sequence[Group], quote: Quote | Sentence) -> bool:
    return touches_any(evidence, [Span(quote.document.id, quote.start, quote.end)])


def _says(context: str, answers: Sequence[str], quote: Quote | Sentence) -> bool:
    said = quote.document.text[quote.start : quote.end]
    return quote.document.id == context and any(contains(said, answer) for answer in answers)


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples some cases give."""

    examples: tuple[Example, ...]
    skipped: tuple[str, ...]
    questions: str
    documents: str


def examples(parts: Sequence[Cases]) -> tuple[list[Examples], dict[str, float]]:
    """Ask all cases. With the examples, the ranking fitted to all answerable ones; each example was ranked by one that
    had not seen its group."""
    asked: list[tuple[int, Case, Found | None]] = []
    for n, part in enumerate(parts):
        for case in tqdm(part.cases, f"questions {n + 1} of {len(parts)}", disable=None, leave=False):
            asked.append((n, case, _gathered(case.asked, case.index)))
    choices = [(_fold(case), choice) for _, case, found in asked if (choice := _choice(case, found))]
    rankings = [fit_ranking([c for f, c in choices if f != fold]) for fold in range(FOLDS)]
    given: list[list[Example]] = [[] for _ in parts]
    for n, case, found in tqdm(asked, "quotes", disable=None, leave=False):
        given[n].append(_example(case, found, rankings[_fold(case)]))
    return [
        Examples(tuple(e), part.skipped, part.questions, part.documents) for e, part in zip(given, parts, strict=True)
    ], fit_ranking([c for _, c in choices])


def _gathered(asked: Asked, index: Index) -> Found | None:
    return gather(asked, index, passages_for(asked, index)) if asked.words else None


def _choice(case: Case, found: Found | None) -> Choice | None:
    if case.label != "answers" or found is None:
        return None
    right = np.array([case.holds(Sentence(hit.document, a, b)) for hit, a, b in found.spots], dtype=bool)
    return Choice(found, right, case.weight) if right.any() else None


def _fold(case: Case) -> int:
    """Fold of a case, 0..FOLDS-1: neither chance nor the order of the rows plays a part."""
    return int(hashlib.sha256(case.group.encode()).hexdigest(), 16) % FOLDS


def _example(case: Case, found: Found | None, ranking: Mapping[str, float]) -> Example:
    def rank(asked: Asked) -> list[Quote]:
        there = found if asked == case.asked else _gathered(asked, case.index)
        return ranked(there, case.index, ranking) if there else []

    quotes = choose(case.asked, case.index, rank) if case.asked.words else []
    label = "wrong" if case.label == "answers" and not any(map(case.holds, quotes)) else case.label
    return Example(
        id=case.id,
        question=case.asked.text,
        label=label,
        weight=_OFF_TOPIC_SET_WEIGHT if case.from_set else _WEIGHTS[label] * case.weight,
        found=support(case.asked, quotes, case.index) if quotes else None,
        named=names_known_code(case.asked, case.index),
        from_set=case.from_set,
        fold=_fold(case),
    )


# --- statistics -------------------------------------------------------------------------------------------------------


def auroc(positives: Collection[float], negatives: Collection[float]) -> float | None:
    """Probability that a positive scores above a negative, a tie counting half; None when there is no pair."""
    if not positives or not negatives:
        return None
    above = np.asarray(positives)[:, None] - np.asarray(negatives)[None, :]
    return float(np.mean((above > 0) + (above == 0) / 2))


def fit(features: Floats, positive: npt.NDArray[np.bool_], weights: Floats) -> tuple[float, ...]:
    """Weights of the L2-regularised logistic regression, by Newton's method, for features as they come.

    `features` has shape (examples, features), the first of them the constant 1; `positive` and `weights`, which must
    be above 0, have shape (examples,). The penalty is on standardised features, so their units do not matter. Raises
    UsageError when all examples are positive or none is.
    """
    if positive.all() or not positive.any():
        raise UsageError(
            "too few questions: some have to be answered rightly and some not, some to be off-topic and some not; "
            "give more of them"
        )
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    mean[0], deviation[0] = 0.0, 1.0
    deviation[deviation < 1e-9] = 1.0  # constant here: its weight stays 0
    x = (features - mean) / deviation
    sign = np.where(positive, 1.0, -1.0)
    penalty = np.full(x.shape[1], _L2)
    penalty[0] = 0.0

    def loss(b: Floats) -> float:
        return float(weights @ np.logaddexp(0.0, -sign * (x @ b)) + penalty @ b**2 / 2)

    b = np.zeros(x.shape[1])
    for _ in range(100):  # about 8 are needed
        p = 1 / (1 + np.exp(-(x @ b)))
        gradient = x.T @ (weights * (p - positive)) + penalty * b
        hessian = (x.T * (weights * p * (1 - p))) @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        while loss(b - step) > loss(b) + 1e-9:  # Newton may overshoot where the curve is flat
            step /= 2
        b = b - step
        if np.abs(step).max() < 1e-9:
            break
    b /= deviation
    b[0] -= float(b[1:] @ mean[1:])
    return tuple(map(float, b))


def threshold(scores: Collection[float], percent: int) -> float:
    """The largest threshold, in thousandths, that at least `percent` per cent of `scores` (one or more) reach."""
    last = -(-percent * len(scores) // 100)  # whole numbers: 0.07 * 100 is more than 7
    return math.floor(sorted(scores, reverse=True)[max(last, 1) - 1] * 1000) / 1000


# --- the report -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fitted:
    """One model: its weights from all examples, and what it says of each example when it has not seen its question."""

    weights: Mapping[str, float]
    scores: tuple[float, ...]  # cross-validated, 0..1, one per example
    at: float  # threshold on `scores`

    @property
    def rounded(self) -> dict[str, float]:
        return {name: round(w, 3) + 0.0 for name, w in self.weights.items()}  # -0.0 + 0.0 is 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """The models and the examples they were fitted to; every number is a fold over these."""

    parts: tuple[Examples, ...]
    ranking: Mapping[str, float]
    on_topic: Fitted
    present: Fitted
    answers: Fitted

    @property
    def examples(self) -> tuple[Example, ...]:
        return tuple(e for part in self.parts for e in part.examples)

    @property
    def models(self) -> Models:
        """What the program loads."""
        data = [{"questions": part.questions, "documents": part.documents} for part in self.parts]
        return Models(
            ranking=dict(self.ranking),
            on_topic=self.on_topic.rounded,
            present=self.present.rounded,
            answers=self.answers.rounded,
            on_topic_at=self.on_topic.at,
            present_at=self.present.at,
            answers_at=self.answers.at,
            fitted={"by": "python -m evals calibrate", "data": data},
        )

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Outcome of each example with the thresholds and the rules of form, cross-validated."""
        models = self.models
        scored = zip(self.examples, self.on_topic.scores, self.present.scores, self.answers.scores, strict=True)
        return tuple(e.outcome(models, on, present, answers) for e, on, present, answers in scored)

    @property
    def shares(self) -> dict[str, dict[Outcome, Rate]]:
        """By label, how many of its examples each outcome gets; the set of off-topic questions by itself."""
        given: dict[str, list[Outcome]] = {label: [] for label in (*_WEIGHTS, "off-topic set")}
        for example, outcome in zip(self.examples, self.outcomes, strict=True):
            given["off-topic set" if example.from_set else example.label].append(outcome)
        return {label: {o: Rate.count(x == o for x in got) for o in OUTCOMES} for label, got in given.items() if got}

    @property
    def aurocs(self) -> dict[str, float]:
        """Cross-validated: the documents' questions against off-topic ones, then answers against each other label."""
        topics, answers = self._by_label(self.on_topic.scores), self._by_label(self.answers.scores)
        off_topic = [s for label in _OFF_TOPIC for s in topics.pop(label, [])]
        topics.pop("absent")
        found = {"ON_TOPIC, off-topic": auroc([s for scores in topics.values() for s in scores], off_topic)}
        there = self._by_label(self.present.scores)
        found |= {f"PRESENT, {label}": auroc(there["answers"], there[label]) for label in ("absent", "article absent")}
        right = answers.pop("answers", [])
        found |= {f"ANSWERS, {label}": auroc(right, scores) for label, scores in answers.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _by_label(self, scores: Sequence[float]) -> dict[str, list[float]]:
        return {
            label: [s for e, s in zip(self.examples, scores, strict=True) if e.label == label] for label in _WEIGHTS
        }

    def risk(self, labels: Collection[str]) -> dict[int, Rate]:
        """By coverage in per cent: how many of the questions of the files, those with `labels`, get a wrong answer
        when that share of them, the best by the model of answers, is answered. Rules of form play no part."""
        asked = [
            (-score, e.label)
            for e, score in zip(self.examples, self.answers.scores, strict=True)
            if e.label in labels and not e.from_set
        ]
        asked.sort(key=lambda pair: pair[0])
        counts = {coverage: -(-coverage * len(asked) // 100) for coverage in _COVERAGES}
        return {c: Rate.count(label != "answers" for _, label in asked[:n]) for c, n in counts.items()}

    @property
    def risks(self) -> dict[str, dict[int, Rate]]:
        return {
            "answerable questions": self.risk({"answers", "wrong"}),
            "all questions": self.risk(_WEIGHTS.keys() - {"absent", "article absent"}),
        }

    def as_row(self) -> dict[str, Any]:
        scores = zip(self.on_topic.scores, self.present.scores, self.answers.scores, strict=True)
        return {
            "questions": [part.questions for part in self.parts],
            "documents": [part.documents for part in self.parts],
            "results": [
                {
                    "id": e.id,
                    "question": e.question,
                    "label": e.label,
                    "weight": e.weight,
                    "features": e.found.values() if e.found else None,
                    "on_topic": on,
                    "present": present,
                    "answers": answers,
                    "outcome": outcome,
                }
                for e, (on, present, answers), outcome in zip(self.examples, scores, self.outcomes, strict=True)
            ],
            "skipped": [id for part in self.parts for id in part.skipped],
            "models": self.models.as_row(),
            "auroc": self.aurocs,
            "shares": {label: {o: r.as_row() for o, r in got.items()} for label, got in self.shares.items()},
            "risk": {name: {str(c): r.as_row() for c, r in risk.items()} for name, risk in self.risks.items()},
        }

    def __str__(self) -> str:
        skipped = sum(len(part.skipped) for part in self.parts)
        lines = [f"data: {', '.join(f'questions {p.questions} of documents {p.documents}' for p in self.parts)}"]
        lines += [f"questions about the article itself, left out: {skipped}", ""]
        lines += [f"AUROC, cross-validated by question ({FOLDS} folds)"]
        lines += [f"  {name:26}{value:.3f}" for name, value in self.aurocs.items()]
        lines += ["", f"{'share, cross-validated':23}{'n':>5}" + "".join(f"{o:>9}" for o in OUTCOMES)]
        for label, got in self.shares.items():
            cells = "".join(f"{rate.value or 0:9.2f}" for rate in got.values())
            lines.append(f"  {label:21}{got['answer'].of:5}{cells}")
        lines += ["", f"{'wrong among those answered':28}" + "".join(f"{c:>8}%" for c in _COVERAGES) + "  coverage"]
        for name, risk in self.risks.items():
            lines.append(f"  {name:26}" + "".join(f"{f'{r.hits}/{r.of}':>9}" for r in risk.values()))
            lines.append(" " * 28 + "".join(f"{r.value or 0:9.2f}" for r in risk.values()))
        lines += ["", f"thresholds: on topic {self.on_topic.at}, present {self.present.at}, answers {self.answers.at}"]
        return "\n".join(lines)


def calibrate(parts: Sequence[Examples], ranking: Mapping[str, float]) -> Calibration:
    """Fit the three logistic models to the examples of `parts`. Raises UsageError when nothing can be told apart."""
    all_examples = [e for part in parts for e in part.examples]
    right = np.array([e.label == "answers" for e in all_examples], dtype=bool)
    on_topic = np.array([e.label not in _OFF_TOPIC for e in all_examples], dtype=bool)
    weights = np.array([e.weight for e in all_examples])
    answers = _fitted(all_examples, right, weights, right, _KEEP_ANSWERS)  # first: it fails when nothing is right
    topic_weights = np.array([_TOPIC_WEIGHTS[e.label] for e in all_examples])
    # news and statutes are told from what is off topic too easily to set a threshold by
    mixed = np.array([any(e.label == "off-topic" for e in part.examples) for part in parts for _ in part.examples])
    topics = _fitted(all_examples, on_topic, topic_weights, right & mixed if mixed.any() else right, _KEEP_ON_TOPIC)
    there = np.array([_PRESENT_WEIGHTS[e.label] for e in all_examples])
    present = _fitted(
        all_examples, right | np.array([e.label == "wrong" for e in all_examples]), there, right, _KEEP_PRESENT
    )
    return Calibration(tuple(parts), ranking, topics, present, answers)


def _fitted(
    of: Sequence[Example],
    positive: npt.NDArray[np.bool_],
    weights: Floats,
    kept: npt.NDArray[np.bool_],
    percent: int,
) -> Fitted:
    """The model of `positive`, its threshold set to keep `percent` per cent of the examples `kept`; those of weight 0
    teach nothing."""
    values = {i: e.found.values() for i, e in enumerate(of) if e.found}
    names = list(next(iter(values.values()), {}))

    def fit_without(held_out: int | None) -> dict[str, float]:
        rows = [i for i in values if of[i].fold != held_out and weights[i]]
        found = fit(np.array([[values[i][name] for name in names] for i in rows]), positive[rows], weights[rows])
        return dict(zip(names, found, strict=True))

    models = {n: fit_without(n) for n in sorted({e.fold for e in of})}
    scores = [e.score(models[e.fold]) for e in of]
    at = threshold([s for s, keep in zip(scores, kept, strict=True) if keep], percent)
    return Fitted(fit_without(None), tuple(scores), at)
