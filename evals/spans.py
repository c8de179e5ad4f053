"""Scores answers on questions in SQuAD's form, answered by words of one passage: shown, and told from absent ones."""

from __future__ import annotations

import time
from collections.abc import Collection as Some
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

from app.answer import ask, choose
from app.question import understand
from app.support import score
from app.types import Outcome
from evals import Rate, seconds_row
from evals.calibrate import OUTCOMES, auroc, without
from evals.matching import contains
from evals.retrieval import Collection, indexed
from evals.squad import Asked, Questions
from index.encoder import Encoder
from index.search import Index

ABSENT = ("fact", "topic")
"""What is left out before a question is asked again: its own context, or every context of its article."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one question got."""

    asked: Asked
    outcome: Outcome
    quotes: tuple[str, ...]  # what was shown
    ranked: tuple[bool, ...]  # whether the first, the second … quote chosen for an answer holds the words
    score: float  # what it was decided by, see app.support.score
    absent: Mapping[str, float]  # the same with something left out, by ABSENT
    seconds: float

    @property
    def shown(self) -> bool:
        """True when the words stand in a quote of an answer (of a refusal's nearest place they do not count)."""
        return self.outcome == "answer" and any(_says(quote, self.asked) for quote in self.quotes)

    def as_row(self) -> dict[str, Any]:
        return {
            "id": self.asked.id,
            "question": self.asked.question,
            "answers": list(self.asked.answers),
            "outcome": self.outcome,
            "quotes": list(self.quotes),
            "shown": self.shown,
            "ranked": list(self.ranked),
            "score": self.score,
            "absent": dict(self.absent),
            "seconds": self.seconds,
        }


def _says(quote: str, asked: Asked) -> bool:
    return any(contains(quote, answer) for answer in asked.answers)


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a file; every number is a fold over them."""

    questions: Questions
    results: tuple[Result, ...]

    @property
    def rates(self) -> dict[str, Rate]:
        asked = [r for r in self.results if r.asked.answers]
        rates = {
            "answer shown": Rate.count(r.shown for r in asked),
            "in the quotes chosen": Rate.count(any(r.ranked) for r in asked),
            "in the first of them": Rate.count(any(r.ranked[:1]) for r in asked),
        }
        rates |= {f"outcome {outcome}": Rate.count(r.outcome == outcome for r in asked) for outcome in _OUTCOMES}
        unsaid = [r for r in self.results if not r.asked.answers]
        return rates | ({"not said, not answered": Rate.count(r.outcome != "answer" for r in unsaid)} if unsaid else {})

    @property
    def sentences(self) -> dict[int, int]:
        """How many answers have one quote, two, …"""
        counts = [len(r.quotes) for r in self.results if r.outcome == "answer"]
        return {n: counts.count(n) for n in sorted(set(counts))}

    @property
    def aurocs(self) -> dict[str, float | None]:
        """How well the score tells a question from the same one without its context, without its article, and from
        those the file says have no answer; None when there are no two to tell apart."""
        asked = [r for r in self.results if r.asked.answers]
        scores = [r.score for r in asked]
        found = {
            f"{name} absent": auroc(scores, [r.absent[name] for r in asked if name in r.absent]) for name in ABSENT
        }
        return {**found, "not said": auroc(scores, [r.score for r in self.results if not r.asked.answers])}

    def as_row(self) -> dict[str, Any]:
        return {
            "file": str(self.questions.path),
            "digest": self.questions.digest,
            "contexts": len(self.questions.contexts),
            "results": [r.as_row() for r in self.results],
            "summary": {name: rate.as_row() for name, rate in self.rates.items()},
            "sentences": {str(n): count for n, count in self.sentences.items()},
            "auroc": self.aurocs,
            "seconds": seconds_row([r.seconds for r in self.results]),
        }

    def __str__(self) -> str:
        seconds = seconds_row([r.seconds for r in self.results])
        counts = ", ".join(f"{n}: {count}" for n, count in self.sentences.items())
        lines = [f"{self.questions.path.name}: {len(self.questions.contexts)} contexts, {len(self.results)} questions"]
        lines += [f"{name:32}{rate}" for name, rate in self.rates.items()]
        lines += [f"{'answers by number of quotes':32}{counts}"]
        lines += [f"{f'AUROC, {name}':32}{value:.4f}" for name, value in self.aurocs.items() if value is not None]
        return "\n".join([*lines, f"{'seconds per question':32}p50 {seconds['p50']:.3f}, p95 {seconds['p95']:.3f}"])


_OUTCOMES: tuple[Outcome, ...] = (*OUTCOMES, "correction")


def measure(questions: Questions, encoder: Encoder) -> Report:
    """Ask every question of all the contexts, then again without its own and without its article's."""
    collection = Collection(questions.path, questions.contexts, {}, {}, questions.digest)
    articles = {d.id: d.source for d in questions.contexts}
    with indexed(collection, encoder) as index:
        rows = tqdm(questions.asked, "questions", disable=None, leave=False)
        return Report(questions, tuple(_result(asked, index, articles) for asked in rows))


def _result(asked: Asked, index: Index, articles: Mapping[str, str]) -> Result:
    started = time.perf_counter()
    answer = ask(asked.question, index)
    seconds = time.perf_counter() - started
    question = understand(asked.question)
    quotes = choose(question, index) if question.words else []
    return Result(
        asked=asked,
        outcome=answer.outcome,
        quotes=tuple(c.quote for c in answer.citations),
        ranked=tuple(_says(q.text, asked) for q in quotes),
        score=score(question, quotes, index) if quotes else 0.0,
        absent=_absent(asked, index, articles) if asked.answers else {},
        seconds=seconds,
    )


def _absent(asked: Asked, index: Index, articles: Mapping[str, str]) -> dict[str, float]:
    gone = {"fact": [asked.context]}
    if asked.article:
        gone["topic"] = [id for id, article in articles.items() if article == asked.article]
    return {name: _score_without(asked.question, index, ids) for name, ids in gone.items()}


def _score_without(text: str, index: Index, documents: Some[str]) -> float:
    view = without(index, {p.id for p in index.passages if p.document in documents})
    question = understand(text)
    quotes = choose(question, view) if question.words else []
    return score(question, quotes, view) if quotes else 0.0
