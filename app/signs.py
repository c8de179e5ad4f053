"""Signs that a sentence answers a question: what of the question stands in it and near it, and what it offers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from app.question import Question
from app.scorer import Scorer
from app.wants import NEW, OFFERS, WANTED, Offers, offers, wanted
from index.asking import asking
from index.text import fold, syllables

MATCHES = (
    "pairs",  # of the question's pairs of neighbouring words, those in the sentence
    "context",  # coverage by the sentence, its passage, headings and title
    "passage pairs",
    "passage share",  # BM25 of the passage
    "around",  # coverage by the sentence, the one before and the headings
    "after",  # the same with the one behind
    "rarest",  # the rarest word of the question is there
    "second rarest",
    "best in passage",  # how far coverage is behind that of the best sentence of the passage
    "cosine in passage",
    "cosine behind",  # how far the cosine is behind that of the best sentence of all
    "coverage behind",
    "length",
    "short",
    "first",  # of its passage
    "names",  # share of the question's capitalised words in the sentence
    "names of passage",
    "numbers",  # share of its years and numbers
    "run",  # longest run of the question's words, as they follow each other there
    "together",  # most of the question's content within twelve words
    "near item",  # of the question's content within eight words of the nearest thing that may be the one asked for
    "item",  # there is such a thing
    "no item known",
    "asks",  # the sentence is a question
    "context behind",  # how far the coverage by the passage is behind the best
    "said of",  # the words beside the asking word stand in the sentence
    "said of, passage",
    "meant",  # coverage where a word that says the same will do, by the sentence
    "meant pairs",
    "meant, passage",
    "meant pairs, passage",
)

# Sort of thing that may be the one asked for -> what offers it, and what is wanted -> the sort.
_ITEMS = {
    "time": ("day", "year", "time", "duration"),
    "number": ("duration", "money", "share", "measure", "age", "ordinal", "people", "number"),
    "who": ("person", "name", "foreign", "body"),
    "place": ("place", "name", "foreign"),
    "document": ("document", "code"),
    "reason": ("cause",),
    "end": ("purpose",),
    "way": ("manner",),
}
_ITEMS_FOR = {
    "day": "time", "year": "time", "time": "time",
    "duration": "number", "money": "number", "share": "number", "measure": "number", "age": "number",
    "ordinal": "number", "number": "number",
    "who": "who", "body": "who", "name": "who", "place": "place", "document": "document",
    "why": "reason", "purpose": "end", "how": "way",
}  # fmt: skip
_AT = {name: i for i, name in enumerate(OFFERS)}
_WINDOW, _NEAR = 12, 8  # words


@dataclass(frozen=True, slots=True)
class Spot:
    """A sentence that may be quoted, with what is known of it whatever is asked."""

    text: str
    bag: Counter[str]
    passage: int  # number of its passage among those found

    @property
    def offers(self) -> Offers:
        return offers(self.text)


@dataclass(frozen=True, slots=True)
class Place:
    """A passage found: the terms of it with its headings and title, and of those alone."""

    bag: Counter[str]
    heads: Counter[str]


class Asked:
    """What of a question its signs are worked out from."""

    def __init__(self, question: Question, scorer: Scorer) -> None:
        self.question, self.scorer = question, scorer
        self.wanted = wanted(question)
        self.words = frozenset(map(fold, syllables(question.text)))
        self.weights = scorer.weights_of_syllables()
        self.bare_weights = {w[1:]: found for w, found in self.weights.items() if w[0] == "~"}
        self.mass = scorer.mass_of_words or 1.0
        rare = sorted(scorer.word_weights.items(), key=lambda item: -item[1])
        self.rarest = [word for word, _ in rare[:2]]
        self.names = _names(question)
        sorts = [_ITEMS_FOR[w] for w, on in zip(WANTED, self.wanted, strict=True) if on and w in _ITEMS_FOR]
        self.items = tuple(dict.fromkeys(_AT[name] for sort in sorts for name in _ITEMS[sort]))
        self.beside = _beside_asking(question)


def _names(question: Question) -> list[str]:
    words = question.text.split()[1:]
    return [fold(s) for word in words if word[:1].isupper() for s in syllables(word) if s.isalpha()]


def _beside_asking(question: Question) -> dict[str, float]:
    """The content words of a Vietnamese question up to three words from one that asks -> 1 / how far."""
    words = syllables(question.text)
    asks = asking(question.text)
    if question.language == "en" or len(asks) != len(words) or not any(asks):
        return {}
    found: dict[str, float] = {}
    content = set(question.words)
    spots = [i for i, on in enumerate(asks) if on]
    for i in spots:
        for j in range(max(0, i - 3), min(len(words), i + 4)):
            if words[j] in content and not asks[j]:
                found[words[j]] = max(found.get(words[j], 0.0), 1.0 / abs(i - j))
    return found


def signs(
    asked: Asked,
    spots: Sequence[Spot],
    places: Sequence[Place],
    coverage: npt.NDArray[np.float64],
    cosines: npt.NDArray[np.float32],
    kept: Sequence[int],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The values of MATCHES and of OFFERS for those of `spots` that are `kept`, shapes (kept, …); `coverage` and
    `cosines` are of all spots."""
    scorer = asked.scorer
    context = np.array([scorer.coverage(p.bag) for p in places])
    pairs = np.array([scorer.pairs(p.bag) for p in places])
    share = np.array([scorer.match(p.bag) for p in places])
    meant = [scorer.meant(p.bag) for p in places]
    meant_pairs = [scorer.meant_pairs(p.bag) for p in places]
    of = np.array([s.passage for s in spots])
    best = np.array([coverage[of == p].max() for p in of])
    nearest = np.array([cosines[of == p].max() for p in of])
    ctx = np.maximum(coverage, context[of])
    rows = []
    for i in kept:
        spot = spots[i]
        before = spots[i - 1].bag if i and spots[i - 1].passage == spot.passage else Counter[str]()
        after = spots[i + 1].bag if i + 1 < len(spots) and spots[i + 1].passage == spot.passage else Counter[str]()
        place = places[spot.passage]
        line = _line(asked, spot)
        near, item = _near(asked, spot, line)
        n = len(spot.offers.words)
        rows.append(
            (
                scorer.pairs(spot.bag),
                ctx[i],
                pairs[spot.passage],
                share[spot.passage],
                scorer.coverage(_Either(spot.bag, before, place.heads)),
                scorer.coverage(_Either(spot.bag, after, place.heads)),
                float(bool(asked.rarest) and _has(asked.rarest[0], spot.bag)),
                float(len(asked.rarest) > 1 and _has(asked.rarest[1], spot.bag)),
                coverage[i] - best[i],
                cosines[i] - nearest[i],
                cosines[i] - cosines.max(),
                coverage[i] - coverage.max(),
                math.log(n + 1) - 3.3,
                float(n < 6),
                float(not before),
                _share(asked.names, spot.bag),
                _share(asked.names, place.bag),
                _share(asked.question.numbers, spot.bag),
                _run(asked, spot) / (len(asked.words) or 1),
                _together(line, _WINDOW) / asked.mass,
                near / asked.mass,
                item,
                float(not asked.items),
                float(spot.text.rstrip("”\"' ").endswith("?")),
                ctx[i] - ctx.max(),
                _beside(asked, spot.bag),
                _beside(asked, place.bag),
                scorer.meant(spot.bag),
                scorer.meant_pairs(spot.bag),
                meant[spot.passage],
                meant_pairs[spot.passage],
            )
        )
    return np.array(rows), np.array([_offered(asked, spots[i]) for i in kept])


def _beside(asked: Asked, bag: Counter[str]) -> float:
    mass = sum(asked.beside.values())
    return sum(w for word, w in asked.beside.items() if _has(word, bag)) / mass if mass else 0.5


class _Either(Counter[str]):
    """Terms of several texts."""

    def __init__(self, *bags: Counter[str]) -> None:
        super().__init__()
        self._bags = bags

    def __contains__(self, term: object) -> bool:
        return any(term in bag for bag in self._bags)


def _has(word: str, bag: Counter[str]) -> bool:
    return word in bag or "~" + fold(word) in bag


def _share(words: Sequence[str], bag: Counter[str]) -> float:
    return sum(_has(w, bag) for w in words) / len(words) if words else 0.5


def _line(asked: Asked, spot: Spot) -> list[tuple[str, float]]:
    """For each word of the sentence the word of the question it stands for and its weight; ("", 0) for none."""
    weights, bare = asked.weights, asked.bare_weights
    both = zip(spot.offers.words, spot.offers.bare, strict=True)
    return [weights.get(word) or bare.get(plain) or _NOTHING for word, plain in both]


_NOTHING = ("", 0.0)


def _together(line: Sequence[tuple[str, float]], width: int) -> float:
    best = 0.0
    for i in range(0, max(1, len(line) - width + 1), 2):
        best = max(best, sum({w: v for w, v in line[i : i + width] if v}.values()))
    return best


def _near(asked: Asked, spot: Spot, line: Sequence[tuple[str, float]]) -> tuple[float, float]:
    """(weight of the question's words near the best thing that may be the one asked for, whether there is one)."""
    best, there = 0.0, 0.0
    for at in asked.items:
        for start, end in spot.offers.spots[at]:
            if not new(asked, OFFERS[at], spot.offers.bare[start:end]):
                continue
            there = 1.0
            around = [*line[max(0, start - _NEAR) : start], *line[end : end + _NEAR]]
            best = max(best, sum({w: v for w, v in around if v}.values()))
    return best, there


def new(asked: Asked, offer: str, bare: Sequence[str]) -> bool:
    """True when the thing of the sort `offer` that these words without diacritics tell is not in the question
    already."""
    return offer not in NEW or not asked.words.issuperset(bare)


def _run(asked: Asked, spot: Spot) -> int:
    follows = asked.scorer.followers
    best = run = 0
    for a, b in pairwise(spot.offers.bare):
        run = run + 1 if b in follows.get(a, ()) else 0
        best = max(best, run)
    return best


def _offered(asked: Asked, spot: Spot) -> list[float]:
    """For each of OFFERS whether the sentence has something of it that the question does not, shape (OFFERS,)."""
    return [
        float(any(new(asked, name, spot.offers.bare[a:b]) for a, b in found))
        for name, found in zip(OFFERS, spot.offers.spots, strict=True)
    ]
