"""The lexical half: BM25 (bm25s) over syllables and bigrams, with and without diacritics."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.text import terms

# Chosen among six pairs on held-out news titles (n=800, nDCG@10 0.764) and statute titles (n=800, 0.705), not on XQuAD;
# Lucene's own k1 1.2 gives 0.763 and 0.706.
_K1, _B = 1.5, 0.75


class Lexical:
    """BM25 scores of every passage for a query; rows are passage positions 0..n-1."""

    def __init__(self, bm25: Any, size: int) -> None:
        self._bm25 = bm25  # None when there is nothing to index
        self.size = size
        self._rows: dict[str, int] = bm25.vocab_dict if bm25 else {}
        self._frequencies = np.diff(bm25.scores["indptr"]) if bm25 else np.zeros(0, dtype=np.int64)
        self._admitted: npt.NDArray[np.bool_] | None = None  # of a view: the passages it knows

    @staticmethod
    def empty() -> Lexical:
        """The index of no text."""
        return Lexical(None, 0)

    @staticmethod
    def build(texts: Sequence[str]) -> Lexical:
        """Index `texts` (at least one)."""
        import bm25s  # 0.3 s: numba and scipy come with it

        bm25 = bm25s.BM25(method="lucene", k1=_K1, b=_B)
        # a text without any term (only punctuation) still owns its row
        bm25.index([terms(text) or ["#"] for text in texts], show_progress=False)
        return Lexical(bm25, len(texts))

    def save(self, folder: Path) -> None:
        self._bm25.save(str(folder), show_progress=False)

    @staticmethod
    def load(folder: Path, size: int) -> Lexical:
        """Read back what `save` wrote; `size` is the number of passages it was built on."""
        import bm25s

        return Lexical(bm25s.BM25.load(str(folder)), size)

    def scores(self, query_terms: Sequence[str] | Mapping[str, float]) -> npt.NDArray[np.float32]:
        """BM25 of every passage, shape (size,); zeros where no term of the query is known. A term of a mapping counts
        as often as its weight says."""
        if isinstance(query_terms, Mapping):
            return self._weighted(query_terms)
        known = [t for t in query_terms if t in self._rows]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def _weighted(self, weights: Mapping[str, float]) -> npt.NDArray[np.float32]:
        total = np.zeros(self.size, dtype=np.float32)
        for term, weight in weights.items():
            passages, scores = self._column(term)
            total[passages] += weight * scores
        return total

    def _column(self, term: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The passages that hold `term` and its score in each: bm25s keeps a sparse matrix with a column for a term."""
        row = self._rows.get(term)
        if row is None:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        column = slice(*self._bm25.scores["indptr"][row : row + 2])
        return self._bm25.scores["indices"][column], self._bm25.scores["data"][column]

    def parts(self, passage: int, weights: Mapping[str, float]) -> dict[str, float]:
        """What each term of `weights` adds to the score of the passage at row `passage`; only terms it holds."""
        found = {}
        for term, weight in weights.items():
            passages, scores = self._column(term)
            if (at := passages == passage).any():
                found[term] = weight * float(scores[at][0])
        return found

    def within(self, admitted: npt.NDArray[np.bool_]) -> Lexical:
        """A view that knows only the terms of the passages `admitted`, shape (size,); scores and idf stay the same."""
        view = copy(self)
        view._admitted = admitted
        return view

    def frequency(self, term: str) -> int:
        """Number of passages that hold `term`; in a view, of those it knows."""
        if self._admitted is None:
            return self._spread(term)
        return int(self._admitted[self._column(term)[0]].sum())

    def idf(self, term: str) -> float:
        """Lucene's inverse document frequency, ln(1 + (n - df + 0.5) / (df + 0.5)); largest for an unknown term."""
        df = self._spread(term)
        return math.log(1 + (self.size - df + 0.5) / (df + 0.5))

    def _spread(self, term: str) -> int:
        row = self._rows.get(term)
        return 0 if row is None else int(self._frequencies[row])
