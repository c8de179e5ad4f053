"""The lexical half: BM25 over syllables and bigrams, with and without diacritics, as sparse columns on disk."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.arrays import Filed, flat_file
from index.postings import NewRows, Postings, hashes_of, merged
from index.telling import telling

# Chosen among six pairs on held-out news titles (n=800, nDCG@10 0.764) and statute titles (n=800, 0.705), not on XQuAD;
# Lucene's own k1 1.2 gives 0.763 and 0.706.
_K1, _B = 1.5, 0.75

# A word as written says most, a pair of words half of that; without diacritics either adds little that the written one
# does not say. Keys: is it without diacritics, is it a pair. Numbers of documents and dates (#, @) count as a word.
# Fitted to questions written over paragraphs, typed with and without diacritics: evals/LOG.md.
_WORTH = {(False, True): 0.5, (True, False): 0.5, (True, True): 0.1}

_FILES = ("terms", "starts", "rows", "scores")
_KINDS = {"terms": np.uint64, "starts": np.int64, "rows": np.int32, "scores": np.float32, "counts": np.uint16}
_CACHED = 1 << 16  # terms; ranking the sentences of one answer asks for hundreds, most of them again for the next


class Lexical:
    """BM25 scores of every passage for a query; rows are passage positions 0..n-1.

    The score of every term in every passage that holds it is computed once, when the index is built (the idea of BM25S,
    arXiv:2407.03618): a column a term, so that a query is a sum of columns. A term is known by a 64-bit hash, in
    ascending order: 2 million terms (100,000 passages of news) are 16 MB that need no reading, where a dictionary took
    3 s to load. That any two of them share a hash, and so a column, has a probability of 1e-7.
    """

    def __init__(
        self,
        hashes: npt.NDArray[np.uint64],  # (terms,), ascending
        starts: npt.NDArray[np.int64],  # (terms + 1,): column i is [starts[i], starts[i + 1]) of the next two
        rows: npt.NDArray[np.int32],  # (postings,), ascending within a column
        scores: npt.NDArray[np.float32],  # (postings,)
        size: int,
    ) -> None:
        self._hashes, self._starts, self._rows, self._scores = hashes, starts, rows, scores
        self.size = size
        self._column = lru_cache(_CACHED)(self._find)
        self._admitted: npt.NDArray[np.bool_] | None = None  # of a view: the passages it knows

    @staticmethod
    def empty() -> Lexical:
        """The index of no text."""
        return Lexical(np.zeros(0, np.uint64), np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), 0)

    @staticmethod
    def build(texts: Sequence[str]) -> Lexical:
        """Index `texts` (at least one)."""
        postings = Postings.of(texts)
        scores = _scores(postings, postings.lengths)
        return Lexical(postings.hashes, postings.starts, postings.rows, scores, len(texts))

    @staticmethod
    def write(folder: Path, parts: Sequence[tuple[Postings, NewRows]]) -> None:
        """Index the texts of `parts` into the new `folder`, as `build` would all texts kept in one list; holds no more
        than a million postings in memory."""
        folder.mkdir()
        lengths = np.concatenate([part.lengths[kept >= 0] for part, kept in parts])
        np.save(folder / "lengths.npy", lengths)
        done = 0
        with ExitStack() as stack:
            terms, starts, rows, scores, counts = (
                stack.enter_context(flat_file(folder / f"{name}.npy", kind)) for name, kind in _KINDS.items()
            )
            starts.write(np.zeros(1, np.int64).tobytes())
            for chunk in merged(parts):
                terms.write(chunk.hashes.tobytes())
                starts.write((chunk.starts[1:] + done).tobytes())
                done += len(chunk.rows)
                rows.write(chunk.rows.tobytes())
                scores.write(_scores(chunk, lengths).tobytes())
                counts.write(chunk.counts.tobytes())

    @staticmethod
    def postings(folder: Path) -> Postings:
        """What `write` wrote into `folder`, for the next index to start from; read when it is needed.

        :raises OSError, EOFError, ValueError: a file is missing or damaged.
        """
        names = {"hashes": "terms", "starts": "starts", "rows": "rows", "counts": "counts"}
        arrays: dict[str, Any] = {field: Filed(folder / f"{name}.npy") for field, name in names.items()}
        return Postings(**arrays, lengths=np.load(folder / "lengths.npy"))

    @staticmethod
    def load(folder: Path, size: int) -> Lexical:
        """Map what `save` wrote; `size` is the number of passages it was built on.

        :raises OSError, EOFError, ValueError: a file is missing or damaged.
        """
        # asarray: slicing a np.memmap takes ten times as long as slicing the plain array over the same pages
        arrays: list[Any] = [np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in _FILES]
        hashes, starts, rows, scores = arrays
        if len(starts) != len(hashes) + 1 or not starts[-1] == len(rows) == len(scores):
            raise ValueError("its files do not fit together")
        return Lexical(hashes, starts, rows, scores, size)

    def scores(self, query_terms: Sequence[str] | Mapping[str, float]) -> npt.NDArray[np.float32]:
        """BM25 of every passage, shape (size,); zeros where no term of the query is known. A term of a mapping counts
        as often as its weight says."""
        weights = query_terms if isinstance(query_terms, Mapping) else Counter(query_terms)
        total = np.zeros(self.size, dtype=np.float32)
        for term, weight in weights.items():
            column = self._column(term)
            scores = self._scores[column]
            # add.at: 2 ns a posting, `total[rows] += scores` 6 ns
            np.add.at(total, self._rows[column], scores if weight == 1 else np.float32(weight) * scores)
        return total

    def parts(self, passage: int, weights: Mapping[str, float]) -> dict[str, float]:
        """What each term of `weights` adds to the score of the passage at row `passage`; only terms it holds."""
        found = {}
        for term, weight in weights.items():
            column = self._column(term)
            at = column.start + int(np.searchsorted(self._rows[column], passage))
            if at < column.stop and self._rows[at] == passage:
                found[term] = weight * float(self._scores[at])
        return found

    def within(self, admitted: npt.NDArray[np.bool_]) -> Lexical:
        """A view that knows only the terms of the passages `admitted`, shape (size,); scores and idf stay the same."""
        view = copy(self)
        view._admitted = admitted
        return view

    def frequency(self, term: str) -> int:
        """Number of passages that hold `term`; in a view, of those it knows."""
        column = self._column(term)
        return column.stop - column.start if self._admitted is None else int(self._admitted[self._rows[column]].sum())

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """`frequency` of each of many terms, in the whole index."""
        wanted = hashes_of(words)
        columns = np.minimum(np.searchsorted(self._hashes, wanted), max(len(self._hashes) - 1, 0))
        if not len(self._hashes):
            return dict.fromkeys(words, 0)
        counts = self._starts[columns + 1] - self._starts[columns]
        return dict(zip(words, np.where(self._hashes[columns] == wanted, counts, 0).tolist(), strict=True))

    def idf(self, term: str) -> float:
        """Lucene's inverse document frequency, ln(1 + (n - df + 0.5) / (df + 0.5)); largest for an unknown term."""
        column = self._column(term)
        df = column.stop - column.start
        return math.log(1 + (self.size - df + 0.5) / (df + 0.5))

    def _find(self, term: str) -> slice:
        wanted = hashes_of([term])[0]
        at = int(np.searchsorted(self._hashes, wanted))
        if at == len(self._hashes) or self._hashes[at] != wanted:
            return slice(0, 0)
        return slice(int(self._starts[at]), int(self._starts[at + 1]))


def weighted(asked: Mapping[str, float]) -> dict[str, float]:
    """Search terms of a question with how often each counts, each as much as its kind and itself are worth."""
    return {
        term: count * _WORTH.get((term[0] == "~", "_" in term), 1.0) * telling(term) for term, count in asked.items()
    }


def best(scores: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.intp]:
    """Ascending rows of the `k` highest of `scores` above zero, and of all that equal the last of them."""
    if len(scores) <= k:
        return np.flatnonzero(scores > 0)
    limit = np.partition(scores, len(scores) - k)[-k]  # argsort takes ten times as long
    return np.flatnonzero(scores >= limit if limit > 0 else scores > 0)


def _scores(postings: Postings, lengths: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """BM25 of every posting, given how many terms each of all texts has."""
    frequencies = np.diff(postings.starts)
    idf = np.log1p((len(lengths) - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
    saturation = (_K1 * (1 - _B + _B * lengths / lengths.mean())).astype(np.float32)
    counts = postings.counts.astype(np.float32)
    return np.asarray(np.repeat(idf, frequencies) * counts / (counts + saturation[postings.rows]), np.float32)
