"""The words of a question that only ask: "bao nhiêu" and "là gì" stand in few answers and weigh much as rare pairs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from index.text import fold, key, syllables, terms

# Without them nDCG@10 goes from 0.845 to 0.859 (Vietnamese questions on the bundled corpus, n=121) and from 0.864 to
# 0.876 (made of government news, n=600). Phrases, for most of their words ask only here: lợi thế, giờ làm việc, bao bì.
_PHRASES = (
    "bao nhiêu", "bao giờ", "bao lâu", "khi nào", "lúc nào", "hồi nào", "mấy giờ", "tại sao", "vì sao", "làm sao",
    "ra sao", "thì sao", "như thế nào", "như nào", "thế nào", "ở đâu", "là gì", "là ai", "là sao", "là bao nhiêu",
    "là khi nào", "do ai", "của ai", "cho ai", "với ai", "bởi ai",
)  # fmt: skip
# Alone only what always asks, and "ai" where a question begins. Without diacritics dau is also dầu, may also máy.
_ALONE = "gì gi nào nao đâu mấy".split()


def _either(word: str) -> str:
    """A pattern of `word` with its diacritics and without."""
    return f"(?:{key(word)}|{fold(word)})"


_ASKS = re.compile(
    r"\b(?:"
    + "|".join(" ".join(map(_either, phrase.split())) for phrase in sorted(_PHRASES, key=len, reverse=True))
    + "|".join(("", *map(key, _ALONE), "^ai"))
    + r")\b"
)
_WORD = re.compile(r"[^\W_]+")


def asking(question: str) -> list[bool]:
    """Which of the syllables of `question` only ask; none when all do.

    A word all in capitals among others is a name: "AI" is not "ai" (who).
    """
    shouted = question.isupper()
    words = [word if word.isupper() and not shouted else key(word) for word in _WORD.findall(question)]
    spans = [match.span() for match in _ASKS.finditer(" ".join(words))]
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
    gone = Counter(term for run in _runs(asked, asking(query)) for term in terms(" ".join(run)))
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
