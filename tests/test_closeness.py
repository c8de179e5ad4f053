"""How close together a question's words stand: worked out on examples, and against trying every window."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.closeness import closeness, idf_of_words
from index.lexical import Lexical
from index.text import fold, syllables, terms

WORDS = st.lists(st.sampled_from("tỉnh có tám khu công nghiệp ở đó và".split()), max_size=90).map(" ".join)
WEIGHTS = {"tam": 2.0, "khu": 1.0, "cong": 1.0, "nghiep": 1.5, "khu_cong": 2.5}


def slowly(text: str, weights: dict[str, float]) -> float:
    bare = [fold(word) for word in syllables(text)]
    pairs = [f"{a}_{b}" for a, b in pairwise(bare)]
    windows = [{*bare[i : i + 30], *pairs[i : i + 30]} for i in range(max(len(bare), 1))]
    return max(sum(weights[word] for word in window & weights.keys()) for window in windows) / sum(weights.values())


@given(WORDS)
def test_it_is_the_best_of_all_windows(text: str) -> None:
    assert closeness(text, WEIGHTS) == pytest.approx(slowly(text, WEIGHTS))


def test_together_is_closer_than_apart() -> None:
    near, far = "tám khu công nghiệp", "tám " + "và " * 40 + "khu công nghiệp"
    assert closeness(near, WEIGHTS) == 1
    assert closeness(far, WEIGHTS) == pytest.approx(6 / 8)
    assert closeness("TAM KHU CONG NGHIEP", WEIGHTS) == 1, "diacritics and case aside"
    assert closeness("", WEIGHTS) == closeness(near, {}) == 0


def test_the_weights_are_those_of_the_words_asked() -> None:
    lexical = Lexical.build(["tám khu công nghiệp", "khu đô thị"])
    found = idf_of_words(dict.fromkeys(terms("Khu ở 05-NQ/TU"), 1.0), lexical)
    assert found == {term[1:]: lexical.idf(term) for term in terms("Khu ở 05-NQ/TU") if term[0] == "~"}
    assert {"khu", "o", "khu_o"} <= found.keys()
