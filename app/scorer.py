"""How well a text matches the words of a question: shares of its words and of their pairs, by how rare they are."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from functools import cached_property

from app.question import Kind, Question
from index.paraphrase import paraphrases
from index.search import Index
from index.text import fold, marks, syllables
from index.translate import expand, translations

_K1, _B, _MEAN_LENGTH = 1.2, 0.4, 30.0  # BM25 within a sentence; 30 syllables is a usual sentence of a report

ASKS_NAMED: tuple[Kind, ...] = ("definition", "list", "which")
QUOTED_HEAD = re.compile(r"[“\"]([^”\"]{2,60})[”\"](?:\s[^”,.;:]{1,40}?)?\s+(?:là|nghĩa là|gồm|có nghĩa)\b")


class Scorer:
    """Scores text against one question over one index."""

    def __init__(self, question: Question, index: Index) -> None:
        self.question, self._index = question, index
        weights = _term_weights(question, index)
        # A term no passage holds cannot tell sentences apart.
        self._weights = {term: w for term, w in weights.items() if index.lexical.frequency(term)}
        self._words = word_weights(question, index)
        self._bare = {word: "~" + fold(word) for word in self._words}
        self._words_mass = sum(self._words.values()) or 1.0
        self._mass = sum(self._weights.values()) or 1.0
        if question.language == "en":
            # What is known ("Hau Giang") must not count for a whole question whose words have no translation here.
            self._mass += sum(w for word, w in self._words.items() if not known_word(word, question, index))
        self._translations = {w: _known(w, index) for w in question.words} if question.language == "en" else {}
        self._pairs = _pairs(question, index)

    @property
    def word_weights(self) -> dict[str, float]:
        return self._words

    @property
    def mass_of_words(self) -> float:
        return self._words_mass

    @cached_property
    def followers(self) -> dict[str, set[str]]:
        """Which bare syllables follow each in the question as typed."""
        found: dict[str, set[str]] = {}
        typed = [fold(w) for w in syllables(self.question.text)]
        for a, b in itertools.pairwise(typed):
            found.setdefault(a, set()).add(b)
        return found

    def weights_of_syllables(self) -> dict[str, tuple[str, float]]:
        """Syllable, or ~ and bare syllable, of a text -> the word of the question it stands for, and its weight."""
        found: dict[str, tuple[str, float]] = {}
        for word, weight in self._words.items():
            found["~" + fold(word)] = (word, weight * (0.5 if fold(word) != word else 1.0))
        for word, weight in self._words.items():
            found[word] = (word, weight)
            for term, p in self._translations.get(word, {}).items():
                for syllable in term.split("_"):
                    found.setdefault(syllable, (word, weight * min(1.0, 2 * p) / (1 + term.count("_"))))
        return found

    def match(self, bag: Counter[str]) -> float:
        """BM25 of the text with terms `bag` for the question's terms, as a share of the best there could be, 0..1."""
        length = (bag.total() + 2) / 4  # in syllables: n of them make 4n - 2 terms, codes and dates aside
        norm = _K1 * (1 - _B + _B * length / _MEAN_LENGTH)
        found = ((weight, bag[term]) for term, weight in self._weights.items() if term in bag)
        return sum(weight * tf * (_K1 + 1) / (tf + norm) for weight, tf in found) / self._mass

    def coverage(self, bag: Counter[str]) -> float:
        """Share of the question's content words, by idf, that the text holds, 0..1; half for a word whose diacritics
        differ from those typed."""
        total = 0.0
        for word, weight in self._words.items():
            if word in bag:
                total += weight
            elif said := self._translations.get(word):
                # one of two synonyms says it all; "ban" is no sign of "bản"
                total += weight * min(1.0, 2 * sum(p for term, p in said.items() if term in bag))
            elif (bare := self._bare[word]) in bag:
                total += weight * (0.5 if bare[1:] != word else 1.0)
        return total / self._words_mass

    def meant(self, bag: Counter[str]) -> float:
        """`coverage` where a term that says the same as a word will do, as far as it does."""
        if self.question.language == "en":
            return self.coverage(bag)
        total = 0.0
        for word, weight in self._words.items():
            if word in bag:
                total += weight
                continue
            bare = (0.5 if self._bare[word][1:] != word else 1.0) if self._bare[word] in bag else 0.0
            total += weight * max(bare, max((p for t, p in paraphrases(word).items() if t in bag), default=0.0))
        return total / self._words_mass

    def meant_pairs(self, bag: Counter[str]) -> float:
        """`pairs` where a term that says the same as a pair will do, as far as it does."""
        if self.question.language == "en" or not self._typed_pairs:
            return self.pairs(bag)
        mass = sum(weight for _, weight in self._typed_pairs.values())
        total = 0.0
        for pair, (bare, weight) in self._typed_pairs.items():
            if pair in bag or bare in bag:
                total += weight
            else:
                total += weight * max((p for t, p in paraphrases(pair).items() if t in bag), default=0.0)
        return total / mass

    @cached_property
    def _typed_pairs(self) -> dict[str, tuple[str, float]]:
        """The pairs of neighbouring content words as typed -> the same without diacritics, its inverse document
        frequency."""
        content = set(self.question.words)
        pairs = [(a, b) for a, b in itertools.pairwise(syllables(self.question.text)) if {a, b} <= content]
        bare = {f"{a}_{b}": f"~{fold(a)}_{fold(b)}" for a, b in pairs}
        return {pair: (plain, self._index.lexical.idf(plain)) for pair, plain in bare.items()}

    def defines(self, text: str) -> bool:
        """True when `text` defines in quotation marks what an English question asks for: all its words are translations
        of the question's."""
        named = QUOTED_HEAD.match(text)
        if not (named and self._translations and self.question.kind in ASKS_NAMED):
            return False
        said = {fold(s) for found in self._translations.values() for term in found for s in term.split("_")}
        defined = [fold(w) for w in syllables(named.group(1))]
        return len(defined) > 1 and said.issuperset(defined)

    def pairs(self, bag: Counter[str]) -> float:
        """Share of the question's neighbouring content words, by idf, that stand side by side in the text (diacritics
        aside), 0..1. Most Vietnamese words have two syllables: "dân" and "số" apart are not "dân số". Of an English
        word, any translation of two syllables will do. A question without such words ("SIPAS là gì") is taken by its
        single ones."""
        mass = sum(self._pairs.values())
        found = sum(w for terms_of, w in self._pairs.items() if any(term in bag for term in terms_of))
        return found / mass if mass else self.coverage(bag)


def _pairs(question: Question, index: Index) -> dict[tuple[str, ...], float]:
    """Inverse document frequency of the pairs of content words that stand side by side in the question as typed, by
    their term without diacritics. In an English question two such words are a pair only when they are a name; its other
    pairs are words with translations of two syllables, any of which will do."""
    content = set(question.words)
    typed = syllables(question.text)
    pairs = [f"~{fold(a)}_{fold(b)}" for a, b in itertools.pairwise(typed) if a in content and b in content]
    idf, frequency = index.lexical.idf, index.lexical.frequency
    if question.language == "vi":
        return {(pair,): idf(pair) for pair in pairs}
    found: dict[tuple[str, ...], float] = {(pair,): idf(pair) for pair in pairs if frequency(pair)}
    for word in question.words:
        if said := tuple(term for term in translations(word) if "_" in term):
            found[said] = idf(next((term for term in said if frequency(term)), said[0]))
    return found


def known_word(word: str, question: Question, index: Index) -> bool:
    """True when some passage holds `word` of the question, diacritics aside, or a translation of it."""
    return bool(index.lexical.frequency("~" + fold(word)) or (question.language == "en" and _known(word, index)))


def _known(word: str, index: Index) -> dict[str, float]:
    """The translations of an English word that some passage holds, with their shares."""
    return {term: p for term, p in translations(word).items() if index.lexical.frequency(term)}


def _term_weights(question: Question, index: Index) -> dict[str, float]:
    if question.language == "en":
        weights = {term: weight * index.lexical.idf(term) for term, weight in expand(question.text).items()}
    else:
        weights = {term: index.lexical.idf(term) for term in _vietnamese_terms(question)}
    for code in question.codes:
        weights["#" + code] = 2 * index.lexical.idf("#" + code)
    for mark in marks(question.text):
        weights.setdefault(mark, index.lexical.idf(mark))
    return weights


def _vietnamese_terms(question: Question) -> list[str]:
    bare = [fold(w) for w in question.words]
    found = [*question.words, *("~" + w for w in bare)]
    # bigrams only of words that stand side by side in the question as typed
    for a, b in itertools.pairwise(syllables(question.text)):
        if a in question.words and b in question.words:
            found += (f"{a}_{b}", f"~{fold(a)}_{fold(b)}")
    return found


def word_weights(question: Question, index: Index) -> dict[str, float]:
    """Inverse document frequency of each content word of the question (of its bare spelling if only that is known), of
    an English word that of its translations."""
    weights = {w: index.lexical.idf(w if index.lexical.frequency(w) else "~" + fold(w)) for w in question.words}
    if question.language == "en":
        for word in weights:
            if said := _known(word, index):
                weights[word] = sum(p * index.lexical.idf(t) for t, p in said.items()) / sum(said.values())
    return weights


def gloss(question: Question, index: Index) -> str:
    """The content words of an English question, each by its likeliest translation that some passage holds."""
    said = ((w, _known(w, index)) for w in question.words)
    return " ".join(max(known, key=known.__getitem__).replace("_", " ") if known else w for w, known in said)
