"""How telling a term is: words of every text are worth little, rare ones all, and what is unknown counts as rare."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import weighted
from index.telling import telling
from index.text import fold, terms


@pytest.mark.parametrize(
    ("common", "rare"), [("của", "tôm"), ("là", "kênh"), ("thường", "hầm"), ("~va", "~panthers"), ("có_thể", "lúa_gạo")]
)
def test_common_words_say_less_than_rare_ones(common: str, rare: str) -> None:
    assert telling(common) < 0.75 * telling(rare)


@pytest.mark.parametrize("term", ["#5nqtu", "@2022-06-01", "wqzzk", "~wqzzk", "wqzzk_kkzqw"])
def test_what_has_no_row_counts_in_full(term: str) -> None:
    assert telling(term) == 1


@given(st.text(max_size=60) | st.lists(st.sampled_from("kinh tế tỉnh của là 05-NQ/TU 1.200".split())).map(" ".join))
def test_every_term_is_worth_something(text: str) -> None:
    found = {term: telling(term) for term in terms(text)}
    assert all(0 < worth <= 1 for worth in found.values())
    pairs = [term for term in found if "_" in term and term[0] != "~"]
    assert all(found[pair] == found["~" + fold(pair)] for pair in pairs if "~" + fold(pair) in found)


def test_a_word_as_written_counts_more_than_a_pair_or_a_folded_one() -> None:
    found = weighted(dict.fromkeys(terms("zắqq kkzừ"), 1.0))  # no row: what is left is the kind
    assert found == {"zắqq": 1, "kkzừ": 1, "zắqq_kkzừ": 0.5, "~zaqq": 0.5, "~kkzu": 0.5, "~zaqq_kkzu": 0.1}
    assert weighted({"zắqq": 0.4}) == {"zắqq": 0.4}
