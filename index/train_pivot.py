"""Learns which Vietnamese terms say the same: `python -m index.train_pivot DATA_DIR [--exclude QUERIES ...]`.

Two terms that the same English words are translated by are likely to mean the same (pivoting): p(other | term) is the
sum over English words of p(word | term) p(other | word), both by IBM Model 1 over parallel sentences.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from index.paraphrase import TABLE
from index.train_translate import (
    FUNCTION_SYLLABLES,
    Sentence,
    cells,
    is_shipped,
    model1,
    run,
    vocabulary,
)
from index.translate import Table

_NOTICE = "Vietnamese terms that say the same, as learned by index/train_pivot.py from\n"
_ENGLISH, _SYLLABLE, _BIGRAM = 3, 4, 5  # least number of sentences a word, syllable, pair stands in
_ITERATIONS = 4
_LEAST = 0.005  # of both probabilities of a word and a term
_KNOWN = 0.01  # least share of a term in what its translations are translated by: below, they are not its own
_LIKELY = 0.08  # least share of a paraphrase beside the term itself
_MOST = 8  # paraphrases of a term


def learn(sentences: Sequence[Sentence]) -> Table:
    """Term -> {other term: how likely beside itself}, the likeliest first; the same in both directions."""
    english = vocabulary((s.english for s in sentences), _ENGLISH)
    vietnamese = vocabulary((s.vietnamese for s in sentences), _SYLLABLE, _BIGRAM)
    found = cells(sentences, english, vietnamese)
    forward = model1(found.pair, found.english, found.there, _ITERATIONS)
    backward = model1(found.pair, found.vietnamese, found.here, _ITERATIONS)
    keep = (found.english > 0) & (found.vietnamese > 0) & (forward > _LEAST) & (backward > _LEAST)
    words, terms = list(english), list(vietnamese)
    meanings: dict[str, list[tuple[str, float, float]]] = defaultdict(list)  # English -> (term, p(term | it), reverse)
    for n in np.flatnonzero(keep):
        word, term = words[found.english[n] - 1], terms[found.vietnamese[n] - 1]
        if is_shipped(word, term) and _has_content(term):
            meanings[word].append((term, float(forward[n]), float(backward[n])))
    shares: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for said in meanings.values():
        for term, _, reverse in said:
            for other, onward, _ in said:
                shares[term][other] += reverse * onward
    return _both_ways({term: _likeliest(term, others) for term, others in shares.items()})


def _has_content(term: str) -> bool:
    return not FUNCTION_SYLLABLES & set(term.split("_")) and not term.isdecimal()


def _likeliest(term: str, others: dict[str, float]) -> dict[str, float]:
    itself = others[term]
    if itself < _KNOWN:
        return {}
    beside = {o: min(1.0, p / itself) for o, p in others.items() if o != term}
    likely = sorted(((p, o) for o, p in beside.items() if p >= _LIKELY), key=lambda pair: (-pair[0], pair[1]))
    return {o: round(p, 2) for p, o in likely[:_MOST]}


def _both_ways(found: Table) -> Table:
    """`found` in both directions; a term is no paraphrase of one it shares a syllable with, which is found anyway."""
    both: Table = {}
    for term, others in found.items():
        for other, p in others.items():
            if not set(term.split("_")) & set(other.split("_")):
                for a, b in ((term, other), (other, term)):
                    row = both.setdefault(a, {})
                    row[b] = max(p, row.get(b, 0.0))
    return {term: dict(sorted(both[term].items(), key=lambda item: (-item[1], item[0]))) for term in sorted(both)}


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns the exit status: 0 done, 2 wrong usage."""
    return run(argv, "index.train_pivot", _NOTICE, TABLE, learn)


if __name__ == "__main__":
    sys.exit(main())
