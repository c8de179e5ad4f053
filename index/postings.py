"""Which terms stand in which texts, and how often: counted a few thousand texts at a time, and merged term by term."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.arrays import Filed
from index.text import forms, marks, written

_MERGED = 1 << 20  # postings merged at once: 60 MB
_MOST, _LAST = int(np.iinfo(np.uint16).max), int(np.iinfo(np.uint64).max)

NewRows = npt.NDArray[np.int32]
"""For every row of some postings its new row, ascending; -1 for one that is left out."""


@dataclass(frozen=True, slots=True)
class Postings:
    """A column for every term, in ascending order of hashes: the rows of the texts that hold it. The first four arrays
    may be `index.arrays.Filed`: what is made of them below only slices them."""

    hashes: npt.NDArray[np.uint64]  # (terms,)
    starts: npt.NDArray[np.int64]  # (terms + 1,): column i is [starts[i], starts[i + 1]) of the next two
    rows: npt.NDArray[np.int32]  # (postings,), ascending within a column
    counts: npt.NDArray[np.uint16]  # (postings,): how often the term stands there
    lengths: npt.NDArray[np.int32]  # (texts,): terms in each text

    @staticmethod
    def of(texts: Sequence[str]) -> Postings:
        """Those of `index.text.terms` of each of `texts` (at least one), whose rows are 0, 1 …"""
        hashes, rows = _occurrences(texts)
        order = np.argsort(rows, kind="stable")  # five ascending runs: merged in no time
        hashes, rows = hashes[order], rows[order]
        order = np.argsort(hashes, kind="stable")
        hashes, rows = hashes[order], rows[order]
        new = np.diff(hashes, prepend=~hashes[:1]) != 0
        first = np.flatnonzero(new | (np.diff(rows, prepend=-1) != 0))  # of each run of one term in one text
        counts = np.minimum(np.diff(first, append=len(hashes)), _MOST).astype(np.uint16)
        frequencies = np.diff(np.flatnonzero(new[first]), append=len(first))
        lengths = np.bincount(rows, minlength=len(texts)).astype(np.int32)
        return Postings(hashes[new], starts_of(frequencies), rows[first], counts, lengths)

    def filed(self, folder: Path) -> Postings:
        """The same, written into the new `folder` and read from there when it is needed."""
        folder.mkdir()
        arrays: dict[str, Any] = {}
        for name in ("hashes", "starts", "rows", "counts"):
            np.save(folder / f"{name}.npy", getattr(self, name))
            arrays[name] = Filed(folder / f"{name}.npy")
        return Postings(**arrays, lengths=self.lengths)

    def between(self, low: int, high: int, kept: NewRows) -> Postings:
        """The columns [low, high), with the rows that `kept` keeps, renamed."""
        starts = self.starts[low : high + 1]
        rows, counts = self.rows[starts[0] : starts[-1]], self.counts[starts[0] : starts[-1]]
        rows, frequencies = kept[rows], np.diff(starts)
        stays = rows >= 0
        if not stays.all():
            columns = np.repeat(np.arange(len(frequencies)), frequencies)
            frequencies = np.bincount(columns[stays], minlength=len(frequencies))
            rows, counts = rows[stays], counts[stays]
        return Postings(self.hashes[low:high], starts_of(frequencies), rows, counts, self.lengths)


def merged(parts: Sequence[tuple[Postings, NewRows]]) -> Iterator[Postings]:
    """All columns of `parts` in order, as many at a time as hold about a million postings; each part's new rows stand
    after those of the parts before it. A term that no row kept holds any more has no column."""
    at = [0] * len(parts)
    lengths = np.zeros(0, np.int32)
    most = _MERGED // max(len(parts), 1)
    while any(low < len(part.hashes) for low, (part, _) in zip(at, parts, strict=True)):
        # no column is empty, so those that hold `most` postings are no more than as many
        ahead = [part.hashes[low : low + most + 1] for low, (part, _) in zip(at, parts, strict=True)]
        limits = [_limit(part, low, hashes, most) for low, hashes, (part, _) in zip(at, ahead, parts, strict=True)]
        chunks = []
        for i, (part, kept) in enumerate(parts):
            high = at[i] + int(np.searchsorted(ahead[i], np.uint64(min(limits)), side="right"))
            chunks.append(part.between(at[i], high, kept))
            at[i] = high
        yield _together(chunks, lengths)


def _limit(part: Postings, low: int, hashes: npt.NDArray[np.uint64], most: int) -> int:
    """The hash of the last of the columns from `low` on, `hashes`, that hold no more than `most` postings together."""
    starts = part.starts[low : low + len(hashes) + 1]
    end = int(np.searchsorted(starts, starts[0] + most, side="right")) - 1
    return _LAST if low + end == len(part.hashes) else int(hashes[max(end - 1, 0)])


def _together(chunks: Sequence[Postings], lengths: npt.NDArray[np.int32]) -> Postings:
    hashes = np.unique(np.concatenate([chunk.hashes for chunk in chunks]))
    places = [np.searchsorted(hashes, chunk.hashes) for chunk in chunks]
    frequencies = np.zeros(len(hashes), np.int64)
    for chunk, place in zip(chunks, places, strict=True):
        frequencies[place] += np.diff(chunk.starts)
    free = starts_of(frequencies)[:-1].copy()
    rows = np.empty(int(frequencies.sum()), np.int32)
    counts = np.empty(len(rows), np.uint16)
    for chunk, place in zip(chunks, places, strict=True):
        own = np.diff(chunk.starts)
        to = np.repeat(free[place] - chunk.starts[:-1], own) + np.arange(len(chunk.rows))
        rows[to], counts[to] = chunk.rows, chunk.counts
        free[place] += own
    stays = frequencies > 0
    return Postings(hashes[stays], starts_of(frequencies[stays]), rows, counts, lengths)


def starts_of(frequencies: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each of the columns of these lengths starts, and where the last ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(frequencies)])


def hashes_of(terms: Iterable[str]) -> npt.NDArray[np.uint64]:
    """By what terms are known: 64 bits each. That of a pair is made from those of its two words, so that nobody needs
    to write the pairs of a text out."""
    firsts, seconds = bytearray(), bytearray()
    for term in terms:
        sign = term[0] if term[0] == "~" else ""
        first, _, second = term[len(sign) :].partition("_")
        firsts += _digest(sign + first)
        seconds += _digest(sign + second) if second else bytes(8)
    alone, after = np.frombuffer(firsts, "<u8"), np.frombuffer(seconds, "<u8")
    return np.where(after == 0, alone, _paired(alone, after))


def _digest(word: str) -> bytes:
    return blake2b(word.encode(), digest_size=8).digest()


def _paired(first: npt.NDArray[np.uint64], second: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A hash of each two, in this order; constants of SplitMix64."""
    mixed = first * np.uint64(0x9E3779B97F4A7C15) + second
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


class _Numbers(dict[str, int]):
    """A word as it stands in a text -> its place in `hashes`, those of its key and of that without diacritics."""

    def __init__(self) -> None:
        super().__init__()
        self._digests = bytearray()

    def __missing__(self, word: str) -> int:
        plain, bare = forms(word)
        self._digests += _digest(plain) + _digest("~" + bare)
        self[word] = number = len(self._digests) // 16 - 1
        return number

    def hashes(self) -> npt.NDArray[np.uint64]:
        """Shape (words, 2)."""
        return np.frombuffer(bytes(self._digests), "<u8").reshape(-1, 2)


def _occurrences(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Hash and row of every term of `texts`, as often as it occurs, in no order: "200000" is a word, and what a number
    with separators is searched by."""
    numbers = _Numbers()
    flat, lengths, marked, marked_rows = array("i"), array("i"), bytearray(), array("i")
    for row, text in enumerate(texts):
        words, found = written(text), marks(text)
        flat.extend(map(numbers.__getitem__, words))
        lengths.append(len(words))
        for mark in found if words or found else ["#"]:  # of a text of punctuation alone: it still has a length
            marked += _digest(mark)
            marked_rows.append(row)
    rows = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    beside = rows[:-1] == rows[1:]
    hashes: list[npt.NDArray[np.uint64]] = []
    for own in numbers.hashes().T:
        words_of = own[np.asarray(flat)]
        hashes += [words_of, _paired(words_of[:-1], words_of[1:])[beside]]
    pairs = rows[1:][beside]
    hashes.append(np.frombuffer(marked, "<u8"))
    return np.concatenate(hashes), np.concatenate([rows, pairs, rows, pairs, np.asarray(marked_rows)])
