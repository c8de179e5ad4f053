"""The accented spellings that a question typed without diacritics may mean, weighed by what stands in the corpus."""

from __future__ import annotations

import itertools
import json
import operator
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from index.lexical import Lexical
from index.text import fold, syllables, terms

Spellings = Mapping[str, Sequence[str]]
"""Folded syllable -> its spellings in the corpus, the commonest first."""

_MOST = 8  # spellings kept of a syllable
_RARE = 0.01  # of all that a syllable stands for; rarer spellings are left to the folded terms
_FILE, _WORDS = "spellings.json", "words.json"

# Chosen on held-out news titles and statute titles (evals/LOG.md): nDCG@10 grows with the first up to 0.999, and is
# flat in the others.
_PAIR = 0.999  # share of a pair's own count in p(next | this); the rest is the count of the next alone
_PAIR_WEIGHT = 0.5
_LEAST = 0.1  # posterior below which a spelling is not searched


def collect(words: Iterable[str], lexical: Lexical) -> tuple[Spellings, list[str]]:
    """The spellings of the syllables `lexical` holds, by the passages with each, and all these syllables in order;
    `words` names all of them, and maybe others."""
    counts = {word: n for word, n in lexical.frequencies(sorted(words)).items() if n}
    found: dict[str, list[str]] = {}
    for word in counts:
        found.setdefault(fold(word), []).append(word)
    return {bare: _commonest(written, counts) for bare, written in found.items() if written != [bare]}, list(counts)


def _commonest(written: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    least = _RARE * sum(counts[s] for s in written)
    kept = [s for s in written if counts[s] >= least]
    return sorted(kept, key=lambda s: (-counts[s], s))[:_MOST]


def save(spellings: Spellings, words: Sequence[str], folder: Path) -> None:
    (folder / _FILE).write_text(json.dumps(spellings, ensure_ascii=False), encoding="utf-8")
    (folder / _WORDS).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")


def words(folder: Path) -> list[str]:
    """The syllables that `save` wrote, for the next index to start from. Raises OSError or ValueError."""
    found = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
    if not isinstance(found, list):
        raise ValueError(f"{folder / _WORDS} holds no list")
    return found


def load(folder: Path) -> Spellings:
    """What `save` wrote. Raises OSError or ValueError when it cannot be read."""
    spellings: Spellings = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return spellings


def weigh(query: str, spellings: Spellings, lexical: Lexical) -> Sequence[str] | Mapping[str, float]:
    """Search terms of `query` (see `index.text.terms`); weighted when it is typed without diacritics, or some of it
    is: the folded terms weigh 1 as always, an accented spelling as much as it is probable in its place, a pair of them
    half as much."""
    words = syllables(query)
    bare = [word for word in words if word in spellings]
    if any(fold(word) != word for word in words):
        # Beside accented words only one that the corpus never has bare shows that some were left out. nDCG@10 of
        # government news, n=600: every other word bare 0.844 to 0.862, as typed 0.876; 0.870 without this condition.
        bare = [word for word in bare if word not in spellings[word]]
    if not bare:
        return terms(query)
    weights: dict[str, float] = {**Counter(term for term in terms(query) if term[0] in "~#@")}
    for term, probability in posteriors([spellings.get(word, (word,)) for word in words], lexical):
        if probability >= _LEAST:
            weights[term] = weights.get(term, 0) + probability * (_PAIR_WEIGHT if "_" in term else 1)
    return weights


def posteriors(places: Sequence[Sequence[str]], lexical: Lexical) -> Iterator[tuple[str, float]]:
    """(spelling or pair, probability) for every place, in order, then for every two neighbours; `places` holds the
    spellings that may stand in each.

    Forward and backward sums over a chain: a spelling follows another as often as passages hold the pair.
    """
    counts = [[lexical.frequency(s) or 0.1 for s in place] for place in places]
    steps = [_step(*pair, counts[i], counts[i + 1], lexical) for i, pair in enumerate(itertools.pairwise(places))]
    forward = [_shares(counts[0])]
    for step in steps:
        columns = zip(*step, strict=True)
        forward.append(_shares([_dot(forward[-1], column) for column in columns]))
    backward = [[1.0] * len(counts[-1])]
    for step in reversed(steps):
        backward.insert(0, _shares([_dot(row, backward[0]) for row in step]))
    for place, before, after in zip(places, forward, backward, strict=True):
        yield from zip(place, _shares([p * q for p, q in zip(before, after, strict=True)]), strict=True)
    for i, (step, after) in enumerate(zip(steps, backward[1:], strict=True)):
        joint = [p * q * r for p, row in zip(forward[i], step, strict=True) for q, r in zip(row, after, strict=True)]
        pairs = [f"{a}_{b}" for a in places[i] for b in places[i + 1]]
        yield from zip(pairs, _shares(joint), strict=True)


def _step(
    here: Sequence[str], there: Sequence[str], counts: Sequence[float], following: Sequence[float], lexical: Lexical
) -> list[list[float]]:
    """p(next | this), a row for every spelling here."""
    alone = [(1 - _PAIR) * count / lexical.size for count in following]
    return [
        [_PAIR * lexical.frequency(f"{a}_{b}") / count + rest for b, rest in zip(there, alone, strict=True)]
        for a, count in zip(here, counts, strict=True)
    ]


def _shares(values: Sequence[float]) -> list[float]:
    total = sum(values)
    return [value / total for value in values]


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(map(operator.mul, a, b), 0.0)
