"""How close together the words of a question stand in a passage: an answer says most of them within a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import zip_longest

from index.lexical import Lexical
from index.text import bare_syllables

_WINDOW = 30  # syllables; development questions find as much between 25 and 40


def idf_of_words(terms: Mapping[str, float], lexical: Lexical) -> dict[str, float]:
    """The syllables and pairs that the search `terms` of a query hold, without diacritics, and what each weighs."""
    return {term[1:]: lexical.idf(term) for term in terms if term[0] == "~"}


def closeness(text: str, weights: Mapping[str, float]) -> float:
    """The share, 0 to 1, of all `weights` whose words stand within some 30 syllables of `text`, at most."""
    total = sum(weights.values())
    if not total:
        return 0.0
    bare = bare_syllables(text)
    found = []
    for at, (word, following) in enumerate(zip_longest(bare, bare[1:])):
        if word in weights:  # a pair's words have a weight each
            found.append((at, word))
            if (pair := f"{word}_{following}") in weights:
                found.append((at, pair))
    inside: Counter[str] = Counter()
    best = now = 0.0
    first = 0
    for at, word in found:
        inside[word] += 1
        if inside[word] == 1:
            now += weights[word]
        while found[first][0] <= at - _WINDOW:
            gone = found[first][1]
            inside[gone] -= 1
            if not inside[gone]:
                now -= weights[gone]
            first += 1
        best = max(best, now)
    return min(best / total, 1.0)
