"""Fits the two logistic models of `app.support` to questions whose answers are known, and says how well they do."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from app.about import asked_of_article
from app.answer import choose
from app.followup import resolve
from app.question import Question as Asked
from app.question import understand
from app.rules import names_known_code
from app.select import Quote
from app.support import SURE_AT, Support, judge, probability, support
from app.types import Outcome
from evals import Rate, Row, check_new, digest
from evals.answers import Question, read_question
from evals.matching import Group, Span, touches_any
from index.errors import UsageError
from index.search import Index

OFF_TOPIC_SET = Path(__file__).with_name("off_topic.jsonl")

FOLDS = 10
_L2 = 1.0  # penalty on the standardised weights; the intercept is free
_KEEP_ON_TOPIC, _KEEP_ANSWERS = 97, 95  # per cent of the right answers each threshold lets through
_COVERAGES = (50, 60, 70, 80, 90, 100)  # per cent

# What an example teaches the model of answers: "answers" is its positive, all others are negatives. A wrong quote may
# still be of use, and what is said in a passage left out may stand in another one too, so these two count less.
_WEIGHTS = {
    "answers": 1.0,  # a chosen quote overlaps the evidence
    "wrong": 0.6,  # there is evidence, but no chosen quote overlaps it
    "absent": 0.5,  # the same question where passages with its evidence are not found
    "near-topic": 1.0,
    "false-premise": 1.0,
    "off-topic": 1.0,
}
_OFF_TOPIC_SET_WEIGHT = 0.15  # easy and many: with more they would drown the hard negatives
OUTCOMES: tuple[Outcome, ...] = ("refuse", "related", "answer")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One question asked of one index, what the index gave for it, and whether that was right."""

    id: str
    question: str  # with what a follow-up leaves out
    label: str  # key of _WEIGHTS
    weight: float  # in the model of answers; the model of topics counts every example once
    found: Support | None  # None when no quote was found: always refused
    named: bool  # names a document that is there: never refused
    from_set: bool = False  # from OFF_TOPIC_SET, not from a questions file

    def score(self, weights: Sequence[float]) -> float:
        """Probability by the model `weights`, 0 when nothing was found."""
        return probability(weights, self.found) if self.found else 0.0

    def outcome(self, on_topic: bool, answers: bool, sure: bool) -> Outcome:
        """What `app.support.outcome` says when the two models say `on_topic`, `answers` and `sure`."""
        if self.found is None:
            return "refuse"
        return judge(self.found, on_topic=on_topic or self.named, answers=answers, sure=sure)


def without(index: Index, passages: Collection[str]) -> Index:
    """A view of `index` that finds none of `passages` (ids) and does not know their words, as if they had never been
    added; how rare a word is stays what it is in the whole."""
    return index.only(np.fromiter((p.id not in passages for p in index.passages), bool, len(index.passages)))


def left_out(index: Index, evidence: Sequence[Group]) -> Index:
    """`index` without the passages that overlap `evidence`."""
    return without(index, {p.id for p in index.passages if touches_any(evidence, [Span(p.document, p.start, p.end)])})


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples one index gives, and which data they are of."""

    examples: tuple[Example, ...]
    skipped: tuple[str, ...]  # ids of questions about the article itself: they go past the models
    questions: str  # digest of the rows
    documents: str  # digest of the documents


def examples(rows: Sequence[Row], off_topic: Sequence[Row], index: Index, raw: str | None) -> Examples:
    """Ask `rows` (of questions files) and `off_topic` of `index`; `index` and `raw` are as `evals.answers.searchable`
    gives them.

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
    found: list[Example] = []
    skipped: list[str] = []
    for question in tqdm(questions.values(), "questions", disable=None, leave=False):
        asked = understand(resolve(question.question, question.history))
        if asked_of_article(asked):
            skipped.append(question.id)
            continue
        quotes = _quotes(asked, index)
        proved = touches_any(question.evidence, [Span(q.document.id, q.start, q.end) for q in quotes])
        label = question.unanswerable or ("answers" if proved else "wrong")
        found.append(_example(question.id, label, asked, quotes, index))
        if not question.unanswerable:
            view = left_out(index, question.evidence)
            found.append(_example(question.id, "absent", asked, _quotes(asked, view), view))
    for id, text in tqdm(others.items(), "off-topic", disable=None, leave=False):
        asked = understand(text)
        if asked_of_article(asked):
            skipped.append(id)
        else:
            found.append(_example(id, "off-topic", asked, _quotes(asked, index), index, from_set=True))
    return Examples(
        tuple(found),
        tuple(skipped),
        questions=digest(json.dumps(row.values, sort_keys=True) for row in (*rows, *off_topic)),
        documents=digest(sorted(d.sha256 for d in index.documents.values())),
    )


def _quotes(question: Asked, index: Index) -> list[Quote]:
    return choose(question, index) if question.words else []


def _example(
    id: str, label: str, question: Asked, quotes: Sequence[Quote], index: Index, from_set: bool = False
) -> Example:
    return Example(
        id=id,
        question=question.text,
        label=label,
        weight=_OFF_TOPIC_SET_WEIGHT if from_set else _WEIGHTS[label],
        found=support(question, quotes, index) if quotes else None,
        named=names_known_code(question, index),
        from_set=from_set,
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


def folds(of: Sequence[Example]) -> list[int]:
    """Fold of each example, 0..FOLDS-1. A question is in one fold however often and of whatever it was asked, and
    every sort of question is spread over all folds; neither chance nor the order of the rows plays a part."""
    sorts: dict[str, str] = {}
    for example in of:
        kind = "answerable" if example.label in ("answers", "wrong", "absent") else example.label
        sorts[example.question] = min(kind, sorts.get(example.question, kind))
    order = sorted(sorts, key=lambda q: (sorts[q], hashlib.sha256(q.encode()).hexdigest()))
    fold = {question: n % FOLDS for n, question in enumerate(order)}
    return [fold[example.question] for example in of]


# --- the report -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fitted:
    """One model: its weights from all examples, and what it says of each example when it has not seen its question."""

    weights: tuple[float, ...]
    scores: tuple[float, ...]  # cross-validated, 0..1, one per example
    at: float  # threshold on `scores`

    @property
    def rounded(self) -> tuple[float, ...]:
        return tuple(round(w, 2) + 0.0 for w in self.weights)  # -0.0 + 0.0 is 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Both models and the examples they were fitted to; every number is a fold over these."""

    parts: tuple[Examples, ...]
    on_topic: Fitted
    answers: Fitted

    @property
    def examples(self) -> tuple[Example, ...]:
        return tuple(e for part in self.parts for e in part.examples)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Outcome of each example with the thresholds and the rules of form, cross-validated."""
        scored = zip(self.examples, self.on_topic.scores, self.answers.scores, strict=True)
        return tuple(
            e.outcome(on >= self.on_topic.at, answers >= self.answers.at, answers >= SURE_AT)
            for e, on, answers in scored
        )

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
        off_topic = topics.pop("off-topic", [])
        found = {"ON_TOPIC, off-topic": auroc([s for scores in topics.values() for s in scores], off_topic)}
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
            "all questions": self.risk(_WEIGHTS.keys() - {"absent"}),
        }

    @property
    def constants(self) -> str:
        """The lines to paste into app/support.py."""
        return (
            f"ON_TOPIC = {self.on_topic.rounded}\nANSWERS = {self.answers.rounded}\n"
            f"ON_TOPIC_AT, ANSWERS_AT = {self.on_topic.at}, {self.answers.at}"
        )

    def as_row(self) -> dict[str, Any]:
        scored = zip(self.examples, self.on_topic.scores, self.answers.scores, self.outcomes, strict=True)
        return {
            "questions": [part.questions for part in self.parts],
            "documents": [part.documents for part in self.parts],
            "results": [
                {
                    "id": e.id,
                    "question": e.question,
                    "label": e.label,
                    "weight": e.weight,
                    "features": list(e.found.values()) if e.found else None,
                    "on_topic": on,
                    "answers": answers,
                    "outcome": outcome,
                }
                for e, on, answers, outcome in scored
            ],
            "skipped": [id for part in self.parts for id in part.skipped],
            "on_topic": {"weights": list(self.on_topic.weights), "at": self.on_topic.at},
            "answers": {"weights": list(self.answers.weights), "at": self.answers.at},
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
        lines += ["", "for app/support.py:", self.constants]
        return "\n".join(lines)


def calibrate(parts: Sequence[Examples]) -> Calibration:
    """Fit both models to all examples of `parts`. Raises UsageError when there is nothing to tell apart."""
    all_examples = [e for part in parts for e in part.examples]
    right = np.array([e.label == "answers" for e in all_examples], dtype=bool)
    on_topic = np.array([e.label != "off-topic" for e in all_examples], dtype=bool)
    weights = np.array([e.weight for e in all_examples])
    answers = _fitted(all_examples, right, weights, right, _KEEP_ANSWERS)  # first: it fails when nothing is right
    topics = _fitted(all_examples, on_topic, np.ones(len(all_examples)), right, _KEEP_ON_TOPIC)
    return Calibration(tuple(parts), topics, answers)


def _fitted(
    of: Sequence[Example],
    positive: npt.NDArray[np.bool_],
    weights: Floats,
    kept: npt.NDArray[np.bool_],
    percent: int,
) -> Fitted:
    """The model of `positive`, its threshold set to keep `percent` per cent of the examples `kept`."""
    features = {i: e.found.values() for i, e in enumerate(of) if e.found}
    fold = folds(of)

    def fit_without(held_out: int | None) -> tuple[float, ...]:
        rows = [i for i in features if fold[i] != held_out]
        return fit(np.array([features[i] for i in rows]), positive[rows], weights[rows])

    models = {n: fit_without(n) for n in sorted(set(fold))}
    scores = [e.score(models[n]) for e, n in zip(of, fold, strict=True)]
    at = threshold([s for s, keep in zip(scores, kept, strict=True) if keep], percent)
    return Fitted(fit_without(None), tuple(scores), at)
