"""Vietnamese terms that say the same: learned from what the same English words are translated by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from index.translate import read_lines, read_terms

TABLE = Path(__file__).with_name("paraphrases.tsv.xz")


@lru_cache(maxsize=1)
def _shipped() -> dict[str, str]:
    return dict(read_lines(TABLE))  # a line is taken apart when its word is asked for


@lru_cache(maxsize=4096)
def paraphrases(term: str) -> Mapping[str, float]:
    """Terms (one syllable, or two joined by _, key form) that may stand for `term`, with how likely beside itself,
    above 0 to 1; none for one that the table does not know. It is the same in both directions."""
    return read_terms(_shipped().get(term, ""))
