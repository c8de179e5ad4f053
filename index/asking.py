"""The words of a question that only ask: "bao nhiêu" and "là gì" stand in few answers and weigh much as rare pairs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from index.text import fold, key, syllables, terms

# Without them nDCG@10 goes from 0.813 to 0.829 (questions on the bundled corpus, n=121), from 0.869 to 0.881 (made of
# news sentences, n=400) and from 0.717 to 0.715 (statute headings, n=400). More words (bị, được, có, của) cost a point.
_ASKING = frozenset(map(key, "gì nào đâu ai sao mấy bao giờ khi nhiêu tại thế là vì".split()))
# Without diacritics most of them are other words too: dau is dầu, may is máy, the is thể. In these phrases they ask.
_BARE = re.compile(
    r"\b(?:bao (?:nhieu|gio|lau)|khi nao|may gio|luc nao|(?:tai|vi|lam) sao|(?:nhu )?the nao|la (?:gi|ai|sao)|o dau"
    r"|gi|nao|nhieu|sao|ai)\b"
)


def asking(words: Sequence[str]) -> list[bool]:
    """Which of `words` (the syllables of a question) only ask; none when all do."""
    if any(fold(word) != word for word in words):
        found = [word in _ASKING for word in words]
    else:
        text = " ".join(words)
        spans = [match.span() for match in _BARE.finditer(text)]
        found, at = [], 0
        for word in words:
            found.append(any(start <= at < end for start, end in spans))
            at += len(word) + 1
    return found if not all(found) else [False] * len(words)


def without_asking(query: str, words: Sequence[str] | Mapping[str, float]) -> dict[str, float]:
    """The search terms `words` of the Vietnamese `query`, as often as each counts, less those of what only asks. A pair
    of a word that asks and one that does not stays: "khu nào" says that a zone is meant."""
    weights: dict[str, float] = dict(words) if isinstance(words, Mapping) else dict(Counter(words))
    asked = syllables(query)
    gone = Counter(term for run in _runs(asked, asking(asked)) for term in terms(" ".join(run)))
    for term in gone:
        weights[term] = weights.get(term, 0) - gone[term]
    left = {term: weight for term, weight in weights.items() if weight > 0}
    if isinstance(words, Mapping):  # typed without diacritics: the accented spellings of what is gone go too
        left = {term: weight for term, weight in left.items() if _folded(term) not in gone or _folded(term) in left}
    return left


def _folded(term: str) -> str:
    return "~" + fold(term.lstrip("~"))


def _runs(words: Sequence[str], chosen: Sequence[bool]) -> list[list[str]]:
    """The chosen words, neighbours together."""
    found: list[list[str]] = []
    for i, word in enumerate(words):
        if chosen[i]:
            if i and chosen[i - 1]:
                found[-1].append(word)
            else:
                found.append([word])
    return found
