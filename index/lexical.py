"""The lexical half: BM25 (bm25s) over syllables and bigrams, with and without diacritics."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
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
        # bm25s keeps the score of every term in every passage that holds it as a sparse matrix, a column a term
        total = self.scores([term for term, weight in weights.items() if weight == 1])  # bm25s adds them up faster
        for term, weight in weights.items():
            row = self._rows.get(term)
            if row is not None and weight != 1:
                column = slice(*self._bm25.scores["indptr"][row : row + 2])
                total[self._bm25.scores["indices"][column]] += weight * self._bm25.scores["data"][column]
        return total

    @property
    def vocabulary(self) -> Collection[str]:
        """Every term of the passages."""
        return self._rows.keys()

    def frequency(self, term: str) -> int:
        """Number of passages that hold `term`."""
        row = self._rows.get(term)
        return 0 if row is None else int(self._frequencies[row])

    def idf(self, term: str) -> float:
        """Lucene's inverse document frequency, ln(1 + (n - df + 0.5) / (df + 0.5)); largest for an unknown term."""
        df = self.frequency(term)
        return math.log(1 + (self.size - df + 0.5) / (df + 0.5))
