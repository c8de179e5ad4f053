"""Trains the English-Vietnamese word table: `python -m index.train_translate DATA_DIR [--exclude QUERIES.jsonl ...]`.

IBM Model 1 (expectation maximisation, no order, no fertility) between the words of an English sentence and the search
terms of its translation, in both directions. A pair of words stands in the table when each direction believes in it:
that is what keeps "của" and "là" out, which follow every word and are explained by none. A few minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.console import never_fail
from index.errors import UsageError
from index.text import VERSION, clean, fold, syllables, terms
from index.train_data import LICENCES, Excluded, is_held_out_translation, read_excluded, read_rows
from index.translate import FUNCTION_WORDS, TABLE, Table, base_forms, write_table

Ints = npt.NDArray[np.int32] | npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """What one training run is made of."""

    iterations: int = 5
    english: int = 3  # sentences an English word must stand in
    inflected: int = 20  # a form of fewer sentences whose base form is known has no line of its own
    syllable: int = 3  # sentences a Vietnamese syllable must stand in
    bigram: int = 8  # sentences a pair of syllables must stand in
    longest: int = 80  # words of either side; a longer row is no sentence
    forward: float = 0.04  # least p(Vietnamese | English)
    backward: float = 0.005  # least p(English | Vietnamese)
    most: int = 6  # terms of one English word


# A pair of syllables with one of these says nothing its other syllable does not ("của_tỉnh"); chosen by reading.
FUNCTION_SYLLABLES = frozenset(
    "của và một các những tại ở đã được là cho với trong để có này đó khi từ vào đến ra như không thì mà về sẽ bị do "
    "bởi cũng".split()
)

_NOTICE = """English words, what they are called in Vietnamese and how probably, as learned by index/train_translate.py.
Only single words, pairs of syllables and numbers stand here, no text of the sources. Sources and their licences:
"""


@dataclass(frozen=True)
class Sentence:
    """The words of an English sentence and the terms of its translation, each once, in order of appearance."""

    english: tuple[str, ...]
    vietnamese: tuple[str, ...]


# ---------------------------------------------------------------- reading


def read_sentences(
    folder: Path, excluded: Excluded | None = None, settings: Settings | None = None
) -> tuple[list[Sentence], list[str]]:
    """The sentence pairs of `folder/envi_*.jsonl.xz` and what was read, one line per file.

    :raises UsageError: no such file in `folder`, or one that cannot be read.
    """
    longest = (settings or Settings()).longest
    paths = sorted(folder.glob("envi_*.jsonl.xz"))
    if not paths:
        raise UsageError(f"{folder} holds no envi_*.jsonl.xz file; give the folder of the training data")
    sentences, files = [], []
    for path in paths:
        rows = dropped = 0
        for row in read_rows(path):
            rows += 1
            if is_held_out_translation(row):
                continue
            if excluded and excluded.overlaps(row):
                dropped += 1
                continue
            sentence = Sentence(english_words(row["en"]), vietnamese_terms(row["vi"]))
            if len(sentence.english) <= longest and len(sentence.vietnamese) <= 2 * longest:
                sentences.append(sentence)
        name = path.name.removesuffix(".jsonl.xz")
        files.append(f"{name}: {rows} rows, {dropped} dropped; licence {LICENCES.get(name, 'unknown')}")
    return sentences, files


def english_words(text: str) -> tuple[str, ...]:
    """The words of `text`, each once."""
    return tuple(dict.fromkeys(syllables(clean(text))))


def vietnamese_terms(text: str) -> tuple[str, ...]:
    """The search terms of `text` as written, each once: syllables and bigrams, no folded forms, codes or dates."""
    return tuple(dict.fromkeys(term for term in terms(clean(text)) if term[0] not in "~#@"))


# ---------------------------------------------------------------- the model


def vocabulary(found: Iterable[Iterable[str]], least: int, least_bigram: int | None = None) -> dict[str, int]:
    """Numbers of the words that stand in at least `least` sentences (bigrams: `least_bigram`), most frequent first."""
    counts = Counter(word for words in found for word in words)
    kept = [w for w, n in counts.items() if n >= (least_bigram if least_bigram and "_" in w else least)]
    return {word: i for i, word in enumerate(sorted(kept, key=lambda w: (-counts[w], w)))}


@dataclass(frozen=True)
class Cells:
    """Every English word of a sentence with every Vietnamese term of it, one cell each.

    `pair`, `here` and `there` have shape (cells,): the number of the word pair, and numbers that tell apart the places
    in the texts where its English word and its Vietnamese term stand. Pair `n` is `english[n]` with `vietnamese[n]`.
    """

    pair: Ints
    here: Ints
    there: Ints
    english: Ints
    vietnamese: Ints


def cells(sentences: Sequence[Sentence], english: dict[str, int], vietnamese: dict[str, int]) -> Cells:
    """The cells of `sentences`. Number 0 of both sides is no word: it takes what has no translation."""
    keys, here, there = [], [], []
    places_here = places_there = 0
    for sentence in sentences:
        e = np.array([0, *(english[w] + 1 for w in sentence.english if w in english)], np.int64)
        v = np.array([0, *(vietnamese[w] + 1 for w in sentence.vietnamese if w in vietnamese)], np.int64)
        keys.append((e[:, None] * (len(vietnamese) + 1) + v[None, :]).ravel())
        here.append(np.repeat(np.arange(places_here, places_here + len(e), dtype=np.int32), len(v)))
        there.append(np.tile(np.arange(places_there, places_there + len(v), dtype=np.int32), len(e)))
        places_here += len(e)
        places_there += len(v)
    unique, pair = np.unique(np.concatenate(keys), return_inverse=True)
    first, second = np.divmod(unique, len(vietnamese) + 1)
    # a hundred million cells: half the size matters
    return Cells(pair.astype(np.int32), np.concatenate(here), np.concatenate(there), first, second)


def model1(pair: Ints, given: Ints, place: Ints, iterations: int) -> Floats:
    """p(word | given word) of every pair by IBM Model 1; the word of a cell stands at `place`, `given` is by pair."""
    p = np.ones(len(given))
    for _ in range(iterations):
        cell = p[pair]
        cell /= np.bincount(place, cell)[place]
        expected = np.bincount(pair, cell, minlength=len(given))
        p = expected / np.maximum(np.bincount(given, expected)[given], 1e-300)
    return p


def is_shipped(word: str, term: str) -> bool:
    """True for a plain English word with content and a term that is more than a word with a function word beside it."""
    plain = word.isascii() and word.isalpha() and len(word) > 1 and word not in FUNCTION_WORDS
    return plain and not ("_" in term and FUNCTION_SYLLABLES & set(term.split("_")))


def is_name(word: str, found: Mapping[str, float]) -> bool:
    """True when `word` is best translated by itself, give or take diacritics: Giang, internet. It is searched as it is,
    and "Hau Giang" must not find Hà Giang."""
    return word in fold(next(iter(found))).split("_")


def learn(sentences: Sequence[Sentence], settings: Settings | None = None) -> Table:
    """English word -> {term: p(term | word)}, the best few of each; see `Settings`."""
    settings = settings or Settings()
    english = vocabulary((s.english for s in sentences), settings.english)
    vietnamese = vocabulary((s.vietnamese for s in sentences), settings.syllable, settings.bigram)
    found = cells(sentences, english, vietnamese)
    forward = model1(found.pair, found.english, found.there, settings.iterations)
    backward = model1(found.pair, found.vietnamese, found.here, settings.iterations)
    keep = (found.english > 0) & (found.vietnamese > 0)
    keep &= (forward >= settings.forward) & (backward >= settings.backward)
    words, others = list(english), list(vietnamese)
    times = Counter(word for sentence in sentences for word in sentence.english)
    table: Table = {}
    for n in np.flatnonzero(keep):
        word, term = words[found.english[n] - 1], others[found.vietnamese[n] - 1]
        if is_shipped(word, term):
            table.setdefault(word, {})[term] = round(float(forward[n]), 2)
    rare = [word for word in table if times[word] < settings.inflected]
    spared = {word for word in rare if any(times[b] > times[word] for b in base_forms(word) if b in table)}
    ranked = {
        word: dict(sorted(table[word].items(), key=lambda item: (-item[1], item[0]))[: settings.most])
        for word in words
        if word in table and word not in spared
    }
    return {word: found for word, found in ranked.items() if not is_name(word, found)}


def notice(files: Iterable[str], about: str = _NOTICE) -> str:
    """What a table says of itself: `about` it, and `files`, the lines of `read_sentences`."""
    return about + "".join(f"{line}\n" for line in files) + f"Text folding {VERSION}"


def run(
    argv: Sequence[str] | None, prog: str, about: str, out: Path, make: Callable[[Sequence[Sentence]], Table]
) -> int:
    """The command line of a table that `make` learns from sentences; returns the exit status: 0 done, 2 wrong usage."""
    never_fail()
    parser = argparse.ArgumentParser(prog=f"python -m {prog}", description=about.split("\n")[0])
    parser.add_argument("data", type=Path, metavar="DATA_DIR", help="folder of envi_*.jsonl.xz")
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--exclude", type=Path, nargs="+", default=[], help="JSON Lines; rows that overlap are dropped")
    args = parser.parse_args(argv)
    try:
        sentences, files = read_sentences(args.data, read_excluded(args.exclude))
    except UsageError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 2
    print(f"{len(sentences)} sentence pairs", file=sys.stderr)
    table = make(sentences)
    write_table(args.out, table, notice(files, about))
    print(json.dumps({"words": len(table), "bytes": args.out.stat().st_size, "files": files}, ensure_ascii=False))
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns the exit status: 0 done, 2 wrong usage."""
    return run(argv, "index.train_translate", _NOTICE, TABLE, learn)


if __name__ == "__main__":
    sys.exit(main())
