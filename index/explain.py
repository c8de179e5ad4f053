"""Why a search found what it found: the scores of both halves, their own ranks, the terms that matched, the time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from index.filters import Filter
from index.fusion import CLOSENESS
from index.search import Index
from index.text import fold, syllables
from index.types import Hit


@dataclass(frozen=True, slots=True)
class Found:
    """One passage found, and why."""

    hit: Hit
    lexical_z: float
    dense_z: float
    lexical_rank: int | None  # place from 1 by BM25 alone, among all passages admitted; None when no term matched
    dense_rank: int  # place from 1 by cosine alone; equal scores share one
    closeness: float  # 0..1, see `index.closeness`
    terms: Mapping[str, float]  # what each matched term (see `index.text.terms`) adds to the BM25, strongest first

    def as_row(self) -> dict[str, Any]:
        passage, document = self.hit.passage, self.hit.document
        return {
            "passage": passage.id,
            "document": document.id,
            "title": document.title,
            "headings": list(passage.headings),
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "score": self.hit.score,
            "lexical": {"score": self.hit.lexical, "z": self.lexical_z, "rank": self.lexical_rank},
            "dense": {"score": self.hit.dense, "z": self.dense_z, "rank": self.dense_rank},
            "closeness": self.closeness,
            "terms": dict(self.terms),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """A search and how it came about; `found` are the hits of `Index.search`, in the same order."""

    query: str
    understood: str  # cleaned, Telex and VNI undone
    english: bool
    terms: Mapping[str, float]  # searched by the lexical half and held by a passage it may find: how often each counts
    unknown: int  # number of terms no such passage holds
    # score = (1 - dense_weight) * lexical_z + dense_weight * dense_z + closeness_weight * closeness
    dense_weight: float
    closeness_weight: float
    passages: int  # number of passages the filter admits
    found: tuple[Found, ...]
    seconds: Mapping[str, float]  # of each step of the search, in order

    def as_row(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "understood": self.understood,
            "language": "en" if self.english else "vi",
            "terms": dict(self.terms),
            "unknown_terms": self.unknown,
            "dense_weight": self.dense_weight,
            "closeness_weight": self.closeness_weight,
            "passages": self.passages,
            "results": [{"rank": n, **found.as_row()} for n, found in enumerate(self.found, start=1)],
            "seconds": dict(self.seconds),
        }


def explain(index: Index, query: str, k: int = 10, where: Filter | None = None) -> Explanation:
    """`index.search(query, k, where)` with what it worked out on the way."""
    index = index.within(where)
    scored = index.score(query, k)
    known = {term: weight for term, weight in scored.terms.items() if index.lexical.frequency(term)}
    found = tuple(
        Found(
            hit=scored.hit(i),
            lexical_z=float(scored.lexical_z[i]),
            dense_z=float(scored.dense_z[i]),
            lexical_rank=lexical_rank if scored.lexical[i] > 0 else None,
            dense_rank=dense_rank,
            closeness=float(scored.closeness[i]),
            terms=_strongest_first(index.lexical.parts(int(scored.rows[i]), scored.terms)),
        )
        for i, (lexical_rank, dense_rank) in enumerate(zip(*scored.ranks(), strict=True))
    )
    return Explanation(
        query=query,
        understood=scored.query,
        english=scored.english,
        terms=_strongest_first(known),
        unknown=len(scored.terms) - len(known),
        dense_weight=scored.dense_weight,
        closeness_weight=CLOSENESS,
        passages=index.size,
        found=found,
        seconds=scored.seconds,
    )


def _strongest_first(terms: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(terms.items(), key=lambda item: -item[1]))  # equal ones stay in order


_TOLD = 0.8  # share of a BM25 whose terms are marked: with all of it, "của" and "là" would be


def strongest(terms: Mapping[str, float]) -> list[str]:
    """Of `terms` (strongest first) those that make up four fifths of their sum."""
    chosen, rest = [], _TOLD * sum(terms.values())
    for term, score in terms.items():
        if rest <= 0:
            break
        chosen.append(term)
        rest -= score
    return chosen


def words(terms: Mapping[str, float]) -> dict[str, float]:
    """`terms` as a person would say them: those with and without diacritics together, `đột_phá` as "đột phá", codes and
    dates without their sign; strongest first."""
    named: dict[str, str] = {}  # by its form without diacritics, the word as it is written if that matched
    total: dict[str, float] = {}
    for term, score in terms.items():
        word = term.lstrip("~#@").replace("_", " ")
        bare = fold(word)
        if bare not in named or not term.startswith("~"):
            named[bare] = word
        total[bare] = total.get(bare, 0.0) + score
    return {named[bare]: score for bare, score in _strongest_first(total).items()}


def matched(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Places `[start, end)` in `text` where one of `terms` stands, in order; neighbouring ones are one."""
    wanted = set(terms)
    spans = [(m.start(), m.end()) for m in re.finditer(r"[^\W_]+", text)]
    spelled = ["".join(syllables(text[start:end])) for start, end in spans]

    def stands(term: str) -> bool:
        return term in wanted or "~" + fold(term) in wanted

    marked = {i for i, syllable in enumerate(spelled) if stands(syllable)}
    for i, (one, other) in enumerate(pairwise(spelled)):
        if stands(f"{one}_{other}"):
            marked |= {i, i + 1}
    places: list[tuple[int, int]] = []
    for i in sorted(marked):
        start, end = spans[i]
        if places and not text[places[-1][1] : start].strip():
            places[-1] = (places[-1][0], end)
        else:
            places.append((start, end))
    return places
