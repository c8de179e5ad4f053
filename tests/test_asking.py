"""What only asks is not searched; what is asked about is."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.asking import asking, without_asking
from index.text import fold, syllables, terms


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("Tỉnh có bao nhiêu khu công nghiệp?", "tỉnh có khu công nghiệp"),
        ("tinh co bao nhieu khu cong nghiep", "tinh co khu cong nghiep"),
        ("SIPAS là gì?", "sipas"),
        ("sipas la gi", "sipas"),
        ("Ai ký quyết định?", "ký quyết định"),
        ("Dầu khí ở đâu?", "dầu khí"),
        ("dau khi o dau", "dau khi"),  # oil and gas, and where
        ("may moc bao nhieu", "may moc"),
        ("Ứng dụng AI trong trường học thế nào?", "ứng dụng ai trong trường học"),
        ("AI là gì?", "ai"),
        ("ỨNG DỤNG LÀ GÌ", "ứng dụng"),
        ("AI KÝ QUYẾT ĐỊNH", "ký quyết định"),
        ("do ai ky", "ky"),
        ("Lợi thế của tỉnh là gì?", "lợi thế của tỉnh"),
        ("Giờ làm việc từ mấy giờ?", "giờ làm việc từ"),
        ("Bao bì, Sao Khuê, hiện tại, vì dân, khi đó", "bao bì sao khuê hiện tại vì dân khi đó"),
        ("vi sao dan so nhieu nhat", "dan so nhieu nhat"),
        ("dân số nhiều nhất là nơi nào", "dân số nhiều nhất là nơi"),
        ("Hậu Giang co bao nhieu huyện", "hậu giang co huyện"),
        ("Tỉnh phat trien the nao", "tỉnh phat trien"),
        ("gì?", "gì"),  # nothing else to search for
        ("", ""),
    ],
)
def test_what_is_left(question: str, left: str) -> None:
    words = syllables(question)
    kept = [word for word, asks in zip(words, asking(question), strict=True) if not asks]
    assert kept == syllables(left)
    searched = without_asking(question, terms(question))
    assert {term for term in searched if term[0] not in "~#@" and "_" not in term} == set(kept)


WORDS = st.lists(
    st.sampled_from("gì nào đâu bao nhiêu khu dầu khí gi nao dau khi bao nhieu 05-NQ/TU".split()), max_size=9
)


@given(WORDS.map(" ".join))
def test_only_terms_of_what_asks_go(question: str) -> None:
    words, all_terms = syllables(question), Counter(terms(question))
    left = without_asking(question, terms(question))
    assert all(0 < left[term] <= all_terms[term] for term in left)
    asks = {word for word, a in zip(words, asking(question), strict=True) if a}
    for term in all_terms.keys() - left.keys():
        assert {fold(part) for part in term.lstrip("~").split("_")} <= {fold(word) for word in asks}
    for word in set(words) - asks:
        assert left[word] == all_terms[word]


def test_accented_spellings_go_with_their_word() -> None:
    searched = without_asking(
        "khu nao", {"~khu": 1, "~nao": 1, "~khu_nao": 1, "nào": 0.9, "não": 0.1, "khu": 1, "khu_nào": 0.5}
    )
    assert searched == {"~khu": 1, "~khu_nao": 1, "khu": 1, "khu_nào": 0.5}
