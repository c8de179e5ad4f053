"""How telling a search term is in Vietnamese at large, which a collection of a few documents cannot know.

In 100 passages "thường" and "tôm càng" may be equally rare. The embedding model has learned from a million texts which
terms tell passages apart: it gave those the long rows.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from index.encoder import MODEL, read_table
from index.text import fold

_LONG = 95  # percentile of the lengths from which on a term counts in full, as one without a row does


@lru_cache(maxsize=1)
def _known() -> dict[str, float]:
    """What every term with a row in the shipped model is worth; read once, in 0.1 s."""
    vocabulary, table = read_table(MODEL)
    lengths = np.linalg.norm(table, axis=1)
    shares = np.sqrt(np.minimum(lengths / np.percentile(lengths, _LONG), 1))
    return dict(zip(vocabulary, shares.tolist(), strict=True))


def telling(term: str) -> float:
    """What the `term` of `index.text.terms` is worth, 0 to 1: the square root of the length of its row, compared with
    that of the long ones. A rare term, which has none, is worth 1, and so is the number of a document, or a date."""
    known = _known()
    if term[0] in "#@":
        return 1.0
    bare = "~" + fold(term.lstrip("~"))
    return known.get(bare if "_" in term else term, known.get(bare, 1.0))
